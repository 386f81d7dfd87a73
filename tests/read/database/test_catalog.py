"""Migrations and SQL files → tables."""

from __future__ import annotations

import pytest

from backend_lead.model.place import Place
from backend_lead.model.table import Column, ForeignKey, Index
from backend_lead.read.database.catalog import SchemaBuilder
from backend_lead.read.database.constraint_names import default_name
from backend_lead.read.database.type_names import normal_type


def built(sql, **given):
    builder = SchemaBuilder("sql")
    builder.run_sql(sql, "schema.sql", **given)
    return builder


def table(builder, name="t"):
    return next(t for t in builder.tables() if t.name == name)


def types(sql):
    return [(c.name, c.type) for c in table(built(f"CREATE TABLE t ({sql})")).columns]


@pytest.mark.parametrize(("written", "printed"), [
    ("int", "integer"), ("INT4", "integer"), ("bigserial", "bigint"), ("VARCHAR(80)", "character varying(80)"),
    ("varchar", "character varying"), ("char", "character(1)"), ("char(3)", "character(3)"), ("bpchar", "character"),
    ("timestamptz", "timestamp with time zone"), ("timestamp(3)", "timestamp(3) without time zone"),
    ("timestamp with time zone", "timestamp with time zone"), ("TIME", "time without time zone"),
    ("decimal(10, 2)", "numeric(10,2)"), ("float", "double precision"), ("float(10)", "real"), ("bool", "boolean"),
    ("text[]", "text[]"), ("int[][]", "integer[][]"), ("public.mood", "mood"), ("uuid", "uuid"), ("JSONB", "jsonb"),
    ("bit varying(5)", "bit varying(5)"), ("interval", "interval"), ("int(11)", "integer"), ("datetime", "timestamp without time zone"),
    ("geometry(Point,4326)", "geometry(4326)"), ("no such; type", "no such; type"), ("", ""), ("1 + 1", "1 + 1"),
])
def test_types_are_spelled_as_the_server_prints_them(written, printed):
    assert normal_type(written) == printed


def test_create_table_with_every_kind_of_constraint():
    builder = built("""
        CREATE TABLE users (id serial PRIMARY KEY, email varchar(80) NOT NULL UNIQUE);
        CREATE TABLE orders (
            id bigint GENERATED ALWAYS AS IDENTITY,
            user_id int NOT NULL REFERENCES users ON DELETE CASCADE,
            ref text DEFAULT 'x',
            CONSTRAINT orders_pk PRIMARY KEY (id),
            CONSTRAINT once UNIQUE (user_id, ref),
            CHECK (id > 0),
            FOREIGN KEY (ref) REFERENCES users (email) ON DELETE SET NULL)""")
    orders = table(builder, "orders")
    assert orders.primary_key == ("id",)
    assert orders.source == "sql"
    assert orders.place == Place("schema.sql", 3)
    assert orders.columns == (
        Column("id", "bigint", False, True, default="generated always as identity", place=Place("schema.sql", 3)),
        Column("user_id", "integer", False, place=Place("schema.sql", 3)),
        Column("ref", "text", default="'x'", place=Place("schema.sql", 3)))
    assert orders.indexes == (Index("once", ("user_id", "ref"), unique=True, constraint=True, place=Place("schema.sql", 3)),)
    assert [(k.columns, k.table, k.referenced, k.on_delete) for k in orders.foreign_keys] == [
        (("ref",), "users", ("email",), "SET NULL"), (("user_id",), "users", ("id",), "CASCADE")]
    users = table(builder, "users")
    assert users.column("id").default == "nextval('users_id_seq'::regclass)"
    assert users.column("email").unique
    assert users.has_index_on(("email",))


def test_indexes_with_methods_expressions_included_columns_and_predicates():
    builder = built("""
        CREATE TABLE t (a int, b text, c text, d jsonb);
        CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (lower(t.b::text), a DESC) INCLUDE (c) WHERE (a > 0);
        CREATE INDEX ON t USING gin (d jsonb_path_ops);
        CREATE INDEX ON t ((a + 1));
        CREATE INDEX ON unknown (x)""".replace("t.b", "b"))
    assert [i.qualifiers for i in table(builder).indexes] == [("", "desc"), ("jsonb_path_ops",), ()]
    assert [(i.name, i.columns, i.unique, i.method, i.included, i.predicate) for i in table(builder).indexes] == [
        ("i", ("(lower(b))", "a"), True, "btree", ("c",), "a > 0"),
        ("t_d_idx", ("d",), False, "gin", (), None),
        ("t_expr_idx", ("(a + 1)",), False, "btree", (), None)]
    assert builder.unresolved == []


