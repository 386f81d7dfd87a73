"""Column types as SQLAlchemy's PostgreSQL dialect spells them.

The spellings are those of SQLAlchemy 2.1, sqlalchemy/dialects/postgresql/base.py (PGTypeCompiler) and
sqlalchemy/sql/compiler.py (GenericTypeCompiler).
"""

from __future__ import annotations

from dataclasses import dataclass

from backend_lead.migrate.formats.alembic import spelling
from backend_lead.migrate.formats.alembic.expressions import exact
from backend_lead.read.code.calls import call, invoke
from backend_lead.read.code.containers import Items
from backend_lead.read.code.frames import Aborted, Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External, Symbol
from backend_lead.read.code.literals import literal
from backend_lead.read.code.target_values import ClassValue, FunctionValue, Instance
from backend_lead.read.code.values import Known, Native, Value

_PLAIN = {
    "Integer": "INTEGER",
    "INTEGER": "INTEGER",
    "INT": "INTEGER",
    "BigInteger": "BIGINT",
    "BIGINT": "BIGINT",
    "SmallInteger": "SMALLINT",
    "SMALLINT": "SMALLINT",
    "Text": "TEXT",
    "TEXT": "TEXT",
    "UnicodeText": "TEXT",
    "Boolean": "BOOLEAN",
    "BOOLEAN": "BOOLEAN",
    "Date": "DATE",
    "DATE": "DATE",
    "Double": "DOUBLE PRECISION",
    "DOUBLE": "DOUBLE PRECISION",
    "DOUBLE_PRECISION": "DOUBLE PRECISION",
    "REAL": "REAL",
    "JSON": "JSON",
    "JSONB": "JSONB",
    "UUID": "UUID",
    "LargeBinary": "BYTEA",
    "BYTEA": "BYTEA",
    "PickleType": "BYTEA",
    "BLOB": "BLOB",
    "INET": "INET",
    "CIDR": "CIDR",
    "CITEXT": "CITEXT",
    "TSVECTOR": "TSVECTOR",
    "TSQUERY": "TSQUERY",
    "MACADDR": "MACADDR",
    "MACADDR8": "MACADDR8",
    "MONEY": "MONEY",
    "OID": "OID",
    "REGCLASS": "REGCLASS",
    "REGCONFIG": "REGCONFIG",
    "HSTORE": "HSTORE",
    "INT4RANGE": "INT4RANGE",
    "INT8RANGE": "INT8RANGE",
    "NUMRANGE": "NUMRANGE",
    "DATERANGE": "DATERANGE",
    "TSRANGE": "TSRANGE",
    "TSTZRANGE": "TSTZRANGE",
    "JSONPATH": "JSONPATH",
    "DATETIME": "DATETIME",
}
_LENGTHS = {
    "String": "VARCHAR",
    "VARCHAR": "VARCHAR",
    "Unicode": "VARCHAR",
    "AutoString": "VARCHAR",
    "CHAR": "CHAR",
    "NVARCHAR": "NVARCHAR",
    "NCHAR": "NCHAR",
}
_INTEGERS = frozenset(("Integer", "INTEGER", "INT", "BigInteger", "BIGINT", "SmallInteger", "SMALLINT"))
# What other packages send for their types, each from its own source: pgvector.sqlalchemy, fastapi_users_db_sqlalchemy,
# sqlalchemy_utils with native UUIDs.
_OTHERS = {
    "fastapi_users_db_sqlalchemy.generics.GUID": "UUID",
    "sqlalchemy_utils.types.uuid.UUIDType": "UUID",
    "sqlalchemy_utils.UUIDType": "UUID",
    "sqlalchemy_utils.types.json.JSONType": "JSON",
    "sqlalchemy_utils.JSONType": "JSON",
}
# sqlalchemy_utils 0.42, the `impl` of each of its types.
_UTILS = {
    "ChoiceType": "VARCHAR(255)",
    "EmailType": "VARCHAR(255)",
    "IPAddressType": "VARCHAR(50)",
    "URLType": "TEXT",
    "LocaleType": "VARCHAR(10)",
    "TimezoneType": "VARCHAR(50)",
    "CountryType": "VARCHAR(2)",
    "CurrencyType": "VARCHAR(3)",
    "ColorType": "VARCHAR(20)",
    "ScalarListType": "TEXT",
}
_VECTORS = ("pgvector.sqlalchemy.", "pgvector.sqlalchemy.vector.")


@dataclass(frozen=True, slots=True)
class EnumType:
    """An enumeration with a type of its own in the database; `made` is False where tables do not create it."""

    name: str
    values: tuple[str, ...]
    schema: str | None = None
    made: bool = True

    @property
    def shown(self) -> str:
        """Return its name in SQL."""
        return spelling.qualified(self.schema, self.name)

    @property
    def create(self) -> str:
        """Return the statement that makes it."""
        return f"CREATE TYPE {self.shown} AS ENUM ({', '.join(spelling.text(each) for each in self.values)})"


