CREATE TABLE "signed_drafts" (
	"approval" uuid PRIMARY KEY NOT NULL,
	"conclusion_id" uuid NOT NULL,
	"wording" text NOT NULL,
	"description" jsonb NOT NULL,
	"user_id" uuid NOT NULL,
	"signer" text NOT NULL,
	"signed_at" timestamp (3) with time zone NOT NULL,
	"sha256" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "signed_drafts" ADD CONSTRAINT "signed_drafts_conclusion_id_conclusions_id_fk" FOREIGN KEY ("conclusion_id") REFERENCES "public"."conclusions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "signed_drafts" ADD CONSTRAINT "signed_drafts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "signed_drafts" ADD CONSTRAINT "signed_drafts_sha256_files_sha256_fk" FOREIGN KEY ("sha256") REFERENCES "public"."files"("sha256") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "signed_drafts_conclusion" ON "signed_drafts" USING btree ("conclusion_id");--> statement-breakpoint
-- A signature that was given is not taken back.
CREATE TRIGGER signed_drafts_stand BEFORE DELETE ON "signed_drafts" FOR EACH ROW EXECUTE FUNCTION refuse_document_change();
