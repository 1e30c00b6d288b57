CREATE TABLE "withdrawals" (
	"document_id" uuid PRIMARY KEY NOT NULL,
	"reason" text NOT NULL,
	"user_id" uuid,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "withdrawals" ADD CONSTRAINT "withdrawals_document_id_documents_id_fk" FOREIGN KEY ("document_id") REFERENCES "public"."documents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "withdrawals" ADD CONSTRAINT "withdrawals_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
-- What was withdrawn is not put back.
CREATE TRIGGER withdrawals_stand BEFORE DELETE ON "withdrawals" FOR EACH ROW EXECUTE FUNCTION refuse_document_change();