@dataclass(frozen=True, slots=True)
class SqlType:
    """A type as it is sent; `whole` says that it is one of the integers, `enum` what it needs to be there."""

    shown: str
    whole: bool = False
    enum: EnumType | None = None


def is_sqlalchemy(name: str) -> bool:
    """Say whether a dotted name is SQLAlchemy's, or one that SQLModel hands on."""
    return name.startswith(("sqlalchemy.", "sqlmodel."))


def sql_type(value: Value | None, run: Interpreter) -> SqlType | None:
    """Return a type as it is sent; None when it cannot be told."""
    if isinstance(value, Typed):
        return sql_type(value.chosen, run)
    if isinstance(value, (ClassValue, Instance)):
        return _of_target(value, run)
    if not isinstance(value, (External, Symbol)):
        return None
    last = value.name.rsplit(".", 1)[-1]
    arguments = _Arguments(value)
    if value.name in _OTHERS:
        return SqlType(_OTHERS[value.name])
    if value.name.startswith("sqlalchemy_utils.") and last in _UTILS:
        own = arguments.at(1, "impl") if last == "ChoiceType" else None
        return sql_type(own, run) if own is not None else SqlType(_UTILS[last])
    if value.name.startswith(_VECTORS) and last in ("Vector", "VECTOR", "HALFVEC", "HALFVEC", "BIT", "SPARSEVEC"):
        size = literal(arguments.at(0, "dim"))
        return SqlType(f"{'VECTOR' if last == 'Vector' else last}({size})" if size else "VECTOR")
    if not is_sqlalchemy(value.name):
        return None
    return _named(last, arguments, run)


class _Arguments:
    """What a type was called with; a class that was not called has none."""

    def __init__(self, value: External | Symbol) -> None:
        self.positional = value.positional if isinstance(value, External) else ()
        self.keywords = value.keywords if isinstance(value, External) else {}

    def at(self, index: int, name: str) -> Value | None:
        """Return an argument by position or by name."""
        if name in self.keywords:
            return self.keywords[name]
        return self.positional[index] if index < len(self.positional) else None

    def flag(self, name: str) -> bool:
        """Say whether an argument is true."""
        return literal(self.keywords.get(name)) is True


def _named(last: str, given: _Arguments, run: Interpreter) -> SqlType | None:
    if last in ("UUID", "Uuid"):
        native = literal(given.keywords.get("native_uuid"))
        return SqlType("CHAR(32)" if native is False else "UUID")
    if last in _PLAIN:
        return SqlType(_PLAIN[last], whole=last in _INTEGERS)
    if last in _LENGTHS:
        length = literal(given.at(0, "length"))
        collation = exact(given.keywords.get("collation"))
        shown = _LENGTHS[last] + (f"({length})" if length is not None else "")
        return SqlType(f'{shown} COLLATE "{collation}"' if collation else shown)
    if last in ("DateTime", "TIMESTAMP", "Time", "TIME"):
        zone = literal(given.at(0, "timezone")) is True
        precision = literal(given.keywords.get("precision"))
        word = "TIME" if last in ("Time", "TIME") else "TIMESTAMP"
        return SqlType(
            f"{word}{f'({precision})' if precision is not None else ''} {'WITH' if zone else 'WITHOUT'} TIME ZONE"
        )
    if last in ("Numeric", "NUMERIC", "DECIMAL"):
        precision, scale = literal(given.at(0, "precision")), literal(given.at(1, "scale"))
        word = "DECIMAL" if last == "DECIMAL" else "NUMERIC"
        inner = "" if precision is None else f"({precision})" if scale is None else f"({precision}, {scale})"
        return SqlType(word + inner)
    if last in ("Float", "FLOAT"):
        precision = literal(given.at(0, "precision"))
        return SqlType(f"FLOAT({precision})" if precision else "FLOAT")
    if last in ("Interval", "INTERVAL"):
        fields, precision = exact(given.keywords.get("fields")), literal(given.keywords.get("precision"))
        second = literal(given.keywords.get("second_precision"))
        shown = "INTERVAL" + (f" {fields}" if fields else "")
        size = precision if precision is not None else second
        return SqlType(shown + (f" ({size})" if size is not None else ""))
    if last == "BIT":
        length = literal(given.at(0, "length"))
        if literal(given.at(1, "varying")) is True:
            return SqlType("BIT VARYING" + (f"({length})" if length is not None else ""))
        return SqlType(f"BIT({length or 1})")
    if last == "ARRAY":
        inner_type = sql_type(given.at(0, "item_type"), run)
        dimensions = literal(given.keywords.get("dimensions"))
        if inner_type is None:
            return None
        return SqlType(inner_type.shown + "[]" * (dimensions or 1), enum=inner_type.enum)
    return _enum(last, given, run) if last in ("Enum", "ENUM") else None


