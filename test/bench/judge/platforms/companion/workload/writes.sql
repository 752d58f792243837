-- transactions: 100
\set n random(1, 1000000)
\set c random(1, 100000)
\set m random(1, 350000)
\set g random(1, 150000)
\set u random(1, 20000)
SELECT bench.say(gen_random_uuid()) AS id, bench.say(gen_random_uuid()) AS id2, bench.say(gen_random_uuid()) AS id3, bench.say(coalesce((SELECT id FROM conversations WHERE id = bench.id('conversation', :c) AND deleted_at IS NULL), (SELECT id FROM conversations WHERE deleted_at IS NULL LIMIT 1))) AS conv, bench.say(bench.id('message', :m)) AS message,
	bench.say(bench.id('memory', :g)) AS memory, bench.say(bench.id('user', :u)) AS usr, bench.say(bench.id('persona', 1 + bench.skewed(:u * 7 + 2, 32, 30000))) AS persona, bench.say(coalesce((SELECT source_message_id FROM memories WHERE id = bench.id('memory', 1 + bench.pick(:n, 92, 150000))), bench.id('message', :m))) AS source,
	bench.say(('{nickname,reply_length,language,timezone,greeting,emoji,theme}'::text[])[1 + bench.pick(:n, 93, 7)]) AS key, bench.say(bench.words(:n, 4)) AS content, bench.say(bench.word(:n, 3)) AS value \gset
-- a message
INSERT INTO messages (id, conversation_id, role, content, model, token_count, is_flagged, created_at) VALUES (:id::UUID, :conv::UUID, 'user'::VARCHAR, :content::VARCHAR, NULL, 12, false, now());
-- the conversation has moved on
UPDATE conversations SET message_count=(conversations.message_count + 1), last_message_at=now() WHERE conversations.id = :conv::UUID;
-- a preference (upsert)
INSERT INTO persona_preferences (id, user_id, persona_id, key, value, updated_at) VALUES (:id2::UUID, :usr::UUID, :persona::UUID, :key::VARCHAR, :value::VARCHAR, now()) ON CONFLICT (user_id, persona_id, key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at;
-- the profile (upsert, jsonb)
INSERT INTO user_persona_profiles (user_id, persona_id, prefs, is_favorite, last_chat_at) VALUES (:usr::UUID, :persona::UUID, '{"tone": "warm"}'::JSONB, false, now()) ON CONFLICT (user_id, persona_id) DO UPDATE SET prefs = (user_persona_profiles.prefs || excluded.prefs), last_chat_at = excluded.last_chat_at;
-- a memory
INSERT INTO memories (id, user_id, persona_id, source_message_id, kind, content, importance, access_count, embedding_status, created_at) VALUES (:id3::UUID, :usr::UUID, :persona::UUID, NULL, 'fact'::VARCHAR, :content::VARCHAR, 3, 0, 'pending'::VARCHAR, now());
-- a memory was used
UPDATE memories SET access_count=(memories.access_count + 1), last_used_at=now() WHERE memories.id = :memory::UUID;
-- a message is taken back: its memories go
UPDATE memories SET deleted_at=now() WHERE memories.source_message_id = :source::UUID AND memories.deleted_at IS NULL;
-- the persona was used
UPDATE personas SET usage_count=(personas.usage_count + 1) WHERE personas.id = :persona::UUID;
-- the user was seen
UPDATE users SET last_seen_at=now() WHERE users.id = :usr::UUID;
