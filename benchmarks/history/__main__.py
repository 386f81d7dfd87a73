"""`python -m benchmarks.history PATH [--postgres 18] [--show]`: a project's migrations, from the first to the last.

Each statement is judged by the lint and then run on a server of our own, in its transaction.  Prints how many
statements the server refused and how many of those the lint had said, how many it said and the server took, and what
differs between the schema that the lint ended with and the server's.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from backend_lead.gates.database import DatabaseGate
from backend_lead.gates.scratch_session import ScratchError, ScratchSession
from backend_lead.lead.before import Request, before
from backend_lead.lead.migration import prepare
from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.create.difference import Answers, difference
from backend_lead.migrate.create.naming import Unclear
from backend_lead.migrate.lint import lint, numbered, replay
from backend_lead.migrate.script import Script, Sent
from backend_lead.model.event import silent
from backend_lead.model.migration import HazardKind
from backend_lead.model.place import Place
from backend_lead.prove.scratch import Scratch
from backend_lead.read.database.definitions import read_definitions


def ran(session: ScratchSession, script: Script) -> dict[Place, str]:
    """Run a migration; return what the server said of the statements that it refused."""
    refused: dict[Place, str] = {}
    for (kind, _), group in groupby(numbered(script.up), key=lambda each: each[0]):
        together = kind == "together"
        if together:
            session.run("BEGIN")
        try:
            for _, sent in group:
                session.run(sent.sql)
            if together:
                session.run("COMMIT")
        except ScratchError as error:
            refused[sent.place] = error.message
            if together:
                session.run("ROLLBACK")
    return refused


def differences(ours: Catalog, live: Catalog) -> Iterable[str]:
    """Yield what would have to change to make the server's schema of ours."""
    try:
        found = difference(ours, live, Answers(), whole=True)
    except Unclear as error:
        return [error.message]
    return [*map(str, found.wanted), *found.left]


def main() -> int:
    """Print the counts."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.history")
    parser.add_argument("path", type=Path)
    parser.add_argument("--postgres", type=int, default=18)
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args()
    request = Request((given.path,), postgres=given.postgres)
    prepared = prepare(request)
    catalog = before(request, silent).catalog
    catalog.complete = True
    statements = refused = foretold = false = 0
    with Scratch(major=given.postgres if given.postgres != 18 else None) as scratch:
        scratch.create_database("history")
        with ScratchSession(scratch.server, "history") as session:
            for script in prepared.scripts:
                [file] = lint([script], catalog, given.postgres).files
                said = {
                    each.place: [h.because for h in each.hazards if h.kind is HazardKind.FAILS and h.certain]
                    for each in file.statements
                }
                errors = ran(session, script)
                statements += len(file.statements)
                refused += len(errors)
                foretold += sum(bool(said.get(place)) for place in errors)
                wrong = {} if errors else {place: texts for place, texts in said.items() if texts}
                false += len(wrong)
                if given.show:
                    for place, error in errors.items():
                        print(f"  {place}: refused: {error}{'' if said.get(place) else ' (not foretold)'}")
                    for place, texts in wrong.items():
                        print(f"  {place}: taken, and the lint said: {texts[0]}")
        with DatabaseGate(scratch.dsn("history"), allow_superuser=True) as gate:
            texts = read_definitions(gate).statements
    live = Catalog(complete=True)
    replay([Script("", "sql", tuple(Sent(sql, Place("", 1), None) for sql in texts))], live, given.postgres)
    left = list(differences(catalog, live))
    for each in left if given.show else ():
        print(f"  {each[:300]}")
    print(
        f"{given.path}: {len(prepared.scripts)} migrations, {statements} statements, {len(prepared.unresolved)} notes; "
        f"the server refused {refused}, of which the lint had said {foretold}; {false} said and not refused; "
        f"{len(left)} differences between the schemas at the end, of {len(live.relations)} relations"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
