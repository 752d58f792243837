-- record: statements are grouped by the tags in their comments, and calls are counted only where the kept texts agree
\unset ECHO
\i test/setup.sql
\i test/own_database.sql
SELECT plan(16);

CREATE FUNCTION tags(query text) RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(tag || ' -> ' || value, ', ') FROM perfadvisor.query_tags(query) $$;
SELECT is(tags('SELECT 1 /*controller:posts,action:index*/'), 'controller -> posts, action -> index', 'tags of marginalia are read');
SELECT is(tags('/*application:Shop,controller:Api::Posts,line:/app/m.rb:5*/ SELECT 1'), 'application -> Shop, controller -> Api::Posts, line -> /app/m.rb:5', 'also before the statement, with colons in values');
SELECT is(tags('SELECT 1 /*action=''%2Fparam*d'',controller=''index'',traceparent=''00-5b-01''*/'), 'action -> /param*d, controller -> index, traceparent -> 00-5b-01', 'tags of sqlcommenter are decoded');
SELECT is(tags('SELECT 1 /*name=''DROP%20TABLE%20FOO'', route=''it\''s''*/'), 'name -> DROP TABLE FOO, route -> it''s', 'so are their quotes');
SELECT is(tags('SELECT 1 /*a=''x%'',b=''%zz'',c=''%00'',d=''%ff''*/'), 'a -> x%, b -> %zz, c -> %00, d -> %ff', 'what is encoded wrongly stays as it is');
SELECT is(tags('SELECT 1 /* note: this is slow */ /*+ SeqScan(a) */ /* a:b and more */ /**/ /*:*/ /*a=*/ /*a=''*/'), NULL, 'remarks and hints are no tags');
SELECT is(tags('SELECT ''/*a:b*/'', "/*c:d*/", $$/*e:f*/$$, $x$ ''/*g:h*/$x$, E''\''/*i:j*/'' -- /*k:l*/'), NULL, 'nor is what is inside literals, names and lines of comment');
SELECT is(tags('SELECT 1 /*a:b*/ + $1 /*a:c,d:e*/ /*unfinished:f'), 'a -> b, d -> e', 'several comments add up, and the first value of a key holds');
SELECT is(tags(''), NULL, 'an empty text has no tags');

CREATE TABLE tagged AS SELECT n FROM generate_series(1, 10) n;
\o /dev/null
SELECT n FROM tagged WHERE n = 1 /*controller:one,action:show*/;
SELECT n FROM tagged WHERE n = 2 /*controller:one,action:show*/;
SELECT n FROM tagged WHERE n > 1 /*controller:one,action:list*/;
SELECT n FROM tagged WHERE n < 1 /*controller:one,job:a*/;
SELECT n FROM tagged WHERE n < 2 /*controller:two*/;
\o
CREATE FUNCTION calls(tag text, value text) RETURNS text LANGUAGE sql AS
$$ SELECT format('%s calls of %s, shared %s', calls, coalesce(cardinality(queryids), 0), coalesce(cardinality(shared_queryids), 0))
   FROM perfadvisor.statement_tags t WHERE datname = current_database() AND t.tag = calls.tag AND t.value = calls.value $$;
SELECT is(calls('action', 'show'), '2 calls of 1, shared 0', 'calls of a tagged statement are counted');
SELECT is(calls('controller', 'one'), '3 calls of 2, shared 1', 'statements with the same tag are added');
SELECT is(calls('controller', 'two'), '0 calls of 0, shared 1', 'a statement with different values of a tag is shared');
SELECT is(calls('job', 'a'), '0 calls of 0, shared 1', 'so is one that is tagged at times only');
SELECT ok((SELECT abs(mean_exec_time - total_exec_time / calls) < 1e-9 AND total_exec_time > 0 FROM perfadvisor.statement_tags
    WHERE datname = current_database() AND value = 'show'), 'with their time');
SELECT is((SELECT queryids FROM perfadvisor.statement_tags WHERE datname = current_database() AND value = 'list'),
    (SELECT ARRAY[queryid] FROM perfadvisor.statements WHERE datname = current_database() AND query LIKE 'SELECT n FROM tagged WHERE n > %'), 'and their ids');
\o /dev/null
DROP ROLE IF EXISTS record_untold;
CREATE ROLE record_untold;
SET ROLE record_untold;
\o
SELECT is((SELECT count(*) FROM perfadvisor.statement_tags WHERE tag = 'controller'), 0::bigint, 'a stranger sees no tags of others');
RESET ROLE;
SELECT * FROM finish();
\o /dev/null
DROP ROLE record_untold;
\o
