-- diary: journals with an assistant, spaced repetition and a prepaid balance. Prisma: quoted CamelCase names, text cuid keys, timestamp(3), enums, implicit many-to-many.

CREATE TYPE "ConversationStatus" AS ENUM ('ACTIVE', 'ARCHIVED');
CREATE TYPE "MessageRole" AS ENUM ('USER', 'ASSISTANT', 'SYSTEM');
CREATE TYPE "CardState" AS ENUM ('NEW', 'LEARNING', 'REVIEW', 'RELEARNING');

CREATE TABLE "User" (
	"id" text NOT NULL CONSTRAINT "User_pkey" PRIMARY KEY,
	"email" text NOT NULL CONSTRAINT "User_email_key" UNIQUE,
	"name" text,
	"timezone" text NOT NULL DEFAULT 'UTC',
	"plan" text NOT NULL DEFAULT 'free',
	"createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
	"updatedAt" timestamp(3) NOT NULL);

CREATE TABLE "Session" (
	"id" text NOT NULL CONSTRAINT "Session_pkey" PRIMARY KEY,
	"sessionToken" text NOT NULL CONSTRAINT "Session_sessionToken_key" UNIQUE,
	"userId" text NOT NULL CONSTRAINT "Session_userId_fkey" REFERENCES "User" ON DELETE CASCADE ON UPDATE CASCADE,
	"expires" timestamp(3) NOT NULL);

CREATE TABLE "Journal" (
	"id" text NOT NULL CONSTRAINT "Journal_pkey" PRIMARY KEY,
	"userId" text NOT NULL CONSTRAINT "Journal_userId_fkey" REFERENCES "User" ON DELETE CASCADE ON UPDATE CASCADE,
	"title" text NOT NULL,
	"color" text NOT NULL,
	"position" integer NOT NULL,
	"isArchived" boolean NOT NULL DEFAULT false,
	"createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
	"updatedAt" timestamp(3) NOT NULL);

CREATE TABLE "Prompt" (
	"id" text NOT NULL CONSTRAINT "Prompt_pkey" PRIMARY KEY,
	"category" text NOT NULL,
	"locale" text NOT NULL,
	"text" text NOT NULL,
	"isActive" boolean NOT NULL DEFAULT true,
	"publishedAt" timestamp(3));

CREATE TABLE "Entry" (
	"id" text NOT NULL CONSTRAINT "Entry_pkey" PRIMARY KEY,
	"userId" text NOT NULL CONSTRAINT "Entry_userId_fkey" REFERENCES "User" ON DELETE CASCADE ON UPDATE CASCADE,
	"journalId" text NOT NULL CONSTRAINT "Entry_journalId_fkey" REFERENCES "Journal" ON DELETE CASCADE ON UPDATE CASCADE,
	"promptId" text CONSTRAINT "Entry_promptId_fkey" REFERENCES "Prompt" ON DELETE SET NULL ON UPDATE CASCADE,
	"title" text,
	"body" text NOT NULL,
	"wordCount" integer NOT NULL DEFAULT 0,
	"isDraft" boolean NOT NULL DEFAULT false,
	"isFavorite" boolean NOT NULL DEFAULT false,
	"entryDate" timestamp(3) NOT NULL,
	"createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
	"updatedAt" timestamp(3) NOT NULL,
	"deletedAt" timestamp(3));

