-- transactions: 150
\set n random(1, 1000000)
\set c random(1, 100000)
\set m random(1, 350000)
\set g random(1, 150000)
\set u random(1, 20000)
\set p random(1, 30000)
\set off random(0, 3)
SELECT bench.say(bench.id('user', 1 + bench.skewed(:c, 30, 20000))) AS usr, bench.say(upper(bench.word(:u, 1)) || '.' || :u || '@example' || :u::int % 50 || '.test') AS email, bench.say(bench.id('user', :u)) AS any_user,
	bench.say(bench.id('persona', 1 + bench.skewed(:u * 7 + 1, 32, 30000))) AS persona, bench.say(bench.id('persona', 1 + bench.skewed((1 + bench.skewed(:c, 30, 20000)) * 7 + bench.pick(:c, 31, 3), 32, 30000))) AS conv_persona,
	bench.say(coalesce((SELECT conversation_id FROM messages WHERE id = bench.id('message', :m)), bench.id('conversation', 40))) AS conv, bench.say(bench.ago((350001 - :m::int) * 2.857 - 2)) AS before,
	bench.say(coalesce((SELECT conversation_id FROM messages WHERE id = bench.id('message', 1 + bench.pick(:n, 90, 350000))), bench.id('conversation', 80))) AS conv2, bench.say(bench.id('conversation', :c)) AS conv3,
	bench.say(bench.id('user', 1 + bench.skewed(:g, 40, 20000))) AS mem_user, bench.say(bench.id('persona', 1 + bench.skewed((1 + bench.skewed(:g, 40, 20000)) * 7 + 1, 32, 30000))) AS mem_persona, bench.say('%' || bench.word(:g, 2) || '%') AS mem_term,
	bench.say('%' || bench.word(:p, 1) || ' ' || left(bench.word(:p, 2), 4) || '%') AS name_term, bench.say(('{friend,mentor,story,coach,language,humor,history,romance,science,other}'::text[])[1 + bench.skewed(:n, 91, 10)]) AS category,
	bench.say(bench.id('user', 1 + bench.skewed(60 + :p, 10, 20000))) AS owner, :off::int * 24 AS skip \gset
-- log in by e-mail
SELECT users.id, users.email, users.hashed_password, users.display_name, users.plan, users.is_active, users.is_verified, users.is_superuser FROM users WHERE lower(users.email) = lower(:email::VARCHAR);
-- the side bar: pinned conversations first, then the latest
SELECT conversations.id, conversations.title, conversations.persona_id, conversations.is_pinned, conversations.last_message_at FROM conversations WHERE conversations.user_id = :usr::UUID AND conversations.deleted_at IS NULL ORDER BY conversations.is_pinned DESC, conversations.last_message_at DESC NULLS LAST LIMIT 20::INTEGER;
-- the number of active conversations
SELECT count(*) AS count_1 FROM (SELECT conversations.id AS id FROM conversations WHERE conversations.user_id = :usr::UUID AND conversations.status = 'active'::VARCHAR AND conversations.deleted_at IS NULL) AS anon_1;
-- a conversation of the user with its persona (joinedload)
SELECT conversations.id, conversations.title, conversations.status, personas_1.id AS id_1, personas_1.name, personas_1.description FROM conversations LEFT OUTER JOIN personas AS personas_1 ON personas_1.id = conversations.persona_id WHERE conversations.id = :conv3::UUID AND conversations.user_id = :usr::UUID AND conversations.deleted_at IS NULL;
-- a page of messages, backwards
SELECT messages.id, messages.role, messages.content, messages.model, messages.feedback, messages.meta, messages.created_at FROM messages WHERE messages.conversation_id = :conv::UUID AND messages.created_at < :before::TIMESTAMP WITH TIME ZONE ORDER BY messages.created_at DESC, messages.id DESC LIMIT 50::INTEGER;
-- the latest message of several conversations
SELECT DISTINCT ON (messages.conversation_id) messages.conversation_id, messages.role, messages.content, messages.created_at FROM messages WHERE messages.conversation_id IN (:conv::UUID, :conv2::UUID, :conv3::UUID) ORDER BY messages.conversation_id, messages.created_at DESC;
-- the catalogue of a category
SELECT personas.id, personas.name, personas.description, personas.usage_count FROM personas WHERE personas.is_public IS true AND personas.is_archived IS false AND personas.category = :category::VARCHAR ORDER BY personas.usage_count DESC LIMIT 24::INTEGER OFFSET :skip::INTEGER;
-- search in the catalogue
SELECT personas.id, personas.name, personas.category FROM personas WHERE personas.name ILIKE :name_term::VARCHAR AND personas.is_archived IS false ORDER BY personas.usage_count DESC LIMIT 20::INTEGER;
-- personas that a user has made
SELECT personas.id, personas.name, personas.is_public, personas.updated_at FROM personas WHERE personas.owner_id = :owner::UUID AND personas.is_archived IS false ORDER BY personas.updated_at DESC;
-- the key/value preferences
SELECT persona_preferences.key, persona_preferences.value FROM persona_preferences WHERE persona_preferences.user_id = :any_user::UUID AND persona_preferences.persona_id = :persona::UUID;
-- favourites of a user
SELECT user_persona_profiles.persona_id, user_persona_profiles.prefs, personas.name FROM user_persona_profiles JOIN personas ON personas.id = user_persona_profiles.persona_id WHERE user_persona_profiles.user_id = :any_user::UUID AND user_persona_profiles.is_favorite IS true ORDER BY user_persona_profiles.last_chat_at DESC NULLS LAST;
-- users of a persona with a voice (jsonb)
SELECT count(*) AS count_1 FROM user_persona_profiles WHERE user_persona_profiles.persona_id = :persona::UUID AND (user_persona_profiles.prefs @> '{"voice": "alto"}'::JSONB);
-- memories for the prompt
SELECT memories.id, memories.kind, memories.content, memories.importance FROM memories WHERE memories.user_id = :mem_user::UUID AND (memories.persona_id = :mem_persona::UUID OR memories.persona_id IS NULL) AND memories.deleted_at IS NULL ORDER BY memories.importance DESC, memories.last_used_at DESC NULLS LAST LIMIT 12::INTEGER;
-- memories of some kinds
SELECT memories.id, memories.kind, memories.content, memories.created_at FROM memories WHERE memories.user_id = :mem_user::UUID AND memories.kind IN ('preference'::VARCHAR, 'relationship'::VARCHAR) AND memories.deleted_at IS NULL ORDER BY memories.created_at DESC LIMIT 30::INTEGER;
-- search in the memories
SELECT memories.id, memories.kind, memories.content FROM memories WHERE memories.user_id = :mem_user::UUID AND memories.deleted_at IS NULL AND memories.content ILIKE :mem_term::VARCHAR ORDER BY memories.created_at DESC LIMIT 20::INTEGER;
-- the reach of a persona in the last year
SELECT count(distinct(conversations.user_id)) AS count_1 FROM conversations WHERE conversations.persona_id = :conv_persona::UUID AND conversations.created_at >= now() - interval '365 days';
-- has the user ever talked to it
SELECT EXISTS (SELECT 1 FROM conversations WHERE conversations.user_id = :usr::UUID AND conversations.persona_id = :conv_persona::UUID AND conversations.deleted_at IS NULL) AS anon_1;
