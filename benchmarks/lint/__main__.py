"""`python -m benchmarks.lint [CORPUS ...] [--postgres 18] [--server] [--show] [--others]`: the lint against what was
measured."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
from benchmarks.lint.others import flagged
from benchmarks.locks.cases import Case, corpus, names
from benchmarks.locks.hazards import blocked, hazards
from benchmarks.locks.measure import prepare
from benchmarks.locks.table import truth

from backend_lead.gates.database import DatabaseGate
from backend_lead.migrate.application import Application
from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.facts import facts
from backend_lead.migrate.lint import lint, replay
from backend_lead.migrate.script import Script, Sent
from backend_lead.model.migration import Change, LockMode
from backend_lead.model.place import Place
from backend_lead.prove.scratch import Scratch
from backend_lead.read.database.definitions import read_definitions

_MANY_ROWS = 1_000_000
KINDS = ("blocks", "breaks", "loses", "fails")


def script(name: str, statements: Iterable[str], *, alone: bool = False) -> Script:
    """Return statements as one migration: in one transaction, or each by itself."""
    return Script(
        f"{name}.sql",
        "sql",
        tuple(
            Sent(sql, Place(f"{name}.sql", number), None if alone else 0) for number, sql in enumerate(statements, 1)
        ),
    )


def judged(case: Case, schema: Catalog, application: Application, major: int, live: Scratch | None = None) -> Change:
    """Judge one case; `live` is a server with the database `base` that is asked for schema and sizes."""
    if live is not None:
        catalog = asked(case, live, major)
    else:
        catalog = schema.copy()
        replay([script(case.name, case.before, alone=True)], catalog, major)
    return lint([script(case.name, case.statements, alone=case.alone)], catalog, major, application)


def asked(case: Case, live: Scratch, major: int) -> Catalog:
    """Return what the server says of the schema that a case meets.

    The rows of the corpus are few, so that it can be measured in minutes; a table that holds some stands for a large
    one.
    """
    dsn = live.create_database("asked", template="base")
    try:
        with psycopg.connect(dsn, autocommit=True) as connection:
            prepare(connection, case)
        with DatabaseGate(dsn, allow_superuser=True) as gate:
            found = read_definitions(gate)
    finally:
        live.drop_database("asked")
    catalog = Catalog(complete=True)
    replay([script("live", found.statements, alone=True)], catalog, major)
    catalog.available = found.extensions
    for name, rows in found.rows.items():
        catalog.relations[name].rows = rows and _MANY_ROWS
    return catalog


def kinds_of(case: Case, schema: Catalog, major: int) -> dict[str, str]:
    """Return the relkind of every relation that a case meets."""
    catalog = schema.copy() if case.before else schema
    if case.before:
        replay([script(case.name, case.before, alone=True)], catalog, major)
    short = {"materialized": "m", "view": "v", "sequence": "S", "partitioned": "p"}
    kinds = {name: short.get(each.kind, "r") for name, each in catalog.relations.items()}
    return kinds | dict.fromkeys(catalog.indexes, "i")


def locks_of(change: Change) -> dict[str, LockMode]:
    """Return the strongest lock on each relation over the whole case."""
    found: dict[str, LockMode] = {}
    for statement in change.files[0].statements:
        for lock in statement.locks:
            if lock.relation not in found or lock.mode.strength > found[lock.relation].strength:
                found[lock.relation] = lock.mode
    return found


def strongest(result: dict[str, Any]) -> dict[str, str]:
    """Return the locks of the whole case.  What a savepoint gave back was held until then."""
    found: dict[str, str] = {}
    for statement in result["statements"]:
        for relation, mode in statement["locks"].items():
            if relation not in found or LockMode(mode).strength > LockMode(found[relation]).strength:
                found[relation] = mode
    return found


def main() -> int:
    """Print recall, precision and the share of locks that are right."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lint")
    parser.add_argument("corpora", nargs="*", choices=[*names(), []])
    parser.add_argument("--postgres", type=int, default=18)
    parser.add_argument("--server", action="store_true", help="ask a live server for schema and sizes")
    parser.add_argument("--show", action="store_true", help="list what is missed, and what is told wrongly")
    parser.add_argument("--others", action="store_true", help="ask other linters about the same cases")
    given = parser.parse_args()
    with ExitStack() as stack:
        for name in given.corpora or names():
            _corpus(name, given, stack)
    return 0


