"""A refusal of paths that lead out of the folder that a handler joins them to, behind the line that joins them."""

from __future__ import annotations

from tree_sitter import Node

from backend_lead.model.finding import Finding
from backend_lead.read.code.editing import NotPatched, Source, arguments_of, statement_of, walk
from backend_lead.repair.calls import call_at
from backend_lead.repair.desk import Desk
from backend_lead.repair.handlers import FASTAPI, handler_of

_REFUSAL = "HTTPException"
_ASYNCHRONOUS = (b"anyio", b"aiopath", b"AsyncPath")
# What may be computed once more: names, attributes, and calls without arguments (`get_settings()`).
_PURE = frozenset({"identifier", "attribute", "call", "argument_list", "(", ")", "."})


def repair(finding: Finding, desk: Desk) -> str:
    """Answer 404 where the path, with `..` and links followed, does not lie below the folder."""
    endpoint = desk.endpoint(finding)
    source = desk.python(finding.place.file)
    if endpoint.framework != FASTAPI or finding.place.file != endpoint.handler.place.file:
        raise NotPatched("the file is not opened by the handler of a FastAPI route")
    function = handler_of(source, endpoint)
    if any(name in source.data for name in _ASYNCHRONOUS):
        raise NotPatched(f"{source.path} may handle paths whose methods are awaited")
    if not _imports(source):
        raise NotPatched(f"{source.path} does not import {_REFUSAL} from fastapi")
    call = call_at(source, finding.place.line, finding.snippet.partition("(")[0].rpartition(" ")[2].rpartition(".")[2])
    given = arguments_of(call)
    if not given or given[0].type != "identifier":
        raise NotPatched("the path has no name of its own in the handler")
    name = source.text(given[0])
    joined = _joined(source, function, name)
    folder = joined.child_by_field_name("left")
    assert folder is not None
    statement = statement_of(joined)
    indent = source.indent(statement)
    source.replace(statement.end_byte, statement.end_byte, (
        f"{source.newline}{indent}if not {name}.resolve().is_relative_to({source.text(folder)}.resolve()):"
        f"{source.newline}{indent}    raise {_REFUSAL}(404)"))
    return f"{name} is answered with 404 where it leads out of {source.text(folder)}"


def _joined(source: Source, function: Node, name: str) -> Node:
    """Return the one expression `folder / input` that a name stands for in a function."""
    given = [node for node in walk(function) if node.type in ("assignment", "augmented_assignment", "named_expression")
             and any(source.text(each) == name for each in node.children[:1])]
    joined = given[0].child_by_field_name("right") if len(given) == 1 and given[0].type == "assignment" else None
    operator = joined.child_by_field_name("operator") if joined is not None else None
    if joined is None or operator is None or source.text(operator) != "/":
        raise NotPatched(f"{name} is not joined to a folder by one `/`")
    folder = joined.child_by_field_name("left")
    if folder is None or any(each.type not in _PURE for each in walk(folder)):
        raise NotPatched(f"the folder of {name} is computed")
    if any(arguments_of(each) for each in walk(folder) if each.type == "call"):
        raise NotPatched(f"the folder of {name} depends on more than the settings")
    return joined


def _imports(source: Source) -> bool:
    return any(node.type == "import_from_statement" and source.text(node).startswith("from fastapi import")
               and any(child.type == "dotted_name" and source.text(child) == _REFUSAL for child in node.named_children)
               for node in source.root.named_children)
