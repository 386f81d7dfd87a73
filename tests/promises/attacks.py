"""Attacks on a database through a door that should only read: each is one text that somebody hands to the gate.

`{folder}` is a folder that the server may write.  The database is made by `SETUP`; `state` is everything in it, and on
the disk beside it, that an attack could change.
"""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

from backend_lead.gates.database import reader_script
from backend_lead.prove.scratch import Scratch

WRITES = ["-- SELECT 1\nDELETE FROM canary", *"""
INSERT INTO canary VALUES (9, 'new')
insert into public.canary(id) values (9) returning *
INSERT INTO canary SELECT 9, 'x' ON CONFLICT DO NOTHING
INSERT INTO canary DEFAULT VALUES
UPDATE canary SET value = 'changed'
UPDATE ONLY canary SET value = 'changed' WHERE id = 1
DELETE FROM canary
DELETE FROM canary USING keeper WHERE canary.id = keeper.id
TRUNCATE canary
TRUNCATE TABLE canary RESTART IDENTITY CASCADE
MERGE INTO canary USING keeper ON canary.id = keeper.id WHEN MATCHED THEN DELETE
MERGE INTO canary USING keeper ON false WHEN NOT MATCHED THEN INSERT VALUES (9, 'x')
COPY canary FROM PROGRAM 'echo 9'
COPY canary FROM '/etc/hostname'
COPY canary FROM STDIN
SELECT * INTO stolen FROM canary
SELECT 1 AS x INTO TEMP stolen
SELECT 1 INTO UNLOGGED stolen
CREATE TABLE stolen AS SELECT * FROM canary
CREATE TABLE stolen AS TABLE canary
CREATE MATERIALIZED VIEW stolen AS SELECT 1
REFRESH MATERIALIZED VIEW kept_view
WITH gone AS (DELETE FROM canary RETURNING *) SELECT * FROM gone
WITH more AS (INSERT INTO canary VALUES (9, 'x') RETURNING id) SELECT count(*) FROM more
WITH a AS (SELECT 1), b AS (UPDATE canary SET value = 'x' RETURNING *) SELECT * FROM a, b
WITH a AS MATERIALIZED (DELETE FROM canary) SELECT 1
WITH a AS (WITH b AS (DELETE FROM canary RETURNING *) SELECT * FROM b) SELECT * FROM a
SELECT * FROM (WITH b AS (DELETE FROM canary RETURNING *) SELECT * FROM b) x
WITH m AS (MERGE INTO canary USING keeper ON canary.id = keeper.id WHEN MATCHED THEN DELETE RETURNING *) SELECT * FROM m
WITH RECURSIVE r AS (SELECT 1 UNION SELECT 2), d AS (DELETE FROM canary) TABLE r
/* SELECT */ DELETE FROM canary
(((SELECT 1))) UNION (SELECT 2); DELETE FROM canary
""".strip().split("\n")]

