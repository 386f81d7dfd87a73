CREATE TABLE product (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind text NOT NULL, name text NOT NULL,
    price int NOT NULL);
CREATE TABLE sale (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, shop_id int NOT NULL,
    product_id bigint NOT NULL REFERENCES product ON DELETE CASCADE, total int NOT NULL, at timestamp NOT NULL);
INSERT INTO product (kind, name, price) SELECT 'kind ' || i % 7, 'product ' || i, i % 1000 FROM generate_series(1, 20000) i;
INSERT INTO sale (shop_id, product_id, total, at) SELECT i % 5, 1 + i * 7919 % 20000, i % 500,
    timestamp '2025-01-01' + i * interval '1 minute' FROM generate_series(1, 80000) i;
ANALYZE;
