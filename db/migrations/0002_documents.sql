-- What a search compares: without diacritics, in small letters; the same for what is stored and what is asked.
CREATE FUNCTION plain_text(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
	SELECT lower(translate(regexp_replace(normalize($1, NFD), '[\u0300-\u036f]', '', 'g'), 'Đđ', 'dd'))
$$;--> statement-breakpoint
CREATE TABLE "document_files" (
	"document_id" uuid NOT NULL,
	"format" text NOT NULL,
	"sha256" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "document_files_document_id_format_pk" PRIMARY KEY("document_id","format")
);
--> statement-breakpoint
CREATE TABLE "documents" (
	"id" uuid PRIMARY KEY NOT NULL,
	"type" text NOT NULL,
	"meeting_id" uuid NOT NULL,
	"year" integer NOT NULL,
	"issuer" text NOT NULL,
	"number" integer,
	"notation" text,
	"abstract" text NOT NULL,
	"signer" text DEFAULT '' NOT NULL,
	"recipients" text[] DEFAULT '{}' NOT NULL,
	"status" text DEFAULT 'valid' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"replaces" uuid,
	"conclusion_ids" uuid[] DEFAULT '{}' NOT NULL,
	"head_seq" integer NOT NULL,
	"head_hash" text NOT NULL,
	"issued_at" timestamp (3) with time zone NOT NULL,
	"description" jsonb,
	"content" text DEFAULT '' NOT NULL,
	"search" text GENERATED ALWAYS AS (plain_text(coalesce(notation, '') || ' ' || abstract || ' ' || signer || ' ' || content)) STORED NOT NULL,
	CONSTRAINT "documents_number" UNIQUE("year","type","issuer","number","version"),
	CONSTRAINT "documents_replaces" UNIQUE("replaces")
);
--> statement-breakpoint
ALTER TABLE "document_files" ADD CONSTRAINT "document_files_document_id_documents_id_fk" FOREIGN KEY ("document_id") REFERENCES "public"."documents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "document_files" ADD CONSTRAINT "document_files_sha256_files_sha256_fk" FOREIGN KEY ("sha256") REFERENCES "public"."files"("sha256") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "documents" ADD CONSTRAINT "documents_meeting_id_meetings_id_fk" FOREIGN KEY ("meeting_id") REFERENCES "public"."meetings"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "documents_book" ON "documents" USING btree ("year","type");--> statement-breakpoint
CREATE INDEX "documents_meeting" ON "documents" USING btree ("meeting_id");--> statement-breakpoint
-- Notices that were issued before the book was kept.
INSERT INTO "documents" ("id", "type", "meeting_id", "year", "issuer", "number", "notation", "abstract", "status", "conclusion_ids",
	"head_seq", "head_hash", "issued_at", "content")
SELECT one."id", one."type", one."meeting_id", one."year", one."issuer", one."number", one."notation", 'Kết luận tại ' || meeting."title",
	CASE WHEN EXISTS (SELECT FROM "conclusions" later WHERE later."corrects" = one."id" AND later."status" = 'issued')
		THEN 'corrected' ELSE 'valid' END,
	ARRAY[one."id"], one."issued_seq", one."hash", one."issued_at", one."text"
FROM "conclusions" one JOIN "meetings" meeting ON meeting."id" = one."meeting_id"
WHERE one."status" = 'issued' AND one."number" IS NOT NULL AND one."issued_seq" IS NOT NULL;--> statement-breakpoint
INSERT INTO "document_files" ("document_id", "format", "sha256", "created_at")
SELECT "conclusion_id", "format", "sha256", "created_at" FROM "conclusion_files"
WHERE "conclusion_id" IN (SELECT "id" FROM "documents");--> statement-breakpoint
DROP TABLE "conclusion_files";--> statement-breakpoint
-- What has a number stands as it was issued: only its status may change. Nothing leaves the book.
CREATE FUNCTION refuse_document_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'UPDATE' THEN
		IF OLD.number IS NULL THEN RETURN NEW; END IF;
		IF to_jsonb(NEW) - ARRAY['status', 'description', 'search'] = to_jsonb(OLD) - ARRAY['status', 'description', 'search']
			AND (OLD.description IS NULL OR NEW.description = OLD.description)
		THEN RETURN NEW; END IF;
	END IF;
	RAISE EXCEPTION 'an issued document does not change: % of % refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;--> statement-breakpoint
CREATE TRIGGER documents_stand BEFORE UPDATE OR DELETE ON "documents" FOR EACH ROW EXECUTE FUNCTION refuse_document_change();--> statement-breakpoint
CREATE TRIGGER document_files_stand BEFORE DELETE ON "document_files" FOR EACH ROW EXECUTE FUNCTION refuse_document_change();
