"""The corpus: statements to measure, with the schema they run on and the queries of the application beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from backend_lead.gates.grammar import split

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Case:
    """One change: `before` prepares and is not measured; `alone` runs each statement outside a transaction."""

    name: str
    before: tuple[str, ...]
    statements: tuple[str, ...]
    alone: bool


@dataclass(frozen=True, slots=True)
class Query:
    """What the application sends, and the values that it is tried with."""

    sql: str
    values: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """Cases on one schema."""

    name: str
    schema: str
    queries: tuple[Query, ...]
    cases: tuple[Case, ...]


def corpus(name: str) -> Corpus:
    """Return the corpus in the folder of that name."""
    folder = FOLDER / "corpus" / name
    return Corpus(
        name,
        (folder / "base.sql").read_text(encoding="utf-8"),
        tuple(_queries((folder / "queries.sql").read_text(encoding="utf-8"))),
        tuple(_cases((folder / "cases.sql").read_text(encoding="utf-8"))),
    )


def names() -> tuple[str, ...]:
    """Return the names of the corpora there are."""
    return tuple(sorted(path.name for path in (FOLDER / "corpus").iterdir() if path.is_dir()))


def _queries(text: str) -> list[Query]:
    return [Query(sql.rstrip(";"), values) for values, sql in re.findall(r"(?m)^-- (.+)\n([A-Z].+)$", text)]


def _cases(text: str) -> list[Case]:
    found = []
    for block in re.split(r"\n\s*\n", text):
        head = re.match(r"-- (?P<name>[\w-]+)(?P<alone> \| alone)?\n(?P<rest>.*)", block.strip(), re.DOTALL)
        if head is None:
            continue
        before = tuple(re.findall(r"(?m)^-- before: (.+);$", head["rest"]))
        body = re.sub(r"(?m)^-- before: .*\n", "", head["rest"])
        statements = tuple(text.strip() for _, text in split(body))
        found.append(Case(head["name"], before, statements, bool(head["alone"])))
    return found
