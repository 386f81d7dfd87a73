"""No secret of the target leaves in a report: what findings, the model and source lines say is masked here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from backend_lead.gates.text import MASK, mask, printable
from backend_lead.model.backend import Backend, Literal
from backend_lead.model.finding import Finding
from backend_lead.model.place import Unresolved
from backend_lead.model.table import Table

Mask = Callable[[str], str]

_SECRET_NAME = re.compile(r"(?i)(^|[_\W]|[a-z])(password|passwd|passphrase|pwd|secret|token|credentials?|salt|pepper|"
                          r"(api|secret|private|access|signing|encryption)[_-]?key)$")
# Text to paste is full of `password=body.password`: only what cannot be a reference is masked in it.
_MAY_BE_SECRET = re.compile(r"""(["'])(?:(?!\1).)*\1|\S*://\S+|[\w\-.+/=]{20,}""")
_KEY_BLOCK = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)


def masker(literals: Iterable[Literal]) -> Mask:
    """Return a function that replaces the values of secret-sounding names, wherever they appear, by ***."""
    values = {literal.value for literal in literals if _SECRET_NAME.search(literal.name) and _secret(literal.value)}
    if not values:
        return printable
    pattern = re.compile("|".join(re.escape(value) for value in sorted(values, key=lambda v: (-len(v), v))))
    return lambda text: pattern.sub(MASK, printable(text))


def masked_finding(finding: Finding, values: Mask) -> Finding:
    """Return the finding with nothing secret in its texts; its snippet changes before the fingerprint is taken."""
    return replace(
        finding, title=values(finding.title), message=mask(values(finding.message)), why=mask(values(finding.why)),
        fix=_MAY_BE_SECRET.sub(lambda match: mask(match[0]), values(finding.fix)),
        snippet=mask(values(finding.snippet)))


def masked_backend(backend: Backend, values: Mask) -> Backend:
    """Return the backend as reports get it: without what only rules look at, and with nothing secret in the rest."""
    return replace(
        backend, tables=tuple(_table(table, values) for table in backend.tables), previous=None,
        endpoints=tuple(replace(endpoint, calls=()) for endpoint in backend.endpoints),
        calls=(), literals=(), relationships=(), shared_state=(),
        unresolved=tuple(Unresolved(mask(values(each.what)), mask(values(each.why)), each.place)
                         for each in backend.unresolved))


def masked_lines(text: str, numbers: Iterable[int], values: Mask) -> list[tuple[int, str]]:
    """Return the lines of a file that have these numbers, sorted and fit to be shown: key blocks and secrets are ***,
    control characters are gone.  A number beyond the end has no line."""
    lines = _KEY_BLOCK.sub(lambda match: "\n".join(MASK for _ in match[0].split("\n")), text).split("\n")
    return [(number, mask(values(lines[number - 1]))) for number in sorted(numbers) if number <= len(lines)]


def _secret(value: str) -> bool:
    # Short values and paths are words of the program: masking them everywhere would make a report unreadable.
    return len(value) >= 6 and not value.startswith("/") and not re.fullmatch(r"[A-Za-z_ ]{1,11}", value)


def _table(table: Table, values: Mask) -> Table:
    """Mask column defaults, the only values that a table holds."""
    if not any(column.default for column in table.columns):
        return table
    return replace(table, columns=tuple(
        column if column.default is None else replace(
            column, default=MASK if _SECRET_NAME.search(column.name) else mask(values(column.default)))
        for column in table.columns))
