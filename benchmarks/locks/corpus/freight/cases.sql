-- Statements on the schema of the freight forwarder, as teams write them.  Held out: written before their author had read
-- the lint or the cases of the other corpora.  The format is the one of the shop's cases.sql.

-- f-column-nullable
ALTER TABLE carrier ADD COLUMN support_email text;

-- f-column-star-read
ALTER TABLE shipment ADD COLUMN hazmat_class varchar(5);

-- f-column-returning-star
ALTER TABLE vessel ADD COLUMN call_sign varchar(10);

-- f-column-not-null-constant
ALTER TABLE finance.exchange_rate ADD COLUMN provider text NOT NULL DEFAULT 'ecb';

-- f-column-not-null-no-default
ALTER TABLE contact ADD COLUMN language char(2) NOT NULL;

-- f-column-not-null-no-default-empty-table
ALTER TABLE pending_import ADD COLUMN batch integer NOT NULL;

-- f-column-uuid-default
ALTER TABLE container ADD COLUMN public_id uuid NOT NULL DEFAULT gen_random_uuid();

-- f-column-uuidv7-default
ALTER TABLE quote ADD COLUMN external_id uuid DEFAULT uuidv7();

-- f-column-now-default
ALTER TABLE contact ADD COLUMN created_at timestamptz NOT NULL DEFAULT now();

-- f-column-clock-timestamp-default
ALTER TABLE contact ADD COLUMN seen_at timestamptz DEFAULT clock_timestamp();

-- f-column-volatile-function
ALTER TABLE voyage ADD COLUMN booking text DEFAULT next_booking();

-- f-column-stable-function
ALTER TABLE voyage ADD COLUMN fiscal_year integer DEFAULT fiscal_year();

-- f-column-immutable-function
ALTER TABLE voyage ADD COLUMN short_number text NOT NULL DEFAULT normal_reference('none');

-- f-column-bigserial
ALTER TABLE finance.exchange_rate ADD COLUMN id bigserial;

-- f-column-identity
ALTER TABLE finance.invoice_line ADD COLUMN line_id bigint GENERATED ALWAYS AS IDENTITY;

-- f-column-stored
ALTER TABLE contact ADD COLUMN phone_digits text GENERATED ALWAYS AS (replace(phone, '+', '')) STORED;

-- f-column-virtual
ALTER TABLE contact ADD COLUMN phone_length integer GENERATED ALWAYS AS (length(phone)) VIRTUAL;

-- f-column-generated-word-missing
ALTER TABLE contact ADD COLUMN name_upper text GENERATED ALWAYS AS (upper(name));

-- f-column-generated-not-immutable
ALTER TABLE contact ADD COLUMN age interval GENERATED ALWAYS AS (now() - now()) STORED;

-- f-column-domain-with-check-default
ALTER TABLE carrier ADD COLUMN rebate amount DEFAULT 0;

-- f-column-domain-with-check-no-default
ALTER TABLE carrier ADD COLUMN bonus amount;

-- f-column-domain-without-check
ALTER TABLE carrier ADD COLUMN home_port unlocode DEFAULT 'DEHAM';

-- f-column-check-inline
ALTER TABLE voyage ADD COLUMN delay_hours integer DEFAULT 0 CHECK (delay_hours >= 0);

-- f-column-unique-inline
ALTER TABLE carrier ADD COLUMN iata_code char(2) UNIQUE;

-- f-column-references-inline
ALTER TABLE contact ADD COLUMN port_id integer REFERENCES port;

-- f-column-references-inline-default
ALTER TABLE contact ADD COLUMN home_port_id integer DEFAULT 1 REFERENCES port (id);

-- f-column-enum-array
ALTER TABLE carrier ADD COLUMN modes transport_mode[] NOT NULL DEFAULT '{}';

-- f-column-composite
ALTER TABLE shipment_container ADD COLUMN cargo_size dimensions;

-- f-column-on-partitioned-read-by-star
ALTER TABLE tracking_event ADD COLUMN carrier_ref text;

-- f-column-on-partition-alone
ALTER TABLE tracking_event_2024 ADD COLUMN archived boolean;

-- f-column-on-inherited-parent
ALTER TABLE location ADD COLUMN opening_hours text;

-- f-column-only-parent
ALTER TABLE ONLY location ADD COLUMN gate text;

-- f-column-if-not-exists-there
ALTER TABLE customer ADD COLUMN IF NOT EXISTS tax_number varchar(20);

-- f-column-there-already
ALTER TABLE customer ADD COLUMN tax_number text;

-- f-column-sequelize
ALTER TABLE "public"."DriverShifts" ADD COLUMN "hoursDriven" DOUBLE PRECISION;

-- f-column-wrong-case
ALTER TABLE DriverShifts ADD COLUMN hours integer;

-- f-column-unknown-type
ALTER TABLE carrier ADD COLUMN rating stars;

-- f-column-on-view
ALTER TABLE open_shipment ADD COLUMN priority integer;

-- f-several-columns-one-alter
ALTER TABLE carrier ADD COLUMN website text, ADD COLUMN founded smallint, ADD COLUMN verified boolean NOT NULL DEFAULT false;

-- f-several-columns-one-of-them-random
ALTER TABLE geocode_cache ADD COLUMN hits integer DEFAULT 0, ADD COLUMN bucket double precision DEFAULT random();

-- f-drop-column-unused
ALTER TABLE carrier DROP COLUMN contract_terms;

-- f-drop-column-selected
ALTER TABLE contact DROP COLUMN phone;

-- f-drop-column-in-view
ALTER TABLE shipment DROP COLUMN booked_at;

-- f-drop-column-in-view-cascade
ALTER TABLE shipment DROP COLUMN weight_kg CASCADE;

-- f-drop-column-of-star-table
ALTER TABLE customer DROP COLUMN blocked_since;

-- f-drop-column-empty-table
ALTER TABLE pending_import DROP COLUMN line;

-- f-drop-column-generated-from-it
ALTER TABLE finance.invoice_line DROP COLUMN quantity;

-- f-drop-generated-column
ALTER TABLE finance.invoice_line DROP COLUMN total;

-- f-drop-column-of-primary-key
ALTER TABLE shipment_container DROP COLUMN container_number;

-- f-drop-column-partition-key
ALTER TABLE tracking_event DROP COLUMN occurred_at;

-- f-drop-column-inherited
ALTER TABLE warehouse DROP COLUMN street;

-- f-drop-column-missing-if-exists
ALTER TABLE carrier DROP COLUMN IF EXISTS fax;

-- f-drop-column-missing
ALTER TABLE carrier DROP COLUMN fax;

