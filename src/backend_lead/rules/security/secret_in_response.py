"""A column that holds a secret, sent to the client."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Endpoint, Response
from backend_lead.model.finding import Evidence, Finding, Severity
from backend_lead.model.place import Place
from backend_lead.rules._reached import also, in_order, routes_touched
from backend_lead.rules._writing import Writer, listed
from backend_lead.rules.rule import RuleInfo
from backend_lead.rules.security._passwords import stored_hashes

RULE = RuleInfo("Secret in a response", Severity.HIGH, owasp_api="API3:2023", cwe="CWE-200", preview=True)
write = Writer(__name__, RULE)

# Names that can hold nothing else, and names that mostly do.
_CERTAIN = re.compile(r"(?i)(^|_)(password_?hash|hashed_?password|pw_?hash|pwd_?hash|passwd_?hash|password_?digest|"
                      r"signing_?secret|client_?secret|webhook_?secret|totp_?secret|otp_?secret|mfa_?secret|token_?hash|"
                      r"private_?key)$")
_LIKELY = re.compile(r"(?i)(^|_)(password|passwd|secret|secret_?key)$")
_TEXT = ("text", "char", "string", "bytea", "json", "")


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each answer that holds a secret column; a route that makes the row may show it once."""
    hashes = stored_hashes(backend)
    found: dict[Place, list[tuple[Endpoint, Response, tuple[str, ...]]]] = {}
    for endpoint in in_order(backend.endpoints):
        made = {name for query in endpoint.queries if query.operation == "insert" for name in query.tables}
        for answer in endpoint.responses:
            secrets = tuple(
                column for column in answer.columns if column.rpartition(".")[2] in answer.fields and (
                    column in hashes or (_is_secret(column, backend) and column.partition(".")[0] not in made)))
            if secrets and not answer.error:
                found.setdefault(answer.place, []).append((endpoint, answer, secrets))
    for group in found.values():
        yield _finding(group, hashes)


def _is_secret(name: str, backend: Backend) -> bool:
    table, _, column = name.rpartition(".")
    declared = backend.table(table)
    known = declared.column(column) if declared is not None else None
    if known is None or (not any(word in known.type for word in _TEXT[:-1]) and known.type):
        return False
    return bool(_CERTAIN.search(column) or _LIKELY.search(column))


def _finding(group: list[tuple[Endpoint, Response, tuple[str, ...]]], hashes: frozenset[str]) -> Finding:
    endpoints = [endpoint for endpoint, _, _ in group]
    endpoint, answer, secrets = group[0]
    columns = [name.rpartition(".")[2] for name in secrets]
    certain = any(name in hashes or _CERTAIN.search(name.rpartition(".")[2]) for name in secrets)
    fix = (f"class {answer.model}: without {listed(columns)}" if answer.model else
           f"response_model=...  # a model without {listed(columns)}" if endpoint.framework != "flask" else
           f"only the fields the client needs, without {listed(columns)}")
    harm = ("The hashes are guessed offline, at billions a second, and the passwords are tried everywhere else."
            if any(name in hashes for name in secrets) else
            "Whoever reads the answer, a log or a cache of it can act in the owner's name until the secret is changed.")
    return write(
        answer.place, f"{endpoint.name} sends {listed(secrets)} to the client.{also(endpoints)}", harm, fix,
        evidence=Evidence.TRACED if certain else Evidence.SUSPECTED, endpoint=endpoint, symbol=endpoint.handler.name,
        snippet=f"{answer.model or 'answer'}: {', '.join(columns)}",
        touches=(*routes_touched(endpoints), *(f"table:{name.rpartition('.')[0]}" for name in secrets)), effort=1)
