-- muse: AI personas to chat with: users, personas with tags, preferences, chats and their messages, likes, follows, reports for moderators, usage counters per day. Prisma: cuid text keys, quoted camelCase columns, enums, implicit many-to-many.

CREATE TYPE "UserRole" AS ENUM ('USER', 'CREATOR', 'MODERATOR', 'ADMIN');
CREATE TYPE "PersonaVisibility" AS ENUM ('PUBLIC', 'UNLISTED', 'PRIVATE');
CREATE TYPE "ReportStatus" AS ENUM ('OPEN', 'IN_REVIEW', 'RESOLVED', 'DISMISSED');

CREATE TABLE "plans" (
	"id" TEXT NOT NULL,
	"name" TEXT NOT NULL,
	"monthlyCents" INTEGER NOT NULL,
	"dailyRequests" INTEGER NOT NULL,
	"isActive" BOOLEAN NOT NULL DEFAULT true,
	CONSTRAINT "plans_pkey" PRIMARY KEY ("id"));

CREATE TABLE "users" (
	"id" TEXT NOT NULL,
	"email" TEXT NOT NULL,
	"username" TEXT NOT NULL,
	"name" TEXT,
	"passwordHash" TEXT,
	"avatarUrl" TEXT,
	"bio" TEXT,
	"role" "UserRole" NOT NULL DEFAULT 'USER',
	"planId" TEXT NOT NULL,
	"isVerified" BOOLEAN NOT NULL DEFAULT false,
	"settings" JSONB NOT NULL DEFAULT '{}',
	"lastSeenAt" TIMESTAMP(3),
	"deletedAt" TIMESTAMP(3),
	"createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
	"updatedAt" TIMESTAMP(3) NOT NULL,
	CONSTRAINT "users_pkey" PRIMARY KEY ("id"));

CREATE TABLE "personas" (
	"id" TEXT NOT NULL,
	"creatorId" TEXT NOT NULL,
	"name" TEXT NOT NULL,
	"slug" TEXT NOT NULL,
	"tagline" TEXT,
	"description" TEXT,
	"systemPrompt" TEXT NOT NULL,
	"avatarUrl" TEXT,
	"category" TEXT NOT NULL,
	"visibility" "PersonaVisibility" NOT NULL DEFAULT 'PRIVATE',
	"isFeatured" BOOLEAN NOT NULL DEFAULT false,
	"isNsfw" BOOLEAN NOT NULL DEFAULT false,
	"languages" TEXT[],
	"settings" JSONB NOT NULL DEFAULT '{}',
	"chatCount" INTEGER NOT NULL DEFAULT 0,
	"likeCount" INTEGER NOT NULL DEFAULT 0,
	"featuredAt" TIMESTAMP(3),
	"deletedAt" TIMESTAMP(3),
	"createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
	"updatedAt" TIMESTAMP(3) NOT NULL,
	CONSTRAINT "personas_pkey" PRIMARY KEY ("id"));

CREATE TABLE "persona_preferences" (
	"id" TEXT NOT NULL,
	"userId" TEXT NOT NULL,
	"personaId" TEXT NOT NULL,
	"key" TEXT NOT NULL,
	"value" JSONB NOT NULL,
	"createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
	"updatedAt" TIMESTAMP(3) NOT NULL,
	CONSTRAINT "persona_preferences_pkey" PRIMARY KEY ("id"));

CREATE TABLE "chats" (
	"id" TEXT NOT NULL,
	"userId" TEXT NOT NULL,
	"personaId" TEXT NOT NULL,
	"title" TEXT,
	"isPinned" BOOLEAN NOT NULL DEFAULT false,
	"messageCount" INTEGER NOT NULL DEFAULT 0,
	"lastMessageAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
	"archivedAt" TIMESTAMP(3),
	"createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
	"updatedAt" TIMESTAMP(3) NOT NULL,
	CONSTRAINT "chats_pkey" PRIMARY KEY ("id"));

CREATE TABLE "messages" (
	"id" TEXT NOT NULL,
	"chatId" TEXT NOT NULL,
	"role" TEXT NOT NULL,
	"content" TEXT NOT NULL,
	"model" TEXT,
	"tokens" INTEGER NOT NULL DEFAULT 0,
	"isFlagged" BOOLEAN NOT NULL DEFAULT false,
	"metadata" JSONB,
	"createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
	CONSTRAINT "messages_pkey" PRIMARY KEY ("id"));

