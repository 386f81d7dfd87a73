"""From the schema that is there to the one that is wanted: each difference is written, and none is left afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend_lead.doors.cli.main import main
from backend_lead.gates.database import DatabaseGate
from backend_lead.lead.creating import all_steps
from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.create.difference import Answers, difference
from backend_lead.migrate.create.naming import Unclear
from backend_lead.migrate.lint import replay
from backend_lead.migrate.script import Script, Sent
from backend_lead.model.place import Place
from backend_lead.read.database.definitions import read_definitions

NOW = """
CREATE TABLE users (id serial PRIMARY KEY, email varchar(80) NOT NULL, nick text, age integer, old text,
    CONSTRAINT grown CHECK (age > 0));
CREATE INDEX users_old_idx ON users (old);
CREATE INDEX users_nick_idx ON users (nick);
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id integer REFERENCES users (id),
    state text NOT NULL DEFAULT 'new', note text, loud text GENERATED ALWAYS AS (upper(note)) STORED);
CREATE TABLE leftover (id integer PRIMARY KEY);
"""
DESIRED = """
CREATE TABLE users (id serial PRIMARY KEY, email varchar(120) NOT NULL UNIQUE, nick text NOT NULL, age integer DEFAULT 18,
    born date, CHECK (age > 17));
CREATE INDEX users_nick_idx ON users (nick);
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id integer REFERENCES users (id),
    state text DEFAULT 'open', note text, item_id bigint REFERENCES items (id) ON DELETE CASCADE,
    loud text GENERATED ALWAYS AS (upper(state)) STORED, size integer GENERATED ALWAYS AS (length(note)) STORED NOT NULL);
CREATE INDEX orders_state_idx ON orders (state, user_id);
CREATE TABLE items (id bigserial PRIMARY KEY, name text NOT NULL UNIQUE, price numeric(10,2) NOT NULL DEFAULT 0,
    tags text[], CHECK (price >= 0));
CREATE INDEX items_price_idx ON items (price);
"""
MODELS = """
from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    __table_args__ = (Index("users_nick_idx", "nick"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(120), unique=True)
    nick: Mapped[str | None]
    age: Mapped[int | None]


class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(40))
"""


def catalog(*statements: str) -> Catalog:
    made = Catalog(complete=True)
    assert replay([Script("x.sql", "sql", tuple(Sent(sql, Place("x.sql", 1), None) for sql in statements))], made, 18) == []
    return made


def live(dsn: str) -> Catalog:
    with DatabaseGate(dsn, allow_superuser=True) as gate:
        return catalog(*read_definitions(gate).statements)


def test_what_is_written_makes_the_wanted_schema_on_a_real_server(postgres):
    desired = catalog(DESIRED.replace(" REFERENCES items (id) ON DELETE CASCADE", "")
                      + "ALTER TABLE orders ADD FOREIGN KEY (item_id) REFERENCES items (id) ON DELETE CASCADE;"
                      + "CREATE INDEX orders_item_id_idx ON orders (item_id);")
    found = difference(catalog(NOW), desired, Answers(gone=frozenset({"users.old"})), whole=True)
    assert found.left == ()
    dsn = postgres.create_database("differing")
    try:
        postgres.execute(NOW, database="differing")
        for step in all_steps(found.wanted, catalog(NOW), 18):
            for sql in step.up:
                postgres.execute(sql, database="differing")
        again = difference(live(dsn), desired, Answers(), whole=True)
        assert (again.wanted, again.left) == ((), ())
    finally:
        postgres.drop_database("differing")


def test_a_rename_is_asked_about_and_never_written_as_a_loss():
    renamed = NOW.replace("nick", "nickname")
    with pytest.raises(Unclear, match="was it renamed") as asked:
        difference(catalog(NOW), catalog(renamed), Answers(), whole=True)
    assert "--renamed users.nick=nickname" in asked.value.hint
    told = Answers(renamed={"users.nick": "nickname"})
    [only] = difference(catalog(NOW), catalog(renamed), told, whole=True).wanted
    assert (only.column, only.new) == ("nick", "nickname")
    moved = NOW.replace("TABLE orders", "TABLE purchases")
    with pytest.raises(Unclear, match="purchases"):
        difference(catalog(NOW), catalog(moved), Answers(), whole=True)
    [only] = difference(catalog(NOW), catalog(moved), Answers(renamed={"orders": "purchases"}), whole=True).wanted
    assert (only.table, only.new) == ("orders", "purchases")


def test_a_column_that_may_not_be_null_is_not_made_up():
    more = NOW.replace("age integer,", "age integer, code text NOT NULL,")
    found = difference(catalog(NOW), catalog(more), Answers(), whole=True)
    assert [column.nullable for column in found.wanted[0].columns] == [True]
    assert "users.code" in found.left[0]


def test_models_say_what_is_wanted_and_what_they_do_not_name_stays(tmp_path: Path, capsys):
    (tmp_path / "models.py").write_text(MODELS)
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_first.sql").write_text(NOW)
    ask = ["migration", "create", "--from-models", str(tmp_path), "--folder", str(tmp_path), "--fail-on", "never", "-q"]
    assert main([*ask, "--gone", "users.old"]) == 0
    shown = capsys.readouterr().out
    made = "".join(path.read_text() for path in sorted(folder.glob("*.sql")) if "0001" not in path.name)
    assert "CREATE TABLE items" in made
    assert "id serial" in made
    assert "TYPE varchar(120)" in made or "TYPE character varying(120)" in made
    assert "DROP COLUMN old" in made
    assert "leftover is declared nowhere; it stays" in " ".join(shown.split())
    assert "DROP TABLE leftover" not in made
    # The migrations that were written bring the schema to the models: asked again, nothing is wanted.
    assert main(ask) == 3
    assert "Nothing differs" in capsys.readouterr().err


def test_bad_answers_and_double_wishes_are_refused(tmp_path: Path, capsys):
    desired = tmp_path / "desired.sql"
    desired.write_text("CREATE TABLE a (id int);\nCREATE TABLE b (id int,;\n")
    there = ["migration", "create", "--folder", str(tmp_path)]
    assert main(there) == 2
    assert main([*there, "add a to b", "--from-schema", str(desired)]) == 2
    assert main([*there, "--from-schema", str(desired)]) == 2
    assert "nothing is compared with a part" in capsys.readouterr().err
    assert main([*there, "--from-schema", str(desired), "--renamed", "a"]) == 2
    assert main([*there, "--from-models", str(tmp_path)]) == 3
