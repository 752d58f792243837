-- transactions: 200
\set u random(1, 40000)
\set p random(1, 30000)
\set c random(1, 95000)
\set m random(1, 218000)
\set k random(1, 60000)
\set w random(1, 110000)
\set g random(1, 140000)
\set page random(0, 3)
\set take random(24, 24)
SELECT bench.say(bench.cuid('user', :u)) AS me, bench.say('user' || :u::int || '@mail' || :u::int % 40 || '.test') AS email, bench.say('%' || right(bench.word(:u, 1) || :u::int, 7) || '%') AS handle,
	bench.say(bench.cuid('persona', :p)) AS persona, bench.say(replace(bench.words(:p, 2), ' ', '-') || '-' || :p::int) AS slug, bench.say('%' || bench.word(:p, 1) || ' ' || left(bench.word(:p, 2), 5) || '%') AS needle, bench.say(('{companion,roleplay,assistant,anime,games,history,learning,celebrities,philosophy,writing,language,wellness}'::text[])[1 + bench.skewed(:p, 103, 12)]) AS category,
	bench.say(('{en,es,pt,ja,de,fr,ko,zh,id,it,ru,tr,vi,pl,th,nl,sv,cs,uk,el,fi,da,hu,ro}'::text[])[1 + bench.pick(:p, 500, 24)]) AS language, bench.say(bench.cuid('user', 1 + bench.skewed(:p, 101, 400) * 20 + bench.pick(:p, 102, 20))) AS creator, bench.say(bench.word(1 + bench.skewed(:p, 160, 300), 1) || '-' || 1 + bench.skewed(:p, 160, 300)) AS tag,
	bench.say(bench.cuid('persona', 1 + bench.skewed(:c, 111, 30000))) AS partner,
	bench.say(bench.cuid('chat', :c)) AS chat, bench.say(bench.cuid('user', 1 + bench.skewed(:c, 120, 400) * 100 + bench.pick(:c, 121, 100))) AS chatter, bench.say('{' || bench.cuid('chat', 1 + bench.pick(:m, 131, 20) * 5000 + bench.skewed(:m, 130, 1000) * 5) || ',' || bench.cuid('chat', :c) || ',' || bench.cuid('chat', 1 + bench.skewed(:c, 506, 95000)) || ',' || bench.cuid('chat', 1 + bench.skewed(:c, 507, 95000)) || '}') AS chats,
	bench.say(bench.cuid('message', :m)) AS message, bench.say(bench.cuid('chat', 1 + bench.pick(:m, 131, 20) * 5000 + bench.skewed(:m, 130, 1000) * 5)) AS long_chat, bench.say(bench.cuid('user', 1 + bench.skewed(:k, 180, 400) * 100 + bench.pick(:k, 181, 100))) AS pref_user, bench.say(bench.cuid('persona', 1 + bench.skewed(:k, 182, 30000))) AS pref_persona,
	bench.say(bench.cuid('user', 1 + bench.skewed(:w, 140, 400) * 100 + bench.pick(:w, 141, 100))) AS fan, bench.say(bench.cuid('persona', 1 + bench.skewed(:w, 142, 30000))) AS liked, bench.say(bench.cuid('user', 1 + bench.skewed(:k, 150, 400) * 100 + bench.pick(:k, 151, 100))) AS follower, bench.say(bench.cuid('user', 1 + bench.skewed(:k, 152, 400) * 20 + bench.pick(:k, 153, 20))) AS followed,
	bench.say(bench.cuid('user', 1 + bench.skewed(:g, 170, 400) * 100 + bench.pick(:g, 171, 100))) AS heavy, bench.say(bench.ago(((140000 - :g::int) / 400) * 1440)::date::text) AS day, bench.say(bench.ago(43200)::date::text) AS month_ago, bench.say('PUBLIC') AS public, bench.say('true') AS yes, bench.say('false') AS no, :page::int * 24 AS skip \gset
