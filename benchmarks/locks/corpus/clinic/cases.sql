-- Statements on the clinic's schema, as teams write them.  Held out: rules are judged by them, never written from them.
-- The format is the one of the shop's cases.sql.

-- c-add-nullable-to-returned-star
ALTER TABLE "Invoice" ADD COLUMN "dueAt" TIMESTAMP(3);

-- c-add-two-nullable
ALTER TABLE "public"."prescription" ADD COLUMN "pharmacy" text, ADD COLUMN "collected_on" date;

-- c-add-if-not-exists-there
ALTER TABLE IF EXISTS public.prescription ADD COLUMN IF NOT EXISTS sig varchar(80);

-- c-add-not-null-without-default
ALTER TABLE "medication" ADD COLUMN "manufacturer" character varying NOT NULL;

-- c-add-not-null-without-default-empty
ALTER TABLE staging_row ADD COLUMN batch integer NOT NULL;

-- c-add-constant-json-default
ALTER TABLE "prescription" ADD COLUMN "extra" jsonb NOT NULL DEFAULT '{}'::jsonb;

-- c-add-now-default
ALTER TABLE medication ADD COLUMN created_at timestamp with time zone DEFAULT now() NOT NULL;

-- c-add-clock-default
ALTER TABLE bed ADD COLUMN cleaned_at timestamptz DEFAULT clock_timestamp();

-- c-add-uuid-default
ALTER TABLE "InvoiceLine" ADD COLUMN "uid" uuid NOT NULL DEFAULT gen_random_uuid();

-- c-add-own-volatile-default
ALTER TABLE lab.sample ADD COLUMN second_code text DEFAULT make_barcode();

-- c-add-own-stable-default
ALTER TABLE medication ADD COLUMN listed_on date DEFAULT site_today();

-- c-add-own-immutable-default
ALTER TABLE medication ADD COLUMN vat numeric DEFAULT vat_rate();

-- c-add-nested-volatile-default
ALTER TABLE ward ADD COLUMN pin text DEFAULT lpad((random() * 9999)::int::text, 4, '0');

-- c-add-checked-domain
ALTER TABLE ward ADD COLUMN code postcode;

-- c-add-plain-domain-default
ALTER TABLE medication ADD COLUMN cost cents NOT NULL DEFAULT 0;

-- c-add-generated-stored
ALTER TABLE prescription ADD COLUMN total_mg double precision GENERATED ALWAYS AS (dose_mg * (repeats + 1)) STORED;

-- c-add-generated-virtual
ALTER TABLE prescription ADD COLUMN total_mg double precision GENERATED ALWAYS AS (dose_mg * (repeats + 1)) VIRTUAL;

-- c-add-serial
ALTER TABLE medication ADD COLUMN seq_no serial;

-- c-add-identity
ALTER TABLE ward ADD COLUMN ward_id bigint GENERATED ALWAYS AS IDENTITY;

-- c-add-unique-nullable
ALTER TABLE medication ADD COLUMN ean varchar(13) UNIQUE;

-- c-add-second-primary-key
ALTER TABLE medication ADD COLUMN id bigserial PRIMARY KEY;

-- c-add-references-nullable
ALTER TABLE "bed" ADD COLUMN "nurse_no" integer NULL CONSTRAINT "bed_nurse_no_fk" REFERENCES "staff" ("staff_no") DEFERRABLE INITIALLY DEFERRED;

-- c-add-references-default
ALTER TABLE bed ADD COLUMN nurse_no integer DEFAULT 1 REFERENCES staff;

-- c-add-with-check
ALTER TABLE ward ADD COLUMN spare smallint DEFAULT 0 CHECK (spare >= 0);

-- c-add-nullable-with-check
ALTER TABLE ward ADD COLUMN spare smallint CHECK (spare >= 0);

-- c-add-to-partitioned
ALTER TABLE letter ADD COLUMN template text DEFAULT 'plain';

-- c-add-to-partitioned-selected-star
ALTER TABLE lab.result ADD COLUMN unit text;

-- c-add-to-partition
ALTER TABLE lab.result_2025 ADD COLUMN unit text;

-- c-add-existing
ALTER TABLE staff ADD COLUMN phone varchar(30);

-- c-add-unknown-type
ALTER TABLE ward ADD COLUMN area geography;

-- c-add-missing-function
ALTER TABLE ward ADD COLUMN uid uuid NOT NULL DEFAULT uuid_generate_v4();

-- c-add-to-view
ALTER TABLE v_staff_public ADD COLUMN email text;

-- c-add-backfill-not-null-together
ALTER TABLE "prescription" ADD COLUMN "route" varchar(20) NULL;
UPDATE "prescription" SET "route" = 'oral' WHERE "route" IS NULL;
ALTER TABLE "prescription" ALTER COLUMN "route" SET NOT NULL;

-- c-add-then-default-for-new-rows
ALTER TABLE prescription ADD COLUMN token uuid;
ALTER TABLE prescription ALTER COLUMN token SET DEFAULT gen_random_uuid();

-- c-add-default-then-drop-it
ALTER TABLE "prescription" ADD COLUMN "priority" integer DEFAULT 0 NOT NULL;
ALTER TABLE "prescription" ALTER COLUMN "priority" DROP DEFAULT;

-- c-add-enum-column
CREATE TYPE bed_kind AS ENUM ('plain', 'intensive');
ALTER TABLE bed ADD COLUMN kind bed_kind NOT NULL DEFAULT 'plain';

-- c-add-and-drop-in-one
ALTER TABLE ward ADD COLUMN closed_at timestamptz, DROP COLUMN closed_on;

-- c-drop-empty-unused
ALTER TABLE ward DROP COLUMN IF EXISTS closed_on;

-- c-drop-filled-unused
ALTER TABLE "prescription" DROP COLUMN "sig";

-- c-drop-empty-selected-star
ALTER TABLE patient DROP COLUMN legacy_id;

-- c-drop-used
ALTER TABLE "Invoice" DROP COLUMN "externalRef";

-- c-drop-under-view
ALTER TABLE medication DROP COLUMN strength;

-- c-drop-under-view-cascade
ALTER TABLE medication DROP COLUMN strength CASCADE;

-- c-drop-missing-if-exists
ALTER TABLE medication DROP COLUMN IF EXISTS colour;

-- c-drop-missing
ALTER TABLE medication DROP COLUMN colour;

-- c-drop-source-of-generated
ALTER TABLE "InvoiceLine" DROP COLUMN "qty";

-- c-drop-partition-key
ALTER TABLE letter DROP COLUMN channel;

-- c-drop-unused-of-partitioned
ALTER TABLE letter DROP COLUMN pages;

-- c-drop-referenced-key
ALTER TABLE staff DROP COLUMN staff_no;

-- c-rename-column-used
ALTER TABLE "bed" RENAME COLUMN "state" TO "status";

-- c-rename-column-unused
ALTER TABLE prescription RENAME sig TO signature;

-- c-rename-column-under-view-only
ALTER TABLE medication RENAME COLUMN strength TO strength_label;

-- c-rename-column-selected-star
ALTER TABLE staff RENAME COLUMN hired_on TO start_date;

-- c-rename-column-taken
ALTER TABLE staff RENAME COLUMN phone TO email;

-- c-rename-table-used
ALTER TABLE medication RENAME TO drug;

-- c-rename-table-unused
ALTER TABLE IF EXISTS import_2019 RENAME TO import_2019_old;

-- c-rename-table-view-in-its-place
ALTER TABLE medication RENAME TO drug;
CREATE VIEW medication AS SELECT med_cd, name, strength, controlled, price FROM drug;

-- c-rename-table-view-lacks-column
ALTER TABLE medication RENAME TO drug;
CREATE VIEW medication AS SELECT med_cd, name FROM drug;

-- c-rename-constraint
ALTER TABLE "InvoiceLine" RENAME CONSTRAINT "InvoiceLine_invoiceId_fkey" TO "invoice_line_invoice_fk";

-- c-rename-index
ALTER INDEX IF EXISTS ix_rx_med RENAME TO prescription_med_cd_idx;

-- c-rename-view-used
ALTER VIEW v_inpatient RENAME TO inpatients;

-- c-rename-sequence-unused
ALTER SEQUENCE receipt_seq RENAME TO receipt_number_seq;

-- c-rename-enum-value-sent
ALTER TYPE rx_state RENAME VALUE 'issued' TO 'signed';

-- c-rename-enum-value-not-sent
ALTER TYPE rx_state RENAME VALUE 'void' TO 'cancelled';

-- c-rename-type
ALTER TYPE staff_role RENAME TO job;

-- c-rename-schema
ALTER SCHEMA lab RENAME TO pathology;

-- c-rename-materialized-view
ALTER MATERIALIZED VIEW mv_ward_load RENAME TO ward_load;

-- c-rename-trigger
ALTER TRIGGER patient_stamp ON patient RENAME TO patient_touch;

-- c-type-varchar-wider-selected-star
ALTER TABLE "patient" ALTER COLUMN "email" TYPE varchar(255);

-- c-type-varchar-wider-unused
ALTER TABLE prescription ALTER COLUMN sig SET DATA TYPE character varying(200);

-- c-type-varchar-to-text-unused
ALTER TABLE prescription ALTER COLUMN sig TYPE text;

-- c-type-varchar-narrower-fits
ALTER TABLE prescription ALTER COLUMN sig TYPE varchar(40);

-- c-type-varchar-narrower-does-not-fit
ALTER TABLE prescription ALTER COLUMN sig TYPE varchar(4);

-- c-type-text-to-varchar
ALTER TABLE bed ALTER COLUMN state TYPE varchar(20);

-- c-type-integer-to-bigint-key
ALTER TABLE "Invoice" ALTER COLUMN "id" SET DATA TYPE BIGINT;

-- c-type-integer-to-bigint-checked
ALTER TABLE "prescription" ALTER COLUMN "repeats" TYPE bigint;

-- c-type-smallint-to-integer
ALTER TABLE ward ALTER COLUMN beds TYPE integer USING beds::integer;

-- c-type-bigint-to-integer-in-partitions
ALTER TABLE access_log ALTER COLUMN patient_no TYPE integer;

-- c-type-bigint-to-integer
ALTER TABLE prescription ALTER COLUMN patient_no TYPE integer;

-- c-type-text-to-varchar-in-partitions
ALTER TABLE access_log ALTER COLUMN who TYPE varchar(64);

-- c-type-numeric-unbounded
ALTER TABLE lab.sample ALTER COLUMN volume_ml TYPE numeric;

-- c-type-numeric-wider
ALTER TABLE lab.sample ALTER COLUMN volume_ml TYPE numeric(10,2);

-- c-type-numeric-more-scale
ALTER TABLE lab.sample ALTER COLUMN volume_ml TYPE numeric(10,4);

-- c-type-numeric-less-scale
ALTER TABLE lab.sample ALTER COLUMN volume_ml TYPE numeric(6,0);

-- c-type-text-to-integer
ALTER TABLE medication ALTER COLUMN pack_size DROP DEFAULT, ALTER COLUMN pack_size TYPE integer USING pack_size::integer, ALTER COLUMN pack_size SET DEFAULT 28;

-- c-type-timestamp-to-timestamptz
ALTER TABLE lab.sample ALTER COLUMN taken_at TYPE timestamptz;

-- c-type-timestamp-to-timestamptz-zone-named
ALTER TABLE lab.sample ALTER COLUMN taken_at TYPE timestamptz USING taken_at AT TIME ZONE 'UTC';

-- c-type-timestamp-precision-wider
ALTER TABLE "Invoice" ALTER COLUMN "updatedAt" SET DATA TYPE TIMESTAMP(6);

-- c-type-timestamptz-to-date
ALTER TABLE letter ALTER COLUMN sent_at TYPE date;

-- c-type-real-to-double
ALTER TABLE patient ALTER COLUMN weight_kg TYPE double precision;

-- c-type-double-to-numeric
ALTER TABLE prescription ALTER COLUMN dose_mg TYPE numeric(14,4);

-- c-type-text-to-integer-without-using
ALTER TABLE medication ALTER COLUMN pack_size TYPE integer;

-- c-type-default-does-not-cast
ALTER TABLE "Invoice" ALTER COLUMN "status" TYPE boolean USING ("status" = 'open');

-- c-type-text-to-integer-bad-rows
ALTER TABLE prescription ALTER COLUMN dose TYPE integer USING dose::integer;

-- c-type-json-to-jsonb
ALTER TABLE setting ALTER COLUMN value TYPE jsonb;

-- c-type-json-to-jsonb-using
ALTER TABLE "setting" ALTER COLUMN "value" SET DATA TYPE jsonb USING "value"::jsonb;

-- c-type-char-to-varchar-indexed
ALTER TABLE patient ALTER COLUMN nhs_no TYPE varchar(10);

-- c-type-enum-to-text
ALTER TABLE prescription ALTER COLUMN state DROP DEFAULT, ALTER COLUMN state TYPE text USING state::text, ALTER COLUMN state SET DEFAULT 'draft';

-- c-type-text-to-enum
CREATE TYPE "InvoiceStatus" AS ENUM ('open', 'paid', 'void');
ALTER TABLE "Invoice" ALTER COLUMN "status" DROP DEFAULT;
ALTER TABLE "Invoice" ALTER COLUMN "status" TYPE "InvoiceStatus" USING "status"::"InvoiceStatus";
ALTER TABLE "Invoice" ALTER COLUMN "status" SET DEFAULT 'open';

-- c-type-enum-with-default-automatic
ALTER TABLE lab.sample ALTER COLUMN kind TYPE text;

-- c-type-enum-swapped
CREATE TYPE "rx_state_new" AS ENUM ('draft', 'issued', 'dispensed');
ALTER TABLE "prescription" ALTER COLUMN "state" DROP DEFAULT;
ALTER TABLE "prescription" ALTER COLUMN "state" TYPE "rx_state_new" USING ("state"::text::"rx_state_new");
ALTER TYPE "rx_state" RENAME TO "rx_state_old";
ALTER TYPE "rx_state_new" RENAME TO "rx_state";
DROP TYPE "rx_state_old";
ALTER TABLE "prescription" ALTER COLUMN "state" SET DEFAULT 'draft';

-- c-type-integer-to-boolean
ALTER TABLE setting ALTER COLUMN enabled DROP DEFAULT;
ALTER TABLE setting ALTER COLUMN enabled TYPE boolean USING enabled <> 0;
ALTER TABLE setting ALTER COLUMN enabled SET DEFAULT true;

-- c-type-array-element
ALTER TABLE staff ALTER COLUMN grades TYPE bigint[];

-- c-type-array-to-jsonb
ALTER TABLE patient ALTER COLUMN allergies DROP DEFAULT, ALTER COLUMN allergies TYPE jsonb USING to_jsonb(allergies), ALTER COLUMN allergies SET DEFAULT '[]';

-- c-type-inet-to-text
ALTER TABLE lab.sample ALTER COLUMN courier TYPE text USING host(courier);

-- c-type-under-view
ALTER TABLE medication ALTER COLUMN strength TYPE varchar(60);

-- c-type-under-view-dropped-and-made-again
DROP VIEW v_unused_medication;
ALTER TABLE medication ALTER COLUMN strength TYPE varchar(60);
CREATE VIEW v_unused_medication AS SELECT med_cd, strength FROM medication WHERE controlled;

-- c-type-source-of-generated
ALTER TABLE "InvoiceLine" ALTER COLUMN "qty" TYPE bigint;

-- c-type-partition-key
ALTER TABLE lab.result ALTER COLUMN reported_on TYPE timestamp;

-- c-type-of-partitioned-column
ALTER TABLE letter ALTER COLUMN pages TYPE bigint;

-- c-type-partition-only
ALTER TABLE letter_post ALTER COLUMN pages TYPE bigint;

-- c-type-domain-to-base
ALTER TABLE patient ALTER COLUMN home TYPE varchar(10);

-- c-type-unconstrained-domain
ALTER TABLE prescription ALTER COLUMN repeats TYPE cents;

-- c-type-base-to-checked-domain
ALTER TABLE prescription ALTER COLUMN sig TYPE postcode;

-- c-type-other-collation
ALTER TABLE prescription ALTER COLUMN sig TYPE varchar(80) COLLATE "C";

-- c-type-text-to-long-varchar-selected-star
ALTER TABLE patient ALTER COLUMN notes TYPE varchar(4000);

-- c-type-expression-index-rebuilt
ALTER TABLE medication ALTER COLUMN name TYPE varchar(200);

-- c-type-same-again
ALTER TABLE "prescription" ALTER COLUMN "sig" TYPE character varying(80);

-- c-default-set
ALTER TABLE "ward" ALTER COLUMN "beds" SET DEFAULT 12;

-- c-default-set-volatile
ALTER TABLE medication ALTER COLUMN strength SET DEFAULT make_barcode();

-- c-default-set-wrong-type
ALTER TABLE ward ALTER COLUMN beds SET DEFAULT 'many';

-- c-default-drop-relied-on
ALTER TABLE staff ALTER COLUMN active DROP DEFAULT;

-- c-default-drop-not-relied-on
ALTER TABLE ward ALTER COLUMN beds DROP DEFAULT;

-- c-default-of-generated
ALTER TABLE "InvoiceLine" ALTER COLUMN "grossCents" SET DEFAULT 0;

-- c-not-null-scan
ALTER TABLE "prescription" ALTER COLUMN "dose_mg" SET NOT NULL;

-- c-not-null-some-are-null
ALTER TABLE admission ALTER COLUMN discharged_at SET NOT NULL;

-- c-not-null-insert-omits-it
ALTER TABLE patient ALTER COLUMN consent SET NOT NULL;

-- c-not-null-already
ALTER TABLE patient ALTER COLUMN family_name SET NOT NULL;

-- c-not-null-after-valid-check
-- before: ALTER TABLE prescription ADD CONSTRAINT rx_dose_nn CHECK (dose_mg IS NOT NULL);
ALTER TABLE prescription ALTER COLUMN dose_mg SET NOT NULL;
ALTER TABLE prescription DROP CONSTRAINT rx_dose_nn;

-- c-not-null-after-unvalidated-check
-- before: ALTER TABLE prescription ADD CONSTRAINT rx_dose_nn CHECK (dose_mg IS NOT NULL) NOT VALID;
ALTER TABLE prescription ALTER COLUMN dose_mg SET NOT NULL;

-- c-not-null-four-steps | alone
ALTER TABLE prescription ADD CONSTRAINT rx_dose_nn CHECK (dose_mg IS NOT NULL) NOT VALID;
ALTER TABLE prescription VALIDATE CONSTRAINT rx_dose_nn;
ALTER TABLE prescription ALTER COLUMN dose_mg SET NOT NULL;
ALTER TABLE prescription DROP CONSTRAINT rx_dose_nn;

-- c-not-null-constraint-not-valid
ALTER TABLE prescription ADD CONSTRAINT rx_dose_present NOT NULL dose_mg NOT VALID;

-- c-not-null-constraint-validated-later
-- before: ALTER TABLE prescription ADD CONSTRAINT rx_dose_present NOT NULL dose_mg NOT VALID;
ALTER TABLE prescription VALIDATE CONSTRAINT rx_dose_present;

-- c-not-null-empty-table
ALTER TABLE staging_row ALTER COLUMN payload SET NOT NULL;

-- c-not-null-dropped
ALTER TABLE "Invoice" ALTER COLUMN "number" DROP NOT NULL;

-- c-not-null-dropped-from-key
ALTER TABLE ward ALTER COLUMN site_cd DROP NOT NULL;

-- c-not-null-on-partitioned
ALTER TABLE letter ALTER COLUMN body SET NOT NULL;

-- c-expression-set
ALTER TABLE "InvoiceLine" ALTER COLUMN "grossCents" SET EXPRESSION AS ("qty" * "unitCents" + 1);

-- c-expression-dropped
ALTER TABLE "InvoiceLine" ALTER COLUMN "grossCents" DROP EXPRESSION;

-- c-identity-always-to-default
ALTER TABLE staff ALTER COLUMN staff_no SET GENERATED BY DEFAULT;

-- c-identity-restart
ALTER TABLE prescription ALTER COLUMN rx_id RESTART WITH 5000;

-- c-identity-dropped
ALTER TABLE prescription ALTER COLUMN rx_id DROP IDENTITY;

-- c-identity-added
ALTER TABLE lab.result ALTER COLUMN result_id ADD GENERATED BY DEFAULT AS IDENTITY;

-- c-identity-added-nullable
ALTER TABLE import_2019 ALTER COLUMN line ADD GENERATED BY DEFAULT AS IDENTITY;

-- c-statistics-target
ALTER TABLE patient ALTER COLUMN family_name SET STATISTICS 500;

-- c-storage-and-compression
ALTER TABLE letter_post ALTER COLUMN body SET STORAGE EXTERNAL, ALTER COLUMN body SET COMPRESSION pglz;

-- c-attribute-options
ALTER TABLE patient ALTER COLUMN gp_no SET (n_distinct = -0.2);

-- c-table-options
ALTER TABLE public.admission SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);

-- c-replica-identity
ALTER TABLE "Invoice" REPLICA IDENTITY FULL;

-- c-trigger-disabled
ALTER TABLE patient DISABLE TRIGGER patient_stamp;

-- c-trigger-all-enabled
ALTER TABLE patient ENABLE TRIGGER ALL;

-- c-row-security
ALTER TABLE patient ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_patients ON patient USING (gp_no IS NOT NULL);

-- c-owner
ALTER TABLE medication OWNER TO CURRENT_USER;

-- c-other-schema-used
ALTER TABLE medication SET SCHEMA lab;

-- c-other-schema-unused
ALTER TABLE import_2019 SET SCHEMA lab;

-- c-unlogged
ALTER TABLE import_2019 SET UNLOGGED;

-- c-logged-already
ALTER TABLE admission SET LOGGED;

-- c-tablespace
-- before: SET allow_in_place_tablespaces = on;
-- before: CREATE TABLESPACE clinic_slow LOCATION '';
ALTER TABLE letter_post SET TABLESPACE clinic_slow;

-- c-access-method-same
ALTER TABLE admission SET ACCESS METHOD heap;

-- c-cluster-on
ALTER TABLE admission CLUSTER ON ix_admission_patient;

-- c-inherit
-- before: CREATE TABLE import_2020 (line integer, raw text, ok boolean);
ALTER TABLE import_2020 INHERIT import_2019;

-- c-of-type
CREATE TYPE raw_line AS (line integer, raw text, ok boolean);
ALTER TABLE import_2019 OF raw_line;

-- c-check-added
ALTER TABLE "Invoice" ADD CONSTRAINT "Invoice_total_check" CHECK ("totalCents" >= 0);

-- c-check-added-rows-break-it
ALTER TABLE "Invoice" ADD CONSTRAINT "Invoice_total_check" CHECK ("totalCents" > 5000);

-- c-check-not-valid
ALTER TABLE "Invoice" ADD CONSTRAINT "Invoice_total_check" CHECK ("totalCents" >= 0) NOT VALID;

-- c-check-not-valid-refuses-the-application
ALTER TABLE "Invoice" ADD CONSTRAINT "Invoice_total_check" CHECK ("totalCents" > 5000) NOT VALID;

-- c-check-not-valid-then-validate-together
ALTER TABLE "Invoice" ADD CONSTRAINT "Invoice_total_check" CHECK ("totalCents" >= 0) NOT VALID;
ALTER TABLE "Invoice" VALIDATE CONSTRAINT "Invoice_total_check";

-- c-check-not-valid-then-validate-apart | alone
ALTER TABLE "Invoice" ADD CONSTRAINT "Invoice_total_check" CHECK ("totalCents" >= 0) NOT VALID;
ALTER TABLE "Invoice" VALIDATE CONSTRAINT "Invoice_total_check";

-- c-check-validate-old
ALTER TABLE prescription VALIDATE CONSTRAINT rx_repeats_ck;

-- c-check-validate-old-rows-break-it
ALTER TABLE medication VALIDATE CONSTRAINT medication_price_ck;

-- c-check-validate-valid
ALTER TABLE admission VALIDATE CONSTRAINT admission_triage_ck;

-- c-check-dropped
ALTER TABLE admission DROP CONSTRAINT IF EXISTS admission_triage_ck;

-- c-check-replaced
ALTER TABLE "admission" DROP CONSTRAINT "admission_triage_ck";
ALTER TABLE "admission" ADD CONSTRAINT "admission_triage_ck" CHECK ("triage" BETWEEN 0 AND 6);

-- c-check-not-enforced
ALTER TABLE admission ADD CONSTRAINT admission_bed_ck CHECK (bed_no > 0) NOT ENFORCED;

-- c-check-on-partitioned
ALTER TABLE letter ADD CONSTRAINT letter_pages_ck CHECK (pages > 0);

-- c-check-name-taken
ALTER TABLE admission ADD CONSTRAINT admission_times_ck CHECK (bed_no > 0);

-- c-fk-added
ALTER TABLE "prescription" ADD CONSTRAINT "prescription_med_cd_fkey" FOREIGN KEY ("med_cd") REFERENCES "medication" ("med_cd") ON DELETE RESTRICT ON UPDATE CASCADE;

-- c-fk-not-valid
ALTER TABLE prescription ADD CONSTRAINT rx_med_fk FOREIGN KEY (med_cd) REFERENCES medication NOT VALID;

-- c-fk-not-valid-then-validate-apart | alone
ALTER TABLE prescription ADD CONSTRAINT rx_med_fk FOREIGN KEY (med_cd) REFERENCES medication NOT VALID;
ALTER TABLE prescription VALIDATE CONSTRAINT rx_med_fk;

-- c-fk-not-valid-then-validate-together
ALTER TABLE prescription ADD CONSTRAINT rx_med_fk FOREIGN KEY (med_cd) REFERENCES medication NOT VALID;
ALTER TABLE prescription VALIDATE CONSTRAINT rx_med_fk;

-- c-fk-validate-old
ALTER TABLE prescription VALIDATE CONSTRAINT rx_patient_fk;

-- c-fk-unindexed-column
ALTER TABLE prescription ADD CONSTRAINT rx_prescriber_fk FOREIGN KEY (prescriber_no) REFERENCES staff ON DELETE SET NULL;

-- c-fk-composite
ALTER TABLE admission ADD CONSTRAINT admission_bed_fk FOREIGN KEY (site_cd, ward_cd, bed_no) REFERENCES bed MATCH SIMPLE;

-- c-fk-target-not-unique
ALTER TABLE prescription ADD CONSTRAINT rx_name_fk FOREIGN KEY (sig) REFERENCES patient (family_name);

-- c-fk-types-differ
ALTER TABLE prescription ADD CONSTRAINT rx_x_fk FOREIGN KEY (dose) REFERENCES staff (staff_no);

-- c-fk-orphans
ALTER TABLE lab.result ADD CONSTRAINT result_code_fk FOREIGN KEY (analyte) REFERENCES medication (med_cd);

-- c-fk-from-partitioned
ALTER TABLE lab.result ADD CONSTRAINT result_sample_fk FOREIGN KEY (sample_id) REFERENCES lab.sample (sample_id);

-- c-fk-dropped
ALTER TABLE "InvoiceLine" DROP CONSTRAINT "InvoiceLine_invoiceId_fkey";

-- c-fk-deferrable
ALTER TABLE admission ALTER CONSTRAINT admission_patient_fk DEFERRABLE INITIALLY DEFERRED;

-- c-fk-not-enforced
ALTER TABLE admission ALTER CONSTRAINT admission_patient_fk NOT ENFORCED;

-- c-fk-enforced-again
-- before: ALTER TABLE admission ALTER CONSTRAINT admission_patient_fk NOT ENFORCED;
ALTER TABLE admission ALTER CONSTRAINT admission_patient_fk ENFORCED;

-- c-unique-added
ALTER TABLE "InvoiceLine" ADD CONSTRAINT "UQ_9c1f" UNIQUE ("invoiceId", "code");

-- c-unique-added-duplicates
ALTER TABLE "Invoice" ADD CONSTRAINT "Invoice_externalRef_key" UNIQUE ("externalRef");

-- c-unique-using-index
-- before: CREATE UNIQUE INDEX uq_rx_sig ON prescription (sig);
ALTER TABLE prescription ADD CONSTRAINT uq_rx_sig UNIQUE USING INDEX uq_rx_sig;

-- c-unique-concurrently-then-using-index | alone
CREATE UNIQUE INDEX CONCURRENTLY uq_rx_sig ON prescription (sig);
ALTER TABLE prescription ADD CONSTRAINT uq_rx_sig UNIQUE USING INDEX uq_rx_sig;

-- c-unique-using-partial-index
-- before: CREATE UNIQUE INDEX uq_rx_sig ON prescription (sig) WHERE repeats > 0;
ALTER TABLE prescription ADD CONSTRAINT uq_rx_sig UNIQUE USING INDEX uq_rx_sig;

-- c-unique-dropped
ALTER TABLE patient DROP CONSTRAINT patient_nhs_uq;

-- c-primary-key-added
ALTER TABLE import_2019 ADD PRIMARY KEY (line);

-- c-primary-key-using-index-nullable
-- before: CREATE UNIQUE INDEX import_line ON import_2019 (line);
ALTER TABLE import_2019 ADD CONSTRAINT import_2019_pk PRIMARY KEY USING INDEX import_line;

-- c-primary-key-swapped
-- before: CREATE UNIQUE INDEX bed_pk_new ON bed (bed_no, ward_cd, site_cd);
ALTER TABLE bed DROP CONSTRAINT bed_pk, ADD CONSTRAINT bed_pk PRIMARY KEY USING INDEX bed_pk_new;

-- c-primary-key-dropped-referenced
ALTER TABLE ward DROP CONSTRAINT ward_pk;

-- c-primary-key-second
ALTER TABLE patient ADD PRIMARY KEY (nhs_no);

-- c-exclude-added
ALTER TABLE theatre_slot ADD CONSTRAINT slot_unique_label EXCLUDE USING btree (label WITH =);

-- c-constraint-missing
ALTER TABLE patient DROP CONSTRAINT patient_email_key;

-- c-constraint-missing-if-exists
ALTER TABLE "patient" DROP CONSTRAINT IF EXISTS "patient_email_key";

-- c-index-plain
CREATE INDEX "Invoice_patientNo_idx" ON "Invoice" ("patientNo");

-- c-index-plain-if-not-exists
CREATE INDEX IF NOT EXISTS idx_sample_taken ON lab.sample USING btree (taken_at DESC NULLS LAST);

-- c-index-if-not-exists-there
CREATE INDEX IF NOT EXISTS ix_rx_med ON prescription (med_cd);

-- c-index-name-taken
CREATE INDEX ix_rx_med ON prescription (issued_on);

-- c-index-concurrently | alone
CREATE INDEX CONCURRENTLY IF NOT EXISTS "Invoice_patientNo_idx" ON "Invoice" ("patientNo");

-- c-index-concurrently-other-schema | alone
CREATE INDEX CONCURRENTLY ix_sample_kind ON lab.sample (kind, taken_at);

-- c-index-concurrently-in-transaction
CREATE INDEX CONCURRENTLY "Invoice_patientNo_idx" ON "Invoice" ("patientNo");

-- c-index-concurrently-partial-expression | alone
CREATE INDEX CONCURRENTLY ix_patient_mail ON patient (lower(email)) WHERE email IS NOT NULL;

-- c-index-concurrently-unique-duplicates | alone
CREATE UNIQUE INDEX CONCURRENTLY ux_invoice_ref ON "Invoice" ("externalRef");

-- c-index-concurrently-partitioned | alone
CREATE INDEX CONCURRENTLY ix_letter_patient ON letter (patient_no);

-- c-index-unique-duplicates
CREATE UNIQUE INDEX ux_invoice_status ON "Invoice" ("status");

-- c-index-stable-expression
CREATE INDEX ix_admission_age ON admission (age(admitted_at));

-- c-index-on-missing-column
CREATE INDEX ix_admission_doctor ON admission (doctor_no);

-- c-index-gin
CREATE INDEX ix_patient_allergies ON patient USING gin (allergies);

-- c-index-on-empty-table
CREATE INDEX ix_staging_payload ON staging_row (payload);

-- c-index-on-table-of-this-change
CREATE TABLE "Referral" ("id" serial NOT NULL, "patientNo" bigint NOT NULL, CONSTRAINT "Referral_pkey" PRIMARY KEY ("id"));
CREATE INDEX "Referral_patientNo_idx" ON "Referral" ("patientNo");

-- c-index-on-partitioned-only
CREATE INDEX ix_letter_patient ON ONLY letter (patient_no);

-- c-index-attached
-- before: CREATE INDEX ix_letter_patient ON ONLY letter (patient_no);
-- before: CREATE INDEX ix_letter_post_patient ON letter_post (patient_no);
ALTER INDEX ix_letter_patient ATTACH PARTITION ix_letter_post_patient;

-- c-index-on-partitioned
CREATE INDEX ix_letter_patient ON letter (patient_no);

-- c-index-on-materialized-view
CREATE INDEX ix_ward_load_stays ON mv_ward_load (stays);

-- c-index-dropped
DROP INDEX IF EXISTS ix_rx_med;

-- c-index-dropped-concurrently | alone
DROP INDEX CONCURRENTLY IF EXISTS public.ix_rx_med;

-- c-index-dropped-concurrently-in-transaction
DROP INDEX CONCURRENTLY ix_rx_med;

-- c-index-dropped-of-constraint
DROP INDEX patient_nhs_uq;

-- c-index-two-at-once
CREATE INDEX ix_staff_role ON staff (role);
CREATE INDEX ix_ward_title ON ward (title);

-- c-reindex-table
REINDEX TABLE prescription;

-- c-reindex-concurrently | alone
REINDEX INDEX CONCURRENTLY ix_rx_med;

-- c-index-set-fillfactor
ALTER INDEX ix_rx_med SET (fillfactor = 70);

-- c-partition-created
CREATE TABLE lab.result_2026 PARTITION OF lab.result FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');

-- c-partition-created-overlaps
CREATE TABLE lab.result_q4 PARTITION OF lab.result FOR VALUES FROM ('2025-10-01') TO ('2026-01-01');

-- c-partition-created-beside-default
CREATE TABLE letter_sms PARTITION OF letter FOR VALUES IN ('sms');

-- c-partition-created-default-holds-rows
CREATE TABLE letter_fax PARTITION OF letter FOR VALUES IN ('fax');

-- c-partition-attached
-- before: CREATE TABLE lab.result_2023 (LIKE lab.result INCLUDING ALL);
-- before: INSERT INTO lab.result_2023 SELECT result_id, sample_id, reported_on - 366, analyte, value, flag FROM lab.result_2024;
ALTER TABLE lab.result ATTACH PARTITION lab.result_2023 FOR VALUES FROM ('2022-12-01') TO ('2024-01-01');

-- c-partition-attached-checked
-- before: CREATE TABLE lab.result_2023 (LIKE lab.result INCLUDING ALL);
-- before: INSERT INTO lab.result_2023 SELECT result_id, sample_id, reported_on - 366, analyte, value, flag FROM lab.result_2024;
-- before: ALTER TABLE lab.result_2023 ADD CONSTRAINT bounds CHECK (reported_on >= '2022-12-01' AND reported_on < '2024-01-01');
ALTER TABLE lab.result ATTACH PARTITION lab.result_2023 FOR VALUES FROM ('2022-12-01') TO ('2024-01-01');

-- c-partition-detached
ALTER TABLE lab.result DETACH PARTITION lab.result_2024;

-- c-partition-detached-that-is-written
ALTER TABLE letter DETACH PARTITION letter_post;

-- c-partition-detached-concurrently | alone
ALTER TABLE access_log DETACH PARTITION access_log_0 CONCURRENTLY;

-- c-partition-detached-concurrently-default | alone
ALTER TABLE letter DETACH PARTITION letter_email CONCURRENTLY;

-- c-partition-dropped
DROP TABLE lab.result_2024;

-- c-partition-unique-without-key
ALTER TABLE letter ADD CONSTRAINT letter_pk PRIMARY KEY (letter_id);

-- c-enum-add-value
ALTER TYPE staff_role ADD VALUE IF NOT EXISTS 'surgeon' AFTER 'doctor';

-- c-enum-add-value-alone | alone
ALTER TYPE "rx_state" ADD VALUE 'expired';

-- c-enum-add-value-used-at-once
ALTER TYPE rx_state ADD VALUE 'expired';
UPDATE prescription SET state = 'expired' WHERE rx_id = 1;

-- c-enum-add-existing
ALTER TYPE rx_state ADD VALUE 'void';

-- c-type-created
CREATE TYPE severity AS ENUM ('mild', 'severe');

-- c-type-dropped-used
DROP TYPE rx_state;

-- c-type-dropped-cascade
DROP TYPE lab.specimen CASCADE;

-- c-composite-attribute-added
ALTER TYPE contact ADD ATTRIBUTE email text;

-- c-composite-attribute-type
ALTER TYPE contact ALTER ATTRIBUTE phone TYPE varchar(20);

-- c-domain-check-added
ALTER DOMAIN cents ADD CONSTRAINT cents_positive CHECK (VALUE >= 0);

-- c-domain-check-added-rows-break-it
ALTER DOMAIN postcode ADD CONSTRAINT postcode_long CHECK (length(VALUE) > 9);

-- c-domain-check-not-valid
ALTER DOMAIN cents ADD CONSTRAINT cents_positive CHECK (VALUE >= 0) NOT VALID;

-- c-domain-check-dropped
ALTER DOMAIN postcode DROP CONSTRAINT postcode_shape;

-- c-domain-not-null
ALTER DOMAIN cents SET NOT NULL;

-- c-domain-default
ALTER DOMAIN postcode SET DEFAULT 'UNKNOWN';

-- c-view-replaced-column-at-end
CREATE OR REPLACE VIEW v_staff_public AS SELECT staff_no, full_name, role, badge FROM staff WHERE active;

-- c-view-replaced-column-removed
CREATE OR REPLACE VIEW v_staff_public AS SELECT staff_no, full_name FROM staff WHERE active;

-- c-view-replaced-star-changes
CREATE OR REPLACE VIEW v_inpatient AS SELECT a.adm_id, p.patient_no, p.display_name, w.title AS ward, a.admitted_at, a.triage FROM admission a JOIN patient p USING (patient_no) JOIN ward w ON w.site_cd = a.site_cd AND w.ward_cd = a.ward_cd WHERE a.discharged_at IS NULL;

-- c-view-dropped-used
DROP VIEW v_staff_public;

-- c-view-dropped-unused
DROP VIEW IF EXISTS lab.v_abnormal;

-- c-view-created
CREATE VIEW v_debtor AS SELECT "patientNo", sum("totalCents") AS owed FROM "Invoice" WHERE "status" = 'open' GROUP BY 1;

-- c-view-made-again
DROP VIEW v_staff_public;
CREATE VIEW v_staff_public AS SELECT staff_no, initcap(full_name) AS full_name, role FROM staff WHERE active;

-- c-materialized-view-created
CREATE MATERIALIZED VIEW mv_ages AS SELECT date_trunc('year', birth_date) AS y, count(*) AS n FROM patient GROUP BY 1;

-- c-materialized-view-created-without-data
CREATE MATERIALIZED VIEW mv_ages AS SELECT date_trunc('year', birth_date) AS y, count(*) AS n FROM patient GROUP BY 1 WITH NO DATA;

-- c-materialized-view-refreshed
REFRESH MATERIALIZED VIEW mv_ward_load;

-- c-materialized-view-refreshed-concurrently | alone
REFRESH MATERIALIZED VIEW CONCURRENTLY mv_ward_load;

-- c-materialized-view-dropped
DROP MATERIALIZED VIEW mv_ward_load;

-- c-trigger-created
CREATE TRIGGER admission_noop BEFORE INSERT OR UPDATE ON admission FOR EACH ROW EXECUTE FUNCTION noop();

-- c-trigger-created-that-refuses
CREATE TRIGGER medication_closed BEFORE INSERT ON prescription FOR EACH ROW EXECUTE FUNCTION refuse();

-- c-trigger-replaced
CREATE OR REPLACE TRIGGER rx_noop AFTER INSERT OR UPDATE ON prescription FOR EACH ROW EXECUTE FUNCTION noop();

-- c-trigger-created-on-partitioned
CREATE TRIGGER letter_noop BEFORE INSERT ON letter FOR EACH ROW EXECUTE FUNCTION noop();

-- c-trigger-dropped
DROP TRIGGER IF EXISTS patient_stamp ON patient;

-- c-function-replaced
CREATE OR REPLACE FUNCTION noop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;

-- c-function-replaced-other-result
CREATE OR REPLACE FUNCTION vat_rate() RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT 20 $$;

-- c-function-dropped-of-trigger
DROP FUNCTION stamp();

-- c-function-dropped-unused
DROP FUNCTION initials(text, text);

-- c-rule-created
CREATE RULE import_kept AS ON DELETE TO import_2019 DO INSTEAD NOTHING;

-- c-sequence-created
CREATE SEQUENCE IF NOT EXISTS invoice_number_seq START 1000;

-- c-sequence-altered
ALTER SEQUENCE receipt_seq INCREMENT BY 10 CACHE 50;

-- c-sequence-as-bigint
ALTER SEQUENCE "Invoice_id_seq" AS bigint;

-- c-sequence-dropped-used
DROP SEQUENCE lab.sample_seq;

-- c-sequence-dropped-unused
DROP SEQUENCE receipt_seq;

-- c-sequence-setval
SELECT setval('receipt_seq', 9000);

-- c-table-created-with-foreign-key
CREATE TABLE IF NOT EXISTS "consent_form" ("id" bigserial NOT NULL, "patient_no" bigint NOT NULL REFERENCES "patient" ("patient_no") ON DELETE CASCADE, "signed_on" date, CONSTRAINT "PK_consent" PRIMARY KEY ("id"));

-- c-table-created-then-foreign-key
CREATE TABLE "consent_form" ("id" bigserial PRIMARY KEY, "patientNo" bigint NOT NULL);
ALTER TABLE "consent_form" ADD CONSTRAINT "FK_consent_patient" FOREIGN KEY ("patientNo") REFERENCES "patient" ("patient_no") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- c-table-created-exists
CREATE TABLE ward (id integer);

-- c-table-created-filled
CREATE TABLE patient_contact AS SELECT patient_no, email, phone FROM patient;

-- c-table-dropped-unused
DROP TABLE IF EXISTS "import_2019";

-- c-table-dropped-empty
DROP TABLE staging_row;

-- c-table-dropped-used
DROP TABLE setting;

-- c-table-dropped-referenced
DROP TABLE ward;

-- c-table-dropped-referenced-cascade
DROP TABLE ward CASCADE;

-- c-table-dropped-missing
DROP TABLE consents;

