-- Statements whose locks, rewrites, scans and breakages are measured by `python -m benchmarks.locks measure`.
-- A case begins with `-- name`; `| alone` runs each statement outside a transaction; `-- before:` lines prepare, and
-- are not part of what is measured.  Everything else of a case runs in one transaction.

-- add-column-nullable
ALTER TABLE orders ADD COLUMN gift boolean;

-- add-column-to-selected-star
ALTER TABLE customers ADD COLUMN phone text;

-- add-column-if-not-exists-there
ALTER TABLE orders ADD COLUMN IF NOT EXISTS note text;

-- add-column-constant-default
ALTER TABLE orders ADD COLUMN channel text DEFAULT 'web';

-- add-column-constant-default-not-null
ALTER TABLE orders ADD COLUMN channel text NOT NULL DEFAULT 'web';

-- add-column-stable-default
ALTER TABLE orders ADD COLUMN seen_at timestamptz NOT NULL DEFAULT now();

-- add-column-current-date-default
ALTER TABLE products ADD COLUMN listed_on date DEFAULT current_date;

-- add-column-clock-default
ALTER TABLE orders ADD COLUMN seen_at timestamptz DEFAULT clock_timestamp();

-- add-column-uuid-default
ALTER TABLE orders ADD COLUMN uid uuid DEFAULT gen_random_uuid();

-- add-column-random-default
ALTER TABLE products ADD COLUMN shuffle double precision DEFAULT random();

-- add-column-own-volatile-default
ALTER TABLE orders ADD COLUMN code text DEFAULT next_code();

-- add-column-own-immutable-default
ALTER TABLE orders ADD COLUMN tax numeric DEFAULT tax_rate();

-- add-column-expression-default
ALTER TABLE orders ADD COLUMN due date DEFAULT (date '2024-01-01' + 30);

-- add-column-nextval-default
ALTER TABLE orders ADD COLUMN invoice bigint DEFAULT nextval('invoice_numbers');

-- add-column-array-default
ALTER TABLE orders ADD COLUMN labels text[] NOT NULL DEFAULT '{}';

-- add-column-json-default
ALTER TABLE orders ADD COLUMN meta jsonb NOT NULL DEFAULT '{}'::jsonb;

-- add-column-enum-default
ALTER TABLE orders ADD COLUMN before order_state DEFAULT 'new';

-- add-column-not-null-without-default
ALTER TABLE orders ADD COLUMN channel text NOT NULL;

-- add-column-not-null-without-default-empty
ALTER TABLE empty_rows ADD COLUMN channel text NOT NULL;

-- add-column-serial
ALTER TABLE products ADD COLUMN position serial;

-- add-column-identity
ALTER TABLE products ADD COLUMN position integer GENERATED ALWAYS AS IDENTITY;

-- add-column-generated-stored
ALTER TABLE orders ADD COLUMN total numeric GENERATED ALWAYS AS (amount * quantity) STORED;

-- add-column-domain-with-check
ALTER TABLE orders ADD COLUMN priority positive;

-- add-column-domain-with-check-default
ALTER TABLE orders ADD COLUMN priority positive DEFAULT 1;

-- add-column-domain-plain
ALTER TABLE orders ADD COLUMN heading label DEFAULT 'x';

-- add-column-unique
ALTER TABLE orders ADD COLUMN token text UNIQUE;

-- add-column-primary-key
ALTER TABLE notes ADD COLUMN key serial PRIMARY KEY;

-- add-column-check
ALTER TABLE orders ADD COLUMN weight integer CHECK (weight > 0);

-- add-column-check-default
ALTER TABLE orders ADD COLUMN weight integer DEFAULT 1 CHECK (weight > 0);

-- add-column-references
ALTER TABLE orders ADD COLUMN product_id integer REFERENCES products (id);

-- add-column-references-default
ALTER TABLE orders ADD COLUMN product_id integer DEFAULT 1 REFERENCES products (id);

-- add-column-references-self
ALTER TABLE drafts ADD COLUMN copy_of integer REFERENCES drafts (id);

-- add-column-collate
ALTER TABLE orders ADD COLUMN sorted text COLLATE "C";

-- add-column-to-partitioned
ALTER TABLE events ADD COLUMN kind text;

-- add-column-to-partitioned-volatile
ALTER TABLE events ADD COLUMN uid uuid DEFAULT gen_random_uuid();

-- add-column-to-inherited
ALTER TABLE notes ADD COLUMN author text;

-- add-two-columns
ALTER TABLE orders ADD COLUMN a integer, ADD COLUMN b integer DEFAULT 0;

-- add-column-that-exists
ALTER TABLE orders ADD COLUMN note text;

-- add-column-to-missing-table
ALTER TABLE invoices ADD COLUMN note text;

-- add-column-if-table-exists
ALTER TABLE IF EXISTS invoices ADD COLUMN note text;

-- add-column-unknown-type
ALTER TABLE orders ADD COLUMN spot geometry;

-- drop-column
ALTER TABLE orders DROP COLUMN discount;

-- drop-column-used
ALTER TABLE customers DROP COLUMN nickname;

-- drop-column-indexed
ALTER TABLE orders DROP COLUMN reference;

-- drop-column-in-view
ALTER TABLE orders DROP COLUMN amount;

-- drop-column-in-view-cascade
ALTER TABLE orders DROP COLUMN amount CASCADE;

-- drop-column-if-exists-missing
ALTER TABLE orders DROP COLUMN IF EXISTS nothing;

-- drop-column-missing
ALTER TABLE orders DROP COLUMN nothing;

-- drop-column-of-foreign-key
ALTER TABLE order_lines DROP COLUMN product_id;

-- drop-column-referenced
ALTER TABLE products DROP COLUMN id;

-- drop-column-referenced-cascade
ALTER TABLE products DROP COLUMN id CASCADE;

-- drop-column-generated
ALTER TABLE order_lines DROP COLUMN total;

-- drop-column-behind-generated
ALTER TABLE order_lines DROP COLUMN price;

-- drop-column-empty-unused
ALTER TABLE products DROP COLUMN origin;

-- drop-column-of-partitioned
ALTER TABLE events DROP COLUMN body;

-- drop-partition-key
ALTER TABLE events DROP COLUMN at;

-- rename-column
ALTER TABLE orders RENAME COLUMN note TO remark;

-- rename-column-unused
ALTER TABLE orders RENAME COLUMN discount TO rebate;

-- rename-column-of-partitioned
ALTER TABLE events RENAME COLUMN body TO payload;

-- rename-table
ALTER TABLE products RENAME TO articles;

-- rename-table-with-view
ALTER TABLE products RENAME TO articles;
CREATE VIEW products AS SELECT * FROM articles;

-- rename-index
ALTER INDEX orders_customer_idx RENAME TO orders_by_customer;

-- rename-constraint
ALTER TABLE orders RENAME CONSTRAINT orders_amount_check TO orders_amount_positive;

-- rename-view
ALTER VIEW open_orders RENAME TO new_orders;

-- rename-materialized-view
ALTER MATERIALIZED VIEW sales RENAME TO turnover;

-- rename-type
ALTER TYPE order_state RENAME TO state_of_order;

-- rename-sequence
ALTER SEQUENCE invoice_numbers RENAME TO invoice_ids;

-- type-varchar-wider
ALTER TABLE customers ALTER COLUMN email TYPE varchar(200);

-- type-varchar-to-text
ALTER TABLE customers ALTER COLUMN email TYPE text;

-- type-varchar-narrower
ALTER TABLE customers ALTER COLUMN email TYPE varchar(60);

-- type-varchar-unlimited
ALTER TABLE orders ALTER COLUMN reference TYPE varchar;

-- type-text-to-varchar
ALTER TABLE customers ALTER COLUMN nickname TYPE varchar(50);

-- type-text-to-unlimited-varchar
ALTER TABLE customers ALTER COLUMN nickname TYPE varchar;

-- type-char-to-text
ALTER TABLE customers ALTER COLUMN country TYPE text;

-- type-int-to-bigint
ALTER TABLE orders ALTER COLUMN quantity TYPE bigint;

-- type-int-to-bigint-key
ALTER TABLE products ALTER COLUMN id TYPE bigint;

-- type-bigint-to-int
ALTER TABLE counters ALTER COLUMN value TYPE integer;

-- type-int-to-text
ALTER TABLE orders ALTER COLUMN quantity TYPE text;

-- type-text-to-int
ALTER TABLE orders ALTER COLUMN note TYPE integer;

-- type-text-to-int-using
ALTER TABLE customers ALTER COLUMN nickname TYPE integer USING length(nickname);

-- type-numeric-wider
ALTER TABLE orders ALTER COLUMN amount TYPE numeric(14,2);

-- type-numeric-unused-wider
ALTER TABLE products ALTER COLUMN weight TYPE numeric(20,4);

-- type-numeric-scale
ALTER TABLE products ALTER COLUMN weight TYPE numeric(10,1);

-- type-real-to-double
ALTER TABLE customers ALTER COLUMN rating TYPE double precision;

-- type-double-to-real
ALTER TABLE order_lines ALTER COLUMN price TYPE real;

-- type-double-to-numeric
ALTER TABLE products ALTER COLUMN weight TYPE double precision;

-- type-timestamp-to-timestamptz
ALTER TABLE customers ALTER COLUMN created_at TYPE timestamptz;

-- type-timestamp-to-timestamptz-utc
ALTER TABLE customers ALTER COLUMN created_at TYPE timestamptz USING created_at AT TIME ZONE 'UTC';

-- type-timestamp-to-timestamptz-in-utc-session
SET LOCAL timezone = 'UTC';
ALTER TABLE customers ALTER COLUMN created_at TYPE timestamptz;

-- type-timestamp-to-date
ALTER TABLE customers ALTER COLUMN created_at TYPE date;

-- type-timestamptz-to-timestamp
ALTER TABLE drafts ALTER COLUMN at TYPE timestamp;

-- type-timestamp-precision-wider
ALTER TABLE customers ALTER COLUMN created_at TYPE timestamp(6);

-- type-timestamp-precision-narrower
ALTER TABLE customers ALTER COLUMN created_at TYPE timestamp(0);

-- type-date-to-timestamp
ALTER TABLE orders ALTER COLUMN placed_on TYPE timestamp;

-- type-json-to-text
ALTER TABLE orders ALTER COLUMN details TYPE text;

-- type-jsonb-to-json
ALTER TABLE orders ALTER COLUMN details TYPE json;

-- type-same
ALTER TABLE orders ALTER COLUMN note TYPE text;

-- type-enum-to-text
ALTER TABLE orders ALTER COLUMN state DROP DEFAULT;
ALTER TABLE orders ALTER COLUMN state TYPE text;

-- type-enum-in-view
ALTER TABLE orders ALTER COLUMN state TYPE text;

-- type-text-to-enum
ALTER TABLE customers ALTER COLUMN nickname TYPE order_state USING 'new'::order_state;

-- type-domain-to-base
ALTER TABLE order_lines ALTER COLUMN units TYPE integer;

-- type-text-to-domain
ALTER TABLE products ALTER COLUMN sku TYPE label;

-- type-int-to-checked-domain
ALTER TABLE orders ALTER COLUMN quantity TYPE positive;

-- type-collation
ALTER TABLE customers ALTER COLUMN name TYPE text COLLATE "C";

-- type-bool-to-int
ALTER TABLE orders ALTER COLUMN paid TYPE integer USING paid::integer;

-- type-array-wider
ALTER TABLE orders ALTER COLUMN tags TYPE varchar[];

-- type-of-partitioned
ALTER TABLE events ALTER COLUMN id TYPE numeric;

-- type-text-unused
ALTER TABLE products ALTER COLUMN title TYPE text;

-- type-two-columns
ALTER TABLE orders ALTER COLUMN discount TYPE bigint, ALTER COLUMN note TYPE varchar(500);

-- set-default
ALTER TABLE orders ALTER COLUMN note SET DEFAULT '';

-- set-default-volatile
ALTER TABLE orders ALTER COLUMN reference SET DEFAULT next_code();

-- set-default-wrong
ALTER TABLE orders ALTER COLUMN quantity SET DEFAULT 'many';

-- drop-default
ALTER TABLE orders ALTER COLUMN quantity DROP DEFAULT;

-- drop-default-of-nullable
ALTER TABLE orders ALTER COLUMN note DROP DEFAULT;

-- set-not-null
ALTER TABLE orders ALTER COLUMN discount SET NOT NULL;

-- set-not-null-with-nulls
ALTER TABLE orders ALTER COLUMN note SET NOT NULL;

-- set-not-null-already
ALTER TABLE orders ALTER COLUMN quantity SET NOT NULL;

-- set-not-null-after-valid-check
-- before: ALTER TABLE orders ADD CONSTRAINT discount_there CHECK (discount IS NOT NULL);
ALTER TABLE orders ALTER COLUMN discount SET NOT NULL;

-- set-not-null-after-unvalidated-check
-- before: ALTER TABLE orders ADD CONSTRAINT discount_there CHECK (discount IS NOT NULL) NOT VALID;
ALTER TABLE orders ALTER COLUMN discount SET NOT NULL;

-- set-not-null-by-check-together
ALTER TABLE orders ADD CONSTRAINT discount_there CHECK (discount IS NOT NULL) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT discount_there;
ALTER TABLE orders ALTER COLUMN discount SET NOT NULL;
ALTER TABLE orders DROP CONSTRAINT discount_there;

-- set-not-null-of-partitioned
ALTER TABLE events ALTER COLUMN body SET NOT NULL;

-- drop-not-null
ALTER TABLE orders ALTER COLUMN quantity DROP NOT NULL;

-- drop-not-null-of-key
ALTER TABLE products ALTER COLUMN id DROP NOT NULL;

-- set-statistics
ALTER TABLE orders ALTER COLUMN state SET STATISTICS 500;

-- set-storage
ALTER TABLE orders ALTER COLUMN note SET STORAGE EXTERNAL;

-- set-compression
ALTER TABLE orders ALTER COLUMN note SET COMPRESSION pglz;

-- set-attribute-options
ALTER TABLE orders ALTER COLUMN state SET (n_distinct = 3);

-- add-identity
ALTER TABLE products ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY;

-- set-identity-always
ALTER TABLE orders ALTER COLUMN id SET GENERATED ALWAYS;

-- drop-identity
ALTER TABLE orders ALTER COLUMN id DROP IDENTITY;

-- restart-identity
ALTER TABLE orders ALTER COLUMN id RESTART WITH 100000;

-- drop-expression
ALTER TABLE order_lines ALTER COLUMN total DROP EXPRESSION;

-- set-expression
ALTER TABLE order_lines ALTER COLUMN total SET EXPRESSION AS (price * 3);

-- add-check
ALTER TABLE orders ADD CONSTRAINT quantity_check CHECK (quantity > 0);

-- add-check-failing
ALTER TABLE orders ADD CONSTRAINT quantity_check CHECK (quantity > 3);

-- add-check-not-valid
ALTER TABLE orders ADD CONSTRAINT quantity_check CHECK (quantity > 0) NOT VALID;

-- add-check-not-enforced
ALTER TABLE orders ADD CONSTRAINT quantity_check CHECK (quantity > 0) NOT ENFORCED;

-- add-check-to-partitioned
ALTER TABLE events ADD CONSTRAINT events_id_check CHECK (id > 0);

-- add-check-not-valid-and-validate
ALTER TABLE orders ADD CONSTRAINT quantity_check CHECK (quantity > 0) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT quantity_check;

-- add-not-null-constraint
ALTER TABLE orders ADD CONSTRAINT discount_there NOT NULL discount;

-- add-not-null-constraint-not-valid
ALTER TABLE orders ADD CONSTRAINT discount_there NOT NULL discount NOT VALID;

-- validate-not-null-constraint
-- before: ALTER TABLE orders ADD CONSTRAINT discount_there NOT NULL discount NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT discount_there;

-- validate-check
ALTER TABLE products VALIDATE CONSTRAINT products_stock_check;

-- validate-foreign-key
ALTER TABLE order_lines VALIDATE CONSTRAINT lines_product_fk;

