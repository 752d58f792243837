-- tracehub: watches AI agents: workspaces, agents, runs with child runs, spans, events, tool calls, feedback, datasets, alerts. TypeORM: bigint and uuid keys, quoted camelCase columns, an enum, jsonb, cascading foreign keys.

CREATE TYPE "runs_status_enum" AS ENUM ('queued', 'running', 'success', 'error', 'cancelled');

CREATE TABLE "workspaces" (
	"id" BIGSERIAL NOT NULL,
	"slug" character varying(80) NOT NULL,
	"name" character varying NOT NULL,
	"plan" character varying(20) NOT NULL DEFAULT 'free',
	"retentionDays" integer NOT NULL DEFAULT 60,
	"createdAt" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
	CONSTRAINT "PK_workspaces" PRIMARY KEY ("id"),
	CONSTRAINT "UQ_workspaces_slug" UNIQUE ("slug"));

CREATE TABLE "users" (
	"id" BIGSERIAL NOT NULL,
	"email" character varying NOT NULL,
	"name" character varying,
	"passwordHash" character varying NOT NULL,
	"createdAt" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
	"deletedAt" TIMESTAMP WITH TIME ZONE,
	CONSTRAINT "PK_users" PRIMARY KEY ("id"));

CREATE TABLE "memberships" (
	"id" BIGSERIAL NOT NULL,
	"userId" bigint NOT NULL,
	"workspaceId" bigint NOT NULL,
	"role" character varying(20) NOT NULL DEFAULT 'member',
	CONSTRAINT "PK_memberships" PRIMARY KEY ("id"),
	CONSTRAINT "UQ_memberships_user_workspace" UNIQUE ("userId", "workspaceId"));

CREATE TABLE "api_keys" (
	"id" BIGSERIAL NOT NULL,
	"workspaceId" bigint NOT NULL,
	"hashedKey" character(64) NOT NULL,
	"label" character varying NOT NULL,
	"lastUsedAt" TIMESTAMP WITH TIME ZONE,
	"revokedAt" TIMESTAMP WITH TIME ZONE,
	CONSTRAINT "PK_api_keys" PRIMARY KEY ("id"),
	CONSTRAINT "UQ_api_keys_hashedKey" UNIQUE ("hashedKey"));

CREATE TABLE "agents" (
	"id" BIGSERIAL NOT NULL,
	"workspaceId" bigint NOT NULL,
	"name" character varying NOT NULL,
	"model" character varying(60) NOT NULL,
	"config" jsonb NOT NULL DEFAULT '{}',
	"archivedAt" TIMESTAMP WITH TIME ZONE,
	"createdAt" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
	CONSTRAINT "PK_agents" PRIMARY KEY ("id"));

CREATE TABLE "runs" (
	"id" uuid NOT NULL DEFAULT gen_random_uuid(),
	"workspaceId" bigint NOT NULL,
	"agentId" bigint NOT NULL,
	"parentRunId" uuid,
	"name" character varying NOT NULL,
	"status" "runs_status_enum" NOT NULL DEFAULT 'queued',
	"sessionId" character varying(64),
	"error" text,
	"totalTokens" integer NOT NULL DEFAULT 0,
	"costMicros" bigint NOT NULL DEFAULT 0,
	"tags" text array NOT NULL DEFAULT '{}',
	"metadata" jsonb NOT NULL DEFAULT '{}',
	"startedAt" TIMESTAMP WITH TIME ZONE NOT NULL,
	"finishedAt" TIMESTAMP WITH TIME ZONE,
	"createdAt" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
	CONSTRAINT "PK_runs" PRIMARY KEY ("id"));

CREATE TABLE "spans" (
	"id" BIGSERIAL NOT NULL,
	"workspaceId" bigint NOT NULL,
	"runId" uuid NOT NULL,
	"parentSpanId" bigint,
	"kind" character varying(16) NOT NULL,
	"name" character varying NOT NULL,
	"status" character varying(10) NOT NULL DEFAULT 'ok',
	"startedAt" TIMESTAMP WITH TIME ZONE NOT NULL,
	"durationMs" integer,
	"attributes" jsonb NOT NULL DEFAULT '{}',
	CONSTRAINT "PK_spans" PRIMARY KEY ("id"));

CREATE TABLE "events" (
	"id" BIGSERIAL NOT NULL,
	"runId" uuid NOT NULL,
	"spanId" bigint,
	"level" character varying(8) NOT NULL,
	"message" text NOT NULL,
	"payload" jsonb,
	"createdAt" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
	CONSTRAINT "PK_events" PRIMARY KEY ("id"));

CREATE TABLE "tool_calls" (
	"id" BIGSERIAL NOT NULL,
	"workspaceId" bigint NOT NULL,
	"runId" uuid NOT NULL,
	"spanId" bigint NOT NULL,
	"toolName" character varying(80) NOT NULL,
	"arguments" jsonb NOT NULL DEFAULT '{}',
	"error" text,
	"durationMs" integer NOT NULL,
	"startedAt" TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT "PK_tool_calls" PRIMARY KEY ("id"));