DEFINITIONS = """
CREATE TABLE stolen (a int)
CREATE TEMP TABLE stolen (a int)
CREATE UNLOGGED TABLE stolen (a int)
CREATE VIEW stolen AS SELECT 1
CREATE OR REPLACE VIEW kept_plain AS SELECT 2 AS one
CREATE INDEX stolen ON canary (value)
CREATE INDEX CONCURRENTLY stolen ON canary (value)
CREATE SEQUENCE stolen
CREATE SCHEMA stolen
CREATE TYPE stolen AS ENUM ('a')
CREATE DOMAIN stolen AS int
CREATE FUNCTION stolen() RETURNS int LANGUAGE sql AS 'SELECT 1'
CREATE OR REPLACE FUNCTION kept_function() RETURNS int LANGUAGE sql AS 'SELECT 2'
CREATE PROCEDURE stolen() LANGUAGE sql AS 'DELETE FROM canary'
CREATE TRIGGER stolen BEFORE INSERT ON canary FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()
CREATE RULE stolen AS ON SELECT TO canary DO INSTEAD SELECT 1, 'x'
CREATE RULE stolen AS ON INSERT TO canary DO INSTEAD NOTHING
CREATE POLICY stolen ON canary USING (false)
CREATE PUBLICATION stolen FOR TABLE canary
CREATE SUBSCRIPTION stolen CONNECTION 'host=127.0.0.1' PUBLICATION p WITH (connect = false)
CREATE STATISTICS stolen ON id, value FROM canary
CREATE EXTENSION pg_trgm
CREATE EVENT TRIGGER stolen ON ddl_command_end EXECUTE FUNCTION kept_function()
CREATE ROLE stolen SUPERUSER LOGIN
CREATE USER stolen
CREATE DATABASE stolen
CREATE TABLESPACE stolen LOCATION '{folder}'
CREATE LANGUAGE plpython3u
CREATE FOREIGN DATA WRAPPER stolen
CREATE SERVER stolen FOREIGN DATA WRAPPER dblink_fdw
CREATE AGGREGATE stolen (int) (SFUNC = int4pl, STYPE = int)
CREATE OPERATOR ### (LEFTARG = int, RIGHTARG = int, FUNCTION = int4pl)
CREATE CAST (text AS int) WITH INOUT
CREATE COLLATION stolen FROM "C"
CREATE TEXT SEARCH CONFIGURATION stolen (COPY = simple)
CREATE ACCESS METHOD stolen TYPE INDEX HANDLER bthandler
ALTER TABLE canary ADD COLUMN extra int
ALTER TABLE canary DROP COLUMN value
ALTER TABLE canary RENAME TO stolen
ALTER TABLE canary OWNER TO postgres
ALTER TABLE canary ENABLE ROW LEVEL SECURITY
ALTER TABLE canary SET (fillfactor = 50)
ALTER TABLE canary DISABLE TRIGGER ALL
ALTER SEQUENCE canary_seq RESTART WITH 1
ALTER FUNCTION kept_function() SECURITY DEFINER
ALTER ROLE walls_reader SUPERUSER
ALTER ROLE walls_owner PASSWORD 'x'
ALTER ROLE walls_owner SET search_path = evil
ALTER DATABASE walls SET default_transaction_read_only = on
ALTER SYSTEM SET max_connections = 7
ALTER SYSTEM RESET ALL
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC
ALTER EXTENSION dblink UPDATE
ALTER INDEX canary_pkey RENAME TO stolen
ALTER VIEW kept_plain RENAME TO stolen
DROP TABLE canary
DROP TABLE IF EXISTS canary CASCADE
DROP SCHEMA public CASCADE
DROP SEQUENCE canary_seq
DROP FUNCTION kept_function
DROP ROLE walls_reader
DROP OWNED BY walls_owner CASCADE
REASSIGN OWNED BY walls_owner TO postgres
DROP DATABASE postgres
DROP VIEW kept_plain
DROP INDEX canary_value
DROP EXTENSION dblink
GRANT ALL ON canary TO PUBLIC
GRANT pg_write_all_data TO walls_reader
GRANT pg_execute_server_program TO walls_reader
REVOKE ALL ON canary FROM walls_owner
COMMENT ON TABLE canary IS 'stolen'
SECURITY LABEL ON TABLE canary IS 'x'
IMPORT FOREIGN SCHEMA public FROM SERVER s INTO public
REINDEX TABLE canary
REINDEX DATABASE walls
CLUSTER canary USING canary_pkey
VACUUM
VACUUM FULL canary
ANALYZE canary
CHECKPOINT
LOAD 'auto_explain'
""".strip().split("\n")

SEVERAL = [
    "SELECT 1; DROP TABLE canary",
    "SELECT 1; DROP TABLE canary; --",
    "COMMIT; DROP TABLE canary",
    "COMMIT;DROP TABLE canary;BEGIN",
    "ROLLBACK; DELETE FROM canary; BEGIN READ ONLY",
    "END; UPDATE canary SET value = 'x'",
    "ABORT; TRUNCATE canary",
    "SELECT 1;\n;;DELETE FROM canary",
    "SELECT ';'; DELETE FROM canary",
    "SELECT $$;$$; DELETE FROM canary",
    "SELECT $x$ ' $x$; DELETE FROM canary; SELECT $x$ ' $x$",
    "SELECT E'\\''; DELETE FROM canary; --'",
    "SELECT '\\'; DELETE FROM canary; --'",
    "SELECT 1 /* ; */; DELETE FROM canary",
    "SELECT 1 /* /* ; */ */; DELETE FROM canary",
    "SELECT 1 -- x\n; DELETE FROM canary",
    "SELECT 1 -- x\r\n; DELETE FROM canary",
    "SELECT 1\x0b; DELETE FROM canary",
    "SELECT 1\x0c; DELETE FROM canary",
    "SELECT 1\u00a0; DELETE FROM canary",
    "\ufeffSELECT 1; DELETE FROM canary",
    "SELECT 1\u037e DELETE FROM canary",
    "SELECT U&'\\003b'; DELETE FROM canary",
    "SELECT 1; SET TRANSACTION READ WRITE; DELETE FROM canary",
    "SET TRANSACTION READ WRITE; DELETE FROM canary",
    "BEGIN; DELETE FROM canary; COMMIT",
    "BEGIN READ WRITE; DELETE FROM canary; COMMIT",
    "DISCARD ALL; DELETE FROM canary",
    "SELECT 1; COPY canary TO PROGRAM 'touch {folder}/program'",
    "SELECT 1\\; DELETE FROM canary",
    "SELECT 1\\gexec\nDELETE FROM canary",
]

NULS = [
    "SELECT 1\0; DROP TABLE canary",
    "\0DROP TABLE canary",
    "SELECT 1 \0",
    "SELECT '\0'; DELETE FROM canary",
    "SELECT 1 --\0\nDELETE FROM canary",
    "SELECT 1 /*\0*/; DELETE FROM canary",
    "SE\0LECT 1",
    "DROP TABLE canary\0SELECT 1",
]

SESSION = """
COMMIT
END
COMMIT AND CHAIN
ROLLBACK
ABORT
BEGIN
BEGIN TRANSACTION READ WRITE
START TRANSACTION READ WRITE
SET TRANSACTION READ WRITE
SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE
SET default_transaction_read_only = off
SET transaction_read_only = off
SET LOCAL transaction_read_only = off
SET statement_timeout = 0
SET ROLE postgres
SET ROLE walls_owner
SET SESSION AUTHORIZATION postgres
SET search_path = evil
SET session_replication_role = replica
RESET ALL
RESET ROLE
DISCARD ALL
SAVEPOINT s
RELEASE s
ROLLBACK TO SAVEPOINT s
PREPARE TRANSACTION 'stolen'
COMMIT PREPARED 'stolen'
LISTEN stolen
NOTIFY stolen, 'x'
UNLISTEN *
LOCK TABLE canary
LOCK TABLE canary IN ACCESS EXCLUSIVE MODE NOWAIT
PREPARE p AS DELETE FROM canary
EXECUTE p
DEALLOCATE ALL
DECLARE c CURSOR WITH HOLD FOR SELECT evil.write()
FETCH ALL FROM c
MOVE c
CLOSE ALL
DO $$ BEGIN DELETE FROM canary; END $$
DO $$ BEGIN COMMIT; DELETE FROM canary; END $$
DO LANGUAGE plpgsql 'BEGIN EXECUTE ''DROP TABLE canary''; END'
CALL evil.commit_and_write()
CALL evil.plain_write()
SELECT * FROM canary FOR UPDATE
SELECT * FROM canary FOR NO KEY UPDATE NOWAIT
SELECT * FROM canary FOR SHARE SKIP LOCKED
SELECT * FROM canary FOR KEY SHARE
SELECT * FROM (SELECT * FROM canary FOR UPDATE) x
WITH x AS (SELECT * FROM canary FOR UPDATE) SELECT * FROM x
SELECT (SELECT id FROM canary LIMIT 1 FOR UPDATE)
""".strip().split("\n")

