"""`SELECT *` over a table with wide columns: told, never rewritten, because only the code knows what it reads.

Values of more than about two kilobytes lie in the TOAST table, and each that is selected is fetched from there (manual,
66.2).  The planner's cost does not count that, so no gain is told.
"""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.diagnose.rewritten import Remark, Rewritten
from backend_lead.diagnose.scope import Statement
from backend_lead.gates.grammar import enum_name, kind

WIDE = 1_000
_KEPT_ASIDE = ("text", "json", "jsonb", "bytea", "xml", "character varying")


def rewrite(statement: Statement) -> Iterator[Rewritten | Remark]:
    """Yield a remark for each table whose wide columns a star selects."""
    select = statement.select
    if enum_name(select, "op") != "SETOP_NONE":
        return
    scope = next(statement.queries()).scope
    for target in select.target_list:
        value = target.res_target.val
        if kind(value) != "column_ref" or kind(value.column_ref.fields[-1]) != "a_star":
            continue
        one = value.column_ref.fields[-2].string.sval if len(value.column_ref.fields) > 1 else ""
        for source in scope.sources:
            table = source.table
            if table is None or one not in ("", source.alias):
                continue
            widths = {column.name: statement.catalog.widths.get((table.name, column.name), 0)
                      for column in table.columns if column.type.startswith(_KEPT_ASIDE) or column.type.endswith("[]")}
            wide = [f"{name} ({width:,} bytes on average)" for name, width in widths.items() if width >= WIDE]
            if wide:
                yield Remark(f"it selects every column of {table.name}, also {', '.join(wide)}: name the columns that "
                             "are read, if those are not")
