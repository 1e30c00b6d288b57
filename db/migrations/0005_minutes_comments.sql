CREATE TABLE "minutes_comment_answers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"comment_id" uuid NOT NULL,
	"text" text NOT NULL,
	"user_id" uuid NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "minutes_comments" (
	"id" uuid PRIMARY KEY NOT NULL,
	"meeting_id" uuid NOT NULL,
	"section_id" uuid NOT NULL,
	"anchor_from" "bytea" NOT NULL,
	"anchor_to" "bytea" NOT NULL,
	"quote" text NOT NULL,
	"text" text NOT NULL,
	"user_id" uuid NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"resolved_by" uuid,
	"resolved_at" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL
);
--> statement-breakpoint
ALTER TABLE "minutes_comment_answers" ADD CONSTRAINT "minutes_comment_answers_comment_id_minutes_comments_id_fk" FOREIGN KEY ("comment_id") REFERENCES "public"."minutes_comments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "minutes_comments" ADD CONSTRAINT "minutes_comments_meeting_id_meetings_id_fk" FOREIGN KEY ("meeting_id") REFERENCES "public"."meetings"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "minutes_comment_answers_comment" ON "minutes_comment_answers" USING btree ("comment_id");--> statement-breakpoint
CREATE INDEX "minutes_comments_meeting" ON "minutes_comments" USING btree ("meeting_id");