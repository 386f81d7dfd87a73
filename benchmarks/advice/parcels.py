"""A parcel service under load: its schema, rows, weighted statements, and the indexes that its makers know to be right.

Planted: missing indexes (plain, composite, partial, of an expression, GIN), a duplicate, a left prefix, indexes that
nobody uses, and a table so busy with writes that no index pays.
"""

from __future__ import annotations

SCHEMA = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE TABLE depot (id int PRIMARY KEY, city text NOT NULL, country text NOT NULL);
CREATE TABLE sender (id bigint PRIMARY KEY, email text NOT NULL, company text NOT NULL, plan text NOT NULL,
    joined timestamptz NOT NULL, labels text[] NOT NULL, settings jsonb NOT NULL);
CREATE TABLE parcel (id bigint PRIMARY KEY, sender_id bigint NOT NULL REFERENCES sender, depot_id int NOT NULL
    REFERENCES depot, status text NOT NULL, weight numeric(8,2) NOT NULL, booked timestamptz NOT NULL,
    delivered timestamptz, code text NOT NULL, note text NOT NULL);
CREATE TABLE scan (id bigint PRIMARY KEY, parcel_id bigint NOT NULL REFERENCES parcel, depot_id int NOT NULL, kind text
    NOT NULL, at timestamptz NOT NULL);
CREATE TABLE heartbeat (id bigint PRIMARY KEY, device int NOT NULL, at timestamptz NOT NULL, battery int NOT NULL);
CREATE TABLE invoice (id bigint PRIMARY KEY, sender_id bigint NOT NULL REFERENCES sender, month date NOT NULL, paid
    boolean NOT NULL, total numeric(10,2) NOT NULL);
CREATE INDEX parcel_sender ON parcel (sender_id);
CREATE INDEX parcel_sender_again ON parcel (sender_id);
CREATE INDEX invoice_sender ON invoice (sender_id);
CREATE INDEX invoice_sender_month ON invoice (sender_id, month);
CREATE INDEX parcel_weight ON parcel (weight);
CREATE INDEX sender_plan ON sender (plan);
"""
ROWS = """
INSERT INTO depot SELECT i, 'city ' || i, (ARRAY['de','fr','pl','nl'])[1 + i % 4] FROM generate_series(1, 200) i;
INSERT INTO sender SELECT i, 'Mail' || i || '@Example.org', 'company ' || md5(i::text),
    (ARRAY['free','free','free','pro','team'])[1 + i % 5], timestamptz '2022-01-01' + i * interval '11 minutes',
    ARRAY['l' || i % 40, 'm' || i % 333], jsonb_build_object('theme', 't' || i % 7, 'ref', 'r' || i % 5000, 'n', i)
    FROM generate_series(1, 60000) i;
INSERT INTO parcel SELECT i, 1 + (i * 7919::bigint) % 60000, 1 + i % 200,
    CASE WHEN i > 398000 AND i % 2 = 0 THEN 'open' WHEN i % 300 = 0 THEN 'lost' ELSE 'delivered' END,
    (i % 3000) / 100.0, timestamptz '2023-01-01' + i * interval '2 minutes',
    CASE WHEN i % 50 = 0 THEN NULL ELSE timestamptz '2023-01-03' + i * interval '2 minutes' END,
    upper(substr(md5(i::text), 1, 12)), repeat('n', (i % 60)::int) FROM generate_series(1, 400000) i;
INSERT INTO scan SELECT i, 1 + (i * 31::bigint) % 400000, 1 + i % 200, (ARRAY['in','out','van'])[1 + i % 3],
    timestamptz '2023-01-01' + i * interval '1 minute' FROM generate_series(1, 800000) i;
INSERT INTO heartbeat SELECT i, i % 500, timestamptz '2024-01-01' + i * interval '1 second', i % 100
    FROM generate_series(1, 300000) i;
INSERT INTO invoice SELECT i, 1 + i % 60000, date '2023-01-01' + (i / 60000)::int * 30, i % 40 <> 0, i % 500
    FROM generate_series(1, 300000) i;
