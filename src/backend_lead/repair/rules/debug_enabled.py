"""The debugger off: where the application is made, or in the default of the setting that it is made with."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from backend_lead.errors import Refused
from backend_lead.model.endpoint import Call
from backend_lead.model.finding import Finding
from backend_lead.read.code.editing import NotPatched, Source, walk
from backend_lead.repair.calls import call_at, keyword_of
from backend_lead.repair.desk import Desk
from backend_lead.rules.security.debug_enabled import switch_of

_SETTINGS = "BaseSettings"


def repair(finding: Finding, desk: Desk) -> str:
    """Write False in place of True."""
    call = _call(finding, desk)
    source = desk.python(finding.place.file)
    node = call_at(source, finding.place.line, call.name.rpartition(".")[2])
    value = keyword_of(source, node, "debug") or keyword_of(source, node, "DEBUG")
    if value is None:
        raise NotPatched("the switch is no keyword of the call")
    if value.type == "true":
        source.replace(value.start_byte, value.end_byte, "False")
        return f"debug is off where {call.name.rpartition('.')[2]} is made"
    if value.type != "attribute":
        raise NotPatched("the switch is computed from other values")
    name = value.child_by_field_name("attribute")
    assert name is not None
    return _default(desk, source.text(name))


def _call(finding: Finding, desk: Desk) -> Call:
    found = {each.name: each for each in desk.backend.calls if each.place == finding.place
             and (switch := switch_of(each)) is not None and switch.value == "True"}
    if len(found) != 1:
        raise NotPatched("several calls on the line have the switch")
    return next(iter(found.values()))


def _default(desk: Desk, name: str) -> str:
    """Switch off the default of the one setting of that name, wherever it is declared."""
    found: list[tuple[Source, Node]] = []
    for path in desk.tree.files:
        try:
            holds = path.endswith(".py") and _SETTINGS.encode() in desk.tree.read(path)
        except Refused:
            continue
        if holds:
            source = desk.python(path)
            found += [(source, value) for value in _defaults(source, name)]
    if len(found) != 1:
        raise NotPatched(f"where the default of {name} stands was not found" if not found else
                         f"the default of {name} stands in several classes of settings")
    [(source, value)] = found
    if value.type != "true":
        raise NotPatched(f"the default of {name} is computed")
    source.replace(value.start_byte, value.end_byte, "False")
    return f"{name} is off in {source.path} unless the environment says otherwise"


def _defaults(source: Source, name: str) -> Iterator[Node]:
    """Yield the defaults of fields of that name in classes of settings of pydantic."""
    for node in walk(source.root):
        bases = node.child_by_field_name("superclasses") if node.type == "class_definition" else None
        body = node.child_by_field_name("body")
        if bases is None or body is None or _SETTINGS not in source.text(bases):
            continue
        for statement in body.named_children:
            given = statement.named_children[0] if statement.type == "expression_statement" else statement
            left, right = given.child_by_field_name("left"), given.child_by_field_name("right")
            if given.type == "assignment" and left is not None and right is not None and source.text(left) == name:
                yield right
