-- transactions: 100
\set n random(1, 1000000)
\set s random(1, 60000)
\set k random(1, 25000)
\set p random(1, 40000)
\set c random(1, 99000)
SELECT bench.say(bench.id('session', :s)) AS session_id, bench.say(bench.id('key', :k)) AS key_id, bench.say(bench.id('persona', :p)) AS persona_id, bench.say(bench.id('content', :c)) AS content_id,
	bench.say(bench.id('user', 1 + bench.skewed(:n, 38, 25000))) AS user_id, bench.say(bench.id(clock_timestamp()::text || pg_backend_pid(), :n)) AS new_id \gset
-- an event
INSERT INTO session_events (session_id, seq, role, type, payload, created_at) VALUES (:session_id, 9, 'user', 'message', '{"v": 1}', now());
-- tokens of the session
UPDATE agent_sessions SET tokens = tokens + 50 WHERE agent_sessions.id = :session_id;
-- the key was used
UPDATE api_keys SET last_used_at = now() WHERE api_keys.id = :key_id;
-- a memory
INSERT INTO player_memories (id, persona_id, kind, content, salience, created_at) VALUES (:new_id, :persona_id, 'episode', 'It rained', 0.2, now());
-- the persona was used
UPDATE personas SET last_used_at = now() WHERE personas.id = :persona_id;
-- a ledger entry
INSERT INTO ledger_entries (user_id, currency, amount, created_at) VALUES (:user_id, 'credits', -0.5, now());
-- a content was fetched
UPDATE scraped_contents SET fetched_at = now() WHERE scraped_contents.id = :content_id;
