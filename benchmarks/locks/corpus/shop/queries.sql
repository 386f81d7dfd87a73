-- What the running application sends, each with the values that it is tried with; each stands for one that is prepared once and sent for hours.
-- 1
SELECT id, email, name FROM customers WHERE id = $1;
-- 'c1@example.org'
SELECT * FROM customers WHERE email = $1;
-- 100001, 'new@example.org', 'n'
INSERT INTO customers (id, email, name) VALUES ($1, $2, $3);
-- 'nick', 2
UPDATE customers SET nickname = $1 WHERE id = $2;
-- 1
SELECT id, state, amount FROM orders WHERE customer_id = $1;
-- 1
SELECT * FROM orders WHERE id = $1;
-- 1, 'ref-new', 12.5
INSERT INTO orders (customer_id, reference, amount) VALUES ($1, $2, $3);
-- 'n', true, 3
UPDATE orders SET note = $1, paid = $2 WHERE id = $3;
-- 4
DELETE FROM orders WHERE id = $1;
-- '2024-03-01'
SELECT o.reference, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.placed_on > $1;
-- 1
SELECT id, units, price FROM order_lines WHERE order_id = $1;
-- 1, 1, 1, 2.5
INSERT INTO order_lines (order_id, product_id, units, price) VALUES ($1, $2, $3, $4);
-- 'sku1'
SELECT id, sku, title, stock FROM products WHERE sku = $1;
-- 5
UPDATE products SET stock = stock - 1 WHERE id = $1;
-- 100001, 'sku-new', 't', 1
INSERT INTO products (id, sku, title, stock) VALUES ($1, $2, $3, $4);
-- '2025-01-01'
SELECT id, at, body FROM events WHERE at > $1;
-- 100001, '2025-05-05', 'b'
INSERT INTO events (id, at, body) VALUES ($1, $2, $3);
-- 'de'
SELECT code, name FROM regions WHERE code = $1;
-- 'de', 'new'
INSERT INTO regions (code, name) VALUES ($1, $2);
-- 1
SELECT id, body FROM notes WHERE id = $1;
-- 100001, 'b'
INSERT INTO notes (id, body) VALUES ($1, $2);
-- 1
SELECT id, body, parent FROM drafts WHERE id = $1;
-- 100001, 'b', 1
INSERT INTO drafts (id, body, parent) VALUES ($1, $2, $3);
-- 'c1'
INSERT INTO counters (name) VALUES ($1) ON CONFLICT (name) DO UPDATE SET value = counters.value + 1;
-- 'c1'
SELECT value FROM counters WHERE name = $1;
-- 1
SELECT id, customer_id, amount FROM open_orders WHERE customer_id = $1;
-- 1
SELECT customer_id, n FROM sales WHERE customer_id = $1;
-- 1
SELECT id, value FROM empty_rows WHERE id = $1;
-- 1, 'v'
INSERT INTO empty_rows (id, value) VALUES ($1, $2);
