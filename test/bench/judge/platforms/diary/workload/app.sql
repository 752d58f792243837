-- transactions: 150
\set n random(1, 180000)
\set c random(1, 40000)
\set card random(1, 120000)
\set s random(1, 20000)
\set k random(1, 30000)
\set l random(1, 15000)
\set led random(1, 119600)
\set page random(0, 2)
\set days random(1, 400)
SELECT bench.say(bench.cuid('user', u)) AS usr, bench.say(bench.cuid('journal', u + 8000 * bench.pick(:n, 2, CASE WHEN u <= 4000 THEN 3 ELSE 2 END))) AS journal, bench.say(bench.cuid('entry', :n)) AS entry, bench.say(bench.cuid('entry', GREATEST(1, :n::int - 1))) AS entry2, bench.say(bench.cuid('entry', GREATEST(1, :n::int - 2))) AS entry3,
	bench.say(bench.cuid('tag', u)) AS tag, bench.say(bench.cuid('conversation', :c)) AS conv, bench.say(bench.cuid('conversation', GREATEST(1, :c::int - 9))) AS conv2, bench.say(bench.cuid('conversation', GREATEST(1, :c::int - 40))) AS conv3,
	bench.say(bench.cuid('card', :card)) AS card, bench.say(md5('st' || :s::int)) AS session, bench.say(md5('key' || :k::int) || md5('yek' || :k::int)) AS hash, bench.say(md5('share' || :l::int)) AS token,
	bench.say((SELECT 'pi_' || md5('pi' || min(g)) FROM generate_series(:led::int, :led::int + 400) AS g WHERE bench.pick(g, 54, 100) BETWEEN 85 AND 95)) AS reference, bench.say('%' || bench.word(:n, 2) || '%') AS needle, bench.say(bench.ago(0)) AS now, bench.say(bench.ago(:days * 1440)) AS since, bench.say(bench.ago(:days * 1440 - 43200)) AS until,
	bench.say(bench.ago(43200)) AS month, :page::int * 10 AS skip
