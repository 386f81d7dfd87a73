"""`RunSQL`: a text, or a list of texts and of texts with parameters.

Django 5.2: django/db/migrations/operations/special.py; on PostgreSQL a text is sent as it is, in one go.
"""

from __future__ import annotations

from backend_lead.migrate.formats.django.editor import Editor
from backend_lead.migrate.formats.django.kinds import Unclear
from backend_lead.migrate.formats.django.literals import text as literal_text
from backend_lead.migrate.formats.django.meanings import Operation
from backend_lead.migrate.formats.django.reading import called, listed, text
from backend_lead.read.code.containers import Items
from backend_lead.read.code.library_values import Symbol
from backend_lead.read.code.values import Known, Text, Value


def irreversible(operation: Operation) -> bool:
    """Say whether an operation has no way back."""
    kind = called(operation)
    given = {"RunSQL": "reverse_sql", "RunPython": "reverse_code"}.get(kind)
    if given is None:
        return False
    value = operation.argument(1, given)
    return value is None or (isinstance(value, Known) and value.value is None)


def run_sql(operation: Operation, editor: Editor, *, backward: bool) -> None:
    """Send what RunSQL sends.  Raises Unclear."""
    value = operation.argument(1, "reverse_sql") if backward else operation.argument(0, "sql")
    if isinstance(value, Symbol) and value.name.endswith("RunSQL.noop"):
        return
    if isinstance(value, (Known, Text)):
        editor.send(_exact(value))
        return
    for each in listed(value, "its text"):
        if isinstance(each, Items):
            editor.send(_filled(each))
        else:
            editor.send(_exact(each))


def _exact(value: Value) -> str:
    if isinstance(value, Text):
        return "".join(each if isinstance(each, str) else text(each, "its text") for each in value.parts)
    return text(value, "its text")


def _filled(pair: Items) -> str:
    """A text with its parameters, which psycopg puts in."""
    parts = listed(pair, "its text")
    if len(parts) != 2:
        raise Unclear("its text is not known here")
    sql = _exact(parts[0])
    if isinstance(parts[1], Known) and parts[1].value is None:
        return sql
    found = []
    for each in listed(parts[1], "its parameters"):
        given = each.value if isinstance(each, Known) else ...
        if isinstance(given, bool) or given is None:
            found.append({True: "true", False: "false", None: "NULL"}[given])
        elif isinstance(given, (int, float)):
            found.append(str(given))
        elif isinstance(given, str):
            found.append(literal_text(given))
        else:
            raise Unclear("its parameters are not all known here")
    pieces = sql.split("%s")
    if len(pieces) != len(found) + 1 or any("%" in piece.replace("%%", "") for piece in pieces):
        raise Unclear("its parameters are not all known here")
    pieces = [piece.replace("%%", "%") for piece in pieces]
    return pieces[0] + "".join(value + piece for value, piece in zip(found, pieces[1:], strict=True))