-- validate-already-valid
ALTER TABLE orders VALIDATE CONSTRAINT orders_amount_check;

-- validate-missing
ALTER TABLE orders VALIDATE CONSTRAINT nothing;

-- add-foreign-key
ALTER TABLE orders ADD CONSTRAINT discount_fk FOREIGN KEY (quantity) REFERENCES products (id);

-- add-foreign-key-failing
ALTER TABLE orders ADD CONSTRAINT discount_fk FOREIGN KEY (discount) REFERENCES products (id);

-- add-foreign-key-not-valid
ALTER TABLE orders ADD CONSTRAINT discount_fk FOREIGN KEY (quantity) REFERENCES products (id) NOT VALID;

-- add-foreign-key-to-no-key
ALTER TABLE orders ADD CONSTRAINT discount_fk FOREIGN KEY (quantity) REFERENCES products (stock);

-- add-foreign-key-of-other-type
ALTER TABLE orders ADD CONSTRAINT note_fk FOREIGN KEY (note) REFERENCES products (id);

-- add-foreign-key-not-valid-and-validate
ALTER TABLE orders ADD CONSTRAINT discount_fk FOREIGN KEY (quantity) REFERENCES products (id) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT discount_fk;

-- add-foreign-key-of-partitioned
ALTER TABLE regions ADD CONSTRAINT name_fk FOREIGN KEY (name) REFERENCES counters (name);

-- add-unique
ALTER TABLE products ADD CONSTRAINT products_sku_key UNIQUE (sku);

-- add-unique-failing
ALTER TABLE orders ADD CONSTRAINT orders_state_key UNIQUE (state);

-- add-unique-using-index
ALTER TABLE products ADD CONSTRAINT products_sku_key UNIQUE USING INDEX products_sku_idx;

-- add-unique-deferrable
ALTER TABLE products ADD CONSTRAINT products_title_key UNIQUE (title) DEFERRABLE INITIALLY DEFERRED;

-- add-primary-key
ALTER TABLE events_2026 ADD PRIMARY KEY (id);

-- add-primary-key-nullable-column
ALTER TABLE notes ADD PRIMARY KEY (id);

-- add-primary-key-using-index
-- before: CREATE UNIQUE INDEX events_2026_idx ON events_2026 (id);
ALTER TABLE events_2026 ADD CONSTRAINT events_2026_pkey PRIMARY KEY USING INDEX events_2026_idx;

-- add-primary-key-using-index-nullable
-- before: CREATE UNIQUE INDEX notes_idx ON notes (id);
ALTER TABLE notes ADD CONSTRAINT notes_pkey PRIMARY KEY USING INDEX notes_idx;

-- add-second-primary-key
ALTER TABLE orders ADD PRIMARY KEY (reference);

-- add-exclusion
ALTER TABLE events_2026 ADD CONSTRAINT events_2026_excl EXCLUDE USING btree (id WITH =);

-- drop-check
ALTER TABLE orders DROP CONSTRAINT orders_amount_check;

-- drop-foreign-key
ALTER TABLE orders DROP CONSTRAINT orders_customer_fk;

-- drop-unique
ALTER TABLE customers DROP CONSTRAINT customers_email_key;

-- drop-primary-key
ALTER TABLE counters DROP CONSTRAINT counters_pkey;

-- drop-primary-key-referenced
ALTER TABLE products DROP CONSTRAINT products_pkey;

-- drop-primary-key-referenced-cascade
ALTER TABLE products DROP CONSTRAINT products_pkey CASCADE;

-- drop-constraint-missing
ALTER TABLE orders DROP CONSTRAINT nothing;

-- drop-constraint-if-exists-missing
ALTER TABLE orders DROP CONSTRAINT IF EXISTS nothing;

-- alter-constraint
ALTER TABLE orders ALTER CONSTRAINT orders_customer_fk DEFERRABLE INITIALLY DEFERRED;

-- create-index
CREATE INDEX orders_state_idx ON orders (state);

-- create-unique-index
CREATE UNIQUE INDEX products_title_idx ON products (title);

-- create-unique-index-failing
CREATE UNIQUE INDEX orders_quantity_idx ON orders (quantity);

-- create-index-concurrently | alone
CREATE INDEX CONCURRENTLY orders_state_idx ON orders (state);

-- create-unique-index-concurrently | alone
CREATE UNIQUE INDEX CONCURRENTLY products_title_idx ON products (title);

-- create-index-concurrently-in-transaction
CREATE INDEX CONCURRENTLY orders_state_idx ON orders (state);

-- create-index-if-not-exists-there
CREATE INDEX IF NOT EXISTS orders_customer_idx ON orders (customer_id);

-- create-index-that-exists
CREATE INDEX orders_customer_idx ON orders (customer_id);

-- create-index-gin
CREATE INDEX orders_details_idx ON orders USING gin (details);

-- create-index-partial
CREATE INDEX orders_big_idx ON orders (amount) WHERE amount > 100;

-- create-index-expression
CREATE INDEX customers_lower_idx ON customers (lower(name));

-- create-index-volatile-expression
CREATE INDEX orders_random_idx ON orders ((next_code()));

-- create-index-on-partitioned
CREATE INDEX events_id_idx ON events (id);

-- create-index-only-on-partitioned
CREATE INDEX events_id_idx ON ONLY events (id);

-- create-index-concurrently-on-partitioned | alone
CREATE INDEX CONCURRENTLY events_id_idx ON events (id);

-- create-index-on-partition | alone
CREATE INDEX CONCURRENTLY events_2024_id_idx ON events_2024 (id);

-- create-index-on-materialized-view
CREATE INDEX sales_n_idx ON sales (n);

-- create-index-on-new-table
CREATE TABLE invoices (id bigint PRIMARY KEY, number text);
CREATE INDEX invoices_number_idx ON invoices (number);

-- create-index-missing-column
CREATE INDEX orders_nothing_idx ON orders (nothing);

-- create-unique-index-on-partitioned-without-key
CREATE UNIQUE INDEX events_id_key ON events (id);

-- drop-index
DROP INDEX orders_customer_idx;

-- drop-index-concurrently | alone
DROP INDEX CONCURRENTLY orders_customer_idx;

-- drop-index-concurrently-in-transaction
DROP INDEX CONCURRENTLY orders_customer_idx;

-- drop-index-of-constraint
DROP INDEX customers_email_key;

-- drop-index-missing
DROP INDEX nothing;

-- drop-index-if-exists-missing
DROP INDEX IF EXISTS nothing;

-- drop-index-of-partitioned
DROP INDEX events_at_idx;

-- drop-index-of-partition
DROP INDEX events_2024_at_idx;

-- reindex-index
REINDEX INDEX orders_customer_idx;

-- reindex-table
REINDEX TABLE orders;

-- reindex-index-concurrently | alone
REINDEX INDEX CONCURRENTLY orders_customer_idx;

-- reindex-table-concurrently | alone
REINDEX TABLE CONCURRENTLY orders;

-- alter-index-set
ALTER INDEX orders_customer_idx SET (fillfactor = 70);

-- set-fillfactor
ALTER TABLE orders SET (fillfactor = 80);

-- set-autovacuum
ALTER TABLE orders SET (autovacuum_vacuum_scale_factor = 0.01);

-- reset-options
ALTER TABLE orders RESET (fillfactor);

-- set-unlogged
ALTER TABLE notes_archive SET UNLOGGED;

-- set-logged
ALTER TABLE counters SET LOGGED;

-- set-schema
-- before: CREATE SCHEMA archive;
ALTER TABLE products SET SCHEMA archive;

-- owner
-- before: CREATE ROLE clerk;
ALTER TABLE products OWNER TO clerk;

-- cluster-on
ALTER TABLE orders CLUSTER ON orders_customer_idx;

-- replica-identity
ALTER TABLE orders REPLICA IDENTITY FULL;

-- enable-row-security
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;

-- force-row-security
ALTER TABLE orders FORCE ROW LEVEL SECURITY;

-- create-policy
CREATE POLICY own ON orders USING (customer_id = 1);

