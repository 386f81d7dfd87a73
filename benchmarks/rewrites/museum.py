"""A museum's tickets and reviews: its schema, rows, statements with a better form, and look-alikes without one.

Every statement stands with the kind of its better form, "" for a look-alike, and with values for its parameters.
"""

from __future__ import annotations

SCHEMA = """
CREATE TABLE visitor (id bigint PRIMARY KEY, email text NOT NULL, country char(2) NOT NULL, joined timestamptz NOT NULL,
    referred_by bigint REFERENCES visitor, phone varchar(20), token uuid NOT NULL);
CREATE TABLE exhibit (id int PRIMARY KEY, title text NOT NULL, room int NOT NULL, opened date NOT NULL, story text NOT
    NULL);
CREATE TABLE ticket (id bigint PRIMARY KEY, visitor_id bigint NOT NULL REFERENCES visitor, sold_at timestamptz NOT NULL,
    scanned timestamp, price numeric(8,2) NOT NULL, channel varchar(20) NOT NULL, code char(10) NOT NULL,
    guide_id bigint REFERENCES visitor, visit_day date NOT NULL);
CREATE TABLE review (id bigint PRIMARY KEY, visitor_id bigint NOT NULL REFERENCES visitor, exhibit_id int NOT NULL
    REFERENCES exhibit, stars int NOT NULL CHECK (stars BETWEEN 1 AND 5), body text NOT NULL, written timestamptz NOT
    NULL, moderator_id bigint REFERENCES visitor);
CREATE INDEX visitor_email ON visitor (email);
CREATE INDEX visitor_token ON visitor (token);
CREATE INDEX visitor_joined ON visitor (joined);
CREATE INDEX ticket_visitor ON ticket (visitor_id);
CREATE INDEX ticket_sold ON ticket (sold_at);
CREATE INDEX ticket_scanned ON ticket (scanned);
CREATE INDEX ticket_code ON ticket (code);
CREATE INDEX ticket_price ON ticket (price);
CREATE INDEX ticket_day ON ticket (visit_day);
CREATE INDEX ticket_guide ON ticket (guide_id);
CREATE INDEX review_visitor ON review (visitor_id);
CREATE INDEX review_exhibit ON review (exhibit_id);
CREATE INDEX review_written ON review (written);
"""
ROWS = """
INSERT INTO visitor SELECT i, md5(i::text) || '@' || (ARRAY['mail', 'post', 'inbox'])[1 + i % 3] || '.example',
    (ARRAY['de', 'fr', 'pl'])[1 + i % 3], timestamptz '2022-01-01' + i * interval '35 minutes',
    CASE WHEN i % 4 = 0 THEN 1 + i % 900 END, CASE WHEN i % 3 = 0 THEN '+49' || i END, md5('t' || i)::uuid
    FROM generate_series(1, 40000) i;
INSERT INTO exhibit SELECT i, 'exhibit ' || i, 1 + i % 40, date '2010-01-01' + i, repeat(md5(i::text), 90)
    FROM generate_series(1, 600) i;
INSERT INTO ticket SELECT i, 1 + (i * 7919::bigint) % 36000, timestamptz '2023-01-01' + i * interval '4 minutes',
    CASE WHEN i % 5 > 0 THEN timestamp '2023-01-02' + i * interval '4 minutes' END, (i % 9973) / 50.0,
    (ARRAY['web', 'desk', 'app', 'web'])[1 + i % 4], upper(substr(md5(i::text), 1, 10)),
    CASE WHEN i % 50 = 0 THEN 1 + i % 800 END, date '2023-01-01' + i / 360 FROM generate_series(1, 300000) i;
INSERT INTO review SELECT i, 1 + (i * 31::bigint) % 30000, 1 + (i * 131) % 560, 1 + i % 5, repeat(md5(i::text), 3),
    timestamptz '2023-02-01' + i * interval '8 minutes', CASE WHEN i % 1000 = 0 THEN 1 + i % 40 END
    FROM generate_series(1, 120000) i;
"""
Case = tuple[str, str, str, tuple[object, ...]]

