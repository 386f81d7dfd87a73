"""What TypeORM's query runner makes of tables, columns and keys (typeorm 0.3.31, PostgresQueryRunner)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from urllib.parse import quote

from backend_lead.migrate.formats._javascript.sql import plain
from backend_lead.migrate.formats._javascript.values import (
    MARK,
    UNDEFINED,
    JsArray,
    JsObject,
    Unknown,
    Value,
    truth,
)

_MOMENTS = {
    "time without time zone": ("TIME", ""), "time with time zone": ("TIME", " WITH TIME ZONE"),
    "timestamp without time zone": ("TIMESTAMP", ""), "timestamp with time zone": ("TIMESTAMP", " WITH TIME ZONE"),
}  # fmt: skip
_SERIAL = {"integer": " SERIAL", "int": " SERIAL", "int4": " SERIAL", "smallint": " SMALLSERIAL",
           "int2": " SMALLSERIAL", "bigint": " BIGSERIAL", "int8": " BIGSERIAL"}  # fmt: skip


def of(owner: Value, name: str) -> Value:
    """Return a member of what a migration describes; not known where the whole is not."""
    if isinstance(owner, JsObject):
        return owner.props.get(name, UNDEFINED)
    return Unknown(f"{owner.text}.{name}") if isinstance(owner, Unknown) else UNDEFINED


def yes(value: Value) -> bool:
    """Say whether a value was given and counts as true; one that is not known does."""
    return truth(value) is not False


def listed(value: Value) -> list[Value]:
    """Return the items of an array; what is not known is one that is not known."""
    if isinstance(value, JsArray):
        return value.items
    return [value] if isinstance(value, Unknown) else []


def name_of(table: Value) -> str:
    """Return a table's name, given as such or by an object."""
    if isinstance(table, JsObject):
        schema = of(table, "schema")
        own = plain(of(table, "name"))
        return f"{plain(schema)}.{own}" if yes(schema) and "." not in own else own
    return plain(table)


def _parts(table: Value) -> tuple[str, str]:
    """Return schema and name; where no schema is given TypeORM takes the connection's, which is `public` by default."""
    schema, _, own = name_of(table).rpartition(".")
    return schema or "public", own


def path_of(table: Value) -> str:
    """Return a table's name in quotes; the schema `public` is not written."""
    schema, _, own = name_of(table).rpartition(".")
    return f'"{schema}"."{own}"' if schema and schema != "public" else f'"{own}"'


def columns_of(value: Value) -> str:
    """Return names of columns in quotes."""
    return ", ".join(f'"{plain(each)}"' for each in listed(value))


def given_name(kind: str, table: Value, parts: Sequence[str], width: int, where: Value = UNDEFINED) -> str:
    """Return the name that TypeORM gives: a short kind, and a digest of the table and the columns."""
    own = name_of(table).rpartition(".")[2]
    key = f"{own}_{'_'.join(sorted(parts))}" + (f"_{plain(where)}" if yes(where) else "")
    if MARK.search(key):
        return f"{kind}_{Unknown(key).partial}"
    # Its digest is of the text as an address would write it (util/RandomGenerator).
    data = quote(key, safe="-_.!~*'()").encode()
    return f"{kind}_{hashlib.sha1(data, usedforsecurity=False).hexdigest()[:width]}"


def _named(given: Value, kind: str, table: Value, parts: Sequence[str], width: int, where: Value = UNDEFINED) -> str:
    own = of(given, "name")
    return plain(own) if yes(own) else given_name(kind, table, parts, width, where)


def _texts(value: Value) -> list[str]:
    return [plain(each) for each in listed(value)]


def is_enum(column: Value) -> bool:
    """Say whether a column's type is a set of values."""
    return of(column, "type") in ("enum", "simple-enum")


def enum_name(table: Value, column: Value) -> str:
    """Return the name of the type that a set of values gets."""
    schema, own = _parts(table)
    wish = of(column, "enumName")
    name = plain(wish) if yes(wish) else f"{own}_{plain(of(column, 'name')).lower()}_enum"
    return ".".join(f'"{part}"' for part in f"{schema}.{name}".split("."))


def create_enum(table: Value, column: Value) -> str:
    """Return the statement that makes such a type."""
    values = ", ".join("'" + plain(each).replace("'", "''") + "'" for each in listed(of(column, "enum")))
    return f"CREATE TYPE {enum_name(table, column)} AS ENUM({values})"