-- drop-policy
-- before: CREATE POLICY own ON orders USING (customer_id = 1);
DROP POLICY own ON orders;

-- disable-trigger
ALTER TABLE orders DISABLE TRIGGER orders_touch;

-- enable-trigger
ALTER TABLE orders ENABLE TRIGGER orders_touch;

-- disable-all-triggers
ALTER TABLE orders DISABLE TRIGGER ALL;

-- create-trigger
CREATE TRIGGER orders_after AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION touch();

-- create-or-replace-trigger
CREATE OR REPLACE TRIGGER orders_touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();

-- drop-trigger
DROP TRIGGER orders_touch ON orders;

-- create-rule
CREATE RULE no_delete AS ON DELETE TO empty_rows DO INSTEAD NOTHING;

-- inherit
-- before: CREATE TABLE more_notes (id integer, body text);
ALTER TABLE more_notes INHERIT notes;

-- no-inherit
ALTER TABLE notes_archive NO INHERIT notes;

-- set-access-method
ALTER TABLE notes_archive SET ACCESS METHOD heap;

-- set-tablespace-default
ALTER TABLE notes_archive SET TABLESPACE pg_default;

-- attach-partition
ALTER TABLE events ATTACH PARTITION events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');

-- attach-partition-with-check
ALTER TABLE events ATTACH PARTITION events_2027 FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');

-- attach-partition-without-default
-- before: ALTER TABLE events DETACH PARTITION events_rest;
ALTER TABLE events ATTACH PARTITION events_2027 FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');

-- attach-partition-proven
-- before: ALTER TABLE events DETACH PARTITION events_rest;
-- before: CREATE INDEX events_2027_when ON events_2027 (at);
ALTER TABLE events ATTACH PARTITION events_2027 FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');

-- attach-list-partition-proven
-- before: CREATE TABLE regions_asia (code text NOT NULL, name text);
-- before: INSERT INTO regions_asia SELECT 'jp', 'x' FROM generate_series(1, 150);
-- before: ALTER TABLE regions_asia ADD CONSTRAINT asia_bound CHECK (code IN ('jp', 'kr'));
ALTER TABLE regions ATTACH PARTITION regions_asia FOR VALUES IN ('jp', 'kr');

-- attach-list-partition
-- before: CREATE TABLE regions_asia (code text NOT NULL, name text);
-- before: INSERT INTO regions_asia SELECT 'jp', 'x' FROM generate_series(1, 150);
ALTER TABLE regions ATTACH PARTITION regions_asia FOR VALUES IN ('jp', 'kr');

-- detach-partition
ALTER TABLE events DETACH PARTITION events_2024;

-- detach-partition-concurrently-with-default | alone
ALTER TABLE events DETACH PARTITION events_2024 CONCURRENTLY;

-- detach-partition-concurrently | alone
ALTER TABLE regions DETACH PARTITION regions_us CONCURRENTLY;

-- create-partition
CREATE TABLE regions_uk PARTITION OF regions FOR VALUES IN ('uk');

-- create-partition-beside-default
CREATE TABLE events_2028 PARTITION OF events FOR VALUES FROM ('2028-01-01') TO ('2029-01-01');

-- create-overlapping-partition
CREATE TABLE events_more PARTITION OF events FOR VALUES FROM ('2024-06-01') TO ('2024-07-01');

-- drop-partition
DROP TABLE regions_us;

-- create-table
CREATE TABLE invoices (id bigint PRIMARY KEY, number text NOT NULL);

-- create-table-that-exists
CREATE TABLE orders (id bigint);

-- create-table-if-not-exists-there
CREATE TABLE IF NOT EXISTS orders (id bigint);

-- create-table-with-reference
CREATE TABLE invoices (id bigint PRIMARY KEY, order_id bigint NOT NULL REFERENCES orders (id));

-- create-table-like
CREATE TABLE orders_copy (LIKE orders INCLUDING ALL);

-- create-table-as
CREATE TABLE orders_copy AS SELECT * FROM orders;

-- create-table-inheriting
CREATE TABLE more_notes (seen boolean) INHERITS (notes);

-- drop-table
DROP TABLE products CASCADE;

-- drop-table-referenced
DROP TABLE products;

-- drop-table-unused
DROP TABLE events_2026;

-- drop-table-with-references
DROP TABLE order_lines;

-- drop-table-in-view
DROP TABLE orders CASCADE;

-- drop-table-missing
DROP TABLE nothing;

-- drop-table-if-exists-missing
DROP TABLE IF EXISTS nothing;

-- drop-partitioned-table
DROP TABLE regions;

-- truncate
TRUNCATE notes_archive;

-- truncate-referenced
TRUNCATE customers;

-- truncate-cascade
TRUNCATE customers CASCADE;

-- create-view
CREATE VIEW big_orders AS SELECT id, amount FROM orders WHERE amount > 100;

-- replace-view-more-columns
CREATE OR REPLACE VIEW open_orders AS SELECT id, customer_id, amount, note FROM orders WHERE state = 'new';

-- replace-view-fewer-columns
CREATE OR REPLACE VIEW open_orders AS SELECT id, customer_id FROM orders WHERE state = 'new';

-- drop-view
DROP VIEW open_orders;

-- create-materialized-view
CREATE MATERIALIZED VIEW states AS SELECT state, count(*) AS n FROM orders GROUP BY state;

-- refresh-materialized-view
REFRESH MATERIALIZED VIEW sales;

-- refresh-materialized-view-concurrently
REFRESH MATERIALIZED VIEW CONCURRENTLY sales;

-- drop-materialized-view
DROP MATERIALIZED VIEW sales;

-- comment-on-table
COMMENT ON TABLE orders IS 'what was ordered';

-- comment-on-column
COMMENT ON COLUMN orders.note IS 'by the customer';

-- grant-select
-- before: CREATE ROLE clerk;
GRANT SELECT ON orders TO clerk;

-- revoke-all
REVOKE ALL ON orders FROM PUBLIC;

-- create-statistics
CREATE STATISTICS orders_stats ON customer_id, state FROM orders;

-- analyze
ANALYZE orders;

-- vacuum | alone
VACUUM notes;

-- vacuum-full | alone
VACUUM FULL notes;

-- vacuum-in-transaction
VACUUM orders;

-- cluster
CLUSTER orders USING orders_customer_idx;

-- lock-table
LOCK TABLE orders IN SHARE MODE;

-- create-enum
CREATE TYPE size AS ENUM ('s', 'm', 'l');

-- add-enum-value
ALTER TYPE order_state ADD VALUE 'returned';

-- add-enum-value-that-exists
ALTER TYPE order_state ADD VALUE 'paid';

-- add-enum-value-and-use-it
ALTER TYPE order_state ADD VALUE 'returned';
UPDATE orders SET state = 'returned' WHERE id = 1;

-- add-enum-value-and-default
ALTER TYPE order_state ADD VALUE 'returned';
ALTER TABLE orders ALTER COLUMN state SET DEFAULT 'returned';

-- rename-enum-value
ALTER TYPE order_state RENAME VALUE 'paid' TO 'settled';

-- drop-type-used
DROP TYPE order_state;

-- drop-type-used-cascade
DROP TYPE order_state CASCADE;

-- alter-domain-add-check
ALTER DOMAIN positive ADD CONSTRAINT positive_small CHECK (VALUE < 1000000);

-- alter-domain-add-check-not-valid
ALTER DOMAIN positive ADD CONSTRAINT positive_small CHECK (VALUE < 1000000) NOT VALID;

-- alter-domain-set-not-null
ALTER DOMAIN positive SET NOT NULL;

-- alter-domain-drop-constraint
ALTER DOMAIN positive DROP CONSTRAINT positive_check;

-- alter-composite-type
ALTER TYPE address ADD ATTRIBUTE country text;

-- create-sequence
CREATE SEQUENCE parcel_numbers;

-- alter-sequence
ALTER SEQUENCE invoice_numbers RESTART WITH 1000;

-- drop-sequence-used
DROP SEQUENCE order_lines_id_seq;

-- drop-sequence
DROP SEQUENCE invoice_numbers;

-- set-sequence
SELECT setval('invoice_numbers', 5000);

