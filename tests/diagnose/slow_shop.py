"""The schema, rows and statements of the shop that the tests here look at."""

from __future__ import annotations

SCHEMA = """
CREATE EXTENSION pg_stat_statements;
CREATE EXTENSION pg_trgm;
CREATE TYPE state AS ENUM ('new', 'paid', 'done');
CREATE DOMAIN email AS text CHECK (value LIKE '%@%');
CREATE FUNCTION low(given text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT lower(given)';
CREATE TABLE person (id bigint PRIMARY KEY, mail email NOT NULL UNIQUE, name text COLLATE "C", tags text[], doc jsonb,
    span int4range);
CREATE TABLE sale (id bigint PRIMARY KEY, person_id bigint NOT NULL REFERENCES person, state state NOT NULL,
    total numeric(10,2) CHECK (total >= 0), at timestamptz NOT NULL, a int, b int);
CREATE INDEX sale_new ON sale (at) WHERE state = 'new';
CREATE INDEX person_low ON person (low(name));
CREATE INDEX sale_at ON sale (at);
CREATE INDEX sale_at_again ON sale (at);
CREATE TABLE visit (id bigint, day date NOT NULL, x int, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE visit_20 PARTITION OF visit FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE visit_21 PARTITION OF visit FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
CREATE VIEW paid AS SELECT * FROM sale WHERE state = 'paid';
CREATE MATERIALIZED VIEW counts AS SELECT person_id, count(*) AS n FROM sale GROUP BY 1;
CREATE STATISTICS together (ndistinct, dependencies, mcv) ON a, b FROM sale;
INSERT INTO person SELECT i, i || '@x', md5(i::text), ARRAY['t' || i % 7, 'u' || i % 211],
    jsonb_build_object('k', i % 100), int4range(i, i + 10) FROM generate_series(1, 20000) i;
INSERT INTO sale SELECT i, 1 + (i * 7919) % 20000, (ARRAY['new', 'paid', 'done', 'done', 'done'])[1 + i % 5]::state,
    i % 1000, timestamptz '2024-01-01' + i * interval '1 min', i % 100, (i % 100) / 10 FROM generate_series(1, 60000) i;
INSERT INTO visit SELECT i, date '2020-01-01' + (i % 730), i % 50 FROM generate_series(1, 40000) i;
"""
QUERIES = (
    "SELECT * FROM sale WHERE person_id = 5",
    "SELECT count(*) FROM sale s JOIN person p ON p.id = s.person_id WHERE p.mail = '7@x'",
    "SELECT * FROM sale WHERE state = 'new' ORDER BY at DESC LIMIT 10",
    "SELECT * FROM person WHERE low(name) = 'abc'",
    "SELECT * FROM person WHERE tags @> ARRAY['t3']",
    "SELECT * FROM person WHERE span @> 5",
    "SELECT a, b, count(*) FROM sale GROUP BY a, b",
    "SELECT * FROM sale WHERE a = 5 AND b = 0",
    "SELECT * FROM visit WHERE day BETWEEN '2020-05-01' AND '2020-06-01' AND x = 3",
    "SELECT * FROM counts WHERE person_id = 3",
    "SELECT * FROM paid v JOIN person p ON p.id = v.person_id WHERE total > 990 ORDER BY at LIMIT 5",
    "SELECT max(id) FROM sale",
)
