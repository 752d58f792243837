-- What an engineer of this platform would create.
CREATE INDEX "Journal_userId_position_idx" ON "Journal" ("userId", "position");
CREATE INDEX "Entry_journalId_entryDate_idx" ON "Entry" ("journalId", "entryDate" DESC) WHERE "deletedAt" IS NULL;
CREATE INDEX "Entry_userId_entryDate_idx" ON "Entry" ("userId", "entryDate" DESC) WHERE "deletedAt" IS NULL;
CREATE INDEX "Entry_deletedAt_idx" ON "Entry" ("deletedAt") WHERE "deletedAt" IS NOT NULL;
CREATE INDEX "Mood_userId_recordedAt_idx" ON "Mood" ("userId", "recordedAt" DESC);
CREATE INDEX "_EntryToTag_B_index" ON "_EntryToTag" ("B");
CREATE INDEX "Conversation_userId_status_lastMessageAt_idx" ON "Conversation" ("userId", "status", "lastMessageAt" DESC);
CREATE INDEX "Conversation_entryId_idx" ON "Conversation" ("entryId") WHERE "entryId" IS NOT NULL;
CREATE INDEX "Message_conversationId_createdAt_idx" ON "Message" ("conversationId", "createdAt");
CREATE INDEX "Message_feedback_idx" ON "Message" ("createdAt" DESC) WHERE "feedback" = -1;
CREATE INDEX "Card_userId_dueAt_idx" ON "Card" ("userId", "dueAt") WHERE "suspended" = false;
CREATE INDEX "Card_userId_state_createdAt_idx" ON "Card" ("userId", "state", "createdAt");
CREATE INDEX "Card_entryId_idx" ON "Card" ("entryId") WHERE "entryId" IS NOT NULL;
CREATE INDEX "ReviewLog_cardId_reviewedAt_idx" ON "ReviewLog" ("cardId", "reviewedAt" DESC);
CREATE INDEX "ReviewLog_userId_reviewedAt_idx" ON "ReviewLog" ("userId", "reviewedAt");
CREATE INDEX "ApiKey_hashedKey_idx" ON "ApiKey" ("hashedKey") WHERE "revokedAt" IS NULL;
CREATE INDEX "LedgerEntry_userId_createdAt_idx" ON "LedgerEntry" ("userId", "createdAt" DESC) INCLUDE ("amountCents");
CREATE INDEX "LedgerEntry_reference_idx" ON "LedgerEntry" ("reference") WHERE "reference" IS NOT NULL;