@pytest.mark.parametrize(("change", "expected"), [
    ("ADD COLUMN c int NOT NULL DEFAULT 3", [("a", "integer", True), ("b", "text", True), ("c", "integer", False)]),
    ("ADD COLUMN IF NOT EXISTS a text", [("a", "integer", True), ("b", "text", True)]),
    ("DROP COLUMN a", [("b", "text", True)]),
    ("ALTER COLUMN a TYPE bigint USING a::bigint", [("a", "bigint", True), ("b", "text", True)]),
    ("ALTER a SET NOT NULL, ALTER b SET NOT NULL", [("a", "integer", False), ("b", "text", False)]),
    ("ADD PRIMARY KEY (a)", [("a", "integer", False), ("b", "text", True)]),
    ("RENAME a TO z", [("z", "integer", True), ("b", "text", True)]),
])
def test_alter_table(change, expected):
    builder = built(f"CREATE TABLE t (a int, b text); ALTER TABLE t {change}")
    assert [(c.name, c.type, c.nullable) for c in table(builder).columns] == expected


def test_defaults_and_identities_are_set_and_dropped():
    builder = built("""CREATE TABLE t (a int DEFAULT 1, b int, c int NOT NULL);
        ALTER TABLE t ALTER a DROP DEFAULT, ALTER b SET DEFAULT now(), ALTER c ADD GENERATED BY DEFAULT AS IDENTITY""")
    assert [c.default for c in table(builder).columns] == [None, "now()", "generated by default as identity"]
    builder.run_sql("ALTER TABLE t ALTER c DROP IDENTITY", "x.sql")
    assert table(builder).columns[2].default is None


def test_constraints_without_a_name_are_dropped_by_the_name_that_the_server_gives():
    builder = built("""
        CREATE TABLE u (id int PRIMARY KEY);
        CREATE TABLE t (id int PRIMARY KEY, a int UNIQUE, u_id int REFERENCES u, UNIQUE (a, u_id));
        ALTER TABLE t DROP CONSTRAINT t_pkey, DROP CONSTRAINT t_a_key, DROP CONSTRAINT t_u_id_fkey,
            DROP CONSTRAINT t_a_u_id_key, DROP CONSTRAINT IF EXISTS nothing""")
    t = table(builder)
    assert (t.primary_key, t.indexes, t.foreign_keys) == ((), (), ())


def test_an_index_becomes_a_constraint():
    builder = built("""CREATE TABLE t (a int NOT NULL, b int); CREATE UNIQUE INDEX i ON t (a); CREATE UNIQUE INDEX j ON t (b);
        ALTER TABLE t ADD CONSTRAINT p PRIMARY KEY USING INDEX i, ADD CONSTRAINT q UNIQUE USING INDEX j""")
    assert table(builder).primary_key == ("a",)
    assert [(i.name, i.constraint) for i in table(builder).indexes] == [("q", True)]


def test_renames_are_followed_by_everything_that_points_there():
    builder = built("""
        CREATE TABLE u (id int PRIMARY KEY, mail text UNIQUE);
        CREATE TABLE t (u_id int REFERENCES u (id), note text);
        CREATE INDEX i ON t (u_id, lower(note)) WHERE note <> '';
        ALTER TABLE u RENAME TO people; ALTER TABLE people RENAME COLUMN id TO person_id;
        ALTER TABLE t RENAME u_id TO owner_id; ALTER TABLE t RENAME note TO remark;
        ALTER INDEX i RENAME TO k; ALTER TABLE people RENAME CONSTRAINT u_mail_key TO one_mail""")
    t, people = table(builder), table(builder, "people")
    assert t.foreign_keys[0].columns == ("owner_id",)
    assert (t.foreign_keys[0].table, t.foreign_keys[0].referenced) == ("people", ("person_id",))
    assert t.indexes[0].name == "k"
    assert t.indexes[0].columns == ("owner_id", "(lower(remark))")
    assert t.indexes[0].predicate == "remark <> ''"
    assert people.primary_key == ("person_id",)
    assert people.indexes[0].name == "one_mail"


