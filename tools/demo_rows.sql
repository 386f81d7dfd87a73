-- The rows of the demo: 20,000 customers, 200,000 orders, 600,000 order lines; the same rows every time.
-- All accounts share the password that demo.py knows; one in forty still has its hash from the old shop.
-- Foreign keys hold by construction; with the triggers off the rows are in within seconds.
SET session_replication_role = replica;
SET synchronous_commit = off;
INSERT INTO customers (first_name, last_name, email, phone, created_at)
SELECT (ARRAY['Ada','Bela','Cleo','Dario','Edda','Finn','Gesa','Hugo','Ines','Jona'])[g % 10 + 1],
       (ARRAY['Abel','Brandt','Conti','Dupont','Egger','Ferrari'])[g % 6 + 1]
         || CASE WHEN g % 5 = 0 THEN '-' || substr(md5(g::text), 1, 4) ELSE '' END,
       'customer' || g || '@example.com', CASE WHEN g % 3 = 0 THEN '+49 30 ' || (100000 + g) END,
       now() - (g % 900) * interval '1 day'
FROM generate_series(1, 20000) g;
INSERT INTO users (email, password_hash, display_name, role, customer_id)
SELECT email, CASE WHEN id % 40 = 0 THEN 'md5$pepper$e719b4bf9670e70c3028c8a0ce273dfa' ELSE '$2b$10$abcdefghijklmnopqrstuu6T5FJU8x9BhtSu8uHVIjyMSg8g8IAwu' END,
       first_name || ' ' || last_name, 'customer', id
FROM customers ORDER BY id;
INSERT INTO users (email, password_hash, display_name, role)
SELECT r || '@orders.example.com', '$2b$10$abcdefghijklmnopqrstuu6T5FJU8x9BhtSu8uHVIjyMSg8g8IAwu', initcap(r), r FROM unnest(ARRAY['support','manager','admin']) r;
INSERT INTO addresses (customer_id, recipient, street, postal_code, city, country)
SELECT (g - 1) % 20000 + 1, 'Recipient ' || g, 'Long Street ' || g % 300, lpad((g % 99999)::text, 5, '0'),
       (ARRAY['Berlin','Vienna','Bern','Lyon','Turin','Ghent'])[g % 6 + 1], 'DE'
FROM generate_series(1, 40000) g;
INSERT INTO categories (slug, name) SELECT 'category-' || g, 'Category ' || g FROM generate_series(1, 40) g;
INSERT INTO products (sku, category_id, name, description, unit_price, created_at, updated_at)
SELECT 'SKU-' || lpad(g::text, 6, '0'), g % 40 + 1, 'Product ' || g, repeat(md5(g::text) || ' ', 8),
       (g * 37 % 20000)::numeric / 100 + 1, now() - (g % 700) * interval '1 day', now() - (g % 90) * interval '1 day'
FROM generate_series(1, 2000) g;
INSERT INTO inventory (product_id, quantity) SELECT id, 500 + id % 500 FROM products;
INSERT INTO orders (customer_id, address_id, status, channel, total, placed_at)
SELECT c, c, (ARRAY['shipped','shipped','shipped','paid','placed','cancelled'])[g % 6 + 1],
       (ARRAY['web','app','store'])[g % 3 + 1], (g * 53 % 50000)::numeric / 100 + 5,
       date_trunc('day', now()) - ((200000 - g) * 730 / 200000) * interval '1 day'
         + (g % 86400) * interval '1 second'
FROM generate_series(1, 200000) g, LATERAL (SELECT g::bigint * 7919 % 20000 + 1 AS c) x;
INSERT INTO order_lines (order_id, product_id, quantity, unit_price)
SELECT (g - 1) / 3 + 1, g::bigint * 31 % 2000 + 1, g % 4 + 1, (g % 9000)::numeric / 100 + 1
FROM generate_series(1, 600000) g;
INSERT INTO payments (order_id, provider_reference, amount, status, created_at)
SELECT id, 'old-' || id, total, 'captured', placed_at FROM orders WHERE id % 4 <> 0;
INSERT INTO shipments (order_id, carrier, tracking_number, shipped_at)
SELECT id, (ARRAY['DHL','UPS','GLS'])[id % 3 + 1], 'TRK' || lpad(id::text, 9, '0'), placed_at + interval '1 day'
FROM orders WHERE status = 'shipped';
INSERT INTO reviews (product_id, customer_id, rating, body, created_at)
SELECT (g * 13 + g / 20000) % 2000 + 1, g * 7 % 20000 + 1, g % 5 + 1, 'Review ' || md5(g::text),
       now() - (g % 600) * interval '1 day'
FROM generate_series(1, 40000) g;
INSERT INTO coupons (code, percent, valid_until)
SELECT 'SAVE' || g, g % 20 + 1, now() + interval '90 days' FROM generate_series(1, 500) g;
INSERT INTO webhooks (customer_id, url, signing_secret)
SELECT g, 'https://customer' || g || '.example.com/hook', md5('hook' || g) FROM generate_series(1, 8000) g;
INSERT INTO api_keys (customer_id, token_id, name)
SELECT g, md5('key' || g), 'key ' || g FROM generate_series(1, 8000) g;
INSERT INTO audit_log (happened_at, actor_id, action, subject)
SELECT now() - g * interval '1 minute', 20001 + g % 3, 'stock.counted', 'product/' || g % 2000 + 1
FROM generate_series(1, 20000) g;
SELECT setval(pg_get_serial_sequence('order_lines', 'id'), 2147000000);
RESET session_replication_role;
