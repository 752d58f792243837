SELECT id, host FROM sources WHERE enabled AND kind = 'news' ORDER BY host;
