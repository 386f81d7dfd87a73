"""A help desk of many tenants under load, written after the advice was: its schema, rows, weighted statements, and the
indexes that its makers know to be right.

Planted: missing indexes (for keyset paging, a work queue, soft deletion, full text, a key inside a document, joins
    with an
order, a prefix of a text), two duplicates of other spellings, one that only an expired feature used, and a log that is
written all the time.
"""

from __future__ import annotations

SCHEMA = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE TABLE tenant (id int PRIMARY KEY, name text NOT NULL, region text NOT NULL);
CREATE TABLE agent (id int PRIMARY KEY, tenant_id int NOT NULL REFERENCES tenant, name text NOT NULL, away boolean
    NOT NULL);
CREATE TABLE ticket (id uuid PRIMARY KEY, tenant_id int NOT NULL REFERENCES tenant, agent_id int REFERENCES agent,
    number int NOT NULL, subject text NOT NULL, state smallint NOT NULL, priority smallint NOT NULL,
    created timestamptz NOT NULL, changed timestamptz NOT NULL, deleted timestamptz, extra jsonb NOT NULL,
    words tsvector NOT NULL);
CREATE TABLE message (id bigint PRIMARY KEY, ticket_id uuid NOT NULL REFERENCES ticket, author text NOT NULL,
    at timestamptz NOT NULL, body text NOT NULL);
CREATE TABLE job (id bigint PRIMARY KEY, queue text NOT NULL, due timestamptz NOT NULL, done timestamptz, tries int
    NOT NULL,
    payload text NOT NULL);
CREATE TABLE follower (ticket_id uuid NOT NULL REFERENCES ticket, agent_id int NOT NULL REFERENCES agent,
    PRIMARY KEY (ticket_id, agent_id));
CREATE TABLE change_log (id bigint PRIMARY KEY, ticket_id uuid NOT NULL, field text NOT NULL, at timestamptz NOT NULL);
CREATE INDEX ticket_tenant_number ON ticket (tenant_id, number);
CREATE INDEX ticket_tenant ON ticket (tenant_id);
CREATE INDEX agent_tenant ON agent (tenant_id);
CREATE INDEX agent_of_tenant ON agent USING btree (tenant_id ASC NULLS LAST);
CREATE INDEX message_author ON message (author);
CREATE INDEX job_tries ON job (tries);
"""
ROWS = """
INSERT INTO tenant SELECT i, 'tenant ' || i, (ARRAY['eu','us','ap'])[1 + i % 3] FROM generate_series(1, 400) i;
INSERT INTO agent SELECT i, 1 + i % 400, 'agent ' || i, i % 10 = 0 FROM generate_series(1, 4000) i;
INSERT INTO ticket SELECT md5(i::text)::uuid, 1 + (i * 7) % 400, CASE WHEN i % 9 = 0 THEN NULL ELSE 1 + (i * 13) %
    4000 END, i,
    'Subject ' || (i % 5000) || ' of ' || md5((i / 3)::text), CASE WHEN i > 240000 THEN i % 4 ELSE 3 END, i % 5,
    timestamptz '2023-01-01' + i * interval '3 minutes', timestamptz '2023-01-02' + i * interval '3 minutes',
    CASE WHEN i % 20 = 0 THEN timestamptz '2025-01-01' ELSE NULL END,
    jsonb_build_object('order', 'o' || i % 60000, 'channel', (ARRAY['mail','chat','phone'])[1 + i % 3]),
    to_tsvector('simple', 'printer' || i % 900 || ' broken ' || md5((i % 20000)::text))
    FROM generate_series(1, 250000) i;
INSERT INTO message SELECT i, md5((1 + (i * 11::bigint) % 250000)::text)::uuid, 'author ' || i % 900,
    timestamptz '2023-01-01' + i * interval '1 minute', repeat('text ', (i % 30)::int) FROM generate_series(1,
    700000) i;
INSERT INTO job SELECT i, (ARRAY['mail','mail','hook'])[1 + i % 3], timestamptz '2024-01-01' + i * interval '1 second',
    CASE WHEN i > 299600 THEN NULL ELSE timestamptz '2024-01-02' END, i % 4, repeat('p', 60) FROM generate_series(1,
    300000) i;
INSERT INTO follower SELECT md5((1 + (i * 5) % 250000)::text)::uuid, 1 + (i * 17) % 4000 FROM generate_series(1,
    200000) i
    ON CONFLICT DO NOTHING;
INSERT INTO change_log SELECT i, md5((1 + i % 250000)::text)::uuid, 'state', timestamptz '2024-01-01' + i * interval
    '1 second'
    FROM generate_series(1, 300000) i;