CREATE TABLE "likes" (
	"userId" TEXT NOT NULL,
	"personaId" TEXT NOT NULL,
	"createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
	CONSTRAINT "likes_pkey" PRIMARY KEY ("userId", "personaId"));

CREATE TABLE "follows" (
	"followerId" TEXT NOT NULL,
	"followingId" TEXT NOT NULL,
	"createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
	CONSTRAINT "follows_pkey" PRIMARY KEY ("followerId", "followingId"));

CREATE TABLE "tags" (
	"id" TEXT NOT NULL,
	"name" TEXT NOT NULL,
	"personaCount" INTEGER NOT NULL DEFAULT 0,
	CONSTRAINT "tags_pkey" PRIMARY KEY ("id"));

CREATE TABLE "_PersonaToTag" (
	"A" TEXT NOT NULL,
	"B" TEXT NOT NULL);

CREATE TABLE "reports" (
	"id" TEXT NOT NULL,
	"reporterId" TEXT NOT NULL,
	"targetType" TEXT NOT NULL,
	"targetId" TEXT NOT NULL,
	"reason" TEXT NOT NULL,
	"details" TEXT,
	"status" "ReportStatus" NOT NULL DEFAULT 'OPEN',
	"moderatorId" TEXT,
	"resolvedAt" TIMESTAMP(3),
	"createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
	CONSTRAINT "reports_pkey" PRIMARY KEY ("id"));

CREATE TABLE "usage_counters" (
	"id" TEXT NOT NULL,
	"userId" TEXT NOT NULL,
	"day" DATE NOT NULL,
	"model" TEXT NOT NULL,
	"requests" INTEGER NOT NULL DEFAULT 0,
	"tokens" BIGINT NOT NULL DEFAULT 0,
	"updatedAt" TIMESTAMP(3) NOT NULL,
	CONSTRAINT "usage_counters_pkey" PRIMARY KEY ("id"));

CREATE UNIQUE INDEX "users_email_key" ON "users"("email");
CREATE UNIQUE INDEX "users_username_key" ON "users"("username");
CREATE UNIQUE INDEX "personas_slug_key" ON "personas"("slug");
CREATE UNIQUE INDEX "persona_preferences_userId_personaId_key_key" ON "persona_preferences"("userId", "personaId", "key");
CREATE UNIQUE INDEX "tags_name_key" ON "tags"("name");
CREATE UNIQUE INDEX "_PersonaToTag_AB_unique" ON "_PersonaToTag"("A", "B");
CREATE UNIQUE INDEX "usage_counters_userId_day_model_key" ON "usage_counters"("userId", "day", "model");

ALTER TABLE "users" ADD CONSTRAINT "users_planId_fkey" FOREIGN KEY ("planId") REFERENCES "plans"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "personas" ADD CONSTRAINT "personas_creatorId_fkey" FOREIGN KEY ("creatorId") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "persona_preferences" ADD CONSTRAINT "persona_preferences_userId_fkey" FOREIGN KEY ("userId") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "persona_preferences" ADD CONSTRAINT "persona_preferences_personaId_fkey" FOREIGN KEY ("personaId") REFERENCES "personas"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "chats" ADD CONSTRAINT "chats_userId_fkey" FOREIGN KEY ("userId") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "chats" ADD CONSTRAINT "chats_personaId_fkey" FOREIGN KEY ("personaId") REFERENCES "personas"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "messages" ADD CONSTRAINT "messages_chatId_fkey" FOREIGN KEY ("chatId") REFERENCES "chats"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "likes" ADD CONSTRAINT "likes_userId_fkey" FOREIGN KEY ("userId") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "likes" ADD CONSTRAINT "likes_personaId_fkey" FOREIGN KEY ("personaId") REFERENCES "personas"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "follows" ADD CONSTRAINT "follows_followerId_fkey" FOREIGN KEY ("followerId") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "follows" ADD CONSTRAINT "follows_followingId_fkey" FOREIGN KEY ("followingId") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "_PersonaToTag" ADD CONSTRAINT "_PersonaToTag_A_fkey" FOREIGN KEY ("A") REFERENCES "personas"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "_PersonaToTag" ADD CONSTRAINT "_PersonaToTag_B_fkey" FOREIGN KEY ("B") REFERENCES "tags"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "reports" ADD CONSTRAINT "reports_reporterId_fkey" FOREIGN KEY ("reporterId") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "usage_counters" ADD CONSTRAINT "usage_counters_userId_fkey" FOREIGN KEY ("userId") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
