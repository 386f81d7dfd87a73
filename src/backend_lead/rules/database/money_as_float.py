"""An amount of money in a binary floating-point column: sums are off by cents."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding, Job, Severity
from backend_lead.model.table import Column, Table
from backend_lead.rules._ddl import quoted
from backend_lead.rules._schema import NOWHERE, evidence_of, is_own, place_of
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Money in a floating-point column", Severity.MEDIUM, cwe="CWE-1339")
write = Writer(__name__, RULE, Job.MIGRATION)

_FLOATS = re.compile(r"(?:float|double|real)\b")
_MONEY = frozenset({"price", "prices", "balance", "fee", "fees", "salary", "revenue", "turnover", "refund", "deposit",
                    "money", "subtotal", "payout", "surcharge", "wage", "tuition", "usd", "eur", "gbp"})
# Words that mean money only beside money: an amount of flour is none.
_QUANTITIES = frozenset({"amount", "total", "cost", "costs", "charge", "paid", "due", "tax", "discount", "credit",
                         "debit", "rent", "budget", "spent", "owed"})
_TRADE = frozenset({"payment", "invoice", "order", "transaction", "refund", "purchase", "sale", "expense", "billing",
                    "bill", "cart", "checkout", "account", "wallet", "payout", "subscription", "ledger", "transfer",
                    "loan", "donation", "receipt", "quote", "booking", "currency", "price"})
_RATES = frozenset({"rate", "ratio", "percent", "percentage", "pct", "factor", "score", "change", "index", "count",
                    "weight", "multiplier", "level", "stddev", "variance", "change24h", "per", "hours", "days",
                    "quantity", "qty", "markup", "impact"})


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each floating-point column that its name, beside its table, tells to be money."""
    for table in filter(is_own, backend.tables):
        for column in table.columns:
            if _FLOATS.match(column.type) and _is_money(table, column):
                yield _finding(table, column)


def _is_money(table: Table, column: Column) -> bool:
    words = _words(column.name)
    if words & _RATES:
        return False
    around = _words(table.name) | {word for other in table.columns for word in _words(other.name) & {"currency"}}
    return bool(words & _MONEY) or bool(words & _QUANTITIES and (around | words) & _TRADE)


def _words(name: str) -> frozenset[str]:
    found = re.findall(r"[a-z0-9]+", re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower())
    return frozenset(found) | {word.removesuffix("s") for word in found}


def _finding(table: Table, column: Column) -> Finding:
    name = f"{table.name}.{column.name}"
    kept = quoted(column.name)
    place = place_of(table, column.name)
    model = "" if place == NOWHERE or table.model is None else f"\n# in {table.model}:\n{column.name} = Numeric(12, 2)"
    return write(
        place, f"{name} holds money as {column.type}.",
        f"Binary fractions cannot hold 0.10 exactly: sums of {column.name} are off by cents, and two amounts that look "
        f"equal are not. The change rewrites {table.name} under an ACCESS EXCLUSIVE lock.",
        f"ALTER TABLE {quoted(table.name)} ALTER COLUMN {kept} TYPE numeric(12, 2) "
        f"USING round({kept}::numeric, 2);{model}",
        evidence=evidence_of(table), symbol=table.model or table.name, snippet=name, touches=(f"table:{table.name}",))
