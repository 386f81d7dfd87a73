"""Values of fields as psycopg writes them into a statement.

psycopg 3: psycopg/types/*.py (`quote`); Django 5.2: django/db/models/fields (`get_db_prep_save`).
"""

from __future__ import annotations

import datetime
import decimal
import json
from typing import Any

from backend_lead.migrate.formats.django import kinds
from backend_lead.migrate.formats.django.kinds import Unclear
from backend_lead.migrate.formats.django.state import Field, State
from backend_lead.read.code.containers import Fields, Items
from backend_lead.read.code.library_values import External, Symbol
from backend_lead.read.code.values import Known, Value

_FUNCTIONS = {
    "django.db.models.functions.Now": "STATEMENT_TIMESTAMP()",
    "django.db.models.functions.datetime.Now": "STATEMENT_TIMESTAMP()",
    "django.contrib.postgres.functions.RandomUUID": "GEN_RANDOM_UUID()",
    "django.contrib.postgres.functions.TransactionNow": "CURRENT_TIMESTAMP",
}
_NO_EMPTY = "its default is made while the migration runs"


def text(value: str) -> str:
    """Return a text as a literal."""
    shown = "'" + value.replace("'", "''") + "'"
    return f"E{shown.replace(chr(92), chr(92) * 2)}" if "\\" in value else shown


def literal(value: Value, field: Field, state: State) -> str:
    """Return a value of a field as a literal.  Raises Unclear."""
    final = state.final(field)
    return _shown(_plain(value, final), final)


def _plain(value: Value, field: Field) -> Any:
    if isinstance(value, Known):
        return value.value
    if isinstance(value, Items) and value.complete and value.kind in ("list", "tuple"):
        return [_plain(each, field) for each in value.values]
    if isinstance(value, Fields) and value.complete:
        return {str(key): _plain(each, field) for key, each in value.values.items()}
    if isinstance(value, External) and not value.keywords:
        parts = [each.value if isinstance(each, Known) else None for each in value.positional]
        if value.name == "decimal.Decimal" and len(parts) == 1 and isinstance(parts[0], (str, int)):
            return decimal.Decimal(parts[0])
        if value.name == "datetime.date" and len(parts) == 3 and all(isinstance(each, int) for each in parts):
            return datetime.date(*[each for each in parts if isinstance(each, int)])
    raise Unclear(f"the value of the field {field.name} is not known here")


def _shown(value: Any, field: Field) -> str:
    kind = field.kind
    if value is None:
        return "NULL"
    if kind == "JSONField":
        return f"{text(json.dumps(value))}::jsonb"
    if kind in kinds.INTEGERS and isinstance(value, (int, str, decimal.Decimal)):
        return str(int(value))
    if kind == "BooleanField" and value in (True, False, 0, 1):
        return "true" if value else "false"
    if kind == "FloatField" and isinstance(value, (int, float)):
        return str(float(value))
    if kind == "DecimalField":
        return str(_decimal(value, field))
    if kind in kinds.TEXTS and isinstance(value, (str, int)) and not isinstance(value, bool):
        return text(str(value))
    if kind == "DateField" and isinstance(value, datetime.date):
        return f"'{value.isoformat()}'::date"
    if kind == "ArrayField" and value == []:
        return "'{}'"
    raise Unclear(f"the value of the field {field.name} has no spelling that is known here")


def _decimal(value: Any, field: Field) -> decimal.Decimal:
    if isinstance(value, float):
        digits = field.said("max_digits")
        return decimal.Context(prec=int(str(digits))).create_decimal_from_float(value)
    if isinstance(value, (int, str, decimal.Decimal)) and not isinstance(value, bool):
        return decimal.Decimal(value)
    raise Unclear(f"the value of the field {field.name} has no spelling that is known here")


def given_default(field: Field) -> Value | None:
    """Return what a field says as its default, None when it says none."""
    value = field.given.get("default")
    return None if value is None or (isinstance(value, Symbol) and value.name.endswith(".NOT_PROVIDED")) else value


def effective(field: Field, state: State) -> str | None:
    """Return what Django gives to rows that are there, as a literal; None when it gives none.  Raises Unclear."""
    value = given_default(field)
    if value is not None:
        if isinstance(value, Known) and value.value is None:
            return None
        made = _empty(value)
        return literal(made if made is not None else value, field, state)
    if not field.null and field.said("blank", False):
        if field.kind == "BinaryField":
            return "E''::bytea"
        if field.kind in kinds.TEXTS or field.kind == "SearchVectorField":
            return "''"
    if field.said("auto_now", False) or field.said("auto_now_add", False):
        raise Unclear(f"the field {field.name}: {_NO_EMPTY}")
    return None


def _empty(value: Value) -> Value | None:
    """What `default=dict` and `default=list` make."""
    name = getattr(value, "name", "") or getattr(value, "label", "")
    if not isinstance(value, (External, Items, Fields, Known)):
        made = {"dict": Fields({}), "list": Items([]), "str": Known(""), "int": Known(0), "bool": Known(False)}
        found = made.get(name.removeprefix("builtins."))
        if found is None:
            raise Unclear(f"its default ({name or 'a function'}) is made while the migration runs")
        return found
    return None


def database_default(field: Field, state: State) -> tuple[str, bool]:
    """Return what `db_default` is in SQL, and whether it is a value rather than an expression.  Raises Unclear."""
    value = field.db_default
    if isinstance(value, External):
        if value.name in _FUNCTIONS and not value.positional and not value.keywords:
            return f"({_FUNCTIONS[value.name]})", False
        if (
            value.name in ("django.db.models.Value", "django.db.models.expressions.Value")
            and len(value.positional) == 1
        ):
            return literal(value.positional[0], field, state), True
        if value.name.startswith("django."):
            raise Unclear(f"`db_default` of the field {field.name} is an expression that is not known here")
    if value is None:
        raise Unclear(f"the field {field.name} has no `db_default`")
    return literal(value, field, state), True