def full_type(column: Value) -> str:
    """Return a column's type."""
    kind = plain(of(column, "type"))
    length, precision, scale = (of(column, each) for each in ("length", "precision", "scale"))
    exact = "" if precision is UNDEFINED or precision is None else f"({plain(precision)})"
    if kind in _MOMENTS:
        word, zone = _MOMENTS[kind]
        found = f"{word}{exact}{zone}"
    elif kind in ("geometry", "geography"):
        feature, srid = of(column, "spatialFeatureType"), of(column, "srid")
        inner = [plain(each) for each in (feature, srid) if each is not UNDEFINED and each is not None]
        found = f"{kind}({','.join(inner)})" if feature in inner else kind
    elif yes(length):
        found = f"{kind}({plain(length)})"
    elif exact and scale is not UNDEFINED and scale is not None:
        found = f"{kind}({plain(precision)},{plain(scale)})"
    else:
        found = f"{kind}{exact}"
    return found + (" array" if yes(of(column, "isArray")) else "")


def column_sql(table: Value, column: Value) -> str:
    """Return a column as it stands in CREATE TABLE or after ADD."""
    if isinstance(column, Unknown):
        return column.partial
    kind = of(column, "type")
    made, how = yes(of(column, "isGenerated")), of(column, "generationStrategy")
    parts = f'"{plain(of(column, "name"))}"'
    if made and how == "identity":
        wish = of(column, "generatedIdentity")
        parts += f" {plain(kind)} GENERATED {plain(wish) if yes(wish) else 'BY DEFAULT'} AS IDENTITY"
    elif made and how != "uuid":
        parts += _SERIAL.get(plain(kind), "")
    if is_enum(column):
        parts += f" {enum_name(table, column)}{' array' if yes(of(column, 'isArray')) else ''}"
    elif not made or kind == "uuid":
        parts += f" {full_type(column)}"
    formula = of(column, "asExpression")
    if of(column, "generatedType") == "STORED" and yes(formula):
        parts += f" GENERATED ALWAYS AS ({plain(formula)}) STORED"
    collation, default = of(column, "collation"), of(column, "default")
    if yes(collation):
        parts += f' COLLATE "{plain(collation)}"'
    if not yes(of(column, "isNullable")):
        parts += " NOT NULL"
    if default is not UNDEFINED and default is not None:
        parts += f" DEFAULT {plain(default)}"
    if made and how == "uuid" and not yes(default):
        parts += " DEFAULT uuid_generate_v4()"
    return parts


def _comment(text: Value) -> str:
    return "'" + plain(text).replace("'", "''") + "'" if yes(text) else "NULL"


def create_table(table: Value, *, keys: bool = True, indexes: bool = True) -> list[str]:
    """Return the statements that make a table."""
    columns = listed(of(table, "columns"))
    made = []
    for column in columns:
        if is_enum(column) and (sql := create_enum(table, column)) not in made:
            made.append(sql)
    parts = [column_sql(table, column) for column in columns]
    uniques = listed(of(table, "uniques"))
    alone = [_texts(of(each, "columnNames")) for each in uniques]
    parts += [
        f'CONSTRAINT "{_named(each, "UQ", table, _texts(of(each, "columnNames")), 27)}" UNIQUE '
        f"({columns_of(of(each, 'columnNames'))}){_deferred(each)}"
        for each in uniques
    ]
    for column in columns:
        own = plain(of(column, "name"))
        if yes(of(column, "isUnique")) and [own] not in alone:
            parts.append(f'CONSTRAINT "{given_name("UQ", table, [own], 27)}" UNIQUE ("{own}")')
    for kind, word, member in (("CHK", "CHECK", "checks"), ("XCL", "EXCLUDE", "exclusions")):
        for each in listed(of(table, member)):
            formula = plain(of(each, "expression"))
            body = f"({formula})" if word == "CHECK" else formula
            parts.append(f'CONSTRAINT "{_named(each, kind, table, [formula], 26)}" {word} {body}')
    if keys:
        parts += [_key_part(table, each, ", ", " ") for each in listed(of(table, "foreignKeys"))]
    primary = [column for column in columns if yes(of(column, "isPrimary"))]
    if primary:
        wish = of(primary[0], "primaryKeyConstraintName")
        names = [plain(of(column, "name")) for column in primary]
        own = plain(wish) if yes(wish) else given_name("PK", table, names, 27)
        shown = ", ".join(f'"{each}"' for each in names)
        parts.append(f'CONSTRAINT "{own}" PRIMARY KEY ({shown})')
    sql = f"CREATE TABLE {path_of(table)} ({', '.join(parts)})"
    for column in columns:
        said = of(column, "comment")
        if yes(said):
            sql += f'; COMMENT ON COLUMN {path_of(table)}."{plain(of(column, "name"))}" IS {_comment(said)}'
    found = [*made, sql]
    if indexes:
        found += [create_index(table, each) for each in listed(of(table, "indices"))]
    if yes(of(table, "comment")):
        found.append(f"COMMENT ON TABLE {path_of(table)} IS '{plain(of(table, 'comment'))}'")
    return found


