-- transactions: 200
\set n random(1, 80000)
\set tenant random(0, 399)
SELECT bench.say('member' || :n::int || '@mail.test') AS email, bench.say('Member' || :n::int || '@mail.test') AS exact_email, bench.say(md5('t' || :n::int)) AS token,
	bench.say('c' || lpad((:n::int / 10)::text, 5, '0') || '%') AS code_prefix, bench.say('%' || bench.word(:n, 1) || ' ' || bench.word(:n, 2) || '%') AS phrase,
	bench.say('c' || lpad(:n::text, 6, '0')) AS code, bench.say(bench.ago(98000)) AS moment \gset
SELECT id FROM members WHERE status = 'waiting' ORDER BY joined_at LIMIT 20;
SELECT id, joined_at FROM members WHERE status = 'waiting' AND joined_at < :moment;
SELECT id, name FROM members WHERE lower(email) = :email;
SELECT id, name FROM members WHERE tenant = :tenant AND status = 'active' ORDER BY joined_at DESC LIMIT 10;
SELECT id, name FROM members WHERE tenant = :tenant AND status = 'active' ORDER BY joined_at LIMIT 10;
SELECT count(*) FROM members WHERE tenant = :tenant;
SELECT id FROM members WHERE tenant = :tenant AND email = :exact_email;
SELECT id FROM members WHERE token = :token;
SELECT id FROM members WHERE code LIKE :code_prefix;
SELECT id FROM members WHERE code = :code;
SELECT id, name FROM members WHERE name ILIKE :phrase LIMIT 20;
SELECT id FROM members WHERE left_at < :moment ORDER BY left_at LIMIT 10;