def test_dropping_takes_along_what_hangs_on_it():
    builder = built("""
        CREATE TABLE u (id int PRIMARY KEY, a int, b int); CREATE TABLE t (u_id int REFERENCES u);
        CREATE INDEX i ON u (a, b); CREATE INDEX j ON u ((a + b)); CREATE INDEX k ON u (b) WHERE a > 0;
        CREATE INDEX l ON u (b); ALTER TABLE u DROP COLUMN a; DROP INDEX l; DROP TABLE u CASCADE; DROP TABLE IF EXISTS gone""")
    assert [t.name for t in builder.tables()] == ["t"]
    assert table(builder).foreign_keys == ()
    kept = built("""CREATE TABLE u (id int PRIMARY KEY, a int, b int); CREATE INDEX i ON u (a, b);
        CREATE INDEX j ON u ((a + b)); CREATE INDEX k ON u (b) WHERE a > 0; ALTER TABLE u DROP COLUMN a, DROP id""")
    assert table(kept, "u").indexes == ()
    assert table(kept, "u").primary_key == ()


def test_schemas_other_than_public_stay_in_the_name():
    builder = built("""
        CREATE TABLE public.a (id int PRIMARY KEY); CREATE TABLE audit.b (a_id int REFERENCES public.a);
        SET search_path = app, public; CREATE TABLE c (); SET search_path TO public; CREATE TABLE d ();
        CREATE TABLE old.e (); ALTER TABLE old.e SET SCHEMA new; CREATE TABLE gone.f (); DROP SCHEMA gone CASCADE""")
    assert [(t.name, t.schema) for t in builder.tables()] == [
        ("a", None), ("app.c", "app"), ("audit.b", "audit"), ("d", None), ("new.e", "new")]
    assert table(builder, "audit.b").foreign_keys[0].table == "a"


def test_partitions_temporary_tables_and_views_are_no_tables_of_their_own():
    builder = built("""
        CREATE TABLE t (at date) PARTITION BY RANGE (at); CREATE TABLE t1 PARTITION OF t FOR VALUES FROM ('1') TO ('2');
        CREATE TABLE t2 (at date); ALTER TABLE t ATTACH PARTITION t2 FOR VALUES FROM ('2') TO ('3');
        CREATE TEMP TABLE s (x int); CREATE VIEW v AS SELECT 1; CREATE MATERIALIZED VIEW m AS SELECT 1 AS x""")
    assert [t.name for t in builder.tables()] == ["t"]


def test_tables_made_from_others():
    builder = built("""
        CREATE TABLE a (id int PRIMARY KEY, x text); CREATE TABLE b (LIKE a INCLUDING ALL, y int);
        CREATE TABLE c (z int) INHERITS (a); CREATE TABLE d AS SELECT a.id, x AS k, count(*) FROM a""")
    assert [[c.name for c in t.columns] for t in builder.tables()] == [
        ["id", "x"], ["id", "x", "y"], ["id", "x", "z"], ["id", "k"]]


def test_what_cannot_be_read_is_listed_with_its_line_and_the_rest_goes_on():
    builder = built("""CREATE TABLE a (id int);
-- a comment
CREATE TABLE bad (;
ALTER TABLE nowhere ADD COLUMN x int;
CREATE TABLE b (
  id int,
  id2 nonsense nonsense
);
INSERT INTO a VALUES (this is not SQL;
CREATE TABLE c (id int)""", line=11)
    assert [t.name for t in builder.tables()] == ["a", "c"]
    assert [(u.what, u.place) for u in builder.unresolved] == [
        ("SQL statement: CREATE TABLE bad (", Place("schema.sql", 13)),
        ("ALTER TABLE nowhere", Place("schema.sql", 14)),
        ("SQL statement: CREATE TABLE b ( id int, id2 nonsense nonsense )", Place("schema.sql", 17))]


def test_dumps_with_rows_and_commands_of_psql():
    builder = built("""\\restrict abc
SELECT pg_catalog.set_config('search_path', '', false);
CREATE TABLE public.a (id int);
COPY public.a (id) FROM stdin;
1'; "
CREATE TABLE not_this (id int);
\\.
\\connect shop
CREATE TABLE public.b (id int);
""")
    assert [(t.name, t.place.line) for t in builder.tables()] == [("a", 3), ("b", 9)]
    assert builder.unresolved == []