-- f-drop-column-in-policy
-- before: ALTER TABLE customs.declaration ADD COLUMN owner text;
-- before: CREATE POLICY own ON customs.declaration USING (owner = current_user);
ALTER TABLE customs.declaration DROP COLUMN owner;

-- f-rename-column-used
ALTER TABLE shipment RENAME COLUMN booked_at TO confirmed_at;

-- f-rename-column-unused
ALTER TABLE carrier RENAME contract_terms TO terms;

-- f-rename-column-star
ALTER TABLE warehouse RENAME COLUMN bonded TO is_bonded;

-- f-rename-column-on-partitioned
ALTER TABLE rate RENAME COLUMN surcharge TO extra;

-- f-rename-column-inherited-child
ALTER TABLE warehouse RENAME COLUMN postcode TO zip;

-- f-rename-column-of-view
ALTER VIEW open_shipment RENAME COLUMN weight_kg TO weight;

-- f-rename-table-used
ALTER TABLE quote RENAME TO price_quote;

-- f-rename-table-and-view-in-place
ALTER TABLE contact RENAME TO customer_contact;
CREATE VIEW contact AS SELECT * FROM customer_contact;

-- f-rename-table-unused
ALTER TABLE pending_import RENAME TO import_line;

-- f-rename-partition
ALTER TABLE tracking_event_2024 RENAME TO tracking_event_y2024;

-- f-rename-constraint
ALTER TABLE shipment RENAME CONSTRAINT shipment_incoterm_check TO incoterm_known;

-- f-rename-index
ALTER INDEX shipment_open_idx RENAME TO shipment_booked_open;

-- f-rename-enum-value-sent
ALTER TYPE shipment_state RENAME VALUE 'in_transit' TO 'underway';

-- f-rename-enum-value-unsent
ALTER TYPE shipment_state RENAME VALUE 'arrived' TO 'landed';

-- f-rename-type
ALTER TYPE transport_mode RENAME TO carriage_mode;

-- f-rename-type-cast-to
ALTER TYPE shipment_state RENAME TO shipment_status;

-- f-rename-function-used
ALTER FUNCTION next_booking() RENAME TO new_booking;

-- f-rename-schema
ALTER SCHEMA customs RENAME TO duties;

-- f-rename-sequence
ALTER SEQUENCE booking_number_seq RENAME TO booking_seq;

-- f-set-schema
ALTER TABLE carrier SET SCHEMA finance;

-- f-set-schema-unused
ALTER TABLE pending_import SET SCHEMA customs;

-- f-type-varchar-wider
ALTER TABLE vessel ALTER COLUMN name TYPE varchar(120);

-- f-type-varchar-to-text
ALTER TABLE carrier ALTER COLUMN name TYPE text;

-- f-type-text-to-varchar
ALTER TABLE contact ALTER COLUMN email TYPE varchar(254);

-- f-type-varchar-narrower-fits
ALTER TABLE contact ALTER COLUMN phone TYPE varchar(15);

-- f-type-varchar-narrower-cuts
ALTER TABLE finance.invoice ALTER COLUMN note TYPE varchar(2) USING left(note, 2);

-- f-type-varchar-narrower-fails
ALTER TABLE carrier ALTER COLUMN name TYPE varchar(4);

-- f-type-char-to-varchar
ALTER TABLE vessel ALTER COLUMN flag TYPE varchar(2);

-- f-type-int-to-bigint
ALTER TABLE container ALTER COLUMN tare_kg TYPE bigint;

-- f-type-int-to-bigint-star
ALTER TABLE customer ALTER COLUMN credit_limit TYPE bigint;

-- f-type-primary-key-to-bigint
ALTER TABLE finance.invoice ALTER COLUMN id TYPE bigint;

-- f-type-smallint-to-int
ALTER TABLE container ALTER size_feet TYPE integer;

-- f-type-bigint-to-int
ALTER TABLE shipment ALTER COLUMN voyage_id TYPE integer;

-- f-type-numeric-more-precision
ALTER TABLE finance.invoice_line ALTER COLUMN unit_price TYPE numeric(14,2);

-- f-type-numeric-more-precision-no-generated
ALTER TABLE quote ALTER COLUMN price TYPE numeric(12,2);

-- f-type-numeric-other-scale
ALTER TABLE rate ALTER COLUMN price TYPE numeric(12,4);

-- f-type-numeric-scale-down
ALTER TABLE finance.exchange_rate ALTER COLUMN rate TYPE numeric(12,1);

-- f-type-numeric-to-integer-rounding
ALTER TABLE quote ALTER COLUMN price TYPE integer USING round(price);

-- f-type-timestamp-to-timestamptz
ALTER TABLE shipment ALTER COLUMN delivered_at TYPE timestamptz USING delivered_at AT TIME ZONE 'UTC';

-- f-type-timestamptz-to-date
ALTER TABLE customs.declaration ALTER COLUMN lodged_at TYPE date;

-- f-type-timestamptz-precision
ALTER TABLE "DriverShifts" ALTER COLUMN "endsAt" TYPE timestamptz(0);

-- f-type-json-to-jsonb
ALTER TABLE customer ALTER COLUMN preferences TYPE jsonb;

-- f-type-text-to-enum
CREATE TYPE container_kind AS ENUM ('dry', 'reefer', 'tank');
ALTER TABLE container ALTER COLUMN kind DROP DEFAULT;
ALTER TABLE container ALTER COLUMN kind TYPE container_kind USING kind::container_kind;
ALTER TABLE container ALTER COLUMN kind SET DEFAULT 'dry';

-- f-type-text-to-enum-default-in-way
CREATE TYPE container_kind AS ENUM ('dry', 'reefer', 'tank');
ALTER TABLE container ALTER COLUMN kind TYPE container_kind USING kind::container_kind;

-- f-type-text-to-integer-no-using
ALTER TABLE setting ALTER COLUMN value TYPE integer;

-- f-type-column-of-view
ALTER TABLE shipment ALTER COLUMN weight_kg TYPE numeric(12,2);

-- f-type-column-in-generated
ALTER TABLE finance.invoice_line ALTER COLUMN quantity TYPE bigint;

-- f-type-to-domain
ALTER TABLE rate ALTER COLUMN price TYPE amount;

-- f-type-domain-to-base
ALTER TABLE finance.invoice ALTER COLUMN currency TYPE char(3);

-- f-type-domain-wider-text
ALTER TABLE shipment ALTER COLUMN remarks TYPE text;

-- f-type-citext-to-text
ALTER TABLE customer ALTER COLUMN email TYPE text;

-- f-type-text-to-citext
ALTER TABLE customs.broker ALTER COLUMN email TYPE citext;

-- f-type-collation
ALTER TABLE port ALTER COLUMN name TYPE text COLLATE "C";

-- f-type-integer-to-text-compared
ALTER TABLE vessel ALTER COLUMN id TYPE text;

