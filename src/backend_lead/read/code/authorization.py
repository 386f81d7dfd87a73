"""What a signed-in request can still be refused for: role, ownership, tenant, rate."""

from __future__ import annotations

import re

from backend_lead.model.endpoint import Guard, GuardKind
from backend_lead.model.roles import RANK
from backend_lead.read.code.authentication import refusal_status
from backend_lead.read.code.frames import Condition, Outcome
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.routing import Placed
from backend_lead.read.code.values import Pair

# What columns that say whose a row is are called; a row's own key is none of them.
_OWNER = re.compile(r"(?i)_id$|owner|author|creator|created_by|user|member|account|tenant|organi[sz]ation")

_CALLER = frozenset({"principal"})
_COMPARING = frozenset({"==", "!=", "in", "not in", "<", ">", "<=", ">="})
# What people have, where having it is all that is asked: a picture, an address, a token of a third party.
_HAVING = re.compile(r"(?i)(key|url|uri|path|name|e?mail|phone|picture|avatar|image|photo|token|secret|slug|bio|about|"
                     r"description|address|date|_at|count|balance|amount|points|credits?|language|locale|zone|password)$")
_RIGHTS = re.compile(rf"{RANK.pattern}|^(can|may)($|_)|right|grant|allow|privilege")


def is_principal(label: str) -> bool:
    """Whether a source is, or comes from, who is calling."""
    return label == "principal" or label.startswith(("principal.", "credential"))


def guards_of(refusals: list[Outcome], placed: Placed, run: Interpreter) -> tuple[Guard, ...]:
    """The guards that the refusals of a request with a valid credential show."""
    found: dict[tuple[object, ...], Guard] = {}
    for outcome in refusals:
        status = refusal_status(outcome.value, placed, run)
        for guard in _of(outcome, status):
            found.setdefault((guard.kind, guard.name, guard.place, guard.detail), guard)
    return tuple(sorted(found.values()))


def answered_guards_of(returns: list[Outcome], placed: Placed, run: Interpreter) -> tuple[Guard, ...]:
    """The tests of who is calling upon which a handler itself answers with an error, or leads elsewhere."""
    found = {}
    for outcome in returns:
        status = refusal_status(outcome.value, placed, run)
        name = outcome.name
        for condition in outcome.asked:
            owned = _owned(condition) if status is not None and 300 <= status < 500 else None
            # Who is refused with 200 ("not allowed") is told by what was asked: what the caller is.
            asks = status is None or status < 400
            role = _role(condition) if asks and (status or 0) >= 300 else _compared_role(condition) if asks else None
            kind = GuardKind.OWNERSHIP if owned else GuardKind.ROLE
            if owned or role:
                found[kind, outcome.place] = Guard(kind, name, outcome.place, detail=owned or role or "")
    return tuple(found.values())


def _compares_with_literal(condition: Condition) -> frozenset[str] | None:
    """The sources of the caller's value that a test compares with a literal."""
    return next((mine for pair in condition.pairs for mine, other in ((pair.left, pair.right), (pair.right, pair.left))
                 if not other and any(map(is_principal, mine))), None)


def _compared_role(condition: Condition) -> str | None:
    """The column called as a rank that is compared with a literal; `principal` for what stands in the credential."""
    compared = _compares_with_literal(condition)
    if compared is None:
        return None
    named = _detail(set(compared))
    return named if RANK.search(named.rpartition(".")[2]) else "principal" if "credential" in compared else None


def _role(condition: Condition) -> str | None:
    """The column of the caller that is compared with a literal, or that is called as one of roles is."""
    compared = _compares_with_literal(condition)
    if compared is not None:
        return _detail(set(compared))
    labels = set(condition.sources)
    named = _detail(labels) if any(map(is_principal, labels)) else ""
    return named if RANK.search(named.rpartition(".")[2]) else None