-- insert-rows
INSERT INTO counters (name, value) VALUES ('x', 1);

-- insert-select
INSERT INTO empty_rows SELECT id, note FROM orders;

-- update-all
UPDATE orders SET discount = 0;

-- update-where-null
UPDATE orders SET note = '' WHERE note IS NULL;

-- update-one
UPDATE customers SET nickname = 'x' WHERE id = 5;

-- delete-all
DELETE FROM notes_archive;

-- delete-some
DELETE FROM order_lines WHERE price > 100;

-- delete-referenced
DELETE FROM customers WHERE id = 1;

-- merge
MERGE INTO empty_rows e USING orders o ON e.id = o.quantity WHEN NOT MATCHED THEN INSERT VALUES (o.quantity, o.note);

-- select
SELECT count(*) FROM orders;

-- create-extension
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- create-function
CREATE FUNCTION double(integer) RETURNS integer LANGUAGE sql AS $$ SELECT $1 * 2 $$;

-- drop-function-used
DROP FUNCTION touch();

-- create-schema
CREATE SCHEMA archive;

-- do-block
DO $$ BEGIN UPDATE orders SET discount = 1; END $$;

-- set-lock-timeout
SET LOCAL lock_timeout = '2s';

-- backfill-under-alter
ALTER TABLE orders ADD COLUMN channel text;
UPDATE orders SET channel = 'web';

-- backfill-and-not-null
ALTER TABLE orders ADD COLUMN channel text;
UPDATE orders SET channel = 'web';
ALTER TABLE orders ALTER COLUMN channel SET NOT NULL;

-- instant-change-then-index
ALTER TABLE orders ADD COLUMN channel text;
CREATE INDEX orders_state_idx ON orders (state);

-- rename-then-index-elsewhere
ALTER TABLE customers RENAME COLUMN rating TO score;
CREATE INDEX orders_state_idx ON orders (state);

-- trigger-then-update
DROP TRIGGER orders_touch ON orders;
UPDATE orders SET discount = discount + 1;
CREATE TRIGGER orders_touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();

-- insert-then-alter
UPDATE customers SET nickname = name WHERE nickname IS NULL;
ALTER TABLE customers ALTER COLUMN nickname SET NOT NULL;

-- move-column
ALTER TABLE orders ADD COLUMN remark text;
UPDATE orders SET remark = note;
ALTER TABLE orders DROP COLUMN note;

-- foreign-key-on-new-table
CREATE TABLE invoices (id bigint PRIMARY KEY, order_id bigint NOT NULL);
ALTER TABLE invoices ADD CONSTRAINT invoices_order_fk FOREIGN KEY (order_id) REFERENCES orders (id);

-- new-table-filled-from-old
CREATE TABLE invoices (id bigint PRIMARY KEY, order_id bigint NOT NULL);
INSERT INTO invoices SELECT id, id FROM orders;

-- swap-tables
CREATE TABLE products_new (LIKE products INCLUDING ALL);
INSERT INTO products_new SELECT * FROM products;
ALTER TABLE products RENAME TO products_old;
ALTER TABLE products_new RENAME TO products;

-- temporary-table
CREATE TEMPORARY TABLE picked AS SELECT id FROM orders WHERE quantity > 3;
DELETE FROM order_lines WHERE order_id IN (SELECT id FROM picked);

-- not-null-with-default-afterwards
ALTER TABLE orders ADD COLUMN channel text DEFAULT 'web' NOT NULL;
ALTER TABLE orders ALTER COLUMN channel DROP DEFAULT;

-- rename-trigger
ALTER TRIGGER orders_touch ON orders RENAME TO orders_touched;

-- set-logged-already
ALTER TABLE orders SET LOGGED;

-- add-identity-on-partitioned
ALTER TABLE events ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY;

-- set-tablespace-other
-- before: SET allow_in_place_tablespaces = on;
-- before: CREATE TABLESPACE slow LOCATION '';
ALTER TABLE orders SET TABLESPACE slow;

-- foreign-key-not-enforced
ALTER TABLE orders ALTER CONSTRAINT orders_customer_fk NOT ENFORCED;

-- foreign-key-enforced-again
-- before: ALTER TABLE orders ALTER CONSTRAINT orders_customer_fk NOT ENFORCED;
ALTER TABLE orders ALTER CONSTRAINT orders_customer_fk ENFORCED;

-- foreign-key-deferrable
ALTER TABLE orders ALTER CONSTRAINT orders_customer_fk DEFERRABLE;

-- create-trigger-on-partitioned
CREATE TRIGGER events_touch BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION touch();

-- attach-index
-- before: CREATE INDEX regions_name ON ONLY regions (name);
-- before: CREATE INDEX regions_eu_name ON regions_eu (name);
ALTER INDEX regions_name ATTACH PARTITION regions_eu_name;

-- create-partition-without-default
-- before: CREATE INDEX regions_name ON regions (name);
CREATE TABLE regions_asia PARTITION OF regions FOR VALUES IN ('jp');

-- rename-schema
-- before: CREATE SCHEMA archive;
ALTER SCHEMA archive RENAME TO old;

-- alter-type-narrowing-foreign-key
ALTER TABLE orders ALTER COLUMN customer_id TYPE smallint;

-- add-column-to-partition
ALTER TABLE events_2024 ADD COLUMN extra text;

-- alter-type-of-partition
ALTER TABLE events_2024 ALTER COLUMN body TYPE varchar(20);

-- domain-to-base
ALTER TABLE products ALTER COLUMN title TYPE varchar(200);

-- insert-from-query-on-conflict
INSERT INTO counters SELECT 'c' || id, 1 FROM customers ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value;

-- update-key-range
UPDATE orders SET discount = 1 WHERE id BETWEEN 1 AND 50 AND discount IS NULL;

-- index-on-a-stable-expression
CREATE INDEX orders_age_idx ON orders (age(placed_on));

-- delete-cascading
DELETE FROM orders WHERE id BETWEEN 300 AND 310;

-- delete-setting-null
-- before: CREATE TABLE reviews (id integer PRIMARY KEY, product_id integer REFERENCES products (id) ON DELETE SET NULL);
-- before: CREATE INDEX reviews_product_idx ON reviews (product_id);
-- before: INSERT INTO products (id, sku) VALUES (9001, 'gone');
-- before: INSERT INTO reviews VALUES (1, 9001);
-- before: ALTER TABLE order_lines DROP CONSTRAINT lines_product_fk;
DELETE FROM products WHERE id = 9001;

-- delete-of-a-row-nobody-refers-to
-- before: INSERT INTO customers (id, email, name) VALUES (9001, 'n@example.org', 'n');
DELETE FROM customers WHERE id = 9001;

-- insert-referencing
INSERT INTO orders (customer_id, reference, amount) VALUES (1, 'r', 1);

-- update-referencing
UPDATE orders SET customer_id = 7 WHERE id = 5;

-- update-of-a-key-nobody-refers-to
-- before: INSERT INTO customers (id, email, name) VALUES (9001, 'n@example.org', 'n');
UPDATE customers SET id = 9002 WHERE id = 9001;

-- update-cascading
-- before: CREATE TABLE stock (sku text PRIMARY KEY REFERENCES products (sku) ON UPDATE CASCADE, n integer);
-- before: INSERT INTO stock VALUES ('sku5', 1);
UPDATE products SET sku = 'other' WHERE id = 5;

-- merge-updating
MERGE INTO counters c USING customers s ON c.name = 'c' || s.id WHEN MATCHED THEN UPDATE SET value = 1
    WHEN NOT MATCHED THEN INSERT (name, value) VALUES (s.email, 1);

-- merge-inserting
MERGE INTO counters c USING empty_rows s ON c.name = s.value WHEN NOT MATCHED THEN INSERT (name) VALUES (s.value);

-- vacuum-with-indexes | alone
VACUUM orders;

-- vacuum-full-with-indexes | alone
VACUUM FULL orders;

-- vacuum-partitioned | alone
VACUUM events;

-- foreign-key-from-partitioned
-- before: ALTER TABLE events ADD COLUMN customer_id integer;
-- before: ALTER TABLE events ADD PRIMARY KEY (id, at);
ALTER TABLE events ADD FOREIGN KEY (customer_id) REFERENCES customers (id);

