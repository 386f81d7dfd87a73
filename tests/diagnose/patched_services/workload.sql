-- name: kinds of a shop
-- weight: 2/s
SELECT p.kind, count(*) AS sales, sum(s.total) AS total, max(s.at) AS last FROM sale s JOIN product p ON p.id = s.product_id
WHERE s.shop_id = $1 GROUP BY p.kind ORDER BY p.kind;
-- name: totals
-- weight: 1/s
SELECT count(*) AS sales, sum(total) AS total, min(at) FROM sale;
-- name: expensive products
-- weight: 5/s
SELECT id, kind, name, price FROM product WHERE price > 900 ORDER BY id;
-- name: a sale
-- weight: 60/h
INSERT INTO sale (shop_id, product_id, total, at) VALUES ($1, $2, $3, '2026-01-01');