def _corpus(name: str, given: argparse.Namespace, stack: ExitStack) -> None:
    whole = corpus(name)
    live = None
    if given.server:
        live = stack.enter_context(Scratch(major=given.postgres if given.postgres != 18 else None))
        live.create_database("base")
        live.execute(whole.schema, database="base")
    measured = truth(name, given.postgres)
    schema = Catalog(complete=True)
    replay([script("base", [whole.schema], alone=True)], schema, given.postgres)
    application = Application.of_sql(";\n".join(query.sql for query in whole.queries), "queries.sql")
    counts = {kind: [0, 0, 0] for kind in KINDS}
    right = wrong = 0
    flags = [0, 0]
    harmful: set[str] = set()
    ours: set[str] = set()
    asked: list[Case] = []
    for case in whole.cases:
        result = measured.get(case.name)
        if result is None or "skipped" in result:
            continue
        kinds = kinds_of(case, schema, given.postgres)
        change = judged(case, schema, application, given.postgres, live)
        seen = hazards(result, kinds)
        said = {
            hazard.kind.value
            for statement in change.files[0].statements
            for hazard in statement.hazards
            if hazard.certain or hazard.kind.value != "fails"
        }
        may_fail = any(
            hazard.kind.value == "fails" for statement in change.files[0].statements for hazard in statement.hazards
        )
        asked.append(case)
        harmful |= {case.name} if seen else set()
        ours |= {case.name} if said or ("fails" in seen and may_fail) else set()
        if "fails" in seen:
            # Whether rows are in the way cannot be known without them; that they may be counts as told.
            said = {"fails"} if may_fail else said
        for kind in KINDS:
            hit, told = kind in seen, kind in said
            counts[kind][0] += hit and told
            counts[kind][1] += hit and not told
            counts[kind][2] += told and not hit
            if given.show and hit != told:
                print(f"  {case.name}: {'missed' if hit else 'told'} {kind}")
        if result["fails"]:
            continue
        for got, told in zip(result["statements"], change.files[0].statements, strict=True):
            if blocked(got, kinds) != (told.blocks_reads, told.blocks_writes):
                flags[1] += 1
                if given.show:
                    print(f"  {case.name}: blocks {blocked(got, kinds)}, told {told.blocks_reads, told.blocks_writes}")
            flags[0] += 1
        mine, last = locks_of(change), strongest(result)
        for relation in sorted({*mine, *last}):
            same = relation in mine and mine[relation].value == last.get(relation)
            right, wrong = right + same, wrong + (not same)
            if given.show and not same:
                print(f"  {case.name}: {relation} {last.get(relation)}, told {mine.get(relation)}")
    _print(name, given.postgres, counts, right, wrong)
    if given.others:
        with tempfile.TemporaryDirectory() as folder:
            for linter, found in {"backend-lead": ours, **flagged(asked, Path(folder), given.postgres)}.items():
                hit = len(found & harmful)
                print(
                    f"  harmful or not, {linter}: recall {hit / len(harmful):.3f} of {len(harmful)}   "
                    f"precision {hit / max(len(found), 1):.3f} of {len(found)}"
                )
    print(f"  who waits, readers and writers apart, right for {flags[0] - flags[1]} of {flags[0]} statements")


def _print(name: str, major: int, counts: dict[str, list[int]], right: int, wrong: int) -> None:
    print(f"{name}, PostgreSQL {major} (facts of {facts(major).major})")
    total: Any = [sum(each[position] for each in counts.values()) for position in range(3)]
    for kind, (hit, missed, told) in [*counts.items(), ("all", total)]:
        recall = hit / (hit + missed) if hit + missed else 1.0
        precision = hit / (hit + told) if hit + told else 1.0
        print(f"  {kind:8} recall {recall:.3f} of {hit + missed:4}   precision {precision:.3f} of {hit + told:4}")
    print(
        f"  strongest lock right for {right} of {right + wrong} pairs of statement and relation: "
        f"{right / max(right + wrong, 1):.4f}"
    )


if __name__ == "__main__":
    sys.exit(main())
