-- 200 organizations, 40,000 users, 50,000 sessions, 90,000 posts, 1,500 tags, 220,000 taggings, 200,000 comments, 240,000 reactions, 100,000 follows, 150,000 notifications.

INSERT INTO "Organization" SELECT bench.cuid('org', n), 'org-' || n, initcap(bench.words(n, 2)), bench.ago((201 - n) * 2600) FROM generate_series(1, 200) AS n;

INSERT INTO "User"
SELECT bench.cuid('user', n), 'user' || n || '@mail.test', initcap(bench.word(n, 1)) || n, initcap(bench.words(n, 2)), bench.pick(n, 1, 100) < 7, at, at + make_interval(mins => bench.skewed(n, 2, 9000)),
	CASE WHEN bench.pick(n, 3, 100) < 2 THEN at + interval '9 days' END
FROM generate_series(1, 40000) AS n, bench.ago((40001 - n) * 13) AS at;

INSERT INTO "Session" SELECT bench.cuid('session', n), md5('token' || n), bench.cuid('user', 1 + bench.skewed(n, 4, 40000)), bench.ago((50001 - n) * 2 - 43200) FROM generate_series(1, 50000) AS n;

INSERT INTO "Membership" SELECT bench.cuid('user', n), bench.cuid('org', 1 + bench.skewed(n, 5, 200)), CASE WHEN bench.pick(n, 6, 100) < 4 THEN 'ADMIN' ELSE 'MEMBER' END, bench.ago((40001 - n) * 13)
FROM generate_series(1, 40000) AS n;

INSERT INTO "Post"
SELECT bench.cuid('post', n), bench.cuid('org', 1 + bench.skewed(n, 7, 200)), bench.cuid('user', 1 + bench.skewed(n, 8, 12000)), 'post-' || n, initcap(bench.words(n, 4)),
	CASE WHEN bench.pick(n, 9, 10) < 8 THEN bench.words(n + 7, 4) END, status::"PostStatus", bench.skewed(n, 10, 90000), CASE WHEN status = 'SCHEDULED' THEN bench.ago(bench.pick(n, 11, 20000) - 19800) END,
	CASE WHEN status IN ('PUBLISHED', 'ARCHIVED', 'FLAGGED') THEN at + make_interval(mins => bench.skewed(n, 12, 4000)) END, at, at + make_interval(mins => bench.skewed(n, 13, 9000)),
	CASE WHEN bench.pick(n, 14, 100) < 4 THEN at + interval '3 days' END
FROM generate_series(1, 90000) AS n, bench.ago((90001 - n) * 5) AS at,
	LATERAL (SELECT bench.pick(n, 15, 1000) AS dice) AS d,
	LATERAL (SELECT CASE WHEN dice < 780 THEN 'PUBLISHED' WHEN dice < 900 THEN 'DRAFT' WHEN dice < 990 THEN 'ARCHIVED' WHEN dice < 996 THEN 'SCHEDULED' ELSE 'FLAGGED' END AS status) AS s;

INSERT INTO "Tag" SELECT bench.cuid('tag', n), 'tag-' || n, initcap(bench.words(n, 1)) FROM generate_series(1, 1500) AS n;

INSERT INTO "_PostToTag" SELECT bench.cuid('post', 1 + n * 9 / 23), bench.cuid('tag', 1 + bench.skewed(n, 16, 1500)) FROM generate_series(1, 229990) AS n ON CONFLICT DO NOTHING;

INSERT INTO "Comment"
SELECT bench.cuid('comment', n), bench.cuid('post', 1 + bench.skewed(parent, 17, 90000)), CASE WHEN parent < n THEN bench.cuid('comment', parent) END,
	bench.cuid('user', 1 + bench.skewed(n, 19, 40000)), bench.words(n, 4), bench.ago((200001 - n) * 2), CASE WHEN bench.pick(n, 20, 100) < 3 THEN bench.ago((200001 - n) * 2 - 1) END
FROM generate_series(1, 200000) AS n, LATERAL (SELECT CASE WHEN n % 3 = 0 THEN n - 1 - bench.pick(n, 18, 2) ELSE n END AS parent) AS p;

INSERT INTO "Reaction" SELECT bench.cuid('user', 1 + bench.skewed(n, 21, 40000)), bench.cuid('post', 1 + bench.skewed(n, 22, 90000)), ('{like,heart,wow,sad}'::text[])[1 + bench.skewed(n, 23, 4)], bench.ago((240001 - n) * 2)
FROM generate_series(1, 240000) AS n ON CONFLICT DO NOTHING;

INSERT INTO "Follow" SELECT bench.cuid('user', 1 + bench.pick(n, 24, 40000)), bench.cuid('user', 1 + bench.skewed(n, 25, 12000)), bench.ago((100001 - n) * 4) FROM generate_series(1, 100000) AS n ON CONFLICT DO NOTHING;

INSERT INTO "Notification"
SELECT bench.cuid('note', n), bench.cuid('user', 1 + bench.skewed(n, 26, 12000)), ('{COMMENT,REACTION,FOLLOW,MENTION}'::text[])[1 + bench.skewed(n, 27, 4)]::"NotificationType",
	CASE WHEN bench.pick(n, 28, 10) < 8 THEN bench.cuid('post', 1 + bench.pick(n, 29, 90000)) END, CASE WHEN bench.pick(n, 30, 100) < 92 THEN bench.ago((150001 - n) * 3 - 2) END, bench.ago((150001 - n) * 3)
FROM generate_series(1, 150000) AS n;
