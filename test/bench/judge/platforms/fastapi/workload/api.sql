-- transactions: 100
\set n random(1, 1000000)
\set u random(1, 25000)
\set s random(1, 60000)
\set c random(1, 100000)
\set k random(1, 25000)
\set r random(1, 150000)
SELECT bench.say('user' || :u || '@mail.test') AS email, bench.say(bench.id('user', 1 + bench.skewed(:n, 38, 25000))) AS user_id, bench.say(bench.id('persona', 1 + bench.skewed(:n, 50, 40000))) AS persona_id,
	bench.say(bench.id('persona', 1 + bench.pick(:n, 60, 40000))) AS persona_id_2, bench.say('pref.' || bench.skewed(:n, 8, 60)) AS pref, bench.say('agent_' || (1 + bench.skewed(:n, 16, 3000))) AS agent_id,
	bench.say(bench.id('session', :s)) AS session_id, bench.say(bench.ago(:n / 3)) AS cursor, 1 + bench.skewed(:n, 30, 4000) AS author,
	bench.say('https://site' || bench.skewed(:c, 31, 300) || '.test/' || bench.word(:c, 1) || '/' || :c) AS url, bench.say(md5('content' || bench.pick(:c, 32, 98000))) AS hash,
	bench.say('%' || bench.word(:c, 2) || ' ' || bench.word(:c, 3) || '%') AS phrase, bench.say(md5('key' || :k) || md5('hash' || :k)) AS key_hash, bench.say('pk-' || substr(md5('p' || :k), 1, 6) || '%') AS prefix,
	bench.say('ref-' || :r) AS reference, bench.say(bench.id('content', :c)) AS content_id \gset
-- log in
SELECT users.id, users.email, users.is_active FROM users WHERE lower(users.email) = :email;
-- personas of a user, last used first
SELECT personas.id, personas.name FROM personas WHERE personas.user_id = :user_id ORDER BY personas.last_used_at DESC NULLS LAST;
-- the default persona of a user
SELECT personas.id, personas.name FROM personas WHERE personas.user_id = :user_id AND personas.is_default IS true LIMIT 1;
-- popular public personas
SELECT personas.id, personas.name, personas.likes FROM personas WHERE personas.is_public IS true ORDER BY personas.likes DESC LIMIT 24;
-- preferences of several personas (selectin)
SELECT preferences.persona_id, preferences.key, preferences.value FROM preferences WHERE preferences.persona_id IN (:persona_id, :persona_id_2);
-- a preference
SELECT preferences.id, preferences.value FROM preferences WHERE preferences.persona_id = :persona_id_2 AND preferences.key = :pref;
-- agents of a user
SELECT agents.id, agents.name, agents.status FROM agents WHERE agents.owner_id = :user_id ORDER BY agents.created_at DESC;
-- sessions of an agent
SELECT agent_sessions.id, agent_sessions.started_at, agent_sessions.tokens FROM agent_sessions WHERE agent_sessions.agent_id = :agent_id ORDER BY agent_sessions.started_at DESC LIMIT 20;
-- sessions of a persona, next page
SELECT agent_sessions.id, agent_sessions.agent_id FROM agent_sessions WHERE agent_sessions.persona_id = :persona_id AND agent_sessions.started_at < :cursor ORDER BY agent_sessions.started_at DESC LIMIT 20;
-- events of a session
SELECT session_events.seq, session_events.role, session_events.payload FROM session_events WHERE session_events.session_id = :session_id ORDER BY session_events.seq;
-- its last event
SELECT session_events.seq, session_events.type FROM session_events WHERE session_events.session_id = :session_id ORDER BY session_events.seq DESC LIMIT 1;
-- entries of a user
SELECT journal_entries.id, journal_entries.mood, journal_entries.entry_date FROM journal_entries WHERE journal_entries.user_id = :user_id ORDER BY journal_entries.entry_date DESC LIMIT 31;
-- moods of a user since
SELECT journal_entries.mood, count(*) FROM journal_entries WHERE journal_entries.user_id = :user_id AND journal_entries.entry_date >= (:cursor)::timestamptz::date AND journal_entries.mood IS NOT NULL GROUP BY journal_entries.mood;
-- is a URL known
SELECT scraped_contents.id FROM scraped_contents WHERE scraped_contents.url = :url LIMIT 1;
-- is a content known
SELECT EXISTS (SELECT 1 FROM scraped_contents WHERE scraped_contents.content_hash = :hash);
-- contents of an author, newest first
SELECT scraped_contents.id, scraped_contents.title, authors.name FROM scraped_contents JOIN authors ON authors.id = scraped_contents.author_id WHERE scraped_contents.author_id = :author AND scraped_contents.status = 'ready' ORDER BY scraped_contents.published_at DESC NULLS LAST LIMIT 20;
-- best contents
SELECT scraped_contents.id, scraped_contents.title, scraped_contents.score FROM scraped_contents WHERE scraped_contents.status = 'ready' ORDER BY scraped_contents.score DESC NULLS LAST LIMIT 50;
-- search in titles
SELECT scraped_contents.id, scraped_contents.title FROM scraped_contents WHERE scraped_contents.title ILIKE :phrase AND scraped_contents.status = 'ready' ORDER BY scraped_contents.published_at DESC NULLS LAST LIMIT 20;
-- balances of a user
SELECT ledger_entries.currency, sum(ledger_entries.amount) FROM ledger_entries WHERE ledger_entries.user_id = :user_id AND ledger_entries.settled IS true GROUP BY ledger_entries.currency;
-- statement of account
SELECT ledger_entries.id, ledger_entries.amount, ledger_entries.created_at FROM ledger_entries WHERE ledger_entries.user_id = :user_id AND ledger_entries.currency = 'credits' ORDER BY ledger_entries.created_at DESC LIMIT 50;
-- an entry by its reference
SELECT ledger_entries.id, ledger_entries.amount FROM ledger_entries WHERE ledger_entries.reference = :reference;
-- a key by its hash
SELECT api_keys.id, api_keys.user_id FROM api_keys WHERE api_keys.key_hash = :key_hash AND api_keys.revoked_at IS NULL AND (api_keys.expires_at IS NULL OR api_keys.expires_at > now());
-- keys by prefix
SELECT api_keys.id, api_keys.prefix FROM api_keys WHERE api_keys.prefix LIKE :prefix;
-- valid keys of a user
SELECT api_keys.id, api_keys.prefix FROM api_keys WHERE api_keys.user_id = :user_id AND api_keys.revoked_at IS NULL AND api_keys.expires_at > now() ORDER BY api_keys.created_at DESC;
-- salient memories
SELECT player_memories.id, player_memories.content FROM player_memories WHERE player_memories.persona_id = :persona_id AND player_memories.kind IN ('fact', 'goal') ORDER BY player_memories.salience DESC NULLS LAST LIMIT 12;
-- a content by its key
SELECT scraped_contents.title, scraped_contents.url FROM scraped_contents WHERE scraped_contents.id = :content_id;