BETTER: tuple[Case, ...] = (
    ("deep page", "offset-to-keyset", "SELECT id, sold_at, price FROM ticket ORDER BY sold_at DESC LIMIT 20 OFFSET "
     "90000",
     ()),
    ("page of an exhibit", "offset-to-keyset", "SELECT id, body, written FROM review WHERE exhibit_id = $1 "
     "ORDER BY written DESC LIMIT $2 OFFSET $3", (17, 20, 180)),
    ("page with its visitor", "offset-to-keyset", "SELECT t.id, t.code, v.email FROM ticket t JOIN visitor v "
     "ON v.id = t.visitor_id ORDER BY t.sold_at, t.id LIMIT 20 OFFSET 60000", ()),
    ("page of tickets by their buyers", "offset-to-keyset", "SELECT v.id, v.joined FROM visitor v JOIN ticket t "
     "ON t.visitor_id = v.id ORDER BY v.joined LIMIT 20 OFFSET 90000", ()),
    ("without a ticket", "not-in-subquery", "SELECT id, email FROM visitor WHERE id NOT IN "
     "(SELECT visitor_id FROM ticket)", ()),
    ("never a guide", "not-in-subquery", "SELECT v.id FROM visitor v WHERE v.id <> ALL (SELECT t.visitor_id FROM "
     "ticket "
     "t WHERE t.price > 1)", ()),
    ("sold on a day", "function-on-column", "SELECT id, price FROM ticket WHERE date(sold_at) = $1", ("2024-05-03",)),
    ("sold in a week", "function-on-column", "SELECT count(*) FROM ticket WHERE sold_at::date BETWEEN '2024-05-01' AND "
     "'2024-05-07'", ()),
    ("sold in a month", "function-on-column", "SELECT sum(price) FROM ticket WHERE date_trunc('month', sold_at) = "
     "'2024-05-01'", ()),
    ("written on a day", "function-on-column", "SELECT id FROM review WHERE to_char(written, 'YYYY-MM-DD') = "
     "'2023-06-03'", ()),
    ("joined in a year", "function-on-column", "SELECT id FROM visitor WHERE extract(year FROM joined) = 2024 AND "
     "joined "
     "IS NOT NULL", ()),
    ("scanned in a month", "function-on-column", "SELECT id FROM ticket WHERE date_trunc('month', scanned) = $1",
     ("2023-04-01",)),
    ("mail begins", "function-on-column", "SELECT id FROM visitor WHERE left(email, 4) = 'c4ca'", ()),
    ("recent sales", "arithmetic-on-column", "SELECT id FROM ticket WHERE sold_at + interval '48 hours' > "
     "timestamptz '2025-04-13'", ()),
    ("scanned lately", "arithmetic-on-column", "SELECT id FROM ticket WHERE timestamp '2025-04-14' - scanned < "
     "interval '2 days'", ()),
    ("dear with tax", "arithmetic-on-column", "SELECT id FROM ticket WHERE price * 1.19 > 237", ()),
    ("days ahead", "arithmetic-on-column", "SELECT id FROM ticket WHERE visit_day + 3 > date '2025-04-12'", ()),
    ("reviews counted", "correlated-subquery", "SELECT e.id, e.title, (SELECT count(*) FROM review r WHERE "
     "r.exhibit_id = "
     "e.id AND r.stars = 5) AS best FROM exhibit e", ()),
    ("reviews counted and last", "correlated-subquery", "SELECT e.id, (SELECT max(r.written) FROM review r WHERE "
     "r.exhibit_id = e.id) AS last, (SELECT avg(r.stars) FROM review r WHERE r.exhibit_id = e.id) AS mean "
     "FROM exhibit e", ()),
    ("last ticket", "correlated-subquery", "SELECT t.id FROM ticket t WHERE t.sold_at = (SELECT max(u.sold_at) FROM "
     "ticket u WHERE u.visitor_id = t.visitor_id)", ()),
    ("mail of a buyer", "correlated-subquery", "SELECT t.id, (SELECT v.email FROM visitor v WHERE v.id = t.visitor_id) "
     "FROM ticket t WHERE t.channel = 'desk'", ()),
    ("has reviews", "count-for-existence", "SELECT e.id FROM exhibit e WHERE (SELECT count(*) FROM review r WHERE "
     "r.exhibit_id = e.id AND r.stars = 4) > 0", ()),
    ("anything sold", "count-for-existence", "SELECT count(*) > 0 AS sold FROM ticket WHERE channel = 'web'", ()),
    ("code or mail", "either-column", "SELECT t.id, t.sold_at FROM ticket t JOIN visitor v ON v.id = t.visitor_id "
     "WHERE t.code = $1 OR v.email = $2", ("C4CA4238A0", "c81e728d9d4c2f636f067f89cc14862c@inbox.example")),
    ("counted code or mail", "either-column", "SELECT count(*) FROM ticket t JOIN visitor v ON v.id = t.visitor_id "
     "WHERE t.code = 'C4CA4238A0' OR v.email = 'c81e728d9d4c2f636f067f89cc14862c@inbox.example'", ()),
    ("number with a point", "hidden-cast", "SELECT price FROM ticket WHERE id = 4711.0", ()),
    ("number of another type", "hidden-cast", "SELECT id FROM ticket WHERE visitor_id = $1::numeric", (77,)),
    ("token as text", "hidden-cast", "SELECT id FROM visitor WHERE token::text = "
     "'e358efa4-89f5-8062-f10d-d7316b65649e'", ()),
    ("end of a mail", "suffix-pattern", "SELECT id FROM visitor WHERE email LIKE '%2c@inbox.example'", ()),
    ("buyers once", "distinct-over-join", "SELECT DISTINCT v.id, v.email FROM visitor v JOIN ticket t ON "
     "t.visitor_id = "
     "v.id JOIN review r ON r.visitor_id = v.id", ()),
    ("buyers counted", "distinct-over-join", "SELECT count(DISTINCT e.id) FROM exhibit e JOIN review r ON "
     "r.exhibit_id = "
     "e.id WHERE r.stars = 3", ()),
    ("fenced", "fenced-cte", "WITH sold AS MATERIALIZED (SELECT id, visitor_id, price FROM ticket) SELECT id, price "
     "FROM "
     "sold WHERE visitor_id = $1", (77,)),
    ("fenced twice", "fenced-cte", "WITH sold AS (SELECT id, visitor_id, guide_id, price FROM ticket) SELECT s.id, "
     "g.price FROM sold s JOIN sold g ON g.visitor_id = s.guide_id WHERE s.visitor_id = $1", (77,)),
)
ALIKE: tuple[Case, ...] = (
    ("never referred", "", "SELECT id FROM visitor WHERE id NOT IN (SELECT referred_by FROM visitor)", ()),
    ("not a moderator's", "", "SELECT id FROM review WHERE moderator_id NOT IN (SELECT visitor_id FROM ticket)", ()),
    ("not in an outer join", "", "SELECT id FROM visitor WHERE id NOT IN (SELECT r.visitor_id FROM exhibit e LEFT JOIN "
     "review r ON r.exhibit_id = e.id)", ()),
    ("any May", "", "SELECT id FROM ticket WHERE extract(month FROM sold_at) = 5", ()),
    ("middle of a month", "", "SELECT id FROM ticket WHERE date_trunc('month', sold_at) = '2024-05-15'", ()),
    ("other days", "", "SELECT id FROM ticket WHERE date(sold_at) <> $1", ("2024-05-03",)),
    ("day of a time", "", "SELECT id FROM ticket WHERE date(sold_at) = $1::timestamptz", ("2024-05-03",)),
    ("mail in lower case", "", "SELECT id FROM visitor WHERE lower(email) = $1",
     ("c4ca4238a0b923820dcc509a6f75849b@post.example",)),
    ("mail with a wildcard", "", "SELECT id FROM visitor WHERE left(email, 3) = 'a_c'", ()),
    ("mail longer than cut", "", "SELECT id FROM visitor WHERE left(email, 2) = 'abc'", ()),
    ("a month later", "", "SELECT id FROM ticket WHERE sold_at + interval '1 month' > timestamptz '2025-04-13'", ()),
    ("cheap with tax", "", "SELECT id FROM ticket WHERE price * 1.19 > $1", (230,)),
    ("half the stars", "", "SELECT id FROM review WHERE id / 2 = 500", ()),
    ("negative factor", "", "SELECT id FROM ticket WHERE price * -1 > -0.5", ()),
    ("more than one review", "", "SELECT e.id FROM exhibit e WHERE (SELECT count(*) FROM review r WHERE r.exhibit_id = "
     "e.id AND r.id < 0) > 1 AND e.id = 5", ()),
    ("count of groups", "", "SELECT count(*) > 0 FROM ticket GROUP BY channel", ()),
    ("count of an outer join", "", "SELECT e.id, count(r.id) FROM exhibit e LEFT JOIN review r ON r.exhibit_id = e.id "
     "GROUP BY e.id", ()),
    ("one exhibit's reviews", "", "SELECT e.id, (SELECT count(*) FROM review r WHERE r.exhibit_id = e.id) FROM "
     "exhibit e "
     "WHERE e.id = $1", (17,)),
    ("any mail", "", "SELECT t.id, (SELECT v.email FROM visitor v WHERE v.referred_by = t.visitor_id ORDER BY v.id "
     "LIMIT "
     "1) FROM ticket t WHERE t.price > 199", ()),
    ("a mail by a key with doubles", "", "SELECT t.id, (SELECT r.body FROM review r WHERE r.visitor_id = t.visitor_id "
     "AND r.id < 0) FROM ticket t WHERE t.price > 190", ()),
    ("this or that number", "", "SELECT id FROM ticket WHERE visitor_id = 5 OR visitor_id = 6", ()),
    ("both have an index", "", "SELECT id FROM ticket WHERE code = 'C4CA4238A0' OR visitor_id = 77", ()),
    ("names of either", "", "SELECT v.country FROM visitor v WHERE v.email = $1 UNION SELECT v.country FROM visitor v "
     "WHERE v.joined > $2", ("x", "2024-08-20")),
    ("whole number", "", "SELECT price FROM ticket WHERE id = 4711", ()),
    ("price with a point", "", "SELECT id FROM ticket WHERE price = 10.0", ()),
    ("number that no row has", "", "SELECT price FROM ticket WHERE id = 4711.5", ()),
    ("number as text with a zero", "", "SELECT price FROM ticket WHERE id::text = '04711'", ()),
    ("beginning of a mail", "", "SELECT id FROM visitor WHERE email LIKE 'c4ca%'", ()),
    ("end with a wildcard", "", "SELECT id FROM visitor WHERE email LIKE '%a_@inbox%'", ()),
    ("countries", "", "SELECT DISTINCT country FROM visitor", ()),
    ("both sides selected", "", "SELECT DISTINCT v.id, t.channel FROM visitor v JOIN ticket t ON t.visitor_id = v.id "
     "WHERE v.country = 'de'", ()),
    ("with or without", "", "SELECT DISTINCT v.id, t.guide_id FROM visitor v LEFT JOIN ticket t ON t.visitor_id = v.id "
     "AND t.guide_id = 5", ()),
    ("fenced for a reason", "", "WITH few AS MATERIALIZED (SELECT id, random() AS luck FROM ticket) SELECT id FROM "
     "some "
     "WHERE luck < 0.5 AND id = 5", ()),
    ("page without order", "", "SELECT id FROM ticket LIMIT 20 OFFSET 90000", ()),
    ("page by a time that may be missing", "", "SELECT id FROM ticket ORDER BY scanned LIMIT 20 OFFSET 90000", ()),
    ("page of groups", "", "SELECT visitor_id, count(*) FROM ticket GROUP BY visitor_id ORDER BY visitor_id LIMIT 20 "
     "OFFSET 9000", ()),
    ("page of a repeated row", "", "SELECT v.id FROM visitor v JOIN ticket t ON t.visitor_id = v.id JOIN review r "
     "ON r.visitor_id = v.id ORDER BY v.joined LIMIT 20 OFFSET 90000", ()),
    ("first page", "", "SELECT id FROM ticket ORDER BY sold_at LIMIT 20", ()),
)