EXPLAINS = """
EXPLAIN ANALYZE DELETE FROM canary
EXPLAIN ANALYZE VERBOSE INSERT INTO canary VALUES (9, 'x')
EXPLAIN (ANALYZE) UPDATE canary SET value = 'x'
EXPLAIN (ANALYZE true) DELETE FROM canary
EXPLAIN (analyze on, COSTS off) DELETE FROM canary
EXPLAIN (ANALYZE 1) DELETE FROM canary
EXPLAIN ("analyze") DELETE FROM canary
EXPLAIN (VERBOSE, ANALYZE) SELECT evil.write()
EXPLAIN (ANALYZE, SERIALIZE) SELECT nextval('canary_seq')
EXPLAIN ANALYZE WITH d AS (DELETE FROM canary RETURNING *) SELECT * FROM d
EXPLAIN ANALYZE CREATE TABLE stolen AS SELECT 1
EXPLAIN CREATE TABLE stolen AS SELECT 1
EXPLAIN ANALYZE EXECUTE p
EXPLAIN ANALYZE DECLARE c CURSOR FOR SELECT 1
EXPLAIN ANALYZE REFRESH MATERIALIZED VIEW kept_view
EXPLAIN SELECT evil.folded()
EXPLAIN SELECT 1 WHERE evil.folded() = 1
EXPLAIN SELECT pg_sleep(60)
""".strip().split("\n")

FUNCTIONS = """
SELECT nextval('canary_seq')
SELECT setval('canary_seq', 1)
SELECT setval('canary_seq', 1, false)
SELECT pg_catalog.nextval('public.canary_seq')
SELECT NEXTVAL('canary_seq')
SELECT "nextval"('canary_seq')
SELECT U&"n\\0065xtval"('canary_seq')
SELECT pg_catalog . nextval ( 'canary_seq' )
SELECT ('canary_seq'::regclass).nextval
SELECT x.nextval FROM (SELECT 'canary_seq'::regclass) AS y(x)
SELECT (0.1::float8).pg_sleep
SELECT 1 WHERE nextval('canary_seq') > 0
SELECT 1 ORDER BY nextval('canary_seq')
SELECT 1 GROUP BY nextval('canary_seq')
SELECT 1 LIMIT nextval('canary_seq')
SELECT 1 OFFSET setval('canary_seq', 77)
SELECT CASE WHEN true THEN nextval('canary_seq') END
SELECT coalesce(nextval('canary_seq'), 0)
SELECT (SELECT nextval('canary_seq'))
SELECT ARRAY(SELECT nextval('canary_seq'))
SELECT * FROM nextval('canary_seq')
SELECT * FROM ROWS FROM (nextval('canary_seq'))
SELECT * FROM canary, LATERAL nextval('canary_seq')
SELECT * FROM canary c JOIN canary d ON nextval('canary_seq') > 0
SELECT count(*) FILTER (WHERE nextval('canary_seq') > 0) FROM canary
SELECT sum(1) OVER (ORDER BY nextval('canary_seq'))
SELECT array_agg(1 ORDER BY nextval('canary_seq'))
SELECT 1 FROM canary HAVING max(nextval('canary_seq')) > 0
VALUES (nextval('canary_seq'))
WITH x AS (SELECT nextval('canary_seq')) SELECT * FROM x
SELECT 1 UNION SELECT nextval('canary_seq')
SELECT DISTINCT ON (nextval('canary_seq')) 1
SELECT row(nextval('canary_seq'))
SELECT nextval('canary_seq')::text COLLATE "C"
SELECT 1 IN (SELECT nextval('canary_seq'))
SELECT '[1,2]'::jsonb - nextval('canary_seq')::int
SELECT * FROM JSON_TABLE('[1]', '$[*]' COLUMNS (a int PATH '$' DEFAULT nextval('canary_seq') ON EMPTY)) j
SELECT set_config('transaction_read_only', 'off', false)
SELECT set_config('statement_timeout', '0', false)
SELECT pg_catalog.set_config(setting_name => 'role', new_value => 'postgres', is_local => false)
SELECT lo_create(0)
SELECT lo_creat(-1)
SELECT lo_from_bytea(0, 'x')
SELECT lo_put(1, 0, 'x')
SELECT lo_unlink(4242)
SELECT lo_import('/etc/passwd')
SELECT lo_export(4242, '{folder}/exported')
SELECT lo_open(4242, 131072)
SELECT lowrite(0, 'x')
SELECT loread(0, 10)
SELECT pg_read_file('/etc/passwd')
SELECT pg_read_binary_file('/etc/passwd')
SELECT pg_ls_dir('/')
SELECT * FROM pg_ls_logdir()
SELECT * FROM pg_stat_file('/etc/passwd')
SELECT pg_file_write('{folder}/written', 'x', false)
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
SELECT pg_cancel_backend(pid) FROM pg_stat_activity
SELECT pg_reload_conf()
SELECT pg_rotate_logfile()
SELECT pg_switch_wal()
SELECT pg_create_restore_point('stolen')
SELECT pg_backup_start('stolen')
SELECT pg_promote()
SELECT pg_wal_replay_pause()
SELECT pg_create_physical_replication_slot('stolen')
SELECT pg_create_logical_replication_slot('stolen', 'test_decoding')
SELECT pg_drop_replication_slot('stolen')
SELECT pg_replication_origin_create('stolen')
SELECT pg_logical_emit_message(false, 'a', 'b')
SELECT pg_notify('stolen', 'x')
SELECT pg_advisory_lock(1)
SELECT pg_advisory_xact_lock(1)
SELECT pg_try_advisory_lock(1)
SELECT pg_advisory_unlock_all()
SELECT pg_stat_reset()
SELECT pg_stat_reset_shared()
SELECT pg_stat_statements_reset()
SELECT pg_clear_relation_stats('public', 'canary')
SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', 'canary', 'relpages', 7)
SELECT pg_import_system_collations('public')
SELECT pg_extension_config_dump('canary', '')
SELECT pg_nextoid('pg_class', 'oid', 'pg_class_oid_index')
SELECT pg_export_snapshot()
SELECT pg_current_xact_id(), txid_current()
SELECT pg_log_backend_memory_contexts(pg_backend_pid())
SELECT pg_sleep(60)
SELECT pg_sleep_for('1 minute')
SELECT pg_sleep_until('infinity')
SELECT query_to_xml('DELETE FROM canary', true, true, '')
SELECT query_to_xml_and_xmlschema('SELECT nextval(''canary_seq'')', true, true, '')
SELECT database_to_xml(true, true, '')
SELECT table_to_xml('canary', true, true, '')
SELECT * FROM ts_stat('SELECT evil.write_vector()')
SELECT ts_rewrite('a'::tsquery, 'SELECT ''a''::tsquery, evil.write()::text::tsquery')
SELECT dblink_exec('dbname=walls', 'DELETE FROM canary')
SELECT * FROM dblink('dbname=walls', 'DELETE FROM canary RETURNING id') AS t(id int)
SELECT public.dblink_connect('x', 'dbname=walls')
SELECT * FROM public.crosstab('DELETE FROM canary RETURNING ''a''::text, ''b''::text, ''c''::text') AS c(a text, b text)
SELECT brin_summarize_new_values('canary_value')
SELECT gin_clean_pending_list('canary_value')
SELECT binary_upgrade_set_next_pg_authid_oid(1)
SELECT currtid2('canary', '(0,1)')
SELECT suppress_redundant_updates_trigger()
SELECT evil.write()
SELECT evil.write_as_owner()
SELECT evil.folded()
SELECT * FROM evil.write_rows()
SELECT 1 OPERATOR(evil.===) 1
SELECT '1'::evil.poisoned
SELECT CAST(1 AS evil.poisoned)
SELECT evil.sum_of(id) FROM canary
SELECT public.lower('x'::varchar)
SELECT (c).write_row FROM evil.holder c
TABLE evil.writing_view
SELECT * FROM evil.writing_view
SELECT * FROM guarded
SELECT * FROM canary TABLESAMPLE evil.sampling (1)
""".strip().split("\n")

