-- prisma: organizations publish posts, with tags, comments, reactions, follows and notifications. Prisma: cuid text keys, quoted camelCase names, enums, implicit m:n tables.

CREATE TYPE "PostStatus" AS ENUM ('DRAFT', 'SCHEDULED', 'PUBLISHED', 'ARCHIVED', 'FLAGGED');
CREATE TYPE "NotificationType" AS ENUM ('COMMENT', 'REACTION', 'FOLLOW', 'MENTION');

CREATE TABLE "Organization" (
	"id" text PRIMARY KEY,
	"slug" text NOT NULL UNIQUE,
	"name" text NOT NULL,
	"createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
	"deletedAt" timestamp(3));

CREATE TABLE "User" (
	"id" text PRIMARY KEY,
	"email" text NOT NULL UNIQUE,
	"username" text NOT NULL,
	"name" text,
	"isPro" boolean NOT NULL DEFAULT false,
	"createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
	"updatedAt" timestamp(3) NOT NULL,
	"deletedAt" timestamp(3));

CREATE TABLE "Session" (
	"id" text PRIMARY KEY,
	"sessionToken" text NOT NULL UNIQUE,
	"userId" text NOT NULL REFERENCES "User" ON DELETE CASCADE,
	"expires" timestamp(3) NOT NULL);

CREATE TABLE "Membership" (
	"userId" text NOT NULL REFERENCES "User" ON DELETE CASCADE,
	"organizationId" text NOT NULL REFERENCES "Organization" ON DELETE CASCADE,
	"role" text NOT NULL DEFAULT 'MEMBER',
	"createdAt" timestamp(3) NOT NULL,
	PRIMARY KEY ("userId", "organizationId"));

CREATE TABLE "Post" (
	"id" text PRIMARY KEY,
	"organizationId" text NOT NULL REFERENCES "Organization" ON DELETE CASCADE,
	"authorId" text NOT NULL REFERENCES "User" ON DELETE CASCADE,
	"slug" text NOT NULL,
	"title" text NOT NULL,
	"excerpt" text,
	"status" "PostStatus" NOT NULL DEFAULT 'DRAFT',
	"viewCount" integer NOT NULL DEFAULT 0,
	"scheduledAt" timestamp(3),
	"publishedAt" timestamp(3),
	"createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
	"updatedAt" timestamp(3) NOT NULL,
	"deletedAt" timestamp(3),
	UNIQUE ("organizationId", "slug"));

CREATE TABLE "Tag" (
	"id" text PRIMARY KEY,
	"slug" text NOT NULL UNIQUE,
	"name" text NOT NULL);

CREATE TABLE "_PostToTag" (
	"A" text NOT NULL REFERENCES "Post" ON DELETE CASCADE,
	"B" text NOT NULL REFERENCES "Tag" ON DELETE CASCADE,
	CONSTRAINT "_PostToTag_AB_unique" UNIQUE ("A", "B"));

CREATE TABLE "Comment" (
	"id" text PRIMARY KEY,
	"postId" text NOT NULL REFERENCES "Post" ON DELETE CASCADE,
	"parentId" text REFERENCES "Comment" ON DELETE CASCADE,
	"authorId" text NOT NULL REFERENCES "User" ON DELETE CASCADE,
	"body" text NOT NULL,
	"createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
	"deletedAt" timestamp(3));

CREATE TABLE "Reaction" (
	"userId" text NOT NULL REFERENCES "User" ON DELETE CASCADE,
	"postId" text NOT NULL REFERENCES "Post" ON DELETE CASCADE,
	"emoji" text NOT NULL,
	"createdAt" timestamp(3) NOT NULL,
	PRIMARY KEY ("userId", "postId"));

CREATE TABLE "Follow" (
	"followerId" text NOT NULL REFERENCES "User" ON DELETE CASCADE,
	"followingId" text NOT NULL REFERENCES "User" ON DELETE CASCADE,
	"createdAt" timestamp(3) NOT NULL,
	PRIMARY KEY ("followerId", "followingId"));

CREATE TABLE "Notification" (
	"id" text PRIMARY KEY,
	"userId" text NOT NULL REFERENCES "User" ON DELETE CASCADE,
	"type" "NotificationType" NOT NULL,
	"postId" text REFERENCES "Post" ON DELETE CASCADE,
	"readAt" timestamp(3),
	"createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP);