def _deferred(key: Value) -> str:
    wish = of(key, "deferrable")
    return f" DEFERRABLE {plain(wish)}" if yes(wish) else ""


def _key_part(table: Value, key: Value, between: str, before: str) -> str:
    schema, target = of(key, "referencedSchema"), plain(of(key, "referencedTableName"))
    if not yes(schema):
        schema = of(table, "schema") if isinstance(table, JsObject) else UNDEFINED
    aim = path_of(f"{plain(schema)}.{target}" if yes(schema) and "." not in target else target)
    columns = of(key, "columnNames")
    referenced = between.join(f'"{plain(each)}"' for each in listed(of(key, "referencedColumnNames")))
    sql = (
        f'CONSTRAINT "{_named(key, "FK", table, _texts(columns), 27)}" FOREIGN KEY ({columns_of(columns)}) '
        f"REFERENCES {aim}{before}({referenced})"
    )
    for member, words in (("onDelete", "ON DELETE"), ("onUpdate", "ON UPDATE")):
        if yes(of(key, member)):
            sql += f" {words} {plain(of(key, member))}"
    return sql + _deferred(key)


def create_index(table: Value, index: Value) -> str:
    """Return the statement that makes an index."""
    if isinstance(index, Unknown):
        return f"CREATE INDEX {index.partial} ON {path_of(table)}"
    columns, where = of(index, "columnNames"), of(index, "where")
    name = _named(index, "IDX", table, _texts(columns), 26, where)
    unique = "UNIQUE " if yes(of(index, "isUnique")) else ""
    alone = " CONCURRENTLY" if yes(of(index, "isConcurrent")) else ""
    method = "USING GiST " if yes(of(index, "isSpatial")) else ""
    condition = f"WHERE {plain(where)}" if yes(where) else ""
    return (
        f'CREATE {unique}INDEX{alone} "{name}" ON {path_of(table)} {method}({columns_of(columns)}) {condition}'.strip()
    )


def create_key(table: Value, key: Value) -> str:
    """Return the statement that makes a foreign key."""
    if isinstance(key, Unknown):
        return f"ALTER TABLE {path_of(table)} ADD CONSTRAINT {key.partial}"
    return f"ALTER TABLE {path_of(table)} ADD {_key_part(table, key, ',', '')}"


def create_unique(table: Value, unique: Value) -> str:
    """Return the statement that makes a unique constraint."""
    columns = of(unique, "columnNames")
    name = _named(unique, "UQ", table, _texts(columns), 27)
    return f'ALTER TABLE {path_of(table)} ADD CONSTRAINT "{name}" UNIQUE ({columns_of(columns)}){_deferred(unique)}'


def create_check(table: Value, check: Value, kind: str, word: str) -> str:
    """Return the statement that makes a check or an exclusion."""
    formula = plain(of(check, "expression"))
    body = f"({formula})" if word == "CHECK" else formula
    return f'ALTER TABLE {path_of(table)} ADD CONSTRAINT "{_named(check, kind, table, [formula], 26)}" {word} {body}'


def add_column(table: Value, column: Value) -> list[str]:
    """Return the statements that add a column."""
    own = plain(of(column, "name"))
    found = [create_enum(table, column)] if is_enum(column) else []
    found.append(f"ALTER TABLE {path_of(table)} ADD {column_sql(table, column)}")
    if yes(of(column, "isPrimary")):
        found.append(
            f'ALTER TABLE {path_of(table)} ADD CONSTRAINT "{given_name("PK", table, [own], 27)}" PRIMARY KEY ("{own}")'
        )
    if yes(of(column, "isUnique")):
        name = given_name("UQ", table, [own], 27)
        found.append(f'ALTER TABLE {path_of(table)} ADD CONSTRAINT "{name}" UNIQUE ("{own}")')
    if yes(of(column, "comment")):
        found.append(f'COMMENT ON COLUMN {path_of(table)}."{own}" IS {_comment(of(column, "comment"))}')
    return found


def drop_named(table: Value, given: Value, label: str) -> str:
    """Return the statement that drops a constraint, given by its name or as an object."""
    own = of(given, "name") if isinstance(given, JsObject) else given
    shown = plain(own) if yes(own) else Unknown(label).partial
    return f'ALTER TABLE {path_of(table)} DROP CONSTRAINT "{shown}"'


def drop_index(table: Value, given: Value) -> str:
    """Return the statement that drops an index."""
    schema, _ = _parts(table)
    if isinstance(given, JsObject):
        columns, where = of(given, "columnNames"), of(given, "where")
        name = _named(given, "IDX", table, _texts(columns), 26, where)
    else:
        name = plain(given)
    alone = "CONCURRENTLY " if yes(of(given, "isConcurrent")) and isinstance(given, JsObject) else ""
    return f'DROP INDEX {alone}"{schema}"."{name}"'