FROM (SELECT 1 + bench.skewed(:n, 1, 8000) AS u) AS x \gset
-- the session
SELECT "public"."Session"."id", "public"."Session"."sessionToken", "public"."Session"."userId", "public"."Session"."expires" FROM "public"."Session" WHERE ("public"."Session"."sessionToken" = :session AND 1=1) LIMIT 1 OFFSET 0;
-- journals of a user
SELECT "public"."Journal"."id", "public"."Journal"."title", "public"."Journal"."color", "public"."Journal"."position" FROM "public"."Journal" WHERE ("public"."Journal"."userId" = :usr AND "public"."Journal"."isArchived" = false) ORDER BY "public"."Journal"."position" ASC OFFSET 0;
-- entries of a journal, newest first
SELECT "public"."Entry"."id", "public"."Entry"."title", "public"."Entry"."wordCount", "public"."Entry"."entryDate", "public"."Entry"."isFavorite" FROM "public"."Entry" WHERE ("public"."Entry"."journalId" = :journal AND "public"."Entry"."deletedAt" IS NULL AND "public"."Entry"."isDraft" = false) ORDER BY "public"."Entry"."entryDate" DESC LIMIT 20 OFFSET :skip;
-- their number
SELECT COUNT(*) FROM (SELECT "public"."Entry"."id" FROM "public"."Entry" WHERE ("public"."Entry"."journalId" = :journal AND "public"."Entry"."deletedAt" IS NULL) OFFSET 0) AS "sub";
-- the timeline after a cursor
SELECT "public"."Entry"."id", "public"."Entry"."title", "public"."Entry"."body", "public"."Entry"."entryDate" FROM "public"."Entry", (SELECT "public"."Entry"."entryDate" AS "Entry_entryDate_0" FROM "public"."Entry" WHERE ("public"."Entry"."id") = (:entry)) AS "order_cmp" WHERE (("public"."Entry"."userId" = :usr AND "public"."Entry"."deletedAt" IS NULL) AND "public"."Entry"."entryDate" <= "order_cmp"."Entry_entryDate_0") ORDER BY "public"."Entry"."entryDate" DESC LIMIT 21 OFFSET 0;
-- search in the entries of a user
SELECT "public"."Entry"."id", "public"."Entry"."title", "public"."Entry"."entryDate" FROM "public"."Entry" WHERE ("public"."Entry"."userId" = :usr AND "public"."Entry"."deletedAt" IS NULL AND ("public"."Entry"."title"::text ILIKE :needle OR "public"."Entry"."body"::text ILIKE :needle)) ORDER BY "public"."Entry"."entryDate" DESC LIMIT 20 OFFSET 0;
-- entries with a tag
SELECT "public"."Entry"."id", "public"."Entry"."title" FROM "public"."Entry" WHERE ("public"."Entry"."deletedAt" IS NULL AND ("public"."Entry"."id") IN (SELECT "t1"."A" FROM "public"."_EntryToTag" AS "t1" INNER JOIN "public"."Tag" AS "j1" ON ("j1"."id") = ("t1"."B") WHERE ("j1"."id" = :tag AND "t1"."A" IS NOT NULL))) ORDER BY "public"."Entry"."entryDate" DESC LIMIT 20 OFFSET 0;
-- tags of several entries (include)
SELECT "public"."_EntryToTag"."A", "public"."_EntryToTag"."B" FROM "public"."_EntryToTag" WHERE "public"."_EntryToTag"."A" IN (:entry,:entry2,:entry3);
-- moods per day of a month ($queryRaw)
SELECT date_trunc('day', "recordedAt") AS "day", AVG("score")::float AS "score", COUNT(*)::int AS "n" FROM "Mood" WHERE "userId" = :usr AND "recordedAt" >= :since AND "recordedAt" < :until GROUP BY 1 ORDER BY 1;
-- active conversations
SELECT "public"."Conversation"."id", "public"."Conversation"."title", "public"."Conversation"."lastMessageAt" FROM "public"."Conversation" WHERE ("public"."Conversation"."userId" = :usr AND "public"."Conversation"."status" = CAST('ACTIVE'::text AS "public"."ConversationStatus")) ORDER BY "public"."Conversation"."lastMessageAt" DESC LIMIT 30 OFFSET 0;
-- messages of a conversation
SELECT "public"."Message"."id", "public"."Message"."role", "public"."Message"."content", "public"."Message"."createdAt" FROM "public"."Message" WHERE "public"."Message"."conversationId" = :conv ORDER BY "public"."Message"."createdAt" ASC LIMIT 100 OFFSET 0;
-- the last message of several conversations ($queryRaw)
SELECT DISTINCT ON ("conversationId") "conversationId", "role", left("content", 80) AS "preview", "createdAt" FROM "Message" WHERE "conversationId" IN (:conv,:conv2,:conv3) AND "role" <> 'SYSTEM' ORDER BY "conversationId", "createdAt" DESC;
-- cards that are due
SELECT "public"."Card"."id", "public"."Card"."front", "public"."Card"."back", "public"."Card"."dueAt", "public"."Card"."ease" FROM "public"."Card" WHERE ("public"."Card"."userId" = :usr AND "public"."Card"."suspended" = false AND "public"."Card"."dueAt" <= :now) ORDER BY "public"."Card"."dueAt" ASC LIMIT 20 OFFSET 0;
-- new cards
SELECT "public"."Card"."id", "public"."Card"."front", "public"."Card"."back" FROM "public"."Card" WHERE ("public"."Card"."userId" = :usr AND "public"."Card"."suspended" = false AND "public"."Card"."state" = CAST('NEW'::text AS "public"."CardState")) ORDER BY "public"."Card"."createdAt" ASC LIMIT 10 OFFSET 0;
-- reviews of a card
SELECT "public"."ReviewLog"."id", "public"."ReviewLog"."rating", "public"."ReviewLog"."reviewedAt" FROM "public"."ReviewLog" WHERE "public"."ReviewLog"."cardId" = :card ORDER BY "public"."ReviewLog"."reviewedAt" DESC LIMIT 10 OFFSET 0;
-- the heat map ($queryRaw)
SELECT "reviewedAt"::date AS "day", COUNT(*)::int AS "reviews", COUNT(*) FILTER (WHERE "rating" > 1)::int AS "passed" FROM "ReviewLog" WHERE "userId" = :usr AND "reviewedAt" >= :month GROUP BY 1;
-- a shared entry
SELECT "public"."ShareLink"."id", "public"."ShareLink"."entryId" FROM "public"."ShareLink" WHERE ("public"."ShareLink"."token" = :token AND "public"."ShareLink"."revokedAt" IS NULL AND ("public"."ShareLink"."expiresAt" IS NULL OR "public"."ShareLink"."expiresAt" > :now)) LIMIT 1 OFFSET 0;
-- an API key by its hash
SELECT "public"."ApiKey"."id", "public"."ApiKey"."userId" FROM "public"."ApiKey" WHERE ("public"."ApiKey"."hashedKey" = :hash AND "public"."ApiKey"."revokedAt" IS NULL AND ("public"."ApiKey"."expiresAt" IS NULL OR "public"."ApiKey"."expiresAt" > :now)) LIMIT 1 OFFSET 0;
-- the ledger
SELECT "public"."LedgerEntry"."id", "public"."LedgerEntry"."kind", "public"."LedgerEntry"."amountCents", "public"."LedgerEntry"."createdAt" FROM "public"."LedgerEntry" WHERE "public"."LedgerEntry"."userId" = :usr ORDER BY "public"."LedgerEntry"."createdAt" DESC LIMIT 25 OFFSET :skip;
-- the balance
SELECT SUM("amountCents") FROM (SELECT "public"."LedgerEntry"."amountCents" FROM "public"."LedgerEntry" WHERE "public"."LedgerEntry"."userId" = :usr OFFSET 0) AS "sub";
-- was this payment booked
SELECT "public"."LedgerEntry"."id", "public"."LedgerEntry"."amountCents" FROM "public"."LedgerEntry" WHERE ("public"."LedgerEntry"."kind" = 'TOPUP' AND "public"."LedgerEntry"."reference" = :reference) LIMIT 1 OFFSET 0;