def _of(outcome: Outcome, status: int | None) -> list[Guard]:
    name = outcome.name
    if status == 429:
        return [Guard(GuardKind.RATE_LIMIT, name, outcome.place)]
    made = []
    conditions = outcome.asked
    for condition in conditions:
        owned = _owned(condition)
        if owned is not None:
            made.append(Guard(GuardKind.OWNERSHIP, name, outcome.place, detail=owned))
    if made:
        return made  # Whatever it ends in: nobody gets to another's row.
    if status == 401 and any(_asks_what_he_is(pair) for last in outcome.conditions[-1:] for pair in last.pairs):
        status = 403  # `if me != 1: abort(401)`: it is known who asks, and he may not.
    if status is not None and (not 400 <= status < 500 or status == 401):
        return []
    together = next((column for condition in conditions if (column := _asked_together(condition))), None)
    if together is not None and status in (403, 404, None):
        return [Guard(GuardKind.OWNERSHIP, name, outcome.place, detail=together)]
    asked = [condition for condition in conditions if not _compares_with_input(condition)]
    labels = {label for condition in asked for label in condition.sources}
    # What is asked last decides: whether a row is there, or what stands in it.
    last = outcome.conditions[-1].sources if outcome.conditions else frozenset()
    rows = [label.removeprefix("row:") for label in last if label.startswith("row:")]
    if any("." not in row for row in rows) and any(label.endswith("credentials") for label in last):
        return []  # The caller's own row was looked up by the credential: that asks who calls, not what he may do.
    found = sorted(rows) if not any("." in row for row in rows) else []
    if found and "principal" in last and status in (403, 404, None):
        # The row was looked up together with the principal, and was not there.
        return [Guard(GuardKind.OWNERSHIP, name, outcome.place, detail=found[0])]
    if status in (403, 404, None) and any(_tells_rank(each, each is asked[-1]) for each in asked):
        return [Guard(GuardKind.ROLE, name, outcome.place, detail=_detail(labels))]
    if status not in (403, 404, None) and any(map(_RIGHTS.search, _columns(asked[-1:]))):
        return [Guard(GuardKind.ROLE, name, outcome.place, detail=_detail(labels))]  # Whatever it is answered with.
    return []


def _columns(conditions: list[Condition]) -> set[str]:
    """The columns of the caller that tests are about."""
    return {label.rpartition(".")[2] for each in conditions for label in each.sources if label.startswith("principal.")}


def _tells_rank(condition: Condition, last: bool) -> bool:
    """Whether a test of the caller may part one caller from another: that he has a picture or a name does not.

    What a function that was not read made of the caller may, where it is what was asked last.
    """
    mine = {label for label in condition.sources if label.startswith("principal")}
    if not mine or any(pair.operator in _COMPARING and (mine & pair.left or mine & pair.right)
                       for pair in condition.pairs):
        return bool(mine)
    columns = {label.rpartition(".")[2] for label in mine if label.startswith("principal.")} or {
        label.rpartition(".")[2] for label in condition.sources if label.startswith("row:") and "." in label}
    if not columns or any(map(RANK.search, columns)):
        return bool(columns) or last
    # That something is there at all is asked of what a credential has to hold, and of what may be left out.
    held = bool(condition.pairs) or all(map(_HAVING.search, columns))
    return not held


def _asks_what_he_is(pair: Pair) -> bool:
    """Whether a known caller, or a column of his, is compared with what the program names (`me.role != "admin"`)."""
    for mine, other in ((pair.left, pair.right), (pair.right, pair.left)):
        if not other and pair.operator in ("==", "!=", "in", "not in") and "principal.credentials" not in mine:
            return mine == _CALLER or any(label.startswith("principal.") for label in mine)
    return False


def _owned(condition: Condition) -> str | None:
    """The column that a test compares with the principal, when it is another thing's column or an input."""
    for pair in condition.pairs:
        for mine, other in ((pair.left, pair.right), (pair.right, pair.left)):
            # What stands before a service may say in a header who calls.
            if not any(is_principal(label) or label.startswith("header:") for label in mine) or any(
                    is_principal(label) for label in other):
                continue
            rows = sorted(label.removeprefix("row:") for label in other if label.startswith("row:") and "." in label)
            if rows:
                return rows[0]
            inputs = sorted(label for label in other if label.startswith("path:"))
            if inputs:
                return inputs[0]
    return None


def _compares_with_input(condition: Condition) -> bool:
    """Whether all that a test does is to compare who is calling with what the request names (`me.email == given`)."""
    return bool(condition.pairs) and all(
        any(any(is_principal(label) for label in mine) and other and all(map(_is_input, other))
            for mine, other in ((pair.left, pair.right), (pair.right, pair.left)))
        for pair in condition.pairs)


def _is_input(label: str) -> bool:
    return label.partition(":")[0] in ("body", "form", "query")


def _asked_together(condition: Condition) -> str | None:
    """The column that says whose a row is, when a function decided by it and by who is calling (`may(user, row)`)."""
    mine = {label.rpartition(".")[2] for label in condition.sources if label.startswith("principal.")}
    if not mine:
        return None
    columns = [label.removeprefix("row:") for label in condition.sources if label.startswith("row:") and "." in label]
    return next((column for column in sorted(columns) if _OWNER.search(column.rpartition(".")[2])
                 and column.rpartition(".")[2] not in mine), None)


def _detail(labels: set[str]) -> str:
    rows = sorted(label.removeprefix("row:") for label in labels if label.startswith("row:") and "." in label)
    return rows[0] if rows else next(iter(sorted(label for label in labels if label.startswith("principal."))), "")
