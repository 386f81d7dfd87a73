-- What the forwarder's application sends, each with the values that it is tried with.
-- 7
SELECT * FROM customer WHERE id = $1;
-- 'c9@trade.example'
SELECT id, name, tax_number FROM customer WHERE email = $1;
-- 'New Trade', 'new@trade.example', 'AB'
INSERT INTO customer (name, email, country_code) VALUES ($1, $2, $3) RETURNING id;
-- 5000, 4
UPDATE customer SET credit_limit = $1 WHERE id = $2;
-- '%omer 1%'
SELECT id, name FROM customer WHERE name ILIKE $1 ORDER BY name LIMIT 20;
-- 11
SELECT id, name, phone FROM contact WHERE customer_id = $1;
-- 12, 'Another Contact', '+4911'
INSERT INTO contact (customer_id, name, phone) VALUES ($1, $2, $3);
-- 5
DELETE FROM contact WHERE id = $1;
-- 33
SELECT * FROM shipment WHERE id = $1;
-- 'FF 000017'
SELECT id, state, booked_at FROM shipment WHERE normal_reference(reference) = normal_reference($1);
-- 'FX 1', 3, 4, 5, 220.5
INSERT INTO shipment (reference, customer_id, origin_id, destination_id, weight_kg) VALUES ($1, $2, $3, $4, $5) RETURNING id, state;
-- 'booked', 12
UPDATE shipment SET state = $1::shipment_state, booked_at = now() WHERE id = $2;
-- 5
SELECT s.reference, s.chargeable, o.name AS origin FROM shipment s JOIN port o ON o.id = s.origin_id WHERE s.customer_id = $1 AND s.deleted_at IS NULL;
-- 3
SELECT count(*) FROM shipment WHERE voyage_id = $1 AND state = 'in_transit';
-- 2
SELECT reference, weight_kg FROM open_shipment WHERE customer_id = $1;
-- 4, 'MSCU0000003', 'SEALX'
INSERT INTO shipment_container (shipment_id, container_number, seal) VALUES ($1, $2, $3) ON CONFLICT (shipment_id, container_number) DO UPDATE SET seal = excluded.seal;
-- 'MSCU0000009'
SELECT number, size_feet, kind, tare_kg FROM container WHERE number = $1;
-- 'MSCU9999999', 45
INSERT INTO container (number, size_feet) VALUES ($1, $2);
-- 21
SELECT * FROM tracking_event WHERE shipment_id = $1 ORDER BY occurred_at DESC LIMIT 50;
-- 9, 'loaded', 3, '2025-06-01 10:00+02'
INSERT INTO tracking_event (shipment_id, kind, port_id, occurred_at) VALUES ($1, $2, $3, $4);
-- 'C007'
SELECT id, name, active FROM carrier WHERE scac = $1;
-- 'ZZZZ', 'New Carrier'
INSERT INTO carrier (scac, name) VALUES ($1, $2) ON CONFLICT (scac) DO UPDATE SET name = excluded.name;
-- 3
SELECT v.name, v.teu, c.name AS carrier FROM vessel v LEFT JOIN carrier c ON c.id = v.carrier_id WHERE v.id = $1;
-- 9900001, 'MV New', 2
INSERT INTO vessel (imo, name, carrier_id) VALUES ($1, $2, $3) RETURNING *;
-- 5
SELECT id, number, departs, arrives FROM voyage WHERE vessel_id = $1 ORDER BY departs;
-- 'lane 4', 'sea'
SELECT price, surcharge FROM rate WHERE lane = $1 AND mode = $2;
-- 'lane 6', 14, 99.5
INSERT INTO quote (lane, mode, customer_id, price) VALUES ($1, 'sea', $2, $3) RETURNING id;
-- 14
SELECT id, price, valid_until FROM quote WHERE customer_id = $1;
-- 12
SELECT id, mrn, state, duty FROM customs.declaration WHERE shipment_id = $1;
-- 210, 'MRN77'
INSERT INTO customs.declaration (shipment_id, mrn) VALUES ($1, $2);
-- 'released', 14
UPDATE customs.declaration SET state = $1::customs.clearance, released_at = now() WHERE id = $2;
-- 3
SELECT name, email FROM customs.broker WHERE id = $1;
-- 17
SELECT i.*, l.label FROM finance.invoice i JOIN finance.invoice_line l ON l.invoice_id = i.id WHERE i.customer_id = $1;
-- 'INV-X', 4, 120.50
INSERT INTO finance.invoice (number, customer_id, total) VALUES ($1, $2, $3) RETURNING id, issued_on;
-- 12
UPDATE finance.invoice SET paid = true, state = 'paid' WHERE id = $1;
-- 4
SELECT owed FROM finance.receivable WHERE id = $1;
-- 'USD', '2024-03-05'
SELECT rate FROM finance.exchange_rate WHERE currency = $1 AND day = $2;
-- 'JPY', '2026-01-01', 1.25
INSERT INTO finance.exchange_rate (currency, day, rate) VALUES ($1, $2, $3) ON CONFLICT (currency, day) DO UPDATE SET rate = excluded.rate;
-- 5
SELECT shipments, weight FROM port_traffic WHERE port_id = $1;
-- 1003
SELECT id, name, postcode FROM location WHERE id = $1;
-- 1004
SELECT * FROM warehouse WHERE id = $1;
-- 'Driver 9'
SELECT "id", "driverName", "startsAt", "endsAt" FROM "DriverShifts" WHERE "driverName" = $1;
-- 'Driver X', now()
INSERT INTO "DriverShifts" ("driverName", "startsAt") VALUES ($1, $2) RETURNING "id", "createdAt";
-- 'address 3'
SELECT latitude, longitude FROM geocode_cache WHERE address = $1;
-- 'default_currency'
SELECT value FROM setting WHERE name = $1;
-- 'invoice_prefix', 'X'
INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value;
-- 'BK'
SELECT next_booking() AS booking, $1 AS prefix;
