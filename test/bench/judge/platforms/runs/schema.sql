-- runs: AI agents with runs, run events, chat sessions and tool calls. Prisma: cuid text keys, quoted camelCase names, enums.

CREATE TYPE "RunStatus" AS ENUM ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED');
CREATE TYPE "AgentKind" AS ENUM ('ASSISTANT', 'WORKER', 'ROUTER');

CREATE TABLE "Model" (
	"id" text PRIMARY KEY,
	"provider" text NOT NULL,
	"inputPrice" numeric(10, 4) NOT NULL,
	"deprecated" boolean NOT NULL DEFAULT false);

CREATE TABLE "Organization" (
	"id" text PRIMARY KEY,
	"name" text NOT NULL,
	"slug" text NOT NULL UNIQUE,
	"createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP);

CREATE TABLE "Agent" (
	"id" text PRIMARY KEY,
	"organizationId" text NOT NULL REFERENCES "Organization" ON DELETE CASCADE,
	"modelId" text NOT NULL REFERENCES "Model" ON DELETE RESTRICT,
	"name" text NOT NULL,
	"kind" "AgentKind" NOT NULL DEFAULT 'ASSISTANT',
	"published" boolean NOT NULL DEFAULT false,
	"config" jsonb NOT NULL DEFAULT '{}',
	"createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
	"deletedAt" timestamp(3));

CREATE TABLE "Session" (
	"id" text PRIMARY KEY,
	"agentId" text NOT NULL REFERENCES "Agent" ON DELETE CASCADE,
	"externalUserId" text,
	"title" text,
	"startedAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
	"lastMessageAt" timestamp(3),
	"endedAt" timestamp(3));

CREATE TABLE "Run" (
	"id" text PRIMARY KEY,
	"agentId" text NOT NULL REFERENCES "Agent" ON DELETE CASCADE,
	"sessionId" text REFERENCES "Session" ON DELETE SET NULL,
	"status" "RunStatus" NOT NULL DEFAULT 'QUEUED',
	"priority" integer NOT NULL DEFAULT 0,
	"workerId" text,
	"error" text,
	"inputTokens" integer NOT NULL DEFAULT 0,
	"outputTokens" integer NOT NULL DEFAULT 0,
	"createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
	"startedAt" timestamp(3),
	"finishedAt" timestamp(3));

CREATE TABLE "RunEvent" (
	"id" bigserial PRIMARY KEY,
	"runId" text NOT NULL REFERENCES "Run" ON DELETE CASCADE,
	"sequence" integer NOT NULL,
	"type" text NOT NULL,
	"payload" jsonb NOT NULL,
	"createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP);

CREATE TABLE "ToolCall" (
	"id" text PRIMARY KEY,
	"runId" text NOT NULL REFERENCES "Run" ON DELETE CASCADE,
	"tool" text NOT NULL,
	"success" boolean,
	"durationMs" integer,
	"createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP);
