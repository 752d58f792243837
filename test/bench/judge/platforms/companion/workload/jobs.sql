-- transactions: 10
\set days random(5, 600)
\set ago random(20, 90)
SELECT bench.say(bench.ago(:days * 1440)) AS since, bench.say(bench.ago(:days * 1440 - 4320)) AS until, bench.say(bench.ago(:ago * 1440)) AS seen_since, bench.say(bench.ago(:ago * 1440 - 1440)) AS seen_until \gset
-- claim memories to embed
UPDATE memories SET embedding_status='running'::VARCHAR WHERE memories.id IN (SELECT memories.id FROM memories WHERE memories.embedding_status = 'pending'::VARCHAR AND memories.deleted_at IS NULL ORDER BY memories.created_at LIMIT 16::INTEGER FOR UPDATE SKIP LOCKED) RETURNING memories.id, memories.content;
-- memories that have expired
UPDATE memories SET deleted_at=now() WHERE memories.id IN (SELECT memories.id FROM memories WHERE memories.expires_at < now() AND memories.deleted_at IS NULL ORDER BY memories.expires_at LIMIT 50::INTEGER FOR UPDATE SKIP LOCKED);
-- purge deleted memories
DELETE FROM memories WHERE memories.id IN (SELECT memories.id FROM memories WHERE memories.deleted_at < now() - interval '90 days' ORDER BY memories.deleted_at LIMIT 50::INTEGER FOR UPDATE SKIP LOCKED);
-- purge deleted conversations (cascades to their messages)
DELETE FROM conversations WHERE conversations.id IN (SELECT conversations.id FROM conversations WHERE conversations.deleted_at < now() - interval '30 days' ORDER BY conversations.deleted_at LIMIT 2::INTEGER FOR UPDATE SKIP LOCKED);
-- messages to review
SELECT messages.id, messages.content, messages.created_at, conversations.user_id FROM messages JOIN conversations ON conversations.id = messages.conversation_id WHERE messages.is_flagged IS true AND messages.reviewed_at IS NULL ORDER BY messages.created_at LIMIT 50::INTEGER;
-- tokens per day and model
SELECT date_trunc('day', messages.created_at) AS day, messages.model, sum(messages.token_count) AS tokens, count(*) AS n FROM messages WHERE messages.created_at >= :since::TIMESTAMP WITH TIME ZONE AND messages.created_at < :until::TIMESTAMP WITH TIME ZONE AND messages.role = 'assistant'::VARCHAR GROUP BY date_trunc('day', messages.created_at), messages.model ORDER BY day;
-- users last seen on a day, to be reminded
SELECT users.id, users.email, users.locale FROM users WHERE users.is_active IS true AND users.last_seen_at >= :seen_since::TIMESTAMP WITH TIME ZONE AND users.last_seen_at < :seen_until::TIMESTAMP WITH TIME ZONE;
-- messages by role (the whole table)
SELECT messages.role, count(*) AS n, avg(messages.token_count) AS tokens FROM messages GROUP BY messages.role;
-- active users by plan (most of the table)
SELECT users.plan, count(users.id) AS n FROM users WHERE users.is_active IS true GROUP BY users.plan;