PROGRAMS = """
COPY canary TO PROGRAM 'touch {folder}/program'
COPY (SELECT 1) TO PROGRAM 'touch {folder}/program'
COPY (SELECT evil.write()) TO STDOUT
COPY (DELETE FROM canary RETURNING *) TO STDOUT
COPY canary TO '{folder}/copied'
COPY canary TO STDOUT
copy canary to program $$touch {folder}/program$$ (format csv)
CREATE FUNCTION evil.run(text) RETURNS int LANGUAGE C AS 'libc.so.6', 'system'
ALTER SYSTEM SET archive_command = 'touch {folder}/program'
SELECT * FROM pg_read_file('{folder}/../data/postgresql.auto.conf')
""".strip().split("\n")

ENDLESS = """
SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b
WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r
SELECT count(*) FROM pg_class a, pg_class b, pg_class c, pg_class d, pg_class e
SELECT sum(length(repeat('x', 1000000 + n::int))) FROM generate_series(1, 10000000) n
""".strip().split("\n")

GROUPS: dict[str, list[str]] = {
    "write": WRITES, "definition": DEFINITIONS, "several": SEVERAL, "nul": NULS, "session": SESSION,
    "explain": EXPLAINS, "function": FUNCTIONS, "program": PROGRAMS, "endless": ENDLESS}