-- foreign-key-to-partitioned
-- before: ALTER TABLE events ADD PRIMARY KEY (id, at);
-- before: CREATE TABLE clicks (id integer PRIMARY KEY, event_id bigint, event_at timestamptz);
-- before: INSERT INTO clicks SELECT i, i, timestamptz '2024-01-01 00:00+00' + i * interval '1 day' FROM generate_series(1, 50) i;
ALTER TABLE clicks ADD FOREIGN KEY (event_id, event_at) REFERENCES events (id, at);

-- drop-partition-with-key
-- before: ALTER TABLE events ADD PRIMARY KEY (id, at);
DROP TABLE events_2024;

-- detach-partition-with-key
-- before: ALTER TABLE events ADD PRIMARY KEY (id, at);
ALTER TABLE events DETACH PARTITION events_2024;

-- drop-partition-made-after-the-index
-- before: CREATE TABLE events_2028 PARTITION OF events FOR VALUES FROM ('2028-01-01') TO ('2029-01-01');
DROP TABLE events_2028;

-- drop-key-of-partitioned
-- before: ALTER TABLE events ADD PRIMARY KEY (id, at);
ALTER TABLE events DROP CONSTRAINT events_pkey;

-- drop-index-of-partitioned
DROP INDEX events_at_idx;

-- type-of-referencing-column
ALTER TABLE order_lines ALTER COLUMN order_id TYPE integer;

-- type-of-referenced-column
-- before: CREATE TABLE depots (id serial PRIMARY KEY, name text UNIQUE);
-- before: CREATE TABLE trucks (id integer PRIMARY KEY, depot_id integer REFERENCES depots (id), plate text);
-- before: CREATE INDEX trucks_plate_idx ON trucks (plate);
-- before: INSERT INTO depots (name) SELECT 'd' || i FROM generate_series(1, 50) i;
-- before: INSERT INTO trucks SELECT i, i % 50 + 1, 'p' || i FROM generate_series(1, 120) i;
ALTER TABLE depots ALTER COLUMN id TYPE bigint;

-- type-of-serial-column
ALTER TABLE order_lines ALTER COLUMN id TYPE bigint;

-- type-of-identity-column
-- before: CREATE TABLE depots (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text);
-- before: INSERT INTO depots (name) SELECT 'd' || i FROM generate_series(1, 50) i;
ALTER TABLE depots ALTER COLUMN id TYPE bigint;

-- type-of-referencing-column-without-rewrite
-- before: CREATE TABLE stock (sku varchar(40) REFERENCES products (sku), n integer);
-- before: INSERT INTO stock VALUES ('sku5', 1);
ALTER TABLE stock ALTER COLUMN sku TYPE varchar(80);

-- unique-using-index-of-the-same-name
-- before: CREATE UNIQUE INDEX products_title_key ON products (title);
ALTER TABLE products ADD CONSTRAINT products_title_key UNIQUE USING INDEX products_title_key;

-- primary-key-using-index-of-the-same-name
-- before: CREATE UNIQUE INDEX notes_archive_pkey ON notes_archive (id);
-- before: ALTER TABLE notes_archive ALTER COLUMN id SET NOT NULL;
ALTER TABLE notes_archive ADD CONSTRAINT notes_archive_pkey PRIMARY KEY USING INDEX notes_archive_pkey;

-- primary-key-using-index-of-the-same-name-nullable
-- before: CREATE UNIQUE INDEX notes_archive_pkey ON notes_archive (id);
ALTER TABLE notes_archive ADD CONSTRAINT notes_archive_pkey PRIMARY KEY USING INDEX notes_archive_pkey;

-- materialized-view-without-data
CREATE MATERIALIZED VIEW spending AS SELECT customer_id, sum(amount) AS spent FROM orders GROUP BY customer_id WITH NO DATA;

-- table-as-without-data
CREATE TABLE orders_copy AS SELECT * FROM orders WITH NO DATA;

-- table-of-type
-- before: CREATE TYPE pair AS (id integer, value text);
ALTER TABLE empty_rows OF pair;

-- table-not-of-type
-- before: CREATE TYPE pair AS (id integer, value text);
-- before: ALTER TABLE empty_rows OF pair;
ALTER TABLE empty_rows NOT OF;

-- do-adding-a-column
DO $$ BEGIN ALTER TABLE products ADD COLUMN colour text; EXCEPTION WHEN duplicate_column THEN NULL; END $$;

-- do-under-a-condition
DO $$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_class WHERE relname = 'products_weight_idx') THEN
        CREATE INDEX products_weight_idx ON products (weight);
    END IF;
END $$;

-- do-updating-in-a-loop
DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT id FROM drafts LOOP
        UPDATE drafts SET body = 'x' WHERE id = one.id;
    END LOOP;
END $$;

-- type-of-a-checked-column-without-rewrite
-- before: CREATE DOMAIN plain AS integer;
ALTER TABLE products ALTER COLUMN stock TYPE plain;

-- composite-type-in-use
ALTER TYPE address ALTER ATTRIBUTE city TYPE varchar(80);

-- function-with-another-result
CREATE OR REPLACE FUNCTION tax_rate() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'a' $$;

-- default-of-a-function-that-is-missing
ALTER TABLE products ADD COLUMN code text DEFAULT no_such_function();

-- add-column-to-a-parent | alone
ALTER TABLE notes ADD COLUMN seen boolean;

-- upsert-of-many
INSERT INTO counters (name, value) SELECT name, value FROM counters ON CONFLICT (name) DO UPDATE SET value = 0;

-- type-of-a-column-whose-key-was-not-validated
ALTER TABLE order_lines ALTER COLUMN product_id TYPE bigint;

-- owner-to-the-same
ALTER TABLE products OWNER TO CURRENT_USER;

-- truncate-referenced-cascade
-- before: CREATE TABLE depots (id integer PRIMARY KEY);
-- before: CREATE TABLE trucks (id integer PRIMARY KEY, depot_id integer REFERENCES depots (id));
-- before: CREATE INDEX trucks_depot_idx ON trucks (depot_id);
TRUNCATE depots CASCADE;

-- update-partitioned
UPDATE events SET body = 'x' WHERE id > 5;

-- delete-partitioned
DELETE FROM events WHERE id > 100;

-- select-partitioned
SELECT count(*) FROM events;

-- update-joined
UPDATE orders o SET discount = 1 FROM customers c WHERE c.id = o.customer_id AND c.country = 'GB';

-- delete-joined
DELETE FROM order_lines l USING products p WHERE p.id = l.product_id AND p.stock < 150;

-- update-joined-with-partitioned
UPDATE notes n SET body = e.body FROM events e WHERE e.id = n.id;

-- refresh-of-partitioned
-- before: CREATE MATERIALIZED VIEW daily AS SELECT at::date AS day, count(*) AS n FROM events GROUP BY 1;
REFRESH MATERIALIZED VIEW daily;

-- refresh-of-partitioned-concurrently
-- before: CREATE MATERIALIZED VIEW daily AS SELECT at::date AS day, count(*) AS n FROM events GROUP BY 1;
-- before: CREATE UNIQUE INDEX daily_key ON daily (day);
REFRESH MATERIALIZED VIEW CONCURRENTLY daily;

-- materialized-view-of-partitioned
CREATE MATERIALIZED VIEW daily AS SELECT at::date AS day, count(*) AS n FROM events GROUP BY 1;

-- materialized-view-of-partitioned-without-data
CREATE MATERIALIZED VIEW daily AS SELECT at::date AS day, count(*) AS n FROM events GROUP BY 1 WITH NO DATA;

-- insert-select-from-partitioned
INSERT INTO empty_rows SELECT id, body FROM events;

-- set-default-of-partitioned
ALTER TABLE regions ALTER COLUMN name SET DEFAULT 'x';

-- drop-default-of-partitioned
-- before: ALTER TABLE regions ALTER COLUMN name SET DEFAULT 'x';
ALTER TABLE regions ALTER COLUMN name DROP DEFAULT;

