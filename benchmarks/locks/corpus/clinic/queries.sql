-- What the clinic's application sends, each with the values that it is tried with.
-- 3
SELECT staff_no, badge, full_name, role FROM staff WHERE staff_no = $1;
-- 'BG7'
SELECT * FROM staff WHERE badge = $1;
-- 'BG-new', 'New One', 'nurse'
INSERT INTO staff (badge, full_name, role) VALUES ($1, $2, $3);
-- 31000.5, 4
UPDATE staff SET salary = $1 WHERE staff_no = $2;
-- 12
SELECT * FROM patient WHERE patient_no = $1;
-- '0000000012'
SELECT patient_no, display_name, birth_date, phone FROM patient WHERE nhs_no = $1;
-- 'family7'
SELECT patient_no, given_name FROM patient WHERE lower(family_name) = $1;
-- '9999999999', 'Doe', 'Jo', '1990-02-03', 'jo@mail.example'
INSERT INTO patient (nhs_no, family_name, given_name, birth_date, email) VALUES ($1, $2, $3, $4, $5) RETURNING patient_no;
-- 'called twice', 71.5, 9
UPDATE patient SET notes = $1, weight_kg = $2 WHERE patient_no = $3;
-- 'en', 30
SELECT count(*) FROM patient WHERE prefs ->> 'lang' = $1 AND gp_no = $2;
-- 'S01', 'W1'
SELECT title, beds FROM ward WHERE site_cd = $1 AND ward_cd = $2;
-- 'busy', 'S01', 'W1', 2
UPDATE bed SET state = $1 WHERE site_cd = $2 AND ward_cd = $3 AND bed_no = $4;
-- 8, 'S01', 'W1', 2, 'fall'
INSERT INTO admission (patient_no, site_cd, ward_cd, triage, reason) VALUES ($1, $2, $3, $4, $5);
-- 8
SELECT adm_id, admitted_at, triage FROM admission WHERE patient_no = $1 ORDER BY admitted_at DESC LIMIT 5;
-- 8
UPDATE admission SET discharged_at = now() WHERE patient_no = $1 AND discharged_at IS NULL;
-- '2025-01-01'
SELECT * FROM v_inpatient WHERE admitted_at > $1;
-- 5
SELECT full_name FROM v_staff_public WHERE staff_no = $1;
-- 21
SELECT "id", "number", "status", "totalCents" FROM "Invoice" WHERE "id" = $1;
-- 8, 'INV-new', 1250, 'ext9'
INSERT INTO "Invoice" ("patientNo", "number", "totalCents", "externalRef") VALUES ($1, $2, $3, $4) RETURNING *;
-- 'paid', 22
UPDATE "Invoice" SET "status" = $1, "updatedAt" = now() WHERE "id" = $2;
-- 21
SELECT l."lineNo", l."code", l."grossCents", i."number" FROM "InvoiceLine" l JOIN "Invoice" i ON i."id" = l."invoiceId" WHERE i."id" = $1;
-- 21, 9, 'C9', 2, 250
INSERT INTO "InvoiceLine" ("invoiceId", "lineNo", "code", "qty", "unitCents") VALUES ($1, $2, $3, $4, $5);
-- 'M3'
SELECT med_cd, name, price FROM medication WHERE med_cd = $1;
-- 8, 'M3', 2, 5.5
INSERT INTO prescription (patient_no, med_cd, prescriber_no, dose_mg) VALUES ($1, $2, $3, $4);
-- 8
SELECT r.rx_id, r.dose, r.state, m.name FROM prescription r JOIN medication m ON m.med_cd = r.med_cd WHERE r.patient_no = $1;
-- 'issued', 30
UPDATE prescription SET state = $1 WHERE rx_id = $2;
-- 'BC5'
SELECT sample_id, kind, taken_at FROM lab.sample WHERE barcode = $1;
-- 'BC-new', 8, 'urine'
INSERT INTO lab.sample (barcode, patient_no, kind) VALUES ($1, $2, $3);
-- 5
SELECT * FROM lab.result WHERE sample_id = $1;
-- 90001, 5, '2025-06-01', 'iron', 3.25
INSERT INTO lab.result (result_id, sample_id, reported_on, analyte, value) VALUES ($1, $2, $3, $4, $5);
-- 'post', 8, 'Dear'
INSERT INTO letter (channel, patient_no, body) VALUES ($1, $2, $3);
-- 8, 'BG1', 'read'
INSERT INTO access_log (patient_no, who, what) VALUES ($1, $2, $3);
-- 'S01'
SELECT ward_cd, stays FROM mv_ward_load WHERE site_cd = $1;
-- 'key3'
SELECT value, enabled FROM setting WHERE key = $1;