# A view, a policy and a column look like any other; what they call is stopped by the wire, not by the grammar.
HIDDEN = frozenset({"TABLE evil.writing_view", "SELECT * FROM evil.writing_view", "SELECT * FROM guarded",
                    "SELECT (c).write_row FROM evil.holder c"})
ATTACKS = [(group, sql) for group, texts in GROUPS.items() for sql in texts]

SETUP = """
CREATE EXTENSION dblink; CREATE EXTENSION tablefunc;
GRANT ALL ON SCHEMA public TO walls_owner;
SELECT lo_from_bytea(4242, 'kept');
SET ROLE walls_owner;
CREATE TABLE canary (id int PRIMARY KEY, value text);
INSERT INTO canary VALUES (1, 'one'), (2, 'two'), (3, 'three');
CREATE INDEX canary_value ON canary (value);
CREATE TABLE keeper (id int); INSERT INTO keeper VALUES (1);
CREATE SEQUENCE canary_seq; SELECT setval('canary_seq', 5);
CREATE VIEW kept_plain AS SELECT 1 AS one;
CREATE MATERIALIZED VIEW kept_view AS SELECT count(*) FROM canary;
CREATE FUNCTION kept_function() RETURNS int LANGUAGE sql AS 'SELECT 1';
RESET ROLE;
CREATE SCHEMA evil AUTHORIZATION walls_owner;
SET ROLE walls_owner;
CREATE FUNCTION evil.write() RETURNS int LANGUAGE plpgsql AS $$ BEGIN DELETE FROM public.canary; RETURN 1; END $$;
CREATE FUNCTION evil.write_rows() RETURNS SETOF int LANGUAGE sql AS 'DELETE FROM public.canary RETURNING id';
CREATE FUNCTION evil.write_vector() RETURNS tsvector LANGUAGE sql AS 'DELETE FROM public.canary; SELECT ''a''::tsvector';
CREATE FUNCTION evil.folded() RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
    BEGIN EXECUTE 'DELETE FROM public.canary'; RETURN 1; END $$;
CREATE FUNCTION evil.equal(int, int) RETURNS boolean LANGUAGE sql AS 'DELETE FROM public.canary; SELECT true';
CREATE OPERATOR evil.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = evil.equal);
CREATE DOMAIN evil.poisoned AS int CHECK (evil.write() = VALUE);
CREATE AGGREGATE evil.sum_of (int) (SFUNC = int4pl, STYPE = int, FINALFUNC = abs, INITCOND = '0');
CREATE VIEW evil.writing_view AS SELECT evil.write();
CREATE TABLE evil.holder (id int); INSERT INTO evil.holder VALUES (1);
CREATE FUNCTION evil.write_row(evil.holder) RETURNS int LANGUAGE sql AS 'DELETE FROM public.canary; SELECT 1';
CREATE FUNCTION lower(varchar) RETURNS text LANGUAGE sql AS 'DELETE FROM public.canary; SELECT ''x''';
CREATE TABLE guarded (id int); INSERT INTO guarded VALUES (1);
ALTER TABLE guarded ENABLE ROW LEVEL SECURITY; ALTER TABLE guarded FORCE ROW LEVEL SECURITY;
CREATE POLICY p ON guarded USING (evil.write() = 1);
CREATE PROCEDURE evil.plain_write() LANGUAGE plpgsql AS $$ BEGIN DELETE FROM public.canary; END $$;
CREATE PROCEDURE evil.commit_and_write() LANGUAGE plpgsql AS $$ BEGIN COMMIT; DELETE FROM public.canary; END $$;
RESET ROLE;
CREATE FUNCTION evil.write_as_owner() RETURNS int SECURITY DEFINER LANGUAGE plpgsql AS $$
    BEGIN DELETE FROM public.canary; RETURN 1; END $$;
GRANT USAGE ON SCHEMA evil TO PUBLIC; GRANT SELECT ON ALL TABLES IN SCHEMA evil, public TO PUBLIC;
"""

