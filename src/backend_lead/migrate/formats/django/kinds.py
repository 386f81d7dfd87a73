"""Django's field classes as PostgreSQL's types.

Django 5.2: django/db/backends/postgresql/base.py (`data_types`, `data_type_check_constraints`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backend_lead.migrate.formats.django.state import Field

RELATIONS = ("ForeignKey", "OneToOneField", "ManyToManyField")
_PLAIN = {
    "AutoField": "integer", "BigAutoField": "bigint", "SmallAutoField": "smallint", "BinaryField": "bytea",
    "BooleanField": "boolean", "NullBooleanField": "boolean", "DateField": "date",
    "DateTimeField": "timestamp with time zone", "DurationField": "interval", "FloatField": "double precision",
    "IntegerField": "integer", "BigIntegerField": "bigint", "GenericIPAddressField": "inet", "JSONField": "jsonb",
    "PositiveBigIntegerField": "bigint", "PositiveIntegerField": "integer", "PositiveSmallIntegerField": "smallint",
    "SmallIntegerField": "smallint", "TextField": "text", "TimeField": "time", "UUIDField": "uuid",
    "HStoreField": "hstore", "SearchVectorField": "tsvector", "IntegerRangeField": "int4range",
    "BigIntegerRangeField": "int8range", "DecimalRangeField": "numrange", "DateTimeRangeField": "tstzrange",
    "DateRangeField": "daterange",
}  # fmt: skip
_CHARS = {"CharField": None, "EmailField": 254, "URLField": 200}
_FILES = {"SlugField": 50, "FileField": 100, "ImageField": 100, "FilePathField": 100}
TEXTS = frozenset((*_CHARS, *_FILES, "TextField"))
AUTOMATIC = frozenset(("AutoField", "BigAutoField", "SmallAutoField"))
POSITIVE = frozenset(("PositiveBigIntegerField", "PositiveIntegerField", "PositiveSmallIntegerField"))
INTEGERS = frozenset((*AUTOMATIC, *POSITIVE, "IntegerField", "BigIntegerField", "SmallIntegerField"))
KNOWN = frozenset((*_PLAIN, *TEXTS, "DecimalField", "ArrayField", *RELATIONS))


class Unclear(Exception):
    """What an operation sends is not known; the text says why."""


def type_of(field: Field, *, referred: bool = False) -> str:
    """Return the type of a column, of one that refers to it when `referred`.  Raises Unclear."""
    if field.unclear:
        raise Unclear(field.unclear)
    if field.kind in _PLAIN:
        return _PLAIN[field.kind]
    if field.kind in _CHARS or field.kind in _FILES:
        longest = field.said("max_length", {**_CHARS, **_FILES}[field.kind])
        return "varchar" if longest is None else f"varchar({longest})"
    if field.kind == "DecimalField":
        digits, places = field.said("max_digits"), field.said("decimal_places")
        return f"numeric({digits}, {places})"
    if field.kind == "ArrayField":
        size = field.said("size")
        return f"{type_of(base(field))}[{'' if size is None else size}]"
    raise Unclear(f"what column the field {field.name} is, a {field.kind}, is not known here")


def data_type(field: Field) -> str:
    """Return what Django compares to say whether values have to be cast: lengths and digits do not count."""
    if field.kind in _CHARS:
        return "varchar, of characters"
    if field.kind in _FILES:
        return "varchar, of a length"
    if field.kind == "DecimalField":
        return "numeric"
    if field.kind == "ArrayField":
        inner = base(field)
        return f"{data_type(inner)}[]"
    return type_of(field)


def base(field: Field) -> Field:
    """Return the field that an array is made of.  Raises Unclear."""
    if field.inner is None:
        raise Unclear(f"what the array {field.name} is made of is not known here")
    return field.inner
