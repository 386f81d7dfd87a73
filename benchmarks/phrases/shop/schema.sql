-- The schema that the requests of requests.txt are about.  Some names occur in several tables on purpose.
CREATE TABLE teams (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    slug varchar(60),
    plan text DEFAULT 'free',
    owner_id bigint
);
CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email varchar(120) NOT NULL,
    name text,
    bio text,
    age integer,
    is_admin boolean DEFAULT false,
    team_id bigint CONSTRAINT users_team_fk REFERENCES teams (id),
    legacy_token text,
    last_seen timestamp,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX users_email_idx ON users (email);
CREATE TABLE posts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users (id),
    title varchar(200) NOT NULL,
    body text,
    slug text,
    status text,
    views integer DEFAULT 0,
    published_at timestamptz
);
CREATE INDEX posts_slug_idx ON posts (slug);
CREATE TABLE comments (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    post_id bigint NOT NULL CONSTRAINT comments_post_fk REFERENCES posts (id),
    user_id bigint,
    body text,
    approved boolean,
    ip text
);
CREATE TABLE customers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email varchar(120),
    full_name text,
    phone_number text,
    country char(2),
    vat_no text NOT NULL
);
CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id bigint,
    status text NOT NULL DEFAULT 'new',
    total numeric(10,2) CONSTRAINT orders_total_check CHECK (total >= 0),
    currency char(3),
    notes text,
    placed_at timestamp,
    shipping_address text,
    CONSTRAINT orders_customer_fk FOREIGN KEY (customer_id) REFERENCES customers (id)
);
CREATE TABLE products (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sku varchar(40),
    name text NOT NULL,
    price numeric(8,2),
    stock integer,
    description text,
    attributes jsonb,
    discontinued boolean
);
CREATE INDEX products_sku_idx ON products (sku);
CREATE TABLE order_items (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id bigint NOT NULL,
    product_id bigint NOT NULL,
    quantity integer NOT NULL,
    price numeric(10,2)
);
CREATE TABLE invoices (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id bigint,
    number varchar(20) NOT NULL CONSTRAINT invoices_number_key UNIQUE,
    status text,
    amount integer,
    due_on date,
    paid_at timestamptz
);
CREATE TABLE subscriptions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL,
    plan text NOT NULL DEFAULT 'basic',
    price numeric(6,2),
    seats integer,
    started_at timestamptz,
    canceled_at timestamptz
);