-- rename-unique-constraint
ALTER TABLE customers RENAME CONSTRAINT customers_email_key TO customers_email_unique;

-- rename-policy
-- before: CREATE POLICY own ON orders USING (customer_id = 1);
ALTER POLICY own ON orders RENAME TO mine;

-- create-partition-with-foreign-key
-- before: ALTER TABLE regions ADD COLUMN owner integer;
-- before: ALTER TABLE regions ADD FOREIGN KEY (owner) REFERENCES customers (id);
CREATE TABLE regions_asia PARTITION OF regions FOR VALUES IN ('jp');

-- attach-partition-with-foreign-key
-- before: ALTER TABLE regions ADD COLUMN owner integer;
-- before: ALTER TABLE regions ADD FOREIGN KEY (owner) REFERENCES customers (id);
-- before: CREATE TABLE regions_asia (code text NOT NULL, name text, owner integer);
-- before: INSERT INTO regions_asia SELECT 'jp', 'x', i FROM generate_series(1, 150) i;
ALTER TABLE regions ATTACH PARTITION regions_asia FOR VALUES IN ('jp');

-- detach-partition-with-foreign-key
-- before: ALTER TABLE regions ADD COLUMN owner integer;
-- before: ALTER TABLE regions ADD FOREIGN KEY (owner) REFERENCES customers (id);
ALTER TABLE regions DETACH PARTITION regions_us;

-- table-like-with-defaults
CREATE TABLE lines_copy (LIKE order_lines INCLUDING DEFAULTS);

-- function-that-reads
CREATE FUNCTION unpaid() RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT count(*) FROM orders WHERE paid IS NOT TRUE $$;

-- procedure-that-writes
CREATE PROCEDURE settle(n bigint) LANGUAGE sql AS $$ UPDATE orders SET paid = true WHERE id = n $$;

-- drop-statistics
-- before: CREATE STATISTICS orders_stats (dependencies) ON customer_id, state FROM orders;
DROP STATISTICS orders_stats;

-- publication
CREATE PUBLICATION sold FOR TABLE orders, customers;

