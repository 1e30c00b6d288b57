ALTER TABLE "presence" ADD COLUMN "microphone" text;--> statement-breakpoint
ALTER TABLE "presence" ADD COLUMN "since" timestamp (3) with time zone DEFAULT now() NOT NULL;