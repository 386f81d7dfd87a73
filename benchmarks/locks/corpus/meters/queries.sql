-- What the supplier's application sends, each with the values that it is tried with.
-- 12
SELECT * FROM account WHERE id = $1;
-- 'h7@post.example'
SELECT id, holder, phone FROM account WHERE email = $1;
-- 'A-new', 'New Holder', 'NO'
INSERT INTO account (number, holder, region_code) VALUES ($1, $2, $3) RETURNING id;
-- '0999', 14
UPDATE account SET phone = $1, paperless = true WHERE id = $2;
-- 'NO'
SELECT count(*) FROM account WHERE region_code = $1 AND closed_on IS NULL;
-- 3
SELECT s.id, s.mpan, s.street, s.postcode, s.fuel FROM supply_point s WHERE s.account_id = $1;
-- '9999999999999', 7, '1 New Road', 'ZZ1 1ZZ'
INSERT INTO supply_point (mpan, account_id, street, postcode) VALUES ($1, $2, $3, $4);
-- 'AB1%'
SELECT id, postcode FROM supply_point WHERE plain_code LIKE $1 ORDER BY id LIMIT 20;
-- 9
UPDATE supply_point SET energised = false WHERE id = $1;
-- 'S44'
SELECT id, serial_no, supply_point_id, firmware, digits FROM meter WHERE upper(serial_no) = $1;
-- 'S-new', 9, '2025-05-05'
INSERT INTO meter (serial_no, supply_point_id, installed_on) VALUES ($1, $2, $3) RETURNING *;
-- '2.1', 44
UPDATE meter SET firmware = $1 WHERE id = $2;
-- 5, '2024-01-01', '2025-01-01'
SELECT read_at, value, source FROM reading WHERE meter_id = $1 AND read_at >= $2 AND read_at < $3 ORDER BY read_at;
-- 5, '2025-11-11 11:11+00', 77.5
INSERT INTO reading (meter_id, read_at, value) VALUES ($1, $2, $3);
-- 5
SELECT * FROM reading WHERE meter_id = $1 ORDER BY read_at DESC LIMIT 1;
-- 9001, 'NO', 2, 'overload'
INSERT INTO alarm (id, region_code, severity, message) VALUES ($1, $2, $3, $4);
-- 'NO'
SELECT id, raised_at, message FROM alarm WHERE region_code = $1 ORDER BY raised_at DESC LIMIT 10;
-- 'T7', '2024-05-05'
SELECT code, standing_charge, unit_rate FROM tariff WHERE code = $1 AND valid_from <= $2;
-- 8
SELECT c.id, c.starts_on, c.ends_on, t.unit_rate FROM contract c JOIN tariff t ON t.code = c.tariff_code AND t.valid_from = c.tariff_from WHERE c.account_id = $1;
-- 8, 'T7', '2024-01-01', '2024-07-01'
INSERT INTO contract (account_id, tariff_code, tariff_from, starts_on) VALUES ($1, $2, $3, $4);
-- 8
SELECT id, state, net, gross, due_on FROM billing.bill WHERE account_id = $1 ORDER BY due_on DESC;
-- 8, '[2025-01-01,2025-02-01)', 1234
INSERT INTO billing.bill (account_id, period, net) VALUES ($1, $2, $3) RETURNING id;
-- 'paid', 1010
UPDATE billing.bill SET state = $1 WHERE id = $2;
-- 1010, 12.5, 'PAY-new'
INSERT INTO billing.payment (bill_id, amount, reference) VALUES ($1, $2, $3);
-- 'PAY7'
SELECT id, bill_id, amount, cleared FROM billing.payment WHERE reference = $1;
-- 44
SELECT "id", "meterId", "engineerName", "status", "plannedFor", "createdAt", "updatedAt" FROM "FieldVisits" WHERE "meterId" = $1;
-- 44, 'planned', '2025-01-01', '2025-01-01'
INSERT INTO "FieldVisits" ("meterId", "status", "createdAt", "updatedAt") VALUES ($1, $2, $3, $4) RETURNING "id", "status";
-- 'done', 12
UPDATE "FieldVisits" SET "status" = $1, "updatedAt" = now() WHERE "id" = $2;
-- 44
SELECT serial_no, mpan, postcode FROM current_meter WHERE id = $1;
-- 13
SELECT holder, email FROM open_account_contact WHERE id = $1;
-- 5
SELECT month, used FROM monthly_use WHERE meter_id = $1 ORDER BY month;
-- 'drill'
SELECT tag, bought_on FROM field.asset WHERE kind = $1;
-- 'flag3'
SELECT enabled FROM flag WHERE name = $1;
-- 'logged in'
INSERT INTO event_log (what) VALUES ($1);
-- 17
SELECT score FROM meter_dataset WHERE account_id = $1;