-- drop-a-function-in-use
-- before: CREATE FUNCTION twice(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT $1 * 2 $$;
-- before: ALTER TABLE orders ADD COLUMN doubled integer GENERATED ALWAYS AS (twice(quantity)) STORED;
DROP FUNCTION twice(integer);

-- drop-an-extension-in-use
-- before: CREATE EXTENSION citext;
-- before: ALTER TABLE customers ADD COLUMN alias citext;
DROP EXTENSION citext;

-- type-text-to-citext
-- before: CREATE EXTENSION citext;
ALTER TABLE orders ALTER COLUMN note TYPE citext;

-- generated-from-the-time
ALTER TABLE orders ADD COLUMN age integer GENERATED ALWAYS AS (current_date - placed_on) STORED;

-- index-on-a-zoned-time
CREATE INDEX drafts_day ON drafts (date_trunc('day', at));

-- index-on-a-time
CREATE INDEX customers_day ON customers (date_trunc('day', created_at));

-- index-without-operator-class
-- before: ALTER TABLE orders ADD COLUMN raw json;
CREATE INDEX orders_raw ON orders (raw);

-- default-of-a-query
ALTER TABLE orders ALTER COLUMN discount SET DEFAULT (SELECT max(discount) FROM orders);

-- drop-inherited-column
ALTER TABLE notes_archive DROP COLUMN body;

-- drop-column-inside-an-exclusion
-- before: CREATE TABLE bookings (room integer, starts date, ends date, EXCLUDE USING gist (daterange(starts, ends) WITH &&));
ALTER TABLE bookings DROP COLUMN ends;

-- drop-generated-column
ALTER TABLE order_lines DROP COLUMN total;

-- insert-what-a-check-refuses
INSERT INTO orders (customer_id, reference, amount) VALUES (1, 'x', -5);

-- trigger-of-another-table
-- before: CREATE FUNCTION stamp_title() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.title := upper(NEW.title); RETURN NEW; END $$;
CREATE TRIGGER orders_title BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION stamp_title();

-- column-moved-into-a-new-table
CREATE TABLE order_notes (order_id bigint PRIMARY KEY, note text);
INSERT INTO order_notes SELECT id, note FROM orders;
ALTER TABLE orders DROP COLUMN note;

-- column-moved-without-its-key
CREATE TABLE loose_notes (note text);
INSERT INTO loose_notes SELECT note FROM orders;
ALTER TABLE orders DROP COLUMN note;

-- update-to-what-it-is
UPDATE customers SET country = 'GB' WHERE id = 5 AND country = 'GB';

-- attach-partition-with-its-own-foreign-key
-- before: ALTER TABLE regions ADD COLUMN owner integer;
-- before: ALTER TABLE regions ADD FOREIGN KEY (owner) REFERENCES customers (id);
-- before: CREATE TABLE regions_asia (code text NOT NULL, name text, owner integer REFERENCES customers (id));
-- before: INSERT INTO regions_asia SELECT 'jp', 'x', i FROM generate_series(1, 150) i;
-- before: ALTER TABLE regions_asia ADD CONSTRAINT asia_bound CHECK (code IS NOT NULL AND code IN ('jp'));
ALTER TABLE regions ATTACH PARTITION regions_asia FOR VALUES IN ('jp');

-- type-wider-of-partitioned
-- before: ALTER TABLE events ADD COLUMN kind varchar(10);
ALTER TABLE events ALTER COLUMN kind TYPE varchar(20);

-- storage-of-partitioned
ALTER TABLE events ALTER COLUMN body SET STORAGE EXTERNAL;

-- compression-of-partitioned
ALTER TABLE events ALTER COLUMN body SET COMPRESSION pglz;

-- statistics-of-partitioned
ALTER TABLE events ALTER COLUMN body SET STATISTICS 200;

-- column-options-of-partitioned
ALTER TABLE events ALTER COLUMN body SET (n_distinct = 5);

-- option-of-partitioned
ALTER TABLE events SET (autovacuum_enabled = false);

-- option-taken-back-of-partitioned
ALTER TABLE events RESET (autovacuum_enabled);

-- unique-key-of-partitioned
ALTER TABLE events ADD CONSTRAINT events_once UNIQUE (id, at);

-- primary-key-of-partitioned
ALTER TABLE regions ADD PRIMARY KEY (code, name);

-- primary-key-over-not-null-of-parent
-- before: ALTER TABLE notes ALTER COLUMN id SET NOT NULL;
ALTER TABLE notes ADD PRIMARY KEY (id);

-- identity-of-parent
-- before: ALTER TABLE notes ALTER COLUMN id SET NOT NULL;
ALTER TABLE notes ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY;

-- add-foreign-key-not-valid-of-partitioned
-- before: ALTER TABLE events ADD COLUMN customer_id integer;
ALTER TABLE events ADD CONSTRAINT events_customer_fk FOREIGN KEY (customer_id) REFERENCES customers (id) NOT VALID;

-- add-foreign-key-not-valid-to-partitioned
-- before: ALTER TABLE events ADD PRIMARY KEY (id, at);
-- before: ALTER TABLE drafts ADD COLUMN event_id bigint;
ALTER TABLE drafts ADD CONSTRAINT drafts_event_fk FOREIGN KEY (event_id, at) REFERENCES events (id, at) NOT VALID;

-- drop-foreign-key-of-partitioned
-- before: ALTER TABLE events ADD COLUMN customer_id integer;
-- before: ALTER TABLE events ADD CONSTRAINT events_customer_fk FOREIGN KEY (customer_id) REFERENCES customers (id);
ALTER TABLE events DROP CONSTRAINT events_customer_fk;

-- drop-foreign-key-to-partitioned
-- before: ALTER TABLE events ADD PRIMARY KEY (id, at);
-- before: ALTER TABLE drafts ADD COLUMN event_id bigint;
-- before: ALTER TABLE drafts ADD CONSTRAINT drafts_event_fk FOREIGN KEY (event_id, at) REFERENCES events (id, at);
ALTER TABLE drafts DROP CONSTRAINT drafts_event_fk;

-- create-partition-of-referenced
-- before: ALTER TABLE regions ADD PRIMARY KEY (code, name);
-- before: CREATE TABLE shops (id integer PRIMARY KEY, code text, name text);
-- before: INSERT INTO shops SELECT i, 'de', NULL FROM generate_series(1, 100) i;
-- before: ALTER TABLE shops ADD FOREIGN KEY (code, name) REFERENCES regions (code, name);
CREATE TABLE regions_ca PARTITION OF regions FOR VALUES IN ('ca');

-- attach-partition-of-referenced
-- before: ALTER TABLE regions ADD COLUMN number integer NOT NULL DEFAULT 1;
-- before: CREATE UNIQUE INDEX ON regions (code, number, name);
-- before: CREATE TABLE shops (id integer PRIMARY KEY, code text, number integer, name text);
-- before: INSERT INTO shops SELECT i, 'de', 1, NULL FROM generate_series(1, 100) i;
-- before: ALTER TABLE shops ADD FOREIGN KEY (code, number, name) REFERENCES regions (code, number, name);
-- before: CREATE TABLE regions_ca (LIKE regions);
-- before: INSERT INTO regions_ca SELECT 'ca', 'c' || i, 1 FROM generate_series(1, 100) i;
ALTER TABLE regions ATTACH PARTITION regions_ca FOR VALUES IN ('ca');

-- detach-partition-of-referenced
-- before: ALTER TABLE regions ADD COLUMN number integer NOT NULL DEFAULT 1;
-- before: CREATE UNIQUE INDEX ON regions (code, number, name);
-- before: CREATE TABLE shops (id integer PRIMARY KEY, code text, number integer, name text);
-- before: INSERT INTO shops SELECT i, 'de', 1, NULL FROM generate_series(1, 100) i;
-- before: ALTER TABLE shops ADD FOREIGN KEY (code, number, name) REFERENCES regions (code, number, name);
ALTER TABLE regions DETACH PARTITION regions_us;

-- detach-partition-of-referenced-concurrently | alone
-- before: ALTER TABLE regions ADD COLUMN number integer NOT NULL DEFAULT 1;
-- before: CREATE UNIQUE INDEX ON regions (code, number, name);
-- before: CREATE TABLE shops (id integer PRIMARY KEY, code text, number integer, name text);
-- before: INSERT INTO shops SELECT i, 'de', 1, NULL FROM generate_series(1, 100) i;
-- before: ALTER TABLE shops ADD FOREIGN KEY (code, number, name) REFERENCES regions (code, number, name);
ALTER TABLE regions DETACH PARTITION regions_us CONCURRENTLY;

-- detach-partition-that-rows-refer-to
-- before: ALTER TABLE regions ADD PRIMARY KEY (code, name);
-- before: CREATE TABLE shops (id serial PRIMARY KEY, code text, name text);
-- before: INSERT INTO shops (code, name) SELECT code, name FROM regions;
-- before: ALTER TABLE shops ADD FOREIGN KEY (code, name) REFERENCES regions (code, name);
ALTER TABLE regions DETACH PARTITION regions_us;

-- attach-list-partition-proven-by-one-value
-- before: CREATE TABLE regions_ca (code text NOT NULL CHECK (code = 'ca'), name text);
-- before: INSERT INTO regions_ca SELECT 'ca', 'c' || i FROM generate_series(1, 100) i;
ALTER TABLE regions ATTACH PARTITION regions_ca FOR VALUES IN ('ca');

-- reindex-partitioned | alone
REINDEX TABLE events;

-- reindex-partitioned-in-transaction
REINDEX TABLE events;

-- analyze-partitioned
ANALYZE events;

-- drop-index-of-partitioned-concurrently | alone
DROP INDEX CONCURRENTLY events_at_idx;

-- table-as-from-partitioned
CREATE TABLE event_days AS SELECT at FROM events;

-- refresh-without-data
REFRESH MATERIALIZED VIEW sales WITH NO DATA;

-- drop-column-of-materialized-cascade
ALTER TABLE orders DROP COLUMN quantity CASCADE;

-- replica-identity-by-index
ALTER TABLE products ALTER COLUMN sku SET NOT NULL, REPLICA IDENTITY USING INDEX products_sku_idx;

-- replica-identity-by-index-alone
ALTER TABLE products REPLICA IDENTITY USING INDEX products_sku_idx;

-- set-schema-of-serial
-- before: CREATE SCHEMA archive;
ALTER TABLE order_lines SET SCHEMA archive;

-- add-column-only-in-parent
ALTER TABLE ONLY notes ADD COLUMN author text;

-- add-check-only-in-parent
ALTER TABLE ONLY notes ADD CONSTRAINT notes_known CHECK (id > 0);

-- drop-column-of-policy
-- before: CREATE POLICY by_note ON orders USING (note IS NULL);
ALTER TABLE orders DROP COLUMN note;

-- type-of-column-of-policy
-- before: CREATE POLICY by_note ON orders USING (note IS NULL);
ALTER TABLE orders ALTER COLUMN note TYPE varchar(500);

-- type-of-identity
ALTER TABLE orders ALTER COLUMN id TYPE text;

-- generated-column-of-the-time
ALTER TABLE orders ADD COLUMN seen timestamptz GENERATED ALWAYS AS (now()) STORED;

-- insert-generated
INSERT INTO order_lines (order_id, price, total) VALUES (1, 2, 4);

-- insert-do-nothing-without-target
INSERT INTO products (id, sku, title) VALUES (1, 'sku1', 'one') ON CONFLICT DO NOTHING;

-- set-unlogged-of-published
-- before: CREATE PUBLICATION everywhere FOR TABLE products;
ALTER TABLE products SET UNLOGGED;

-- comment-on-missing-column
COMMENT ON COLUMN orders.colour IS 'none';

-- alter-system-in-transaction
ALTER SYSTEM SET work_mem = '8MB';

-- create-database-in-transaction
CREATE DATABASE other;

-- trigger-that-refuses
-- before: CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
CREATE TRIGGER customers_refuse BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION refuse();

-- check-that-an-insert-leaves-out
ALTER TABLE orders ADD CONSTRAINT orders_noted CHECK (note IS NOT NULL) NOT VALID;

-- lock-view
LOCK TABLE open_orders IN ACCESS SHARE MODE;

-- savepoint-and-index
SAVEPOINT before_index;
CREATE INDEX products_title_idx ON products (title);
ROLLBACK TO SAVEPOINT before_index;

-- index-built-and-renamed
CREATE INDEX products_weight_new ON products (weight);
ALTER INDEX products_weight_new RENAME TO products_weight_idx;

-- composite-drop-attribute
ALTER TYPE address DROP ATTRIBUTE city CASCADE;

-- column-default-by-function-that-counts
-- before: CREATE FUNCTION next_invoice() RETURNS bigint LANGUAGE sql VOLATILE AS $$ SELECT nextval('invoice_numbers') $$;
ALTER TABLE products ADD COLUMN invoice bigint DEFAULT next_invoice();

-- rename-sequence-that-a-function-names
-- before: CREATE FUNCTION next_invoice() RETURNS bigint LANGUAGE sql VOLATILE AS $$ SELECT nextval('invoice_numbers') $$;
ALTER SEQUENCE invoice_numbers RENAME TO bill_numbers;

-- attach-partition-of-referenced-proven
-- before: ALTER TABLE regions ADD PRIMARY KEY (code, name);
-- before: CREATE TABLE shops (id integer PRIMARY KEY, code text, name text);
-- before: INSERT INTO shops SELECT i, 'de', NULL FROM generate_series(1, 100) i;
-- before: ALTER TABLE shops ADD FOREIGN KEY (code, name) REFERENCES regions (code, name);
-- before: CREATE TABLE regions_ca (code text NOT NULL CHECK (code = 'ca'), name text NOT NULL, PRIMARY KEY (code, name));
-- before: INSERT INTO regions_ca SELECT 'ca', 'c' || i FROM generate_series(1, 100) i;
ALTER TABLE regions ATTACH PARTITION regions_ca FOR VALUES IN ('ca');

-- insert-that-no-partition-takes
INSERT INTO regions (code, name) VALUES ('jp', 'r1');
