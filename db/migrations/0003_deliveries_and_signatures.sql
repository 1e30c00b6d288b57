CREATE TABLE "deliveries" (
	"document_id" uuid NOT NULL,
	"unit_id" uuid NOT NULL,
	"channel" text NOT NULL,
	"address" text,
	"sent_at" timestamp (3) with time zone,
	"message_id" text,
	"problem" text,
	"given_up_at" timestamp (3) with time zone,
	"opened_at" timestamp (3) with time zone,
	"acknowledged_at" timestamp (3) with time zone,
	CONSTRAINT "deliveries_document_id_unit_id_channel_pk" PRIMARY KEY("document_id","unit_id","channel")
);
--> statement-breakpoint
CREATE TABLE "signatures" (
	"document_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"kind" text NOT NULL,
	"user_id" uuid NOT NULL,
	"signer" text NOT NULL,
	"signed_at" timestamp (3) with time zone NOT NULL,
	"sha256" text NOT NULL,
	CONSTRAINT "signatures_document_id_position_pk" PRIMARY KEY("document_id","position"),
	CONSTRAINT "signatures_kind" UNIQUE("document_id","kind")
);
--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_document_id_documents_id_fk" FOREIGN KEY ("document_id") REFERENCES "public"."documents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_unit_id_units_id_fk" FOREIGN KEY ("unit_id") REFERENCES "public"."units"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "signatures" ADD CONSTRAINT "signatures_document_id_documents_id_fk" FOREIGN KEY ("document_id") REFERENCES "public"."documents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "signatures" ADD CONSTRAINT "signatures_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "signatures" ADD CONSTRAINT "signatures_sha256_files_sha256_fk" FOREIGN KEY ("sha256") REFERENCES "public"."files"("sha256") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "deliveries_unit" ON "deliveries" USING btree ("unit_id");--> statement-breakpoint
-- A signature that was given is not taken back.
CREATE TRIGGER signatures_stand BEFORE DELETE ON "signatures" FOR EACH ROW EXECUTE FUNCTION refuse_document_change();