-- f-type-of-foreign-key-column
ALTER TABLE contact ALTER COLUMN customer_id TYPE integer;

-- f-type-partition-key
ALTER TABLE tracking_event ALTER COLUMN occurred_at TYPE timestamp;

-- f-type-on-partitioned
ALTER TABLE tracking_event ALTER COLUMN kind TYPE varchar(60);

-- f-type-on-partitioned-rewrites
ALTER TABLE tracking_event ALTER COLUMN port_id TYPE bigint;

-- f-type-uuid-to-text
ALTER TABLE quote ALTER COLUMN id TYPE text;

-- f-not-null-plain
ALTER TABLE vessel ALTER COLUMN carrier_id SET NOT NULL;

-- f-not-null-with-nulls
ALTER TABLE customer ALTER COLUMN blocked_since SET NOT NULL;

-- f-not-null-insert-leaves-out
ALTER TABLE finance.invoice ALTER COLUMN due_on SET NOT NULL;

-- f-not-null-by-validated-check
-- before: ALTER TABLE contact ADD CONSTRAINT contact_phone_there CHECK (phone IS NOT NULL);
ALTER TABLE contact ALTER COLUMN phone SET NOT NULL;
ALTER TABLE contact DROP CONSTRAINT contact_phone_there;

-- f-not-null-by-unvalidated-check
-- before: ALTER TABLE contact ADD CONSTRAINT contact_phone_there CHECK (phone IS NOT NULL) NOT VALID;
ALTER TABLE contact ALTER COLUMN phone SET NOT NULL;

-- f-not-null-check-validate-in-one
ALTER TABLE port ADD CONSTRAINT port_country_there CHECK (country_code IS NOT NULL) NOT VALID;
ALTER TABLE port VALIDATE CONSTRAINT port_country_there;
ALTER TABLE port ALTER COLUMN country_code SET NOT NULL;

-- f-not-null-check-validate-apart | alone
ALTER TABLE port ADD CONSTRAINT port_country_there CHECK (country_code IS NOT NULL) NOT VALID;
ALTER TABLE port VALIDATE CONSTRAINT port_country_there;
ALTER TABLE port ALTER COLUMN country_code SET NOT NULL;

-- f-not-null-named-not-valid
ALTER TABLE port ADD CONSTRAINT port_tz_there NOT NULL timezone NOT VALID;

-- f-not-null-named-not-valid-then-validate | alone
ALTER TABLE port ADD CONSTRAINT port_tz_there NOT NULL timezone NOT VALID;
ALTER TABLE port VALIDATE CONSTRAINT port_tz_there;

-- f-not-null-drop
ALTER TABLE carrier ALTER COLUMN name DROP NOT NULL;

-- f-not-null-drop-primary-key
ALTER TABLE port ALTER COLUMN id DROP NOT NULL;

-- f-not-null-on-partitioned
ALTER TABLE tracking_event ALTER COLUMN source SET NOT NULL;

-- f-not-null-already
ALTER TABLE carrier ALTER COLUMN scac SET NOT NULL;

-- f-default-set
ALTER TABLE shipment ALTER COLUMN incoterm SET DEFAULT 'FOB';

-- f-default-drop-relied-on
ALTER TABLE finance.invoice ALTER COLUMN currency DROP DEFAULT;

-- f-default-drop-nullable
ALTER TABLE tracking_event ALTER COLUMN source DROP DEFAULT;

-- f-default-wrong-type
ALTER TABLE shipment ALTER COLUMN pieces SET DEFAULT 'one';

-- f-default-on-identity
ALTER TABLE voyage ALTER COLUMN id SET DEFAULT 5;

-- f-identity-drop-relied-on
ALTER TABLE shipment ALTER COLUMN id DROP IDENTITY;

-- f-identity-by-default-to-always
ALTER TABLE shipment ALTER COLUMN id SET GENERATED ALWAYS;

-- f-identity-restart
ALTER TABLE shipment ALTER COLUMN id RESTART WITH 1000000;

-- f-identity-add-to-nullable
ALTER TABLE container ALTER COLUMN tare_kg ADD GENERATED BY DEFAULT AS IDENTITY;

-- f-identity-add-to-not-null
ALTER TABLE location ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY;

-- f-serial-to-identity
ALTER TABLE carrier ALTER COLUMN id DROP DEFAULT;
DROP SEQUENCE carrier_id_seq;
ALTER TABLE carrier ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (START 1000);

-- f-generated-drop-expression
ALTER TABLE shipment ALTER COLUMN chargeable DROP EXPRESSION;

-- f-generated-set-expression
ALTER TABLE shipment ALTER COLUMN chargeable SET EXPRESSION AS (weight_kg * 2);

-- f-statistics-target
ALTER TABLE shipment ALTER COLUMN origin_id SET STATISTICS 500;

-- f-storage
ALTER TABLE tracking_event ALTER COLUMN payload SET STORAGE EXTERNAL;

-- f-compression
ALTER TABLE customs.declaration ALTER COLUMN documents SET COMPRESSION pglz;

-- f-fillfactor
ALTER TABLE shipment SET (fillfactor = 80);

-- f-autovacuum-of-partitioned
ALTER TABLE tracking_event SET (autovacuum_enabled = false);

-- f-attribute-option
ALTER TABLE shipment ALTER COLUMN customer_id SET (n_distinct = -0.5);

-- f-set-unlogged
ALTER TABLE container SET UNLOGGED;

-- f-set-logged
ALTER TABLE geocode_cache SET LOGGED;

-- f-set-access-method-same
ALTER TABLE carrier SET ACCESS METHOD heap;

-- f-set-tablespace-same
ALTER TABLE carrier SET TABLESPACE pg_default;

-- f-replica-identity-full
ALTER TABLE container REPLICA IDENTITY FULL;

-- f-replica-identity-index
ALTER TABLE shipment REPLICA IDENTITY USING INDEX shipment_reference_key;

-- f-owner
ALTER TABLE carrier OWNER TO CURRENT_USER;

-- f-cluster-on
ALTER TABLE shipment CLUSTER ON shipment_customer_state_idx;

-- f-check-plain
ALTER TABLE shipment ADD CONSTRAINT shipment_weight_positive CHECK (weight_kg > 0);

-- f-check-violated
ALTER TABLE shipment ADD CHECK (weight_kg < 300);

-- f-check-not-valid
ALTER TABLE shipment ADD CONSTRAINT shipment_pieces_positive CHECK (pieces > 0) NOT VALID;

-- f-check-not-valid-and-validated-in-one
ALTER TABLE shipment ADD CONSTRAINT shipment_pieces_positive CHECK (pieces > 0) NOT VALID;
ALTER TABLE shipment VALIDATE CONSTRAINT shipment_pieces_positive;

