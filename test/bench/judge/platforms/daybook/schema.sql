-- daybook: journaling and coaching: journals with entries, tags, prompts, conversations with coaches, reminders, streaks, subscriptions, notifications, comments and attachments. Rails: bigint keys, STI, polymorphic associations, discarded_at, counter caches, enum integers.

CREATE TABLE "users" (
	"id" bigserial PRIMARY KEY,
	"type" character varying NOT NULL DEFAULT 'Member',
	"email" character varying NOT NULL,
	"encrypted_password" character varying NOT NULL DEFAULT '',
	"name" character varying,
	"time_zone" character varying NOT NULL DEFAULT 'UTC',
	"entries_count" integer NOT NULL DEFAULT 0,
	"last_active_at" timestamp(6),
	"discarded_at" timestamp(6),
	"created_at" timestamp(6) NOT NULL,
	"updated_at" timestamp(6) NOT NULL);

CREATE TABLE "journals" (
	"id" bigserial PRIMARY KEY,
	"user_id" bigint NOT NULL,
	"title" character varying NOT NULL,
	"kind" integer NOT NULL DEFAULT 0,
	"position" integer NOT NULL DEFAULT 1,
	"entries_count" integer NOT NULL DEFAULT 0,
	"discarded_at" timestamp(6),
	"created_at" timestamp(6) NOT NULL,
	"updated_at" timestamp(6) NOT NULL,
	CONSTRAINT "fk_rails_journals_user" FOREIGN KEY ("user_id") REFERENCES "users" ("id"));

CREATE TABLE "prompts" (
	"id" bigserial PRIMARY KEY,
	"category" integer NOT NULL DEFAULT 0,
	"text" text NOT NULL,
	"active" boolean NOT NULL DEFAULT TRUE,
	"created_at" timestamp(6) NOT NULL,
	"updated_at" timestamp(6) NOT NULL);

CREATE TABLE "entries" (
	"id" bigserial PRIMARY KEY,
	"user_id" bigint NOT NULL,
	"journal_id" bigint NOT NULL,
	"prompt_id" bigint,
	"title" character varying,
	"body" text NOT NULL DEFAULT '',
	"mood" integer,
	"entry_on" date NOT NULL,
	"word_count" integer NOT NULL DEFAULT 0,
	"status" integer NOT NULL DEFAULT 0,
	"visibility" integer NOT NULL DEFAULT 0,
	"starred" boolean NOT NULL DEFAULT FALSE,
	"comments_count" integer NOT NULL DEFAULT 0,
	"discarded_at" timestamp(6),
	"created_at" timestamp(6) NOT NULL,
	"updated_at" timestamp(6) NOT NULL,
	CONSTRAINT "fk_rails_entries_user" FOREIGN KEY ("user_id") REFERENCES "users" ("id"),
	CONSTRAINT "fk_rails_entries_journal" FOREIGN KEY ("journal_id") REFERENCES "journals" ("id"),
	CONSTRAINT "fk_rails_entries_prompt" FOREIGN KEY ("prompt_id") REFERENCES "prompts" ("id"));

CREATE TABLE "tags" (
	"id" bigserial PRIMARY KEY,
	"user_id" bigint NOT NULL,
	"name" character varying NOT NULL,
	"taggings_count" integer NOT NULL DEFAULT 0,
	"created_at" timestamp(6) NOT NULL,
	"updated_at" timestamp(6) NOT NULL,
	CONSTRAINT "fk_rails_tags_user" FOREIGN KEY ("user_id") REFERENCES "users" ("id"));

CREATE TABLE "taggings" (
	"id" bigserial PRIMARY KEY,
	"tag_id" bigint NOT NULL,
	"taggable_type" character varying NOT NULL,
	"taggable_id" bigint NOT NULL,
	"created_at" timestamp(6) NOT NULL,
	CONSTRAINT "index_taggings_on_tag_and_taggable" UNIQUE ("tag_id", "taggable_type", "taggable_id"),
	CONSTRAINT "fk_rails_taggings_tag" FOREIGN KEY ("tag_id") REFERENCES "tags" ("id"));