CREATE TABLE "Mood" (
	"id" text NOT NULL CONSTRAINT "Mood_pkey" PRIMARY KEY,
	"userId" text NOT NULL CONSTRAINT "Mood_userId_fkey" REFERENCES "User" ON DELETE CASCADE ON UPDATE CASCADE,
	"entryId" text CONSTRAINT "Mood_entryId_key" UNIQUE CONSTRAINT "Mood_entryId_fkey" REFERENCES "Entry" ON DELETE CASCADE ON UPDATE CASCADE,
	"score" integer NOT NULL,
	"label" text NOT NULL,
	"recordedAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP);

CREATE TABLE "Tag" (
	"id" text NOT NULL CONSTRAINT "Tag_pkey" PRIMARY KEY,
	"userId" text NOT NULL CONSTRAINT "Tag_userId_fkey" REFERENCES "User" ON DELETE CASCADE ON UPDATE CASCADE,
	"name" text NOT NULL,
	CONSTRAINT "Tag_userId_name_key" UNIQUE ("userId", "name"));

CREATE TABLE "_EntryToTag" (
	"A" text NOT NULL CONSTRAINT "_EntryToTag_A_fkey" REFERENCES "Entry" ON DELETE CASCADE ON UPDATE CASCADE,
	"B" text NOT NULL CONSTRAINT "_EntryToTag_B_fkey" REFERENCES "Tag" ON DELETE CASCADE ON UPDATE CASCADE,
	CONSTRAINT "_EntryToTag_AB_unique" UNIQUE ("A", "B"));

CREATE TABLE "Conversation" (
	"id" text NOT NULL CONSTRAINT "Conversation_pkey" PRIMARY KEY,
	"userId" text NOT NULL CONSTRAINT "Conversation_userId_fkey" REFERENCES "User" ON DELETE CASCADE ON UPDATE CASCADE,
	"entryId" text CONSTRAINT "Conversation_entryId_fkey" REFERENCES "Entry" ON DELETE SET NULL ON UPDATE CASCADE,
	"title" text NOT NULL,
	"status" "ConversationStatus" NOT NULL DEFAULT 'ACTIVE',
	"lastMessageAt" timestamp(3) NOT NULL,
	"createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP);

CREATE TABLE "Message" (
	"id" text NOT NULL CONSTRAINT "Message_pkey" PRIMARY KEY,
	"conversationId" text NOT NULL CONSTRAINT "Message_conversationId_fkey" REFERENCES "Conversation" ON DELETE CASCADE ON UPDATE CASCADE,
	"role" "MessageRole" NOT NULL,
	"content" text NOT NULL,
	"tokens" integer NOT NULL,
	"feedback" integer,
	"createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP);

CREATE TABLE "Card" (
	"id" text NOT NULL CONSTRAINT "Card_pkey" PRIMARY KEY,
	"userId" text NOT NULL CONSTRAINT "Card_userId_fkey" REFERENCES "User" ON DELETE CASCADE ON UPDATE CASCADE,
	"entryId" text CONSTRAINT "Card_entryId_fkey" REFERENCES "Entry" ON DELETE CASCADE ON UPDATE CASCADE,
	"front" text NOT NULL,
	"back" text NOT NULL,
	"state" "CardState" NOT NULL DEFAULT 'NEW',
	"ease" double precision NOT NULL DEFAULT 2.5,
	"intervalDays" integer NOT NULL DEFAULT 0,
	"dueAt" timestamp(3),
	"suspended" boolean NOT NULL DEFAULT false,
	"createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
	"updatedAt" timestamp(3) NOT NULL);

CREATE TABLE "ReviewLog" (
	"id" text NOT NULL CONSTRAINT "ReviewLog_pkey" PRIMARY KEY,
	"cardId" text NOT NULL CONSTRAINT "ReviewLog_cardId_fkey" REFERENCES "Card" ON DELETE CASCADE ON UPDATE CASCADE,
	"userId" text NOT NULL CONSTRAINT "ReviewLog_userId_fkey" REFERENCES "User" ON DELETE CASCADE ON UPDATE CASCADE,
	"rating" integer NOT NULL,
	"elapsedMs" integer NOT NULL,
	"reviewedAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP);

CREATE TABLE "ShareLink" (
	"id" text NOT NULL CONSTRAINT "ShareLink_pkey" PRIMARY KEY,
	"token" text NOT NULL CONSTRAINT "ShareLink_token_key" UNIQUE,
	"entryId" text NOT NULL CONSTRAINT "ShareLink_entryId_fkey" REFERENCES "Entry" ON DELETE CASCADE ON UPDATE CASCADE,
	"createdById" text NOT NULL CONSTRAINT "ShareLink_createdById_fkey" REFERENCES "User" ON DELETE CASCADE ON UPDATE CASCADE,
	"viewCount" integer NOT NULL DEFAULT 0,
	"expiresAt" timestamp(3),
	"revokedAt" timestamp(3),
	"createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP);

CREATE TABLE "ApiKey" (
	"id" text NOT NULL CONSTRAINT "ApiKey_pkey" PRIMARY KEY,
	"userId" text NOT NULL CONSTRAINT "ApiKey_userId_fkey" REFERENCES "User" ON DELETE CASCADE ON UPDATE CASCADE,
	"name" text NOT NULL,
	"hashedKey" text NOT NULL,
	"expiresAt" timestamp(3),
	"revokedAt" timestamp(3),
	"lastUsedAt" timestamp(3),
	"createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP);

CREATE TABLE "LedgerEntry" (
	"id" text NOT NULL CONSTRAINT "LedgerEntry_pkey" PRIMARY KEY,
	"userId" text NOT NULL CONSTRAINT "LedgerEntry_userId_fkey" REFERENCES "User" ON DELETE RESTRICT ON UPDATE CASCADE,
	"kind" text NOT NULL,
	"amountCents" integer NOT NULL,
	"reference" text,
	"createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP);
