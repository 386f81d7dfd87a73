"""SQLAlchemy's types and Python's as PostgreSQL's, spelled as the server prints them."""

from __future__ import annotations

from backend_lead.read.code.library_values import External, Symbol
from backend_lead.read.code.literals import literal
from backend_lead.read.code.target_values import ClassValue, Instance
from backend_lead.read.code.values import Known, Value

_PLAIN = {
    "Integer": "integer",
    "INTEGER": "integer",
    "INT": "integer",
    "BigInteger": "bigint",
    "BIGINT": "bigint",
    "SmallInteger": "smallint",
    "SMALLINT": "smallint",
    "Text": "text",
    "TEXT": "text",
    "UnicodeText": "text",
    "Boolean": "boolean",
    "BOOLEAN": "boolean",
    "Date": "date",
    "DATE": "date",
    "Time": "time without time zone",
    "Float": "double precision",
    "FLOAT": "double precision",
    "Double": "double precision",
    "DOUBLE": "double precision",
    "DOUBLE_PRECISION": "double precision",
    "REAL": "real",
    "JSON": "json",
    "JSONB": "jsonb",
    "UUID": "uuid",
    "Uuid": "uuid",
    "LargeBinary": "bytea",
    "BYTEA": "bytea",
    "Interval": "interval",
    "Enum": "enum",
    "INET": "inet",
    "CITEXT": "citext",
    "TSVECTOR": "tsvector",
    "GUID": "uuid",
}
_PYTHON = {
    "builtins.int": "integer",
    "builtins.str": "character varying",
    "builtins.bool": "boolean",
    "builtins.float": "double precision",
    "builtins.bytes": "bytea",
    "datetime.datetime": "timestamp without time zone",
    "datetime.date": "date",
    "datetime.time": "time without time zone",
    "datetime.timedelta": "interval",
    "decimal.Decimal": "numeric",
    "uuid.UUID": "uuid",
    "pydantic.EmailStr": "character varying",
}


def sql_type(given: Value | None, kind: Value | None, keywords: dict[str, Value]) -> str:
    """The SQL type of a column from its SQLAlchemy type, else from its annotation; "" when neither tells."""
    if given is not None:
        return _of(given)
    if isinstance(kind, Symbol):
        found = _PYTHON.get(kind.name, "")
        length = literal(keywords.get("max_length"))
        return f"{found}({length})" if found == "character varying" and isinstance(length, int) else found
    if isinstance(kind, ClassValue) and any(base.startswith("enum.") for base in kind.outside_bases()):
        return "enum"
    return ""


def words_of(given: Value | None, kind: Value | None) -> tuple[str, ...]:
    """The words of an enumeration, as a class of the program or the type's own arguments name them."""
    last = given.name.rsplit(".", 1)[-1] if isinstance(given, External) else ""
    if isinstance(given, External) and last.upper() == "ENUM":
        if given.positional and isinstance(given.positional[0], ClassValue):
            return words_of(None, given.positional[0])
        words = [literal(each) for each in given.positional]
        return tuple(map(str, words)) if words and None not in words else ()
    if given is None and isinstance(kind, ClassValue) and any(b.startswith("enum.") for b in kind.outside_bases()):
        return tuple(name for name in kind.attributes if not name.startswith("_"))
    return ()


def _of(given: Value) -> str:
    if isinstance(given, Instance):
        return _of_class(given.cls)
    if isinstance(given, ClassValue):
        return _of_class(given)
    if not isinstance(given, (External, Symbol)):
        return ""
    last = given.name.rsplit(".", 1)[-1]
    if last in ("with_variant",):
        return _of(given.owner) if hasattr(given, "owner") else ""
    positional = given.positional if isinstance(given, External) else ()
    keywords = given.keywords if isinstance(given, External) else {}
    if last in ("String", "VARCHAR", "Unicode", "AutoString", "CHAR", "NVARCHAR"):
        length = literal(positional[0] if positional else keywords.get("length"))
        return f"character varying({length})" if isinstance(length, int) else "character varying"
    if last in ("DateTime", "TIMESTAMP", "DATETIME"):
        zone = keywords.get("timezone") or (positional[0] if positional else None)
        with_zone = isinstance(zone, Known) and zone.value is True
        return f"timestamp {'with' if with_zone else 'without'} time zone"
    if last in ("Numeric", "NUMERIC", "DECIMAL"):
        if literal(keywords.get("asdecimal")) is False and not positional:
            return "numeric"
        numbers = [literal(p) for p in positional[:2]]
        return f"numeric({','.join(str(n) for n in numbers)})" if numbers and None not in numbers else "numeric"
    if last == "ARRAY" and positional:
        return f"{_of(positional[0])}[]"
    return _PLAIN.get(last, "")


def _of_class(cls: ClassValue) -> str:
    """A type decorator of the target: the type it is made of."""
    inner = cls.find("impl")
    return _of(inner) if inner is not None and not isinstance(inner, (ClassValue, Instance)) else ""
