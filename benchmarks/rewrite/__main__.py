"""`python -m benchmarks.rewrite [CORPUS ...] [--show] [--tool NAME]`: the safe form of each statement that blocks,
run beside the short one.

A case counts as rewritten when its safe form leaves the same schema and the same rows as the short one, and when the
lint finds nothing in it that blocks.  With `--tool` both ways are files of a migration tool, and the tool runs them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby

from benchmarks.lint.__main__ import script
from benchmarks.locks.cases import Case, Corpus, corpus, names
from benchmarks.locks.hazards import blocked
from benchmarks.locks.table import truth
from benchmarks.rewrite import tools
from benchmarks.rewrite.sides import OTHER_ROWS, Way, compared

from backend_lead.gates.scratch_session import ScratchError, ScratchSession
from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.lint import lint, numbered, replay
from backend_lead.migrate.rewriting import Rewritten, rewrite
from backend_lead.migrate.script import Script, Sent
from backend_lead.model.migration import HazardKind
from backend_lead.model.place import Place
from backend_lead.prove.scratch import Scratch


def scripts_of(found: Rewritten) -> list[Script]:
    """Return the steps as migrations of raw SQL."""
    return [Script(step.about, "sql", tuple(Sent(sql, Place(step.about, number), 0 if step.transactional else None)
                                            for number, sql in enumerate(step.up, 1))) for step in found.steps]


def main() -> int:
    """Print how many of the cases that block have a safe form that is right."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rewrite")
    parser.add_argument("corpora", nargs="*", choices=[*names(), []])
    parser.add_argument("--postgres", type=int, default=18)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--tool", choices=tools.TOOLS)
    given = parser.parse_args()
    for name in given.corpora or names():
        if given.tool:
            tools.measure(given.tool, corpus(name), given.postgres, given.show)
            continue
        _corpus(corpus(name), given.postgres, given.show)
    return 0


def _corpus(whole: Corpus, major: int, show: bool) -> None:
    measured = truth(whole.name, major)
    schema = Catalog(complete=True)
    replay([script("base", [whole.schema], alone=True)], schema, major)
    kinds = {name: {"materialized": "m", "view": "v", "sequence": "S", "partitioned": "p"}.get(each.kind, "r")
             for name, each in schema.relations.items()} | dict.fromkeys(schema.indexes, "i")
    total = right = same = without = 0
    with Scratch(major=major if major != 18 else None) as scratch:
        scratch.create_database("base")
        with ScratchSession(scratch.server, "base") as session:
            session.run(whole.schema)
        for case in whole.cases:
            result = measured.get(case.name, {})
            waits = [blocked(each, kinds) != (False, False) for each in result.get("statements", ())]
            if result.get("fails", True) or not any(waits):
                continue
            catalog = schema.copy()
            replay([script(case.name, case.before, alone=True)], catalog, major)
            found = rewrite(script(case.name, case.statements, alone=case.alone), catalog.copy(), major)
            if not found.changed or found.left:
                without += 1
                if show:
                    print(f"  {case.name}: no safe form")
                continue
            total += 1
            said = _judged(scripts_of(found), catalog.copy(), major) or compared_in_sql(scratch, case, found)
            right += not said
            same += said.startswith(OTHER_ROWS)
            if said and show:
                print(f"  {case.name}: {said}")
    print(f"{whole.name}: of {total + without} cases that block {total} have a safe form, and {right} of these are "
          f"right; {same} more leave the same schema and other rows; {without} have none")


def _judged(scripts: Iterable[Script], catalog: Catalog, major: int) -> str:
    change = lint(list(scripts), catalog, major)
    for file in change.files:
        for statement in file.statements:
            for hazard in statement.hazards:
                if hazard.kind is HazardKind.BLOCKS or (hazard.kind is HazardKind.FAILS and hazard.certain):
                    return f"the safe form {hazard.kind.value}: {hazard.because}"
    return ""


def _transactions(one: Script) -> Iterator[tuple[object, list[Sent]]]:
    for key, group in groupby(numbered(one.up), key=lambda each: each[0]):
        yield key, [each for _, each in group]


def compared_in_sql(scratch: Scratch, case: Case, found: Rewritten) -> str:
    """Run both as raw SQL on copies of the database `base`; return what is different."""
    def way(scripts: list[Script]) -> Way:
        def run(database: str) -> str:
            with ScratchSession(scratch.server, database) as session:
                for together in (list(group) for one in scripts for _, group in _transactions(one)):
                    ends = ("BEGIN", "COMMIT") if together[0].transaction is not None else ("", "")
                    for sql in (ends[0], *(each.sql for each in together), ends[1]):
                        try:
                            session.run(sql or "SELECT 1")
                        except ScratchError as error:
                            return f"{error.message}: {sql[:120]}"
            return ""
        return run

    return compared(scratch, case, way([script(case.name, case.statements, alone=case.alone)]), way(scripts_of(found)))


if __name__ == "__main__":
    sys.exit(main())
