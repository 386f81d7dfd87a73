"""`python -m benchmarks.rewrites [--show]`: better forms found, look-alikes left alone, and pages really touched.

Every statement is diagnosed as one workload.  Then the old and the new form of each rewrite are executed on the
museum's rows, with the indexes that the rewrite asks for; shared blocks hit and read repeat exactly where times do not.
The rows that both give are compared as well.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.rewrites import museum

from backend_lead.config import load
from backend_lead.gates.scratch_session import ScratchError, ScratchSession
from backend_lead.lead.diagnose import Slow, diagnose
from backend_lead.lead.options import Options
from backend_lead.model.diagnosis import Diagnosis, Rewrite
from backend_lead.prove.scratch import Scratch

PATIENCE = 20


def diagnosed(dsn: str, folder: Path) -> Diagnosis:
    """Return the diagnosis of the museum with all statements as its workload."""
    workload = folder / "workload.sql"
    workload.write_text("".join(f"-- name: {name}\n-- weight: 60/h\n{sql};\n"
                                for name, _, sql, _ in (*museum.BETTER, *museum.ALIKE)), encoding="utf-8")
    options = Options(folder, str(folder), load(folder, environment={}, options={}, rule_ids=list), dsn=dsn,
                      allow_superuser=True, cache=False)
    report = diagnose(Slow(workload=workload), options)
    assert report.diagnosis is not None
    return report.diagnosis


def filled(sql: str, values: tuple[object, ...]) -> str:
    """Return a statement with values for its parameters."""
    for number in range(len(values), 0, -1):
        value = values[number - 1]
        sql = sql.replace(f"${number}", str(value) if isinstance(value, int) else f"'{value}'")
    return sql


def pages(session: ScratchSession, sql: str) -> int:
    """Return the shared blocks that a statement touches when it is run a second time."""
    session.run(sql)
    [(answer,)] = session.run(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {sql}")
    found: dict[str, Any] = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
    return int(found["Shared Hit Blocks"] + found["Shared Read Blocks"])


def measured(session: ScratchSession, each: Rewrite, values: tuple[object, ...]) -> tuple[int, int, bool]:
    """Return the pages of the old form, those of the new one with its indexes, and whether both gave the same rows."""
    old, new = filled(each.before_sql, values), filled(each.after_sql, values)
    if each.kind == "offset-to-keyset":
        new, old = _by_key(session, each, values)
    session.run(f"SET statement_timeout = '{PATIENCE}s'")
    try:
        rows, before = session.run(old), pages(session, old)
    except ScratchError:
        rows, before = None, -1
    made = []
    for number, ddl in enumerate(each.indexes):
        session.run(f"CREATE INDEX bench_{number} ON{ddl.partition(' ON')[2]}")
        made.append(f"bench_{number}")
    session.run("ANALYZE")
    after, again = pages(session, new), session.run(new)
    for name in made:
        session.run(f"DROP INDEX {name}")
    if rows is None:
        return before, after, True
    # A page by key selects the key as well.
    width = len(rows[0]) if rows else 0
    return before, after, Counter(map(repr, rows)) == Counter(repr(row[:width]) for row in again)


def _by_key(session: ScratchSession, each: Rewrite, values: tuple[object, ...]) -> tuple[str, str]:
    """Return the page by key and by OFFSET, both of the page that the benchmark asks for, in the settled order."""
    order = each.after_sql.partition(" ORDER BY ")[2].partition(" LIMIT ")[0]
    settled = each.before_sql.partition(" ORDER BY ")[0] + f" ORDER BY {order}"
    old = filled(settled + " LIMIT" + each.before_sql.partition(" LIMIT")[2], values)
    skipped = int(old.rpartition(" ")[2])
    keys = [key.split(" ")[0] for key in order.split(", ")]
    start = old.partition(" FROM ")[2].partition(" LIMIT ")[0]
    [key] = session.run(f"SELECT {', '.join(keys)} FROM {start} LIMIT 1 OFFSET {skipped - 1}")
    kept = [value for number, value in enumerate(values, 1) if f"OFFSET ${number}" not in each.before_sql]
    return filled(each.after_sql, (*kept, *key)), old


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rewrites")
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args()
    with Scratch({"shared_buffers": "256MB"}) as scratch, tempfile.TemporaryDirectory() as folder:
        dsn = scratch.create_database("museum")
        with ScratchSession(scratch.server, "museum") as session:
            session.run(museum.SCHEMA)
            session.run(museum.ROWS)
            session.run("VACUUM ANALYZE")
            found = diagnosed(dsn, Path(folder))
            by_name = {each.name: each for each in found.rewrites}
            print("| statement | rewrite | proof | planner cost | pages touched | same rows here |")
            print("|---|---|---|---|---|---|")
            totals, differ = [0, 0], []
            for name, _, _, values in museum.BETTER:
                each = by_name.get(name)
                if each is None:
                    print(f"| {name} | none | | | | |")
                    continue
                before, after, same = measured(session, each, values)
                if before >= 0:
                    totals = [totals[0] + before, totals[1] + after]
                if not same:
                    differ.append(name)
                proof = each.proof
                shown = f"{proof.rounds} rounds, {proof.rows:,} rows" if proof and proof.shown else "not shown"
                told = f"over {PATIENCE} s" if before < 0 else f"{before:,}"
                print(f"| {name} | {each.kind} | {shown} | {each.before:,.0f} → {each.after:,.0f} "
                      f"| {told} → {after:,} | {'yes' if same else 'no'} |")
    right = [name for name, kind, _, _ in museum.BETTER if name in by_name and kind in by_name[name].kind]
    wrong = [name for name, *_ in museum.ALIKE if name in by_name]
    print(f"\nfound: {len(right)} of {len(museum.BETTER)} that have a better form")
    print(f"wrong: {len(wrong)} of {len(museum.ALIKE)} look-alikes{': ' + ', '.join(wrong) if wrong else ''}")
    print(f"other rows on the museum: {len(differ)}{': ' + ', '.join(differ) if differ else ''}")
    print(f"pages touched, of those that ended in time: {totals[0]:,} before, {totals[1]:,} after")
    if given.show:
        for each in found.rewrites:
            print(f"\n{each.name} [{each.kind}] {each.before:,.0f} ({each.with_indexes:,.0f}) → {each.after:,.0f}\n"
                  f"  {each.before_sql}\n  {each.after_sql}\n  {each.indexes} instead of {each.instead_of} "
                  f"{each.caller} {each.needs} {each.proof}")
        for remark in found.advice:
            print(f"{remark.name} [{remark.kind}]: {remark.message}")
        print("\n".join(found.notes))
        print(found.self_check)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