CREATE TABLE "comments" (
	"id" bigserial PRIMARY KEY,
	"commentable_type" character varying NOT NULL,
	"commentable_id" bigint NOT NULL,
	"user_id" bigint NOT NULL,
	"body" text NOT NULL,
	"discarded_at" timestamp(6),
	"created_at" timestamp(6) NOT NULL,
	"updated_at" timestamp(6) NOT NULL,
	CONSTRAINT "fk_rails_comments_user" FOREIGN KEY ("user_id") REFERENCES "users" ("id"));

CREATE TABLE "conversations" (
	"id" bigserial PRIMARY KEY,
	"user_id" bigint NOT NULL,
	"coach_id" bigint,
	"subject" character varying,
	"state" integer NOT NULL DEFAULT 0,
	"messages_count" integer NOT NULL DEFAULT 0,
	"last_message_at" timestamp(6),
	"created_at" timestamp(6) NOT NULL,
	"updated_at" timestamp(6) NOT NULL,
	CONSTRAINT "fk_rails_conversations_user" FOREIGN KEY ("user_id") REFERENCES "users" ("id"),
	CONSTRAINT "fk_rails_conversations_coach" FOREIGN KEY ("coach_id") REFERENCES "users" ("id"));

CREATE TABLE "messages" (
	"id" bigserial PRIMARY KEY,
	"conversation_id" bigint NOT NULL,
	"role" integer NOT NULL DEFAULT 0,
	"body" text NOT NULL,
	"read_at" timestamp(6),
	"created_at" timestamp(6) NOT NULL,
	"updated_at" timestamp(6) NOT NULL,
	CONSTRAINT "fk_rails_messages_conversation" FOREIGN KEY ("conversation_id") REFERENCES "conversations" ("id"));

CREATE TABLE "reminders" (
	"id" bigserial PRIMARY KEY,
	"user_id" bigint NOT NULL,
	"kind" integer NOT NULL DEFAULT 0,
	"payload" jsonb NOT NULL DEFAULT '{}',
	"due_at" timestamp(6) NOT NULL,
	"sent_at" timestamp(6),
	"created_at" timestamp(6) NOT NULL,
	"updated_at" timestamp(6) NOT NULL,
	CONSTRAINT "fk_rails_reminders_user" FOREIGN KEY ("user_id") REFERENCES "users" ("id"));

CREATE TABLE "streaks" (
	"id" bigserial PRIMARY KEY,
	"user_id" bigint NOT NULL,
	"current_length" integer NOT NULL DEFAULT 0,
	"longest_length" integer NOT NULL DEFAULT 0,
	"last_entry_on" date,
	"created_at" timestamp(6) NOT NULL,
	"updated_at" timestamp(6) NOT NULL,
	CONSTRAINT "index_streaks_on_user_id" UNIQUE ("user_id"),
	CONSTRAINT "fk_rails_streaks_user" FOREIGN KEY ("user_id") REFERENCES "users" ("id"));

CREATE TABLE "subscriptions" (
	"id" bigserial PRIMARY KEY,
	"type" character varying NOT NULL,
	"user_id" bigint NOT NULL,
	"plan" character varying NOT NULL,
	"status" integer NOT NULL DEFAULT 0,
	"processor_id" character varying,
	"current_period_end" timestamp(6),
	"canceled_at" timestamp(6),
	"created_at" timestamp(6) NOT NULL,
	"updated_at" timestamp(6) NOT NULL,
	CONSTRAINT "fk_rails_subscriptions_user" FOREIGN KEY ("user_id") REFERENCES "users" ("id"));

CREATE TABLE "notifications" (
	"id" bigserial PRIMARY KEY,
	"type" character varying NOT NULL,
	"recipient_type" character varying NOT NULL,
	"recipient_id" bigint NOT NULL,
	"params" jsonb NOT NULL DEFAULT '{}',
	"read_at" timestamp(6),
	"created_at" timestamp(6) NOT NULL,
	"updated_at" timestamp(6) NOT NULL);

CREATE TABLE "active_storage_attachments" (
	"id" bigserial PRIMARY KEY,
	"name" character varying NOT NULL,
	"record_type" character varying NOT NULL,
	"record_id" bigint NOT NULL,
	"blob_id" bigint NOT NULL,
	"created_at" timestamp(6) NOT NULL);