-- f-check-not-enforced
ALTER TABLE shipment ADD CONSTRAINT shipment_value_sane CHECK (goods_value < 1000000) NOT ENFORCED;

-- f-check-that-inserts-violate
ALTER TABLE shipment ADD CONSTRAINT shipment_has_terms CHECK (incoterm IS NOT NULL) NOT VALID;

-- f-check-on-partitioned
ALTER TABLE tracking_event ADD CONSTRAINT event_kind_known CHECK (kind <> '');

-- f-check-on-empty-table
ALTER TABLE pending_import ADD CONSTRAINT line_there CHECK (line <> '');

-- f-check-on-inherited
ALTER TABLE location ADD CONSTRAINT postcode_long CHECK (length(postcode) = 5);

-- f-check-no-inherit
ALTER TABLE location ADD CONSTRAINT yard_small CHECK (id < 1000) NO INHERIT;

-- f-check-aggregate
ALTER TABLE shipment ADD CONSTRAINT w CHECK (sum(weight_kg) > 0);

-- f-validate-known-foreign-key
ALTER TABLE shipment VALIDATE CONSTRAINT shipment_voyage_fk;

-- f-validate-missing
ALTER TABLE shipment VALIDATE CONSTRAINT shipment_vessel_fk;

-- f-unique-plain
ALTER TABLE vessel ADD CONSTRAINT vessel_name_key UNIQUE (name);

-- f-unique-violated
ALTER TABLE shipment ADD CONSTRAINT shipment_handler UNIQUE (handled_by);

-- f-unique-nulls-not-distinct
ALTER TABLE customs.broker ADD CONSTRAINT broker_licence UNIQUE NULLS NOT DISTINCT (licence);

-- f-unique-deferrable
ALTER TABLE finance.invoice_line ADD CONSTRAINT line_label UNIQUE (invoice_id, label) DEFERRABLE INITIALLY DEFERRED;

-- f-unique-using-index-in-two | alone
CREATE UNIQUE INDEX CONCURRENTLY broker_licence_key ON customs.broker (licence);
ALTER TABLE customs.broker ADD CONSTRAINT broker_licence_key UNIQUE USING INDEX broker_licence_key;

-- f-unique-using-partial-index
CREATE UNIQUE INDEX broker_lic ON customs.broker (licence) WHERE licence <> '';
ALTER TABLE customs.broker ADD CONSTRAINT broker_lic UNIQUE USING INDEX broker_lic;

-- f-unique-on-partitioned-without-key
ALTER TABLE tracking_event ADD CONSTRAINT event_once UNIQUE (shipment_id, kind);

-- f-unique-on-partitioned
ALTER TABLE tracking_event ADD CONSTRAINT event_once UNIQUE (id, shipment_id, occurred_at);

-- f-primary-key-add
ALTER TABLE location ADD PRIMARY KEY (id);

-- f-primary-key-second
ALTER TABLE carrier ADD PRIMARY KEY (scac);

-- f-primary-key-swap
-- before: CREATE UNIQUE INDEX exchange_rate_wide ON finance.exchange_rate (currency, day, rate);
ALTER TABLE finance.exchange_rate DROP CONSTRAINT exchange_rate_pkey;
ALTER TABLE finance.exchange_rate ADD CONSTRAINT exchange_rate_pkey PRIMARY KEY USING INDEX exchange_rate_wide;

-- f-primary-key-drop-referenced
ALTER TABLE port DROP CONSTRAINT port_pkey;

-- f-primary-key-drop-cascade
ALTER TABLE carrier DROP CONSTRAINT carrier_pkey CASCADE;

-- f-primary-key-on-nullable-using-index
-- before: CREATE UNIQUE INDEX imports_received ON pending_import (received_at);
-- before: ALTER TABLE pending_import DROP CONSTRAINT pending_import_pkey;
ALTER TABLE pending_import ADD PRIMARY KEY USING INDEX imports_received;

-- f-exclusion-add
ALTER TABLE voyage ADD CONSTRAINT number_once EXCLUDE USING gist (number WITH =, under_way WITH &&);

-- f-exclusion-drop
ALTER TABLE voyage DROP CONSTRAINT voyage_once;

-- f-exclusion-no-opclass
ALTER TABLE customer ADD CONSTRAINT x EXCLUDE USING gist (labels WITH &&);

-- f-foreign-key-plain
ALTER TABLE tracking_event ADD CONSTRAINT event_port_fk FOREIGN KEY (port_id) REFERENCES port (id);

-- f-foreign-key-plain-table
ALTER TABLE vessel ADD CONSTRAINT vessel_flag_fk FOREIGN KEY (flag) REFERENCES country (code);

-- f-foreign-key-not-valid
ALTER TABLE vessel ADD CONSTRAINT vessel_flag_fk FOREIGN KEY (flag) REFERENCES country (code) NOT VALID;

-- f-foreign-key-not-valid-then-validate | alone
ALTER TABLE vessel ADD CONSTRAINT vessel_flag_fk FOREIGN KEY (flag) REFERENCES country (code) NOT VALID;
ALTER TABLE vessel VALIDATE CONSTRAINT vessel_flag_fk;

-- f-foreign-key-not-enforced
ALTER TABLE vessel ADD CONSTRAINT vessel_flag_fk FOREIGN KEY (flag) REFERENCES country (code) NOT ENFORCED;

-- f-foreign-key-enforce-later
-- before: ALTER TABLE vessel ADD CONSTRAINT vessel_flag_fk FOREIGN KEY (flag) REFERENCES country (code) NOT ENFORCED;
ALTER TABLE vessel ALTER CONSTRAINT vessel_flag_fk ENFORCED;

-- f-foreign-key-to-partitioned
ALTER TABLE quote ADD CONSTRAINT quote_rate_again FOREIGN KEY (lane, mode) REFERENCES rate (lane, mode);

-- f-foreign-key-to-partitioned-not-valid
ALTER TABLE quote ADD CONSTRAINT quote_rate_again FOREIGN KEY (lane, mode) REFERENCES rate (lane, mode) NOT VALID;

-- f-foreign-key-from-partitioned-not-valid
ALTER TABLE tracking_event ADD CONSTRAINT event_port_fk FOREIGN KEY (port_id) REFERENCES port (id) NOT VALID;

-- f-foreign-key-violated
ALTER TABLE shipment_container ADD FOREIGN KEY (shipment_id) REFERENCES customs.declaration (id);

-- f-foreign-key-no-unique-target
ALTER TABLE contact ADD FOREIGN KEY (email) REFERENCES customs.broker (email);

-- f-foreign-key-types-differ
ALTER TABLE container ADD FOREIGN KEY (owner) REFERENCES carrier (id);

