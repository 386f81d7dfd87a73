"""One statement after the other: what it does, and the catalog as it leaves it."""

from __future__ import annotations

from contextlib import suppress

from backend_lead.gates.grammar import Node, kind
from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.expressions import missing_function
from backend_lead.migrate.facts import Facts
from backend_lead.migrate.judge import Judge, Stop
from backend_lead.migrate.steps import statements

# What ends or begins a transaction, or says nothing about relations.
_SILENT = frozenset(
    {
        "transaction_stmt",
        "variable_show_stmt",
        "discard_stmt",
        "notify_stmt",
        "listen_stmt",
        "unlisten_stmt",
        "explain_stmt",
        "constraints_set_stmt",
        "deallocate_stmt",
    }
)


def judge_statement(tree: Node, sql: str, catalog: Catalog, facts: Facts, *, in_transaction: bool) -> Judge:
    """Judge one statement (a Node that holds it) and apply it to the catalog.

    A statement that is certain to fail leaves the catalog as far as it came.
    """
    judge = Judge(catalog, facts, in_transaction, sql)
    handler = statements().get(kind(tree))
    if handler is None:
        if kind(tree) not in _SILENT:
            judge.act(kind(tree).removesuffix("_stmt").replace("_", "-"))
        return judge
    with suppress(Stop):
        missing = missing_function(tree, catalog, facts)
        if missing:
            judge.fail("function-missing", "", f"There is no function {missing}.")
        handler(getattr(tree, kind(tree)), judge)
    return judge