-- c-table-truncated
TRUNCATE TABLE import_2019;

-- c-table-truncated-empty
TRUNCATE staging_row RESTART IDENTITY;

-- c-table-truncated-referenced
TRUNCATE medication, ward;

-- c-data-update-all
UPDATE "Invoice" SET "currency" = upper("currency");

-- c-data-update-all-changes-values
UPDATE prescription SET dose = trim(dose) || '.';

-- c-data-update-all-apart | alone
ALTER TABLE prescription ADD COLUMN route varchar(20);
UPDATE prescription SET route = 'oral';

-- c-data-update-nulls
UPDATE patient SET legacy_id = patient_no WHERE legacy_id IS NULL;

-- c-data-update-one
UPDATE setting SET enabled = 1 WHERE key = 'key7' AND enabled = 1;

-- c-data-update-batch
UPDATE patient SET legacy_id = patient_no WHERE patient_no BETWEEN 1 AND 40 AND legacy_id IS NULL;

-- c-data-delete-some
DELETE FROM import_2019 WHERE line > 100;

-- c-data-delete-one
DELETE FROM theatre_slot WHERE slot_id = 7;

-- c-data-delete-none
DELETE FROM staging_row WHERE id < 100;

-- c-data-delete-referenced
DELETE FROM ward WHERE site_cd = 'S01' AND ward_cd = 'W1';

-- c-data-delete-cascades
-- before: DELETE FROM prescription WHERE patient_no = 333;
DELETE FROM patient WHERE patient_no = 333;

-- c-data-insert-lookup
INSERT INTO setting (key, value) VALUES ('retention', '{"years": 8}'), ('locale', '"en-GB"') ON CONFLICT (key) DO NOTHING;

-- c-data-insert-duplicate
INSERT INTO medication (med_cd, name) VALUES ('M1', 'Drug again');

-- c-data-insert-identity-always
INSERT INTO staff (staff_no, badge, full_name) VALUES (9000, 'BG9000', 'Root');

-- c-data-upsert-all
INSERT INTO setting (key, value, enabled) SELECT key, value, 1 FROM setting ON CONFLICT (key) DO UPDATE SET enabled = EXCLUDED.enabled;

-- c-data-loop-updates-all
DO $$ BEGIN UPDATE patient SET legacy_id = patient_no; END $$;

-- c-data-merge
MERGE INTO bed b USING ward w ON b.site_cd = w.site_cd AND b.ward_cd = w.ward_cd WHEN MATCHED AND b.bed_no = 3 THEN UPDATE SET state = 'spare';

-- c-data-column-moved-to-other-table
CREATE TABLE prescription_text (rx_id bigint PRIMARY KEY, sig varchar(80));
INSERT INTO prescription_text SELECT rx_id, sig FROM prescription;
ALTER TABLE prescription DROP COLUMN sig;

-- c-data-column-copied-then-dropped
ALTER TABLE prescription ADD COLUMN directions text;
UPDATE prescription SET directions = sig;
ALTER TABLE prescription DROP COLUMN sig;

-- c-grant
GRANT SELECT ON ALL TABLES IN SCHEMA lab TO PUBLIC;

-- c-revoke
REVOKE ALL ON TABLE "Invoice" FROM PUBLIC;

-- c-default-privileges
ALTER DEFAULT PRIVILEGES IN SCHEMA lab GRANT SELECT ON TABLES TO PUBLIC;

-- c-comment
COMMENT ON COLUMN patient.nhs_no IS 'national number';

-- c-extension
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX ix_patient_trgm ON patient USING gin (family_name gin_trgm_ops);

-- c-extension-alone
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

-- c-extension-missing
CREATE EXTENSION postgis;

-- c-statistics-created
CREATE STATISTICS st_admission (dependencies) ON site_cd, ward_cd FROM admission;

-- c-analyze
ANALYZE patient;

-- c-vacuum | alone
VACUUM (ANALYZE) prescription;

-- c-vacuum-in-transaction
VACUUM prescription;

-- c-vacuum-full | alone
VACUUM FULL prescription;

-- c-cluster
CLUSTER admission USING ix_admission_patient;

-- c-schema-created
CREATE SCHEMA IF NOT EXISTS billing;

-- c-schema-dropped
DROP SCHEMA lab;

-- c-lock-table
LOCK TABLE patient IN ACCESS EXCLUSIVE MODE;
UPDATE patient SET notes = 'x' WHERE patient_no = 1 AND notes = 'x';

-- c-careful-column
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '15s';
ALTER TABLE public.prescription ADD COLUMN reviewed_by integer;

-- c-careful-foreign-key
SET LOCAL lock_timeout = '2s';
ALTER TABLE public.bed ADD COLUMN nurse_no integer;
ALTER TABLE public.bed ADD CONSTRAINT bed_nurse_fk FOREIGN KEY (nurse_no) REFERENCES public.staff (staff_no) NOT VALID;

-- c-instant-then-long-together
ALTER TABLE admission ADD COLUMN outcome text;
CREATE INDEX ix_medication_name ON medication (name);

-- c-long-then-instant-apart | alone
ALTER TABLE admission ADD COLUMN outcome text;
CREATE INDEX CONCURRENTLY ix_medication_name ON medication (name);

-- c-several-commands-one-hazard
ALTER TABLE "public"."prescription" ADD COLUMN "note" text, ALTER COLUMN "sig" DROP NOT NULL, ALTER COLUMN "repeats" SET DEFAULT 1, ADD CONSTRAINT "rx_dose_ck" CHECK ("dose_mg" > 0);

-- c-several-commands-no-hazard
ALTER TABLE "public"."prescription" ADD COLUMN "note" text, ALTER COLUMN "repeats" SET DEFAULT 1, ADD CONSTRAINT "rx_dose_ck" CHECK ("dose_mg" > 0) NOT VALID, ALTER COLUMN "state" SET STATISTICS 200;

-- c-syntax-error
ALTER TABLE patient ADD COLUMN middle name text;

-- c-table-swapped
CREATE TABLE "ward_new" (LIKE "ward" INCLUDING ALL);
INSERT INTO "ward_new" SELECT * FROM "ward";
ALTER TABLE "ward" RENAME TO "ward_old";
ALTER TABLE "ward_new" RENAME TO "ward";
