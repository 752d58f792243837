-- transactions: 20
\set n random(1, 1000000)
-- contents to fetch
SELECT scraped_contents.id, scraped_contents.url FROM scraped_contents WHERE scraped_contents.status = 'pending' ORDER BY scraped_contents.created_at LIMIT 10 FOR UPDATE SKIP LOCKED;
-- sessions left open
SELECT agent_sessions.id FROM agent_sessions WHERE agent_sessions.ended_at IS NULL AND agent_sessions.started_at < now() - interval '1 day' ORDER BY agent_sessions.started_at LIMIT 100;
-- the latest errors
SELECT session_events.session_id, session_events.payload FROM session_events WHERE session_events.type = 'error' ORDER BY session_events.created_at DESC LIMIT 50;
-- entries to settle
SELECT ledger_entries.id FROM ledger_entries WHERE ledger_entries.settled IS false ORDER BY ledger_entries.created_at LIMIT 100;
-- forget memories
DELETE FROM player_memories WHERE player_memories.expires_at < now() - interval '550 hours';
-- events by type (most of the table)
SELECT session_events.type, count(*) FROM session_events GROUP BY session_events.type;
-- contents by status (most of the table)
SELECT scraped_contents.status, count(*) FROM scraped_contents GROUP BY scraped_contents.status;