-- f-foreign-key-of-empty-table
ALTER TABLE pending_import ADD CONSTRAINT import_shipment FOREIGN KEY (id) REFERENCES shipment (id);

-- f-foreign-key-self
ALTER TABLE customer ADD COLUMN parent_id bigint REFERENCES customer (id);

-- f-foreign-key-drop
ALTER TABLE shipment DROP CONSTRAINT shipment_customer_id_fkey;

-- f-foreign-key-drop-of-partitioned
ALTER TABLE tracking_event DROP CONSTRAINT tracking_event_shipment_id_fkey;

-- f-foreign-key-replaced-with-cascade
ALTER TABLE shipment DROP CONSTRAINT shipment_customer_id_fkey, ADD CONSTRAINT shipment_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customer (id) ON DELETE CASCADE;

-- f-foreign-key-deferrable-later
ALTER TABLE shipment ALTER CONSTRAINT shipment_customer_id_fkey DEFERRABLE INITIALLY DEFERRED;

-- f-constraint-drop-check
ALTER TABLE shipment DROP CONSTRAINT shipment_incoterm_check;

-- f-constraint-drop-unique-of-upsert
ALTER TABLE carrier DROP CONSTRAINT carrier_scac_key;

-- f-constraint-drop-unique-unused
ALTER TABLE port DROP CONSTRAINT port_locode_key;

-- f-constraint-drop-missing-if-exists
ALTER TABLE port DROP CONSTRAINT IF EXISTS port_name_key;

-- f-index-plain
CREATE INDEX contact_customer_idx ON contact (customer_id);

-- f-index-concurrently | alone
CREATE INDEX CONCURRENTLY contact_customer_idx ON contact (customer_id);

-- f-index-concurrently-in-transaction
CREATE INDEX CONCURRENTLY contact_customer_idx ON contact (customer_id);

-- f-index-unique-concurrently-violated | alone
CREATE UNIQUE INDEX CONCURRENTLY shipment_handler ON shipment (handled_by);

-- f-index-on-partitioned
CREATE INDEX tracking_event_kind_idx ON tracking_event (kind, occurred_at);

-- f-index-on-partitioned-concurrently | alone
CREATE INDEX CONCURRENTLY tracking_event_kind_idx ON tracking_event (kind);

-- f-index-on-partitioned-by-parts | alone
CREATE INDEX tracking_event_kind_idx ON ONLY tracking_event (kind);
CREATE INDEX CONCURRENTLY tracking_event_2024_kind ON tracking_event_2024 (kind);
ALTER INDEX tracking_event_kind_idx ATTACH PARTITION tracking_event_2024_kind;

-- f-index-gin-jsonb
CREATE INDEX event_payload_idx ON tracking_event_2025 USING gin (payload jsonb_path_ops);

-- f-index-brin
CREATE INDEX event_brin ON tracking_event_2024 USING brin (occurred_at);

-- f-index-hash
CREATE INDEX customer_tax_hash ON customer USING hash (tax_number);

-- f-index-expression-not-immutable
CREATE INDEX shipment_year_idx ON shipment (to_char(booked_at, 'YYYY'));

-- f-index-missing-opclass
CREATE INDEX customer_prefs ON customer (preferences);

-- f-index-on-matview
CREATE INDEX monthly_turnover_idx ON finance.monthly_turnover (currency);

-- f-index-on-empty-table
CREATE INDEX ON pending_import (received_at);

-- f-index-on-new-table
CREATE TABLE driver (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, licence text);
CREATE INDEX driver_licence_idx ON driver (licence);

-- f-index-name-taken
CREATE INDEX vessel_imo_idx ON vessel (teu);

-- f-index-if-not-exists-taken
CREATE INDEX IF NOT EXISTS vessel_imo_idx ON vessel (imo);

-- f-index-unique-that-upsert-needs
CREATE UNIQUE INDEX carrier_scac_lower ON carrier (lower(scac));

-- f-index-covering-partial
CREATE INDEX invoice_unpaid_idx ON finance.invoice (customer_id) INCLUDE (total) WHERE NOT paid;

-- f-index-on-view
CREATE INDEX ON open_shipment (customer_id);

-- f-index-drop
DROP INDEX shipment_customer_state_idx;

-- f-index-drop-concurrently | alone
DROP INDEX CONCURRENTLY shipment_open_idx;

-- f-index-drop-concurrently-in-transaction
DROP INDEX CONCURRENTLY shipment_open_idx;

-- f-index-drop-of-constraint
DROP INDEX shipment_reference_key;

-- f-index-drop-of-partitioned
DROP INDEX tracking_event_shipment_idx;

-- f-index-drop-of-partitioned-concurrently | alone
DROP INDEX CONCURRENTLY tracking_event_shipment_idx;

-- f-index-drop-of-a-partition
DROP INDEX tracking_event_2024_shipment_id_idx;

-- f-index-swap
CREATE INDEX shipment_customer_new ON shipment (customer_id, state, booked_at);
DROP INDEX shipment_customer_state_idx;
ALTER INDEX shipment_customer_new RENAME TO shipment_customer_state_idx;

-- f-reindex-table | alone
REINDEX TABLE shipment;

-- f-reindex-index | alone
REINDEX INDEX customer_name_trgm;

-- f-reindex-concurrently | alone
REINDEX TABLE CONCURRENTLY customer;

-- f-reindex-in-transaction
REINDEX INDEX shipment_open_idx;

-- f-reindex-partitioned | alone
REINDEX TABLE tracking_event;

-- f-reindex-partitioned-in-transaction
REINDEX TABLE rate;

-- f-cluster | alone
CLUSTER shipment USING shipment_customer_state_idx;

-- f-cluster-in-transaction
CLUSTER vessel USING vessel_imo_idx;

-- f-vacuum | alone
VACUUM (ANALYZE) customer;

-- f-vacuum-full | alone
VACUUM FULL contact;

-- f-vacuum-in-transaction
VACUUM contact;

-- f-analyze
ANALYZE shipment;

-- f-analyze-columns-of-partitioned
ANALYZE tracking_event (kind);

-- f-lock-table
LOCK TABLE container IN SHARE ROW EXCLUSIVE MODE;
UPDATE container SET owner = 'Lessor' WHERE owner LIKE 'Lessor %';

-- f-lock-nowait-view
LOCK TABLE open_shipment IN ACCESS SHARE MODE NOWAIT;

-- f-truncate
TRUNCATE geocode_cache;

-- f-truncate-referenced
TRUNCATE container;

-- f-truncate-cascade
TRUNCATE container CASCADE;

-- f-truncate-partition
TRUNCATE tracking_event_2024;

-- f-truncate-restart-identity-empty
TRUNCATE pending_import RESTART IDENTITY;

