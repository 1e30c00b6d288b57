ALTER TABLE "conclusions" DROP CONSTRAINT "conclusions_code";--> statement-breakpoint
ALTER TABLE "conclusions" DROP CONSTRAINT "conclusions_number";--> statement-breakpoint
CREATE INDEX "conclusions_number" ON "conclusions" USING btree ("year","type","issuer","number");--> statement-breakpoint
CREATE INDEX "conclusions_code" ON "conclusions" USING btree ("code");