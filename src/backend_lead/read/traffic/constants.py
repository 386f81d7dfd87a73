"""A statement as one line of code sends it: what differs from one execution to the next is a parameter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from backend_lead.gates.grammar import Node, SqlUnreadable, deparse, deparse_statement, kind
from backend_lead.read.traffic.workload_file import KINDS, normalised


@dataclass(frozen=True, slots=True)
class Shape:
    """A statement with `$1`, `$2`, … in place of its values.

    `literals` are the values that were written in it, one for each parameter; None for one that was a parameter
    already, whose number then stands in `given`.
    """

    sql: str
    literals: tuple[str | None, ...]
    given: tuple[int, ...]

    def values(self, parameters: Mapping[int, str]) -> tuple[str, ...] | None:
        """Return the value of each parameter as SQL, `parameters` being those that came with the statement; None where
        one is not known."""
        found = [parameters.get(number) if literal is None else literal
                 for literal, number in zip(self.literals, self.given, strict=True)]
        return tuple(each for each in found if each is not None) if None not in found else None


def shape(sql: str) -> Shape | None:
    """Return a statement on rows with its values taken out, None for what neither reads nor writes rows.

    What decides the meaning stays: positions in ORDER BY and GROUP BY, the size of a type, TRUE, FALSE and NULL, and a
    constant that is merely given back.  Raises SqlUnreadable.
    """
    _, tree = normalised(sql)
    if kind(tree) not in KINDS:
        return None
    literals: list[str | None] = []
    given: list[int] = []
    numbers: dict[int, int] = {}
    for node in list(_values(tree)):
        if kind(node) == "param_ref":
            old = node.param_ref.number
            if old not in numbers:
                literals.append(None)
                given.append(old)
                numbers[old] = len(literals)
            node.param_ref.number = numbers[old]
        else:
            literals.append(deparse(node))
            given.append(0)
            node.ClearField("a_const")
            node.param_ref.number = len(literals)
    text = deparse_statement(tree)
    if not text:
        raise SqlUnreadable("the grammar reads it and cannot write it")
    return Shape(text, tuple(literals), tuple(given))


def _values(message: Node) -> Iterator[Node]:
    """Yield the nodes inside a statement that are values, in the order in which the tree holds them."""
    what = type(message).__name__
    if what == "Node" and kind(message) == "param_ref":
        yield message
    elif what == "Node" and kind(message) == "a_const":
        if _differs(message):
            yield message
    elif what != "TypeName":
        for field, value in message.ListFields():
            if field.message_type is not None:
                inner = [value] if hasattr(value, "ListFields") else value
                for child in inner:
                    if not _is_place(child, what, field.name):
                        yield from _values(child)


def _is_place(child: Node, what: str, field: str) -> bool:
    """Say whether a child is the place of a column in ORDER BY or GROUP BY, or a constant that is merely given back."""
    if (what, field) in (("SortBy", "node"), ("SelectStmt", "group_clause")):
        return kind(child) == "a_const"
    if (what, field) == ("SelectStmt", "target_list"):
        return kind(child) == "res_target" and kind(child.res_target.val) == "a_const"
    return False


def _differs(node: Node) -> bool:
    constant = node.a_const
    return not constant.isnull and constant.WhichOneof("val") != "boolval"
