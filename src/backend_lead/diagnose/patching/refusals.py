"""Whether what a query brought decides if a request is refused: then an old answer would let somebody in, or keep them
out."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from backend_lead.read.code.editing import Source, walk

_REFUSING = ("raise_statement",)
_ABORTING = ("abort", "HTTPException", "PermissionError")


def refuses_by(source: Source, function: Node, bringing: str, line: int) -> bool:
    """Say whether a function refuses by a column of what was brought: by the call on a line, or by a call of the
    function `bringing`.

    That nothing was found at all refuses nobody by who they are, and does not count.
    """
    names = set(_brought(source, function, bringing, line))
    return any(_tests_column(source, node, names) and _refuses(source, node) for node in walk(function)
               if node.type in ("if_statement", "elif_clause", "assert_statement", "conditional_expression"))


def _brought(source: Source, function: Node, bringing: str, line: int) -> Iterator[str]:
    for node in walk(function):
        if node.type not in ("assignment", "named_expression"):
            continue
        left = node.child_by_field_name("left") or node.child_by_field_name("name")
        right = node.child_by_field_name("right") or node.child_by_field_name("value")
        if left is None or right is None or left.type != "identifier":
            continue
        sends = node.start_point.row < line <= node.end_point.row + 1
        calls = [each for each in walk(right) if each.type == "call"]
        if sends or (bringing and any(_callee(source, each) == bringing for each in calls)):
            yield source.text(left)


def _callee(source: Source, call: Node) -> str:
    function = call.child_by_field_name("function")
    return source.text(function).rpartition(".")[2] if function is not None else ""


def _tests_column(source: Source, node: Node, names: set[str]) -> bool:
    """Say whether a condition looks into one of these names: `row["owner"]`, `row.owner`, `row[0]`."""
    tested = node.child_by_field_name("condition") or next(iter(node.named_children), None)
    for each in walk(tested) if tested is not None else ():
        inner = each.child_by_field_name("object") if each.type == "attribute" else (
            each.child_by_field_name("value") if each.type == "subscript" else None)
        if inner is not None and source.text(inner) in names:
            return True
    return False


def _refuses(source: Source, node: Node) -> bool:
    return node.type == "assert_statement" or any(
        each.type in _REFUSING or (each.type == "call" and _callee(source, each) in _ABORTING)
        or (each.type == "integer" and source.text(each) in ("401", "403", "404")) for each in walk(node))
