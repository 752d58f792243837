-- transactions: 100
\set u random(1, 40000)
\set p random(1, 30000)
\set m random(1, 218000)
\set c random(1, 95000)
\set d random(95001, 100000)
\set w random(1, 110000)
\set k random(1, 60000)
SELECT bench.say('c' || left(replace(gen_random_uuid()::text, '-', ''), 24)) AS id1, bench.say('c' || left(replace(gen_random_uuid()::text, '-', ''), 24)) AS id2, bench.say('c' || left(replace(gen_random_uuid()::text, '-', ''), 24)) AS id3, bench.say('c' || left(replace(gen_random_uuid()::text, '-', ''), 24)) AS id4, bench.say('c' || left(replace(gen_random_uuid()::text, '-', ''), 24)) AS id5,
	bench.say(bench.cuid('user', :u)) AS me, bench.say(bench.cuid('persona', :p)) AS persona, bench.say(bench.cuid('chat', 1 + bench.pick(:m, 131, 20) % 19 * 5000 + bench.skewed(:m, 130, 1000) * 5)) AS chat, bench.say(bench.cuid('chat', :d)) AS old_chat, bench.say(bench.cuid('user', 1 + bench.skewed(:d, 120, 400) * 100 + bench.pick(:d, 121, 100))) AS old_user, bench.say(bench.cuid('user', 1 + bench.skewed(:c, 120, 400) * 100 + bench.pick(:c, 121, 100))) AS chatter, bench.say(bench.cuid('persona', 1 + bench.skewed(:c, 111, 30000))) AS partner,
	bench.say(bench.cuid('user', 1 + bench.skewed(:w, 140, 400) * 100 + bench.pick(:w, 141, 100))) AS fan, bench.say(bench.cuid('persona', 1 + bench.skewed(:w, 142, 30000))) AS liked, bench.say(bench.cuid('user', 1 + bench.skewed(:k, 180, 400) * 100 + bench.pick(:k, 181, 100))) AS pref_user, bench.say(bench.cuid('persona', 1 + bench.skewed(:k, 182, 30000))) AS pref_persona, bench.say(bench.ago(0)) AS now, bench.say(bench.ago(0)::date::text) AS today, bench.say(bench.ago(3000)) AS lately, bench.say(bench.words(:c, 4) || '?') AS content \gset
-- a message
INSERT INTO "public"."messages" ("id","chatId","role","content","tokens","isFlagged","createdAt") VALUES (:id1,:chat,'user',:content,14,false,:now) RETURNING "public"."messages"."id";
-- its chat is touched
UPDATE "public"."chats" SET "messageCount" = ("public"."chats"."messageCount" + 1), "lastMessageAt" = :now, "updatedAt" = :now WHERE ("public"."chats"."id" = :chat AND 1=1) RETURNING "public"."chats"."id";
-- an answer again: what came after is removed (deleteMany)
DELETE FROM "public"."messages" WHERE ("public"."messages"."chatId" = :chat AND "public"."messages"."createdAt" > :lately AND "public"."messages"."role" = 'assistant');
-- usage is counted (upsert)
INSERT INTO "public"."usage_counters" ("id","userId","day","model","requests","tokens","updatedAt") VALUES (:id2,:chatter,:today::date,'muse-1',1,220,:now) ON CONFLICT ("userId","day","model") DO UPDATE SET "requests" = ("public"."usage_counters"."requests" + 1), "tokens" = ("public"."usage_counters"."tokens" + 220), "updatedAt" = :now RETURNING "public"."usage_counters"."id";
-- a preference (upsert)
INSERT INTO "public"."persona_preferences" ("id","userId","personaId","key","value","createdAt","updatedAt") VALUES (:id3,:pref_user,:pref_persona,'tone','3',:now,:now) ON CONFLICT ("userId","personaId","key") DO UPDATE SET "value" = '3', "updatedAt" = :now WHERE ("public"."persona_preferences"."userId" = :pref_user AND "public"."persona_preferences"."personaId" = :pref_persona AND "public"."persona_preferences"."key" = 'tone') RETURNING "public"."persona_preferences"."id";
-- a like (createMany, skipDuplicates)
INSERT INTO "public"."likes" ("userId","personaId","createdAt") VALUES (:me,:persona,:now) ON CONFLICT DO NOTHING;
-- a new chat
INSERT INTO "public"."chats" ("id","userId","personaId","isPinned","messageCount","lastMessageAt","createdAt","updatedAt") VALUES (:id4,:me,:persona,false,0,:now,:now,:now) RETURNING "public"."chats"."id";
-- a chat is deleted, with its messages (deleteMany)
DELETE FROM "public"."chats" WHERE ("public"."chats"."id" = :old_chat AND "public"."chats"."userId" = :old_user);
-- chats with a persona are archived (updateMany)
UPDATE "public"."chats" SET "archivedAt" = :now, "updatedAt" = :now WHERE ("public"."chats"."userId" = :chatter AND "public"."chats"."personaId" = :partner AND "public"."chats"."archivedAt" IS NULL AND "public"."chats"."isPinned" = false);
-- a report
INSERT INTO "public"."reports" ("id","reporterId","targetType","targetId","reason","status","createdAt") VALUES (:id5,:me,'PERSONA',:persona,'spam',CAST('OPEN'::text AS "public"."ReportStatus"),:now) RETURNING "public"."reports"."id";