_STATE = """
SELECT (SELECT string_agg(c::text, ',' ORDER BY c::text) FROM public.canary c),
       (SELECT last_value::text || is_called FROM public.canary_seq),
       (SELECT string_agg(concat(relname, relkind, relowner, relacl::text, reloptions::text, relrowsecurity, relpages),
                          ',' ORDER BY oid) FROM pg_class WHERE relnamespace::regnamespace::text !~ '^pg_t'),
       (SELECT string_agg(concat(proname, prosecdef, prosrc), ',' ORDER BY oid) FROM pg_proc WHERE oid > 16000),
       (SELECT string_agg(a::text, ',' ORDER BY a::text) FROM pg_authid a),
       (SELECT string_agg(m::text, ',' ORDER BY m::text) FROM pg_auth_members m),
       (SELECT string_agg(s::text, ',' ORDER BY s::text) FROM pg_db_role_setting s),
       (SELECT string_agg(concat(datname, datacl::text), ',' ORDER BY oid) FROM pg_database),
       (SELECT string_agg(l::text, ',' ORDER BY l::text) FROM pg_largeobject l),
       (SELECT count(*) FROM pg_largeobject_metadata),
       (SELECT string_agg(extname, ',' ORDER BY extname) FROM pg_extension),
       (SELECT string_agg(nspname, ',' ORDER BY nspname) FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp'),
       (SELECT string_agg(attname || atttypid, ',' ORDER BY attrelid, attnum) FROM pg_attribute WHERE attrelid > 16000),
       (SELECT count(*) FROM pg_trigger), (SELECT count(*) FROM pg_policy), (SELECT count(*) FROM pg_rewrite),
       (SELECT count(*) FROM pg_description WHERE objoid > 16000), (SELECT count(*) FROM pg_publication),
       (SELECT count(*) FROM pg_subscription), (SELECT count(*) FROM pg_type), (SELECT count(*) FROM pg_operator),
       (SELECT count(*) FROM pg_cast), (SELECT count(*) FROM pg_event_trigger), (SELECT count(*) FROM pg_tablespace),
       (SELECT count(*) FROM pg_default_acl), (SELECT count(*) FROM pg_statistic_ext), (SELECT count(*) FROM pg_collation),
       (SELECT count(*) FROM pg_replication_slots), (SELECT count(*) FROM pg_prepared_xacts),
       (SELECT count(*) FROM pg_foreign_data_wrapper), (SELECT count(*) FROM pg_foreign_server),
       (SELECT count(*) FROM pg_language), (SELECT count(*) FROM pg_am), (SELECT count(*) FROM pg_ts_config),
       (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'), (SELECT count(*) FROM pg_replication_origin),
       (SELECT string_agg(concat(name, setting), ',' ORDER BY name, setting) FROM pg_file_settings),
       (SELECT stats_reset FROM pg_stat_database WHERE datname = current_database())
"""


def prepare(server: Scratch, name: str = "walls") -> Path:
    """Create the database and its roles; return the folder that the server may write."""
    folder = server.server.folder / f"canary_{name}"
    folder.mkdir()
    folder.chmod(0o777)
    server.create_database(name)
    server.execute("""DO $$ BEGIN CREATE ROLE walls_owner LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$""")
    server.execute(SETUP, database=name)
    server.execute(reader_script("walls_reader", name), database=name)
    server.execute(f"ALTER DATABASE {name} OWNER TO walls_owner")
    return folder


_OTHERS = ("SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
           "AND backend_type = 'client backend'")


def state(server: Scratch, folder: Path, name: str = "walls") -> str:
    """Return a digest of everything that an attack could change, once the attacker's sessions have ended.

    A server process lets go of its locks a moment after its connection was closed.
    """
    for _ in range(3000):
        if server.execute(_OTHERS, database=name) == [(0,)]:
            break
        time.sleep(0.01)
    rows = server.execute(_STATE, database=name)
    files = sorted(path.name for path in folder.iterdir())
    settings = (server.server.folder / "data" / "postgresql.auto.conf").read_text()
    return hashlib.sha256(repr((rows, files, settings)).encode()).hexdigest()