-- f-update-all
UPDATE shipment SET handled_by = lower(handled_by);

-- f-update-by-key
UPDATE setting SET value = '365' WHERE name = 'retention_days';

-- f-update-from-join
UPDATE contact c SET email = u.email::text FROM customer u WHERE u.id = c.customer_id AND c.email IS NULL;

-- f-update-batch
UPDATE shipment SET remarks = '' WHERE id BETWEEN 1 AND 40;

-- f-update-new-column
ALTER TABLE shipment ADD COLUMN lane text;
UPDATE shipment SET lane = origin_id || '-' || destination_id;

-- f-update-new-column-then-not-null
ALTER TABLE voyage ADD COLUMN days integer;
UPDATE voyage SET days = arrives - departs;
ALTER TABLE voyage ALTER COLUMN days SET NOT NULL;

-- f-update-overwrites
UPDATE customer SET tax_number = NULL;

-- f-delete-all
DELETE FROM finance.exchange_rate;

-- f-delete-old
DELETE FROM tracking_event WHERE occurred_at < now() - interval '1 year';

-- f-delete-by-key
DELETE FROM contact WHERE id = 3;

-- f-delete-cascading
DELETE FROM finance.invoice WHERE id <= 120;

-- f-delete-referenced
DELETE FROM port WHERE id = 4;

-- f-insert-few
INSERT INTO setting (name, value) VALUES ('max_pieces', '999'), ('smtp_host', 'localhost');

-- f-insert-duplicate
INSERT INTO setting (name, value) VALUES ('default_currency', 'USD');

-- f-insert-duplicate-do-nothing
INSERT INTO setting (name, value) VALUES ('default_currency', 'USD') ON CONFLICT DO NOTHING;

-- f-insert-select
INSERT INTO pending_import (id, line, received_at) SELECT id, reference, booked_at FROM shipment WHERE state = 'draft';

-- f-insert-identity-always
INSERT INTO customer (id, name) VALUES (900, 'Nine Hundred');

-- f-insert-generated
INSERT INTO finance.invoice_line (invoice_id, position, label, unit_price, total) VALUES (1, 90, 'x', 1, 1);

-- f-insert-no-partition
INSERT INTO rate (lane, mode, valid_from, price) VALUES ('lane 1', 'rail', '2024-01-01', 7);

-- f-merge
MERGE INTO container c USING (SELECT container_number, max(loaded_at)::date AS day FROM shipment_container GROUP BY 1) l ON l.container_number = c.number WHEN MATCHED THEN UPDATE SET inspected_on = l.day;

-- f-create-table-as
CREATE TABLE shipment_backup AS SELECT * FROM shipment;

-- f-select-into
SELECT * INTO invoice_copy FROM finance.invoice;

-- f-move-and-drop-column
ALTER TABLE carrier ADD COLUMN full_name text;
UPDATE carrier SET full_name = name;
ALTER TABLE carrier DROP COLUMN name;

-- f-split-table
CREATE TABLE customer_tax (customer_id bigint PRIMARY KEY REFERENCES customer, tax_number varchar(20));
INSERT INTO customer_tax SELECT id, tax_number FROM customer;
ALTER TABLE customer DROP COLUMN tax_number;

-- f-do-block-ddl
DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 'carrier' AND column_name = 'notes') THEN ALTER TABLE carrier ADD COLUMN notes text; END IF; END $$;

-- f-do-block-update
DO $$ BEGIN UPDATE customer SET credit_limit = credit_limit + 1; END $$;

-- f-do-block-loop
DO $$ DECLARE r record; BEGIN FOR r IN SELECT id FROM shipment WHERE state = 'draft' LOOP UPDATE shipment SET handled_by = 'nobody' WHERE id = r.id; END LOOP; END $$;

-- f-do-block-index
DO $$ BEGIN CREATE INDEX contact_name_idx ON contact (name); EXCEPTION WHEN duplicate_table THEN NULL; END $$;

-- f-do-block-dynamic
DO $$ BEGIN EXECUTE 'ALTER TABLE contact ALTER COLUMN phone SET NOT NULL'; END $$;

