SELECT name, context_tokens FROM models WHERE provider = 'north' AND enabled ORDER BY context_tokens DESC;