def test_functions_and_comments_hide_their_text():
    builder = built("""/* CREATE TABLE x (); */ CREATE FUNCTION f() RETURNS void AS $$ CREATE TABLE y (); $$ LANGUAGE sql;
        DO $do$ BEGIN CREATE TABLE z (); END $do$; -- CREATE TABLE w ();
        CREATE TABLE a ()""")
    assert [t.name for t in builder.tables()] == ["a"]


def test_spellings_of_mysql_are_taken_where_they_are_cheap():
    builder = built("""CREATE TABLE `m` (`id` int(11) unsigned NOT NULL AUTO_INCREMENT, `at` datetime, PRIMARY KEY (`id`))
        ENGINE=InnoDB AUTO_INCREMENT=5 DEFAULT CHARSET=utf8""")
    assert [(c.name, c.type) for c in table(builder, "m").columns] == [
        ("id", "integer"), ("at", "timestamp without time zone")]


def test_the_methods_that_a_migration_reader_calls():
    builder = SchemaBuilder()
    builder.create_table("users", [Column("id", "BIGINT", primary_key=True), Column("mail", "VARCHAR(9)", unique=True)])
    builder.create_table(
        "orders", [Column("id", "INTEGER"), Column("user_id", "BIGINT"), Column("ref", "TEXT")], primary_key=("id",),
        foreign_keys=[ForeignKey(("user_id",), "users", ("id",)), ("named_fk", ForeignKey(("ref",), "users", ("mail",)))],
        indexes=[Index("", ("(LOWER(ref))",))], uniques=[("uq", ("ref",)), (None, ("user_id", "ref"))],
        place=Place("m/1.py", 4), schema="shop")
    orders = table(builder, "shop.orders")
    assert orders.source == "migrations"
    assert orders.schema == "shop"
    assert [i.name for i in orders.indexes] == ["orders_lower_idx", "orders_user_id_ref_key", "uq"]
    assert orders.indexes[0].columns == ("(lower(ref))",)
    builder.drop_constraint("named_fk")
    builder.drop_constraint("uq", "shop.orders")
    builder.drop_index("orders_lower_idx", "shop.orders")
    builder.alter_column("shop.orders", "ref", type="VARCHAR(5)", nullable=False, new_name="reference", default="'-'")
    builder.rename_table("orders", "sales", "shop")
    builder.add_column("shop.sales", Column("more", "JSON"))
    builder.add_foreign_key("shop.sales", ForeignKey(("user_id",), "users"), "again")
    builder.drop_column("shop.sales", "more")
    sales = table(builder, "shop.sales")
    assert [(c.name, c.type, c.nullable, c.default) for c in sales.columns] == [
        ("id", "integer", False, None), ("user_id", "bigint", True, None), ("reference", "character varying(5)", False, "'-'")]
    assert [i.name for i in sales.indexes] == ["orders_user_id_ref_key"]
    assert [k.referenced for k in sales.foreign_keys] == [("id",), ("id",)]
    assert table(builder, "users").column("mail").unique
    assert builder.unresolved == []


def test_a_change_of_an_unknown_table_is_listed_and_not_raised():
    builder = SchemaBuilder()
    builder.add_column("ghost", Column("x", "int"))
    builder.drop_column("ghost", "x")
    builder.alter_column("ghost", "x", nullable=True)
    builder.create_index("ghost", Index("i", ("x",)))
    builder.rename_table("ghost", "spirit")
    builder.drop_table("ghost")
    builder.drop_index("i")
    builder.drop_constraint("c")
    assert builder.tables() == ()
    assert {u.why for u in builder.unresolved} == {"the table is not created by anything read before this"}
    assert len(builder.unresolved) == 5


def test_default_names_are_shortened_as_the_server_does():
    assert default_name("t", ("a", "b"), "key") == "t_a_b_key"
    assert default_name("shop.t", (), "pkey") == "t_pkey"
    assert default_name("t", ("a",), "key", {"t_a_key", "t_a_key1"}) == "t_a_key2"
    long = default_name("x" * 60, ("y" * 60,), "fkey")
    assert len(long) == 63
    assert long == "x" * 29 + "_" + "y" * 28 + "_fkey"