"""
_TICKET = "b6d767d2-f8ed-5d21-a44b-0e5886680cb9"
# (name, calls per hour, statement, values for its parameters)
WORKLOAD: tuple[tuple[str, float, str, tuple[tuple[object, ...], ...]], ...] = (
    ("a page of the inbox", 2500, "SELECT id, number, subject, created FROM ticket WHERE tenant_id = $1 AND deleted "
     "IS NULL "
     "AND (created, id) < ($2::timestamptz, $3::uuid) ORDER BY created DESC, id DESC LIMIT 25",
     ((8, "2024-03-01", "80000000-0000-0000-0000-000000000000"), (200, "2024-05-01",
                                                                 "80000000-0000-0000-0000-000000000000"))),
    ("open of an agent", 1800, "SELECT id, number, priority FROM ticket WHERE agent_id = $1 AND state < 3 AND "
     "deleted IS "
     "NULL ORDER BY priority DESC, created LIMIT 20", ((14,), (3000,))),
    ("ticket by number", 3000, "SELECT * FROM ticket WHERE tenant_id = $1 AND number = $2", ((8, 1), (309, 44))),
    ("ticket", 5000, "SELECT * FROM ticket WHERE id = $1", ((_TICKET,),)),
    ("messages of a ticket", 4000, "SELECT author, at, body FROM message WHERE ticket_id = $1 ORDER BY at",
     (("c4ca4238-a0b9-2382-0dcc-509a6f75849b",), ("c81e728d-9d4c-2f63-6f06-7f89cc14862c",))),
    ("next jobs", 3600, "SELECT id, payload FROM job WHERE queue = $1 AND done IS NULL AND due <= $2 ORDER BY due "
     "LIMIT 10 "
     "FOR UPDATE SKIP LOCKED", (("mail", "2024-06-01"), ("hook", "2024-06-01"))),
    ("a job is done", 3600, "UPDATE job SET done = $2, tries = tries + 1 WHERE id = $1", ((299_900, "2024-06-01"),
                                                                                     (299_950, "2024-06-01"))),
    ("a new job", 3600, "INSERT INTO job (id, queue, due, tries, payload) VALUES ($1, 'mail', $2, 0, 'x')",
     ((9_000_001, "2024-06-01"), (9_000_002, "2024-06-01"))),
    ("search by words", 150, "SELECT id, subject FROM ticket WHERE words @@ to_tsquery('simple', $1) LIMIT 50",
     (("printer77",), ("printer12 & broken",))),
    ("tickets of an order", 500, "SELECT id, number FROM ticket WHERE extra ->> 'order' = $1", (("o77",), ("o59000",))),
    ("subjects that begin", 200, "SELECT id, subject FROM ticket WHERE subject LIKE $1 LIMIT 10", (("Subject 77 of%",),
                                                                                            ("Subject 4999%",))),
    ("followed by an agent", 600, "SELECT t.id, t.number FROM follower f JOIN ticket t ON t.id = f.ticket_id "
     "WHERE f.agent_id = $1 AND t.deleted IS NULL ORDER BY t.changed DESC LIMIT 15", ((18,), (2222,))),
    ("agents that are there", 900, "SELECT id, name FROM agent WHERE tenant_id = $1 AND NOT away", ((7,), (333,))),
    ("tickets without an agent", 300, "SELECT id, number FROM ticket WHERE tenant_id = $1 AND agent_id IS NULL AND "
     "state = 0",
     ((5,), (250,))),
    ("load of a tenant", 30, "SELECT a.name, count(*) FROM ticket t JOIN agent a ON a.id = t.agent_id WHERE "
     "t.tenant_id = $1 "
     "AND t.state < 3 GROUP BY a.name", ((5,), (250,))),
    ("created by day", 4, "SELECT date_trunc('day', created), count(*) FROM ticket WHERE created >= $1 AND created "
     "< $2 "
     "GROUP BY 1", (("2023-06-01", "2023-06-08"),)),
    ("a change", 30_000, "INSERT INTO change_log (id, ticket_id, field, at) VALUES ($1, $2, 'state', $3)",
     ((9_000_001, _TICKET, "2025-01-01"), (9_000_002, _TICKET, "2025-01-01"))),
    ("changes of a ticket", 1, "SELECT field, at FROM change_log WHERE ticket_id = $1 ORDER BY at DESC LIMIT 20",
     (("c4ca4238-a0b9-2382-0dcc-509a6f75849b",),)),
    ("a message", 900, "INSERT INTO message (id, ticket_id, author, at, body) VALUES ($1, $2, 'me', $3, 'x')",
     ((9_000_001, "c4ca4238-a0b9-2382-0dcc-509a6f75849b", "2025-01-01"),
      (9_000_002, "c81e728d-9d4c-2f63-6f06-7f89cc14862c", "2025-01-01"))),
    ("a ticket moves", 700, "UPDATE ticket SET state = $2, changed = $3 WHERE id = $1",
     (("c4ca4238-a0b9-2382-0dcc-509a6f75849b", 2, "2025-01-01"),
      ("c81e728d-9d4c-2f63-6f06-7f89cc14862c", 1, "2025-01-01"))),
)
PLANTED = (
    "CREATE INDEX o1 ON ticket (tenant_id, created DESC, id DESC) WHERE deleted IS NULL",
    "CREATE INDEX o2 ON ticket (agent_id, priority DESC, created) WHERE deleted IS NULL AND state < 3",
    "CREATE INDEX o3 ON message (ticket_id, at)",
    "CREATE INDEX o4 ON job (queue, due) WHERE done IS NULL",
    "CREATE INDEX o5 ON ticket USING gin (words)",
    "CREATE INDEX o6 ON ticket ((extra ->> 'order'))",
    "CREATE INDEX o7 ON ticket (subject text_pattern_ops)",
    "CREATE INDEX o8 ON follower (agent_id)",
    "CREATE INDEX o9 ON ticket (tenant_id) WHERE agent_id IS NULL AND state = 0",
    "CREATE INDEX o10 ON ticket (tenant_id, agent_id) WHERE state < 3",
    "CREATE INDEX o11 ON ticket (created)",
)
DROPPED = ("ticket_tenant", "agent_of_tenant|agent_tenant", "message_author", "job_tries")
NO_INDEX_ON = "change_log"