"""
# (name, calls per hour, statement, values for its parameters)
WORKLOAD: tuple[tuple[str, float, str, tuple[tuple[object, ...], ...]], ...] = (
    ("parcel by code", 4000, "SELECT * FROM parcel WHERE code = $1", (("C4CA4238A0B9",), ("ABCDEF012345",))),
    ("scans of a parcel", 3000, "SELECT kind, at FROM scan WHERE parcel_id = $1 ORDER BY at", ((77,), (399_000,))),
    ("open parcels of a depot", 900, "SELECT id, code, booked FROM parcel WHERE status = 'open' AND depot_id = $1 "
     "ORDER BY booked", ((12,), (150,))),
    ("newest of a sender", 2500, "SELECT id, code, status FROM parcel WHERE sender_id = $1 ORDER BY booked DESC "
     "LIMIT 10",
     ((4,), (59_000,))),
    ("sign in", 1500, "SELECT id, plan FROM sender WHERE lower(email) = $1", (("mail77@example.org",),
                                                                             ("nobody@example.org",))),
    ("search companies", 60, "SELECT id, company FROM sender WHERE company ILIKE $1 LIMIT 20", (("%c4ca42%",),
                                                                                          ("%zzzzzz%",))),
    ("senders with a label", 200, "SELECT id FROM sender WHERE labels @> ARRAY[$1]::text[]", (("m17",), ("m300",))),
    ("senders by reference", 300, "SELECT id FROM sender WHERE settings @> $1::jsonb", (('{"ref": "r17"}',),)),
    ("unpaid of a month", 40, "SELECT sender_id, total FROM invoice WHERE NOT paid AND month = $1", (("2023-03-02",),)),
    ("invoices of a sender", 700, "SELECT * FROM invoice WHERE sender_id = $1 ORDER BY month", ((5,), (5_000,))),
    ("sender", 5000, "SELECT * FROM sender WHERE id = $1", ((5,), (600,))),
    ("parcels booked in a time", 25, "SELECT count(*) FROM parcel WHERE booked >= $1 AND booked < $2",
     (("2023-06-01", "2023-06-02"), ("2024-01-01", "2024-01-04"))),
    ("last heartbeats of a device", 1, "SELECT at, battery FROM heartbeat WHERE device = $1 ORDER BY at DESC LIMIT 5",
     ((7,),)),
    ("a heartbeat", 40_000, "INSERT INTO heartbeat (id, device, at, battery) VALUES ($1, $2, $3, $4)",
     ((9_000_001, 5, "2024-03-01", 50), (9_000_002, 6, "2024-03-01", 51))),
    ("a scan", 2000, "INSERT INTO scan (id, parcel_id, depot_id, kind, at) VALUES ($1, $2, $3, $4, $5)",
     ((9_000_001, 77, 5, "in", "2025-01-01"), (9_000_002, 1234, 5, "in", "2025-01-01"))),
    ("a booking", 800, "INSERT INTO parcel (id, sender_id, depot_id, status, weight, booked, code, note) VALUES ($1, "
     "$2, $3, 'open', 2, $4, $5, '')",
     ((9_000_001, 77, 5, "2025-01-01", "AAA"), (9_000_002, 78, 6, "2025-01-01", "AAB"))),
    ("a delivery", 700, "UPDATE parcel SET status = 'delivered', delivered = $2 WHERE id = $1",
     ((399_998, "2025-01-01"), (399_996, "2025-01-01"))),
)
PLANTED = (
    "CREATE INDEX o1 ON parcel (code)",
    "CREATE INDEX o2 ON scan (parcel_id, at) INCLUDE (kind)",
    "CREATE INDEX o3 ON parcel (depot_id, booked) WHERE status = 'open'",
    "CREATE INDEX o4 ON sender (lower(email))",
    "CREATE INDEX o5 ON sender USING gin (company gin_trgm_ops)",
    "CREATE INDEX o6 ON sender USING gin (labels)",
    "CREATE INDEX o7 ON sender USING gin (settings jsonb_path_ops)",
    "CREATE INDEX o8 ON invoice (month) INCLUDE (sender_id, total) WHERE NOT paid",
    "CREATE INDEX o9 ON parcel (booked)",
)
DROPPED = ("parcel_sender_again", "invoice_sender", "parcel_weight", "sender_plan")
NO_INDEX_ON = "heartbeat"
