"""Names that a `naming_convention` gives to constraints and indexes (SQLAlchemy 2.1, sqlalchemy/sql/naming.py)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from backend_lead.migrate.formats.alembic import spelling


@dataclass(frozen=True)
class Naming:
    """The templates by kind: ix, uq, ck, fk, pk."""

    templates: Mapping[str, str] = field(default_factory=lambda: {"ix": "ix_%(column_0_label)s"})

    def name(
        self,
        kind: str,
        given: str | None,
        table: str,
        columns: Sequence[str],
        target: str = "",
        remote: Sequence[str] = (),
    ) -> str | None:
        """Return the name of a constraint; None for one that PostgreSQL names."""
        template = self.templates.get(kind)
        if template is None or (given is not None and "constraint_name" not in template):
            return given
        if given is None and "constraint_name" in template:
            return None

        def token(match: re.Match[str]) -> str:
            return self._token(match[1], given, table, columns, target, remote)

        return spelling.shortened(re.sub(r"%\((\w+)\)s", token, template))

    @staticmethod
    def _token(
        key: str, given: str | None, table: str, columns: Sequence[str], target: str, remote: Sequence[str]
    ) -> str:
        plain = {"table_name": table, "constraint_name": given or "", "referred_table_name": target}
        if key in plain:
            return plain[key]
        referred = re.match(r"referred_column_(\d+)_name$", key)
        if referred is not None:
            return remote[int(referred[1])] if int(referred[1]) < len(remote) else ""
        match = re.match(r"column_(\d+)(_?N)?_(name|label|key)$", key)
        if match is None:
            return ""
        label = f"{table}_" if match[3] == "label" else ""
        if match[2]:
            return ("_" if match[2] == "_N" else "").join(f"{label}{column}" for column in columns)
        position = int(match[1])
        return f"{label}{columns[position]}" if position < len(columns) else ""