CREATE TABLE "feedback_scores" (
	"id" BIGSERIAL NOT NULL,
	"workspaceId" bigint NOT NULL,
	"runId" uuid NOT NULL,
	"key" character varying(40) NOT NULL,
	"source" character varying(16) NOT NULL,
	"score" real NOT NULL,
	"comment" text,
	"createdAt" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
	CONSTRAINT "PK_feedback_scores" PRIMARY KEY ("id"),
	CONSTRAINT "UQ_feedback_scores_run_key_source" UNIQUE ("runId", "key", "source"));

CREATE TABLE "datasets" (
	"id" BIGSERIAL NOT NULL,
	"workspaceId" bigint NOT NULL,
	"name" character varying NOT NULL,
	"itemCount" integer NOT NULL DEFAULT 0,
	"createdAt" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
	CONSTRAINT "PK_datasets" PRIMARY KEY ("id"));

CREATE TABLE "dataset_items" (
	"id" uuid NOT NULL DEFAULT gen_random_uuid(),
	"datasetId" bigint NOT NULL,
	"sourceRunId" uuid,
	"input" jsonb NOT NULL,
	"expected" jsonb,
	"createdAt" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
	CONSTRAINT "PK_dataset_items" PRIMARY KEY ("id"));

CREATE TABLE "alert_rules" (
	"id" BIGSERIAL NOT NULL,
	"workspaceId" bigint NOT NULL,
	"name" character varying NOT NULL,
	"condition" jsonb NOT NULL,
	"enabled" boolean NOT NULL DEFAULT true,
	CONSTRAINT "PK_alert_rules" PRIMARY KEY ("id"));

CREATE TABLE "alerts" (
	"id" BIGSERIAL NOT NULL,
	"workspaceId" bigint NOT NULL,
	"ruleId" bigint NOT NULL,
	"state" character varying(12) NOT NULL DEFAULT 'open',
	"summary" text NOT NULL,
	"openedAt" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
	"resolvedAt" TIMESTAMP WITH TIME ZONE,
	"resolvedById" bigint,
	CONSTRAINT "PK_alerts" PRIMARY KEY ("id"));

ALTER TABLE "memberships" ADD CONSTRAINT "FK_memberships_userId" FOREIGN KEY ("userId") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE "memberships" ADD CONSTRAINT "FK_memberships_workspaceId" FOREIGN KEY ("workspaceId") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE "api_keys" ADD CONSTRAINT "FK_api_keys_workspaceId" FOREIGN KEY ("workspaceId") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE "agents" ADD CONSTRAINT "FK_agents_workspaceId" FOREIGN KEY ("workspaceId") REFERENCES "workspaces"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;
ALTER TABLE "runs" ADD CONSTRAINT "FK_runs_workspaceId" FOREIGN KEY ("workspaceId") REFERENCES "workspaces"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;
ALTER TABLE "runs" ADD CONSTRAINT "FK_runs_agentId" FOREIGN KEY ("agentId") REFERENCES "agents"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;
ALTER TABLE "runs" ADD CONSTRAINT "FK_runs_parentRunId" FOREIGN KEY ("parentRunId") REFERENCES "runs"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE "spans" ADD CONSTRAINT "FK_spans_runId" FOREIGN KEY ("runId") REFERENCES "runs"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE "spans" ADD CONSTRAINT "FK_spans_parentSpanId" FOREIGN KEY ("parentSpanId") REFERENCES "spans"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE "events" ADD CONSTRAINT "FK_events_runId" FOREIGN KEY ("runId") REFERENCES "runs"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE "events" ADD CONSTRAINT "FK_events_spanId" FOREIGN KEY ("spanId") REFERENCES "spans"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE "tool_calls" ADD CONSTRAINT "FK_tool_calls_runId" FOREIGN KEY ("runId") REFERENCES "runs"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE "tool_calls" ADD CONSTRAINT "FK_tool_calls_spanId" FOREIGN KEY ("spanId") REFERENCES "spans"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE "feedback_scores" ADD CONSTRAINT "FK_feedback_scores_runId" FOREIGN KEY ("runId") REFERENCES "runs"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE "datasets" ADD CONSTRAINT "FK_datasets_workspaceId" FOREIGN KEY ("workspaceId") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE "dataset_items" ADD CONSTRAINT "FK_dataset_items_datasetId" FOREIGN KEY ("datasetId") REFERENCES "datasets"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE "dataset_items" ADD CONSTRAINT "FK_dataset_items_sourceRunId" FOREIGN KEY ("sourceRunId") REFERENCES "runs"("id") ON DELETE SET NULL ON UPDATE NO ACTION;
ALTER TABLE "alert_rules" ADD CONSTRAINT "FK_alert_rules_workspaceId" FOREIGN KEY ("workspaceId") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE "alerts" ADD CONSTRAINT "FK_alerts_ruleId" FOREIGN KEY ("ruleId") REFERENCES "alert_rules"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