def _enum(last: str, given: _Arguments, run: Interpreter) -> SqlType | None:
    values: list[str] = []
    name = exact(given.keywords.get("name"))
    for each in given.positional:
        if isinstance(each, ClassValue):
            members = _members(each, given.keywords.get("values_callable"), run)
            name = name or each.definition.name.lower()
        else:
            text = exact(each)
            members = None if text is None else [text]
        if members is None:
            return None
        values += members
    if literal(given.keywords.get("native_enum")) is False and last == "Enum":
        if given.flag("create_constraint"):
            return None
        length = literal(given.keywords.get("length")) or max((len(each) for each in values), default=0)
        return SqlType(f"VARCHAR({length})")
    if name is None:
        return None
    made = literal(given.keywords.get("create_type")) is not False
    schema = exact(given.keywords.get("schema"))
    return SqlType(spelling.qualified(schema, name), enum=EnumType(name, tuple(values), schema, made))


def _members(cls: ClassValue, chosen: Value | None, run: Interpreter) -> list[str] | None:
    """The names of an enumeration's members, or what `values_callable` makes of them."""
    members = {
        name: value
        for name, value in cls.attributes.items()
        if isinstance(value, Known) and not name.startswith("_") and not isinstance(value, FunctionValue)
    }
    if chosen is None:
        return list(members)
    if run.frame is None:
        return None
    given = Items([_Member(name, value) for name, value in members.items()])
    try:
        found = call(run, chosen, Site([given], {}, run.frame.line, run.frame))
    except Aborted:
        return None
    texts = [exact(each) for each in found.values] if isinstance(found, Items) and found.complete else [None]
    return None if None in texts else [each for each in texts if each is not None]


class _Member(Value):
    """A member of an enumeration."""

    __slots__ = ("member", "value")

    def __init__(self, member: str, value: Value) -> None:
        super().__init__()
        self.member = member
        self.value = value

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        return {"name": Known(self.member), "value": self.value}.get(name)


class Typed(Value):
    """`TEXT().with_variant(JSONB(), "postgresql")`: the type that PostgreSQL gets."""

    __slots__ = ("chosen",)

    def __init__(self, chosen: Value) -> None:
        super().__init__()
        self.chosen = chosen

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name == "with_variant":
            return Native(lambda site, r: variant(self.chosen, site), name)
        return None


def variant(owner: Value, site: Site) -> Value:
    """Return what `owner.with_variant(type, dialect, …)` is on PostgreSQL."""
    named = [exact(each) for each in site.positional[1:]]
    return Typed(site.positional[0] if "postgresql" in named else owner)


class Dialect(Value):
    """The dialect, as a type or a migration asks for it."""

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name == "name":
            return Known("postgresql")
        if name == "type_descriptor":
            return Native(lambda site, r: site.argument(0), name)
        return None


def _of_target(value: ClassValue | Instance, run: Interpreter) -> SqlType | None:
    """A type of the program's own: what `load_dialect_impl` or `get_col_spec` gives, else what it is put around."""
    cls = value.cls if isinstance(value, Instance) else value
    receiver = value if isinstance(value, Instance) else Instance(cls)
    if run.frame is None:
        return None
    for name, given in (("get_col_spec", []), ("load_dialect_impl", [Dialect()])):
        method = cls.find(name)
        if not isinstance(method, FunctionValue):
            continue
        try:
            found = invoke(run, method.bind(receiver), Site(list(given), {}, run.frame.line, run.frame))
        except Aborted:
            return None
        if name == "get_col_spec":
            shown = exact(found)
            return SqlType(shown) if shown is not None else None
        return sql_type(found, run)
    own = receiver.attributes.get("impl") or cls.find("impl")
    arguments = receiver.attributes.get("\x00arguments")
    keywords = {k: v for k, v in receiver.attributes.items() if not k.startswith("\x00") and k != "impl"}
    if isinstance(own, Symbol):
        given_positional = tuple(arguments.values) if isinstance(arguments, Items) else ()
        return sql_type(External(own.name, frozenset(), given_positional, keywords), run)
    if own is not None:
        return sql_type(own, run)
    outside = next((base for base in cls.outside_bases() if is_sqlalchemy(base)), None)
    if outside is None or outside.rsplit(".", 1)[-1] in ("TypeDecorator", "UserDefinedType", "TypeEngine"):
        return None
    return sql_type(External(outside, frozenset(), (), keywords), run)