-- the user of the session (findUnique)
SELECT "public"."users"."id", "public"."users"."email", "public"."users"."username", "public"."users"."name", "public"."users"."avatarUrl", "public"."users"."role"::text, "public"."users"."planId", "public"."users"."settings" FROM "public"."users" WHERE ("public"."users"."id" = :me AND 1=1) LIMIT 1 OFFSET 0;
-- log in ($queryRaw)
SELECT "id", "email", "passwordHash", "role" FROM "users" WHERE lower("email") = :email AND "deletedAt" IS NULL LIMIT 1;
-- find users (mode insensitive)
SELECT "public"."users"."id", "public"."users"."username", "public"."users"."name", "public"."users"."avatarUrl" FROM "public"."users" WHERE (("public"."users"."username"::text ILIKE :handle OR "public"."users"."name"::text ILIKE :handle) AND "public"."users"."deletedAt" IS NULL) ORDER BY "public"."users"."username" ASC LIMIT 10 OFFSET 0;
-- explore, the newest
SELECT "public"."personas"."id", "public"."personas"."creatorId", "public"."personas"."name", "public"."personas"."slug", "public"."personas"."tagline", "public"."personas"."avatarUrl", "public"."personas"."chatCount", "public"."personas"."likeCount" FROM "public"."personas" WHERE ("public"."personas"."visibility" = CAST(:public::text AS "public"."PersonaVisibility") AND "public"."personas"."deletedAt" IS NULL AND "public"."personas"."isNsfw" = :no) ORDER BY "public"."personas"."createdAt" DESC LIMIT :take OFFSET :skip;
-- explore, the most popular
SELECT "public"."personas"."id", "public"."personas"."creatorId", "public"."personas"."name", "public"."personas"."slug", "public"."personas"."tagline", "public"."personas"."avatarUrl", "public"."personas"."chatCount", "public"."personas"."likeCount" FROM "public"."personas" WHERE ("public"."personas"."visibility" = CAST(:public::text AS "public"."PersonaVisibility") AND "public"."personas"."deletedAt" IS NULL AND "public"."personas"."isNsfw" = :no) ORDER BY "public"."personas"."chatCount" DESC LIMIT :take OFFSET :skip;
-- a category
SELECT "public"."personas"."id", "public"."personas"."creatorId", "public"."personas"."name", "public"."personas"."slug", "public"."personas"."tagline", "public"."personas"."avatarUrl", "public"."personas"."chatCount" FROM "public"."personas" WHERE ("public"."personas"."category" = :category AND "public"."personas"."visibility" = CAST(:public::text AS "public"."PersonaVisibility") AND "public"."personas"."deletedAt" IS NULL) ORDER BY "public"."personas"."chatCount" DESC LIMIT :take OFFSET :skip;
-- featured personas
SELECT "public"."personas"."id", "public"."personas"."name", "public"."personas"."slug", "public"."personas"."tagline", "public"."personas"."avatarUrl", "public"."personas"."featuredAt" FROM "public"."personas" WHERE ("public"."personas"."isFeatured" = :yes AND "public"."personas"."visibility" = CAST(:public::text AS "public"."PersonaVisibility") AND "public"."personas"."deletedAt" IS NULL) ORDER BY "public"."personas"."featuredAt" DESC LIMIT 12 OFFSET 0;
-- personas of a tag
SELECT "public"."personas"."id", "public"."personas"."name", "public"."personas"."slug", "public"."personas"."avatarUrl", "public"."personas"."chatCount" FROM "public"."personas" WHERE (("public"."personas"."id") IN (SELECT "t0"."A" FROM "public"."_PersonaToTag" AS "t0" INNER JOIN "public"."tags" AS "j0" ON ("j0"."id") = ("t0"."B") WHERE ("j0"."name" = :tag AND "t0"."A" IS NOT NULL)) AND "public"."personas"."visibility" = CAST(:public::text AS "public"."PersonaVisibility") AND "public"."personas"."deletedAt" IS NULL) ORDER BY "public"."personas"."likeCount" DESC LIMIT :take OFFSET 0;
-- a persona with its counts (_count)
SELECT "public"."personas"."id", "public"."personas"."name", "public"."personas"."slug", "public"."personas"."description", "public"."personas"."settings", COALESCE("aggr_selection_0_Like"."_aggr_count_likes", 0) AS "_aggr_count_likes", COALESCE("aggr_selection_1_Chat"."_aggr_count_chats", 0) AS "_aggr_count_chats" FROM "public"."personas" LEFT JOIN (SELECT "public"."likes"."personaId", COUNT(*) AS "_aggr_count_likes" FROM "public"."likes" WHERE 1=1 GROUP BY "public"."likes"."personaId") AS "aggr_selection_0_Like" ON ("public"."personas"."id" = "aggr_selection_0_Like"."personaId") LEFT JOIN (SELECT "public"."chats"."personaId", COUNT(*) AS "_aggr_count_chats" FROM "public"."chats" WHERE 1=1 GROUP BY "public"."chats"."personaId") AS "aggr_selection_1_Chat" ON ("public"."personas"."id" = "aggr_selection_1_Chat"."personaId") WHERE ("public"."personas"."id" = :liked AND 1=1) LIMIT 1 OFFSET 0;
-- a persona by its slug (findUnique)
SELECT "public"."personas"."id", "public"."personas"."creatorId", "public"."personas"."name", "public"."personas"."visibility"::text, "public"."personas"."systemPrompt", "public"."personas"."settings" FROM "public"."personas" WHERE ("public"."personas"."slug" = :slug AND 1=1) LIMIT 1 OFFSET 0;
-- the creator's own personas
SELECT "public"."personas"."id", "public"."personas"."name", "public"."personas"."slug", "public"."personas"."visibility"::text, "public"."personas"."chatCount", "public"."personas"."updatedAt" FROM "public"."personas" WHERE ("public"."personas"."creatorId" = :creator AND "public"."personas"."deletedAt" IS NULL) ORDER BY "public"."personas"."updatedAt" DESC LIMIT :take OFFSET 0;
-- search
SELECT "public"."personas"."id", "public"."personas"."name", "public"."personas"."slug", "public"."personas"."tagline", "public"."personas"."avatarUrl", "public"."personas"."chatCount" FROM "public"."personas" WHERE ("public"."personas"."visibility" = CAST(:public::text AS "public"."PersonaVisibility") AND "public"."personas"."deletedAt" IS NULL AND ("public"."personas"."name"::text ILIKE :needle OR "public"."personas"."tagline"::text ILIKE :needle)) ORDER BY "public"."personas"."chatCount" DESC LIMIT :take OFFSET 0;
-- personas that speak a language (gin)
SELECT "public"."personas"."id", "public"."personas"."name", "public"."personas"."slug", "public"."personas"."languages" FROM "public"."personas" WHERE ("public"."personas"."languages" @> ARRAY[:language]::text[] AND "public"."personas"."visibility" = CAST(:public::text AS "public"."PersonaVisibility") AND "public"."personas"."deletedAt" IS NULL) ORDER BY "public"."personas"."likeCount" DESC LIMIT :take OFFSET 0;
-- new personas of the creators that one follows
SELECT "public"."personas"."id", "public"."personas"."creatorId", "public"."personas"."name", "public"."personas"."slug", "public"."personas"."createdAt" FROM "public"."personas" WHERE ("public"."personas"."visibility" = CAST(:public::text AS "public"."PersonaVisibility") AND "public"."personas"."deletedAt" IS NULL AND ("public"."personas"."creatorId") IN (SELECT "t0"."followingId" FROM "public"."follows" AS "t0" WHERE ("t0"."followerId" = :follower AND "t0"."followingId" IS NOT NULL))) ORDER BY "public"."personas"."createdAt" DESC LIMIT 20 OFFSET 0;
-- the chats of a user, for the side bar
SELECT "public"."chats"."id", "public"."chats"."personaId", "public"."chats"."title", "public"."chats"."isPinned", "public"."chats"."lastMessageAt" FROM "public"."chats" WHERE ("public"."chats"."userId" = :chatter AND "public"."chats"."archivedAt" IS NULL) ORDER BY "public"."chats"."isPinned" DESC, "public"."chats"."lastMessageAt" DESC LIMIT 30 OFFSET 0;
-- the last message of each chat ($queryRaw)
SELECT DISTINCT ON ("chatId") "chatId", "id", "role", left("content", 120) AS "preview", "createdAt" FROM "messages" WHERE "chatId" = ANY (:chats::text[]) ORDER BY "chatId", "createdAt" DESC;
-- the last chat with a persona (findFirst)
SELECT "public"."chats"."id", "public"."chats"."title", "public"."chats"."messageCount" FROM "public"."chats" WHERE ("public"."chats"."userId" = :chatter AND "public"."chats"."personaId" = :partner) ORDER BY "public"."chats"."lastMessageAt" DESC LIMIT 1 OFFSET 0;
-- the last messages of a chat
SELECT "public"."messages"."id", "public"."messages"."chatId", "public"."messages"."role", "public"."messages"."content", "public"."messages"."tokens", "public"."messages"."createdAt" FROM "public"."messages" WHERE "public"."messages"."chatId" = :long_chat ORDER BY "public"."messages"."createdAt" DESC LIMIT 50 OFFSET 0;
-- the messages before one (cursor)
SELECT "public"."messages"."id", "public"."messages"."chatId", "public"."messages"."role", "public"."messages"."content", "public"."messages"."tokens", "public"."messages"."createdAt" FROM "public"."messages", (SELECT "public"."messages"."createdAt" AS "messages_createdAt_0" FROM "public"."messages" WHERE ("public"."messages"."id") = (:message)) AS "order_cmp" WHERE ("public"."messages"."chatId" = :long_chat AND "public"."messages"."createdAt" <= "order_cmp"."messages_createdAt_0") ORDER BY "public"."messages"."createdAt" DESC LIMIT 30 OFFSET 1;
-- preferences of a user for a persona
SELECT "public"."persona_preferences"."id", "public"."persona_preferences"."key", "public"."persona_preferences"."value" FROM "public"."persona_preferences" WHERE ("public"."persona_preferences"."userId" = :pref_user AND "public"."persona_preferences"."personaId" = :pref_persona) OFFSET 0;
-- the last likes of a user
SELECT "public"."likes"."userId", "public"."likes"."personaId", "public"."likes"."createdAt" FROM "public"."likes" WHERE "public"."likes"."userId" = :fan ORDER BY "public"."likes"."createdAt" DESC LIMIT :take OFFSET 0;
-- the newest followers
SELECT "public"."follows"."followerId", "public"."follows"."createdAt" FROM "public"."follows" WHERE "public"."follows"."followingId" = :followed ORDER BY "public"."follows"."createdAt" DESC LIMIT 50 OFFSET 0;
-- the number of followers
SELECT COUNT(*) FROM (SELECT "public"."follows"."followerId", "public"."follows"."followingId" FROM "public"."follows" WHERE "public"."follows"."followingId" = :followed OFFSET 0) AS "sub";
-- requests of a day, for the limit (aggregate)
SELECT SUM("requests"), SUM("tokens") FROM (SELECT "public"."usage_counters"."requests", "public"."usage_counters"."tokens" FROM "public"."usage_counters" WHERE ("public"."usage_counters"."userId" = :heavy AND "public"."usage_counters"."day" = :day::date) OFFSET 0) AS "sub";
-- usage of the last month (groupBy)
SELECT SUM("public"."usage_counters"."requests"), SUM("public"."usage_counters"."tokens"), "public"."usage_counters"."day" FROM "public"."usage_counters" WHERE ("public"."usage_counters"."userId" = :heavy AND "public"."usage_counters"."day" >= :month_ago::date) GROUP BY "public"."usage_counters"."day" ORDER BY "public"."usage_counters"."day" ASC OFFSET 0;
-- plans for the price list
SELECT "public"."plans"."id", "public"."plans"."name", "public"."plans"."monthlyCents", "public"."plans"."dailyRequests" FROM "public"."plans" WHERE "public"."plans"."isActive" = :yes ORDER BY "public"."plans"."monthlyCents" ASC OFFSET 0;
