-- transactions: 100
\set n random(1, 180000)
\set c random(1, 40000)
\set card random(1, 120000)
SELECT bench.say(bench.cuid('user', u)) AS usr, bench.say(bench.cuid('journal', u + 8000 * bench.pick(:n, 2, CASE WHEN u <= 4000 THEN 3 ELSE 2 END))) AS journal, bench.say((SELECT id FROM "Entry" WHERE id >= bench.cuid('entry', :n) ORDER BY id LIMIT 1)) AS entry, bench.say(bench.cuid('conversation', :c)) AS conv,
	bench.say(bench.cuid('card', :card)) AS card, bench.say(bench.cuid('user', 1 + bench.skewed(:card::int + :card::int / 2, 1, 8000))) AS card_usr, bench.say('c' || substr(md5(random()::text || clock_timestamp() || pg_backend_pid()), 1, 24)) AS id, bench.say(bench.ago(0)) AS now, bench.say(bench.ago(-5760)) AS due
FROM (SELECT 1 + bench.skewed(:n, 1, 8000) AS u) AS x \gset
-- an entry
INSERT INTO "public"."Entry" ("id","userId","journalId","title","body","wordCount","isDraft","isFavorite","entryDate","createdAt","updatedAt") VALUES (:id,:usr,:journal,'Today','It was a quiet day',5,false,false,:now,:now,:now) RETURNING "public"."Entry"."id";
-- the entry is edited
UPDATE "public"."Entry" SET "body" = 'It was a long day', "wordCount" = 5, "updatedAt" = :now WHERE ("public"."Entry"."id" = :entry AND 1=1) RETURNING "public"."Entry"."id", "public"."Entry"."updatedAt";
-- its mood (upsert)
INSERT INTO "public"."Mood" ("id","userId","entryId","score","label","recordedAt") VALUES (:id,:usr,:entry,4,'good',:now) ON CONFLICT ("entryId") DO UPDATE SET "score" = 4, "label" = 'good' WHERE ("public"."Mood"."entryId" = :entry AND 1=1) RETURNING "public"."Mood"."id";
-- a message
INSERT INTO "public"."Message" ("id","conversationId","role","content","tokens","createdAt") VALUES (:id,:conv,CAST('USER'::text AS "public"."MessageRole"),'And then?',4,:now);
-- the conversation is touched
UPDATE "public"."Conversation" SET "lastMessageAt" = :now WHERE ("public"."Conversation"."id" = :conv AND 1=1);
-- a review
INSERT INTO "public"."ReviewLog" ("id","cardId","userId","rating","elapsedMs","reviewedAt") VALUES (:id,:card,:card_usr,3,4200,:now);
-- the card is scheduled again
UPDATE "public"."Card" SET "state" = CAST('REVIEW'::text AS "public"."CardState"), "intervalDays" = 4, "dueAt" = :due, "updatedAt" = :now WHERE ("public"."Card"."id" = :card AND 1=1);
-- a debit
INSERT INTO "public"."LedgerEntry" ("id","userId","kind","amountCents","createdAt") VALUES (:id,:usr,'USAGE',-3,:now);
-- the cards of an entry are suspended
UPDATE "public"."Card" SET "suspended" = true, "updatedAt" = :now WHERE ("public"."Card"."entryId" = :entry AND "public"."Card"."suspended" = false);