-- f-do-block-create-type
DO $$ BEGIN CREATE TYPE seal_kind AS ENUM ('bolt', 'cable'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;

-- f-do-block-raises
DO $$ BEGIN IF (SELECT count(*) FROM shipment) > 0 THEN RAISE EXCEPTION 'not empty'; END IF; END $$;

-- f-function-in-select
SELECT setval('booking_number_seq', 9000);

-- f-select-count
SELECT count(*) FROM shipment;

-- f-table-drop-unused
DROP TABLE pending_import;

-- f-table-drop-used
DROP TABLE geocode_cache;

-- f-table-drop-referenced
DROP TABLE vessel;

-- f-table-drop-referenced-cascade
DROP TABLE customs.broker CASCADE;

-- f-table-drop-with-view
DROP TABLE finance.invoice_line, finance.invoice;

-- f-table-drop-partition
DROP TABLE tracking_event_2024;

-- f-table-drop-missing
DROP TABLE IF EXISTS old_import;

-- f-table-create
CREATE TABLE booking_note (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, shipment_id bigint NOT NULL REFERENCES shipment, body text NOT NULL);

-- f-table-create-reference-no-key
CREATE TABLE lane_note (id bigint PRIMARY KEY, handled_by text REFERENCES shipment (handled_by));

-- f-table-create-there
CREATE TABLE carrier (id bigint PRIMARY KEY);

-- f-table-create-if-not-exists-there
CREATE TABLE IF NOT EXISTS carrier (id bigint PRIMARY KEY, name text);

-- f-table-create-like
CREATE TABLE shipment_archive (LIKE shipment INCLUDING ALL);

-- f-table-create-temp
CREATE TEMP TABLE lanes ON COMMIT DROP AS SELECT DISTINCT lane FROM rate;
DELETE FROM quote WHERE lane NOT IN (SELECT lane FROM lanes);

-- f-table-create-temporal-key
CREATE TABLE berth (port_id integer NOT NULL, valid daterange NOT NULL, name text, PRIMARY KEY (port_id, valid WITHOUT OVERLAPS));

-- f-table-create-inherits
CREATE TABLE depot (doors smallint) INHERITS (location);

-- f-partition-create
CREATE TABLE tracking_event_2030 PARTITION OF tracking_event FOR VALUES FROM ('2030-01-01') TO ('2031-01-01');

-- f-partition-create-overlaps
CREATE TABLE tracking_event_h1 PARTITION OF tracking_event FOR VALUES FROM ('2024-06-01') TO ('2024-09-01');

-- f-partition-create-default-holds-rows
-- before: INSERT INTO tracking_event (shipment_id, kind, occurred_at) VALUES (1, 'loaded', '2027-02-02');
CREATE TABLE tracking_event_2027 PARTITION OF tracking_event FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');

-- f-partition-create-list
CREATE TABLE rate_rail PARTITION OF rate FOR VALUES IN ('rail');

-- f-partition-attach
ALTER TABLE rate ATTACH PARTITION rate_road FOR VALUES IN ('road');

-- f-partition-attach-checked
-- before: ALTER TABLE rate_road ADD CONSTRAINT road_only CHECK (mode = 'road');
-- before: ALTER TABLE rate_road ADD PRIMARY KEY (lane, mode);
ALTER TABLE rate ATTACH PARTITION rate_road FOR VALUES IN ('road');

-- f-partition-attach-wrong-rows
ALTER TABLE rate ATTACH PARTITION rate_road FOR VALUES IN ('rail');

-- f-partition-detach
ALTER TABLE tracking_event DETACH PARTITION tracking_event_2024;

-- f-partition-detach-concurrently-default-there | alone
ALTER TABLE tracking_event DETACH PARTITION tracking_event_2024 CONCURRENTLY;

-- f-partition-detach-concurrently | alone
ALTER TABLE rate DETACH PARTITION rate_air CONCURRENTLY;

-- f-partition-detach-referenced-rows
ALTER TABLE rate DETACH PARTITION rate_sea;

-- f-partition-detach-and-drop
ALTER TABLE rate DETACH PARTITION rate_air;
DROP TABLE rate_air;

-- f-inherit-no-more
ALTER TABLE warehouse NO INHERIT location;

-- f-inherit
CREATE TABLE cold_store (id integer NOT NULL, name text NOT NULL, street text, postcode varchar(10), degrees smallint);
ALTER TABLE cold_store INHERIT location;

-- f-enum-add-value
ALTER TYPE shipment_state ADD VALUE 'customs_hold' AFTER 'arrived';

-- f-enum-add-value-used-in-same
ALTER TYPE shipment_state ADD VALUE 'lost';
UPDATE shipment SET state = 'lost' WHERE id = 3;

-- f-enum-add-value-there
ALTER TYPE transport_mode ADD VALUE 'rail';

-- f-enum-replace
CREATE TYPE customs.clearance_new AS ENUM ('open', 'held', 'released', 'refused');
ALTER TABLE customs.declaration ALTER COLUMN state DROP DEFAULT;
ALTER TABLE customs.declaration ALTER COLUMN state TYPE customs.clearance_new USING state::text::customs.clearance_new;
ALTER TABLE customs.declaration ALTER COLUMN state SET DEFAULT 'open';
DROP TYPE customs.clearance;
ALTER TYPE customs.clearance_new RENAME TO clearance;

-- f-type-drop-used
DROP TYPE dimensions;

-- f-type-drop-cascade
DROP TYPE dimensions CASCADE;

-- f-composite-add-attribute
ALTER TYPE dimensions ADD ATTRIBUTE weight_kg integer;

-- f-composite-drop-attribute
ALTER TYPE dimensions DROP ATTRIBUTE height_cm CASCADE;

-- f-domain-add-check
ALTER DOMAIN remark ADD CONSTRAINT remark_not_blank CHECK (VALUE <> '');

-- f-domain-add-check-not-valid
ALTER DOMAIN unlocode ADD CONSTRAINT unlocode_length CHECK (length(VALUE) = 5) NOT VALID;

-- f-domain-add-check-violated
ALTER DOMAIN amount ADD CONSTRAINT small CHECK (VALUE < 100);

-- f-domain-not-null
ALTER DOMAIN unlocode SET NOT NULL;

-- f-domain-drop-constraint
ALTER DOMAIN amount DROP CONSTRAINT amount_not_negative;

-- f-domain-default
ALTER DOMAIN currency_code SET DEFAULT 'EUR';

-- f-view-replace-more-columns
CREATE OR REPLACE VIEW open_shipment AS SELECT id, reference, customer_id, state, weight_kg, booked_at, incoterm FROM shipment WHERE state NOT IN ('delivered', 'cancelled');

-- f-view-replace-fewer-columns
CREATE OR REPLACE VIEW open_shipment AS SELECT id, reference, customer_id FROM shipment;

-- f-view-drop-used
DROP VIEW open_shipment;

-- f-view-recreate
DROP VIEW finance.receivable;
CREATE VIEW finance.receivable AS SELECT c.id, c.name, coalesce(sum(i.total), 0) AS owed, max(i.due_on) AS latest FROM customer c JOIN finance.invoice i ON i.customer_id = c.id WHERE NOT i.paid GROUP BY c.id, c.name;

-- f-view-security-invoker
ALTER VIEW open_shipment SET (security_invoker = true);

-- f-matview-refresh
REFRESH MATERIALIZED VIEW port_traffic;

-- f-matview-refresh-concurrently
REFRESH MATERIALIZED VIEW CONCURRENTLY port_traffic;

-- f-matview-refresh-concurrently-no-index
REFRESH MATERIALIZED VIEW CONCURRENTLY finance.monthly_turnover;

-- f-matview-create
CREATE MATERIALIZED VIEW lane_volume AS SELECT origin_id, destination_id, count(*) FROM shipment GROUP BY 1, 2;

-- f-matview-drop-used
DROP MATERIALIZED VIEW port_traffic;

-- f-matview-with-no-data
REFRESH MATERIALIZED VIEW port_traffic WITH NO DATA;

-- f-trigger-create
CREATE TRIGGER invoice_audit AFTER UPDATE ON finance.invoice FOR EACH ROW EXECUTE FUNCTION write_audit();

-- f-trigger-create-refusing
CREATE TRIGGER container_frozen BEFORE INSERT OR UPDATE ON container FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- f-trigger-constraint
CREATE CONSTRAINT TRIGGER voyage_checked AFTER INSERT ON voyage DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION write_audit();

-- f-trigger-drop
DROP TRIGGER shipment_audit ON shipment;

-- f-trigger-disable-all
ALTER TABLE shipment DISABLE TRIGGER ALL;

-- f-trigger-disable-one
ALTER TABLE customer DISABLE TRIGGER customer_touch;

-- f-trigger-touch-column-missing
CREATE TRIGGER contact_touch BEFORE INSERT OR UPDATE ON contact FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- f-trigger-on-partitioned
CREATE TRIGGER event_audit AFTER INSERT ON tracking_event FOR EACH ROW EXECUTE FUNCTION write_audit();

-- f-function-replace
CREATE OR REPLACE FUNCTION next_booking() RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT 'BN' || nextval('booking_number_seq') $$;

-- f-function-replace-other-result
CREATE OR REPLACE FUNCTION next_booking() RETURNS bigint LANGUAGE sql VOLATILE AS $$ SELECT nextval('booking_number_seq') $$;

-- f-function-drop-used-by-query
DROP FUNCTION next_booking();

-- f-function-drop-used-by-index
DROP FUNCTION normal_reference(text);

-- f-function-drop-unused
DROP FUNCTION refuse_change();

-- f-sequence-drop-owned
DROP SEQUENCE carrier_id_seq;

-- f-sequence-alter-type
ALTER SEQUENCE carrier_id_seq AS bigint;

-- f-sequence-increment
ALTER SEQUENCE booking_number_seq INCREMENT BY 10 CACHE 20;

-- f-rls-enable
ALTER TABLE shipment ENABLE ROW LEVEL SECURITY;

-- f-rls-policy-create
CREATE POLICY broker_only ON customs.declaration FOR SELECT USING (state <> 'released');

-- f-rls-policy-drop
DROP POLICY declaration_all ON customs.declaration;

-- f-rls-force
ALTER TABLE customs.declaration FORCE ROW LEVEL SECURITY;

-- f-grant
GRANT SELECT ON shipment, customer TO PUBLIC;

-- f-grant-unknown-role
GRANT SELECT ON shipment TO warehouse_robot;

-- f-revoke-all-in-schema
REVOKE ALL ON ALL TABLES IN SCHEMA finance FROM PUBLIC;

-- f-default-privileges
ALTER DEFAULT PRIVILEGES IN SCHEMA finance GRANT SELECT ON TABLES TO PUBLIC;

-- f-comment-column
COMMENT ON COLUMN shipment.incoterm IS 'Incoterms 2020';

-- f-comment-missing-column
COMMENT ON COLUMN shipment.terms IS 'none';

-- f-publication-add
ALTER PUBLICATION to_warehouse ADD TABLE shipment_container;

-- f-publication-create-all
CREATE PUBLICATION everything FOR ALL TABLES;

-- f-publication-drop-table
ALTER PUBLICATION to_warehouse DROP TABLE container;

-- f-extension-create
CREATE EXTENSION IF NOT EXISTS pgcrypto;

-- f-extension-unknown
CREATE EXTENSION timescaledb;

-- f-extension-drop-used
DROP EXTENSION citext;

-- f-extension-drop-cascade
DROP EXTENSION pg_trgm CASCADE;

-- f-statistics-create
CREATE STATISTICS invoice_days (ndistinct) ON issued_on, due_on FROM finance.invoice;

-- f-statistics-drop
DROP STATISTICS shipment_way;

-- f-rule-create
CREATE RULE no_delete AS ON DELETE TO carrier DO INSTEAD NOTHING;

-- f-schema-create
CREATE SCHEMA archive;

-- f-schema-drop-not-empty
DROP SCHEMA customs;

-- f-schema-drop-cascade
DROP SCHEMA finance CASCADE;

-- f-alter-system | alone
ALTER SYSTEM SET log_min_duration_statement = 500;

-- f-alter-system-in-transaction
ALTER SYSTEM SET log_min_duration_statement = 500;

-- f-create-database-in-transaction
CREATE DATABASE reporting;

-- f-role-create
CREATE ROLE freight_reader NOLOGIN;
GRANT USAGE ON SCHEMA finance TO freight_reader;
DROP OWNED BY freight_reader;
DROP ROLE freight_reader;

-- f-set-timeouts-then-alter
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';
ALTER TABLE carrier ADD COLUMN rating smallint;

-- f-search-path-then-alter
SET LOCAL search_path = finance, public;
ALTER TABLE invoice ADD COLUMN sent_at timestamptz;

-- f-search-path-not-set
ALTER TABLE invoice ADD COLUMN sent_at timestamptz;

-- f-savepoint
SAVEPOINT before_index;
CREATE INDEX contact_name_idx ON contact (name);
ROLLBACK TO SAVEPOINT before_index;

-- f-notify
NOTIFY migrations, 'done';

-- f-many-held-together
ALTER TABLE container ADD COLUMN colour text;
CREATE INDEX container_owner_idx ON container (owner);
UPDATE container SET colour = 'blue';

-- f-lock-then-slow-elsewhere
ALTER TABLE customer ADD COLUMN segment text;
UPDATE shipment SET pieces = 1 WHERE pieces IS NULL;
CREATE INDEX shipment_pieces_idx ON shipment (pieces);

-- f-drop-then-slow
DROP TRIGGER customer_touch ON customer;
UPDATE customer SET updated_at = created_at;
CREATE TRIGGER customer_touch BEFORE UPDATE ON customer FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- f-new-table-filled-and-referenced
CREATE TABLE lane (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE);
INSERT INTO lane (name) SELECT DISTINCT lane FROM rate;
ALTER TABLE quote ADD COLUMN lane_id bigint REFERENCES lane;
UPDATE quote q SET lane_id = l.id FROM lane l WHERE l.name = q.lane;

-- f-expand-by-trigger
ALTER TABLE contact ADD COLUMN phone_number text;
CREATE FUNCTION copy_phone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.phone_number := NEW.phone; RETURN NEW; END $$;
CREATE TRIGGER contact_copy_phone BEFORE INSERT OR UPDATE ON contact FOR EACH ROW EXECUTE FUNCTION copy_phone();

-- f-two-steps-expand-contract | alone
ALTER TABLE "DriverShifts" ADD COLUMN "plate" varchar(255);
UPDATE "DriverShifts" SET "plate" = "truckPlate";
ALTER TABLE "DriverShifts" DROP COLUMN "truckPlate";

-- f-alembic-style
ALTER TABLE finance.invoice ADD COLUMN reminder_count INTEGER DEFAULT '0' NOT NULL;
CREATE INDEX ix_finance_invoice_due_on ON finance.invoice (due_on);
UPDATE setting SET value='3f2a' WHERE setting.name = 'schema_version';

-- f-django-style
ALTER TABLE "contact" ADD COLUMN "role" varchar(40) DEFAULT 'buyer' NOT NULL;
ALTER TABLE "contact" ALTER COLUMN "role" DROP DEFAULT;

-- f-rails-style
ALTER TABLE "carrier" ADD "port_id" bigint;
CREATE INDEX "index_carrier_on_port_id" ON "carrier" ("port_id");
ALTER TABLE "carrier" ADD CONSTRAINT "fk_rails_5f1" FOREIGN KEY ("port_id") REFERENCES "port" ("id");

-- f-several-subcommands
ALTER TABLE shipment ALTER COLUMN pieces SET NOT NULL, ADD COLUMN pallets integer, DROP COLUMN goods_value;

-- f-typo
ALTER TABEL shipment ADD COLUMN x int;

-- f-table-missing
ALTER TABLE consignment ADD COLUMN x integer;
