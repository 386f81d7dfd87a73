-- The schema that the statements of cases.sql are run on: what a clinic keeps.  Held out: the lint's author has not read it.
CREATE SCHEMA lab;

CREATE TYPE staff_role AS ENUM ('doctor', 'nurse', 'clerk', 'porter');
CREATE TYPE rx_state AS ENUM ('draft', 'issued', 'dispensed', 'void');
CREATE TYPE lab.specimen AS ENUM ('blood', 'urine', 'swab');
CREATE TYPE contact AS (phone text, relation text);
CREATE DOMAIN postcode AS varchar(10) CONSTRAINT postcode_shape CHECK (length(VALUE) >= 5);
CREATE DOMAIN cents AS integer;
CREATE DOMAIN lab.reading AS numeric(12,4);

CREATE FUNCTION make_barcode() RETURNS text LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN 'B' || substr(md5(random()::text), 1, 11); END $$;
CREATE FUNCTION site_today() RETURNS date LANGUAGE sql STABLE AS $$ SELECT current_date $$;
CREATE FUNCTION vat_rate() RETURNS numeric LANGUAGE sql IMMUTABLE AS $$ SELECT 20.0 $$;
CREATE FUNCTION initials(given text, family text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT left(given, 1) || left(family, 1) $$;
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.touched_at := now(); RETURN NEW; END $$;
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'closed'; END $$;
CREATE FUNCTION noop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;

CREATE TABLE staff (
    staff_no integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    badge varchar(12) NOT NULL CONSTRAINT staff_badge_uq UNIQUE,
    full_name text NOT NULL,
    role staff_role NOT NULL DEFAULT 'clerk',
    email varchar(120),
    phone text,
    hired_on date NOT NULL DEFAULT CURRENT_DATE,
    salary numeric(10,2),
    active boolean NOT NULL DEFAULT true,
    manager_no integer CONSTRAINT staff_manager_fk REFERENCES staff ON DELETE SET NULL,
    grades integer[],
    next_of_kin contact
);
CREATE INDEX ix_staff_manager ON staff (manager_no);

CREATE TABLE patient (
    patient_no bigserial PRIMARY KEY,
    nhs_no char(10) NOT NULL CONSTRAINT patient_nhs_uq UNIQUE,
    family_name text NOT NULL,
    given_name text NOT NULL,
    display_name text GENERATED ALWAYS AS (family_name || ', ' || given_name) STORED,
    birth_date date NOT NULL,
    email varchar(160),
    phone varchar(20),
    home postcode,
    gp_no integer CONSTRAINT patient_gp_fk REFERENCES staff (staff_no) ON DELETE SET NULL,
    prefs jsonb NOT NULL DEFAULT '{}',
    allergies text[] NOT NULL DEFAULT '{}',
    notes text,
    weight_kg real,
    consent boolean,
    legacy_id integer,
    touched_at timestamptz,
    registered_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ix_patient_family ON patient (lower(family_name));
CREATE INDEX ix_patient_phone ON patient (phone) WHERE phone IS NOT NULL;
CREATE INDEX ix_patient_birth ON patient (birth_date) INCLUDE (given_name);
CREATE INDEX ix_patient_prefs ON patient USING gin (prefs);
CREATE TRIGGER patient_stamp BEFORE UPDATE ON patient FOR EACH ROW EXECUTE FUNCTION stamp();

CREATE TABLE ward (
    site_cd char(3) NOT NULL,
    ward_cd varchar(6) NOT NULL,
    title text NOT NULL,
    beds smallint NOT NULL DEFAULT 10,
    closed_on date,
    CONSTRAINT ward_pk PRIMARY KEY (site_cd, ward_cd)
);
CREATE TABLE bed (
    site_cd char(3) NOT NULL,
    ward_cd varchar(6) NOT NULL,
    bed_no smallint NOT NULL,
    state text NOT NULL DEFAULT 'free',
    CONSTRAINT bed_pk PRIMARY KEY (site_cd, ward_cd, bed_no),
    CONSTRAINT bed_ward_fk FOREIGN KEY (site_cd, ward_cd) REFERENCES ward ON UPDATE CASCADE ON DELETE RESTRICT
);
CREATE TABLE admission (
    adm_id uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT admission_pk PRIMARY KEY,
    patient_no bigint NOT NULL CONSTRAINT admission_patient_fk REFERENCES patient ON DELETE CASCADE,
    site_cd char(3) NOT NULL,
    ward_cd varchar(6) NOT NULL,
    bed_no smallint,
    admitted_at timestamptz NOT NULL DEFAULT now(),
    discharged_at timestamptz,
    triage smallint NOT NULL DEFAULT 3 CONSTRAINT admission_triage_ck CHECK (triage BETWEEN 1 AND 5),
    reason varchar(200),
    CONSTRAINT admission_ward_fk FOREIGN KEY (site_cd, ward_cd) REFERENCES ward,
    CONSTRAINT admission_times_ck CHECK (discharged_at IS NULL OR discharged_at >= admitted_at)
);
CREATE INDEX ix_admission_patient ON admission (patient_no);
CREATE INDEX ix_admission_open ON admission (admitted_at) WHERE discharged_at IS NULL;

CREATE TABLE "Invoice" (
    "id" serial NOT NULL,
    "patientNo" bigint NOT NULL,
    "number" varchar(24) NOT NULL,
    "status" text NOT NULL DEFAULT 'open',
    "totalCents" integer NOT NULL,
    "currency" char(3) NOT NULL DEFAULT 'GBP',
    "externalRef" text,
    "paidAt" timestamp(3),
    "createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" timestamp(3),
    CONSTRAINT "Invoice_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "Invoice_patientNo_fkey" FOREIGN KEY ("patientNo") REFERENCES "patient" ("patient_no") ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "Invoice_number_key" ON "Invoice" ("number");
CREATE TABLE "InvoiceLine" (
    "invoiceId" integer NOT NULL,
    "lineNo" integer NOT NULL,
    "code" varchar(16) NOT NULL,
    "qty" integer NOT NULL DEFAULT 1,
    "unitCents" cents NOT NULL,
    "vat" numeric(5,2) NOT NULL DEFAULT 20,
    "grossCents" integer GENERATED ALWAYS AS ("qty" * "unitCents") STORED,
    CONSTRAINT "InvoiceLine_pkey" PRIMARY KEY ("invoiceId", "lineNo"),
    CONSTRAINT "InvoiceLine_invoiceId_fkey" FOREIGN KEY ("invoiceId") REFERENCES "Invoice" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE TABLE medication (
    med_cd varchar(10) PRIMARY KEY,
    name text NOT NULL,
    strength text,
    controlled boolean NOT NULL DEFAULT false,
    price numeric(8,2),
    pack_size text NOT NULL DEFAULT '28'
);
CREATE INDEX ix_medication_lower ON medication (lower(name));
CREATE TABLE prescription (
    rx_id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    patient_no bigint NOT NULL,
    med_cd varchar(10) NOT NULL,
    prescriber_no integer,
    dose text,
    dose_mg double precision,
    issued_on date NOT NULL DEFAULT CURRENT_DATE,
    repeats integer NOT NULL DEFAULT 0,
    state rx_state NOT NULL DEFAULT 'draft',
    sig varchar(80)
);
CREATE INDEX ix_rx_patient ON prescription (patient_no, issued_on DESC);
CREATE INDEX ix_rx_med ON prescription (med_cd);
CREATE TRIGGER rx_noop AFTER INSERT ON prescription FOR EACH ROW EXECUTE FUNCTION noop();

CREATE SEQUENCE lab.sample_seq;
CREATE TABLE lab.sample (
    sample_id integer NOT NULL DEFAULT nextval('lab.sample_seq') PRIMARY KEY,
    barcode text NOT NULL,
    patient_no bigint NOT NULL CONSTRAINT sample_patient_fk REFERENCES patient ON DELETE CASCADE,
    kind lab.specimen NOT NULL DEFAULT 'blood',
    taken_at timestamp NOT NULL DEFAULT now(),
    volume_ml numeric(6,2),
    courier inet
);
ALTER SEQUENCE lab.sample_seq OWNED BY lab.sample.sample_id;
CREATE INDEX ix_sample_patient ON lab.sample (patient_no);
CREATE UNIQUE INDEX ux_sample_barcode ON lab.sample (barcode);
CREATE TABLE lab.result (
    result_id bigint NOT NULL,
    sample_id integer NOT NULL,
    reported_on date NOT NULL,
    analyte varchar(30) NOT NULL,
    value lab.reading,
    flag char(1),
    PRIMARY KEY (result_id, reported_on)
) PARTITION BY RANGE (reported_on);
CREATE TABLE lab.result_2024 PARTITION OF lab.result FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE lab.result_2025 PARTITION OF lab.result FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE INDEX ix_result_sample ON lab.result (sample_id);

CREATE TABLE letter (
    letter_id integer GENERATED BY DEFAULT AS IDENTITY,
    channel text NOT NULL,
    patient_no bigint NOT NULL,
    body text,
    sent_at timestamptz,
    pages integer DEFAULT 1
) PARTITION BY LIST (channel);
CREATE TABLE letter_post PARTITION OF letter FOR VALUES IN ('post');
CREATE TABLE letter_email PARTITION OF letter FOR VALUES IN ('email');
CREATE TABLE letter_rest PARTITION OF letter DEFAULT;

CREATE TABLE access_log (
    patient_no bigint NOT NULL,
    who text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    what text
) PARTITION BY HASH (patient_no);
CREATE TABLE access_log_0 PARTITION OF access_log FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE access_log_1 PARTITION OF access_log FOR VALUES WITH (MODULUS 2, REMAINDER 1);

CREATE TABLE theatre_slot (
    slot_id serial PRIMARY KEY,
    during tsrange NOT NULL,
    label text,
    CONSTRAINT theatre_slot_once EXCLUDE USING gist (during WITH &&)
);
CREATE TABLE setting (
    key text PRIMARY KEY,
    value json NOT NULL,
    enabled integer NOT NULL DEFAULT 1
);
CREATE TABLE import_2019 (
    line integer,
    raw text,
    ok boolean
);
CREATE TABLE staging_row (
    id integer PRIMARY KEY,
    payload text
);

CREATE VIEW v_inpatient AS
    SELECT a.adm_id, p.patient_no, p.display_name, w.title AS ward, a.admitted_at
    FROM admission a JOIN patient p USING (patient_no) JOIN ward w ON w.site_cd = a.site_cd AND w.ward_cd = a.ward_cd
    WHERE a.discharged_at IS NULL;
CREATE VIEW v_staff_public AS SELECT staff_no, full_name, role FROM staff WHERE active;
CREATE VIEW lab.v_abnormal AS SELECT result_id, sample_id, analyte, value FROM lab.result WHERE flag IN ('H', 'L');
CREATE VIEW v_unused_medication AS SELECT med_cd, strength FROM medication WHERE controlled;
CREATE MATERIALIZED VIEW mv_ward_load AS
    SELECT site_cd, ward_cd, count(*) AS stays FROM admission GROUP BY site_cd, ward_cd;
CREATE UNIQUE INDEX ux_ward_load ON mv_ward_load (site_cd, ward_cd);

CREATE SEQUENCE receipt_seq;

INSERT INTO staff (badge, full_name, role, email, phone, salary, manager_no, grades)
    SELECT 'BG' || g, 'Staff ' || g, (ARRAY['doctor', 'nurse', 'clerk'])[1 + g % 3]::staff_role, 's' || g || '@clinic.example', '0' || g, 20000 + g * 10.5,
           CASE WHEN g > 10 THEN 1 + g % 10 END, ARRAY[g, g + 1]
    FROM generate_series(1, 200) g;
INSERT INTO patient (nhs_no, family_name, given_name, birth_date, email, phone, home, gp_no, prefs, allergies, notes, weight_kg, consent)
    SELECT lpad(g::text, 10, '0'), 'Family' || g, 'Given' || g % 17, date '1950-01-01' + g * 20, 'p' || g || '@mail.example',
           CASE WHEN g % 4 > 0 THEN '07000' || lpad(g::text, 6, '0') END, 'AB' || g % 9 || ' 1CD', 1 + g % 150,
           jsonb_build_object('lang', 'en', 'n', g), ARRAY['nuts', 'a' || g], CASE WHEN g % 3 = 0 THEN 'note ' || g END, 50 + g % 40, g % 2 = 0
    FROM generate_series(1, 400) g;
INSERT INTO ward SELECT 'S' || lpad((g % 5)::text, 2, '0'), 'W' || g, 'Ward ' || g, 8 + g % 6 FROM generate_series(1, 160) g;
INSERT INTO bed SELECT site_cd, ward_cd, b, CASE b WHEN 1 THEN 'busy' ELSE 'free' END FROM ward, generate_series(1, 3) b;
INSERT INTO admission (patient_no, site_cd, ward_cd, bed_no, admitted_at, discharged_at, triage, reason)
    SELECT 1 + g % 400, 'S' || lpad((1 + g % 160) % 5 || '', 2, '0'), 'W' || 1 + g % 160, 1 + g % 3, timestamptz '2025-01-01 08:00+00' + g * interval '1 hour',
           CASE WHEN g % 5 > 0 THEN timestamptz '2025-01-01 08:00+00' + g * interval '2 hours' END, 1 + g % 5, 'reason ' || g
    FROM generate_series(1, 500) g;
INSERT INTO "Invoice" ("patientNo", "number", "status", "totalCents", "externalRef", "paidAt", "updatedAt")
    SELECT 1 + g % 400, 'INV-' || g, (ARRAY['open', 'paid', 'void'])[1 + g % 3], g * 100, 'ext' || g % 50, CASE WHEN g % 3 = 1 THEN now() END, now()
    FROM generate_series(1, 300) g;
INSERT INTO "InvoiceLine" ("invoiceId", "lineNo", "code", "qty", "unitCents") SELECT i, l, 'C' || l, l, i FROM generate_series(1, 300) i, generate_series(1, 2) l;
INSERT INTO medication SELECT 'M' || g, 'Drug ' || g, g || ' mg', g % 7 = 0, g * 1.25, (7 * (1 + g % 8))::text FROM generate_series(1, 180) g;
INSERT INTO prescription (patient_no, med_cd, prescriber_no, dose, dose_mg, issued_on, repeats, state, sig)
    SELECT 1 + g % 400, 'M' || 1 + g % 180, 1 + g % 200, g % 9 || ' tablets', g * 2.5, date '2025-01-01' + g % 300, g % 6, (ARRAY['draft', 'issued', 'dispensed'])[1 + g % 3]::rx_state, 'take ' || g
    FROM generate_series(1, 450) g;
-- Checked from now on, never for the rows that were there.
ALTER TABLE prescription ADD CONSTRAINT rx_patient_fk FOREIGN KEY (patient_no) REFERENCES patient (patient_no) NOT VALID;
ALTER TABLE prescription ADD CONSTRAINT rx_repeats_ck CHECK (repeats BETWEEN 0 AND 12) NOT VALID;
ALTER TABLE medication ADD CONSTRAINT medication_price_ck CHECK (price < 100) NOT VALID;
INSERT INTO lab.sample (barcode, patient_no, kind, volume_ml, courier) SELECT 'BC' || g, 1 + g % 400, (ARRAY['blood', 'urine'])[1 + g % 2]::lab.specimen, g / 7.0, '10.0.0.1' FROM generate_series(1, 300) g;
INSERT INTO lab.result SELECT g, 1 + g % 300, date '2024-01-01' + g, 'analyte' || g % 12, g / 3.0, (ARRAY['H', 'L', 'N', NULL])[1 + g % 4] FROM generate_series(1, 700) g;
INSERT INTO letter (channel, patient_no, body, sent_at) SELECT (ARRAY['post', 'email', 'fax'])[1 + g % 3], 1 + g % 400, 'Dear ' || g, CASE WHEN g % 2 = 0 THEN now() END FROM generate_series(1, 480) g;
INSERT INTO access_log (patient_no, who, what) SELECT 1 + g % 400, 'BG' || g % 200, 'read' FROM generate_series(1, 400) g;
INSERT INTO theatre_slot (during, label) SELECT tsrange(timestamp '2025-01-01' + g * interval '1 hour', timestamp '2025-01-01' + (g + 1) * interval '1 hour'), 'slot ' || g FROM generate_series(1, 150) g;
INSERT INTO setting SELECT 'key' || g, '{"on": true}', g % 2 FROM generate_series(1, 150) g;
INSERT INTO import_2019 SELECT g, 'raw ' || g, true FROM generate_series(1, 200) g;
REFRESH MATERIALIZED VIEW mv_ward_load;
