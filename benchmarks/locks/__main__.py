"""`python -m benchmarks.locks measure [--postgres 15] [CORPUS ...] [--case NAME ...]`: what was seen goes to
truth/CORPUS-MAJOR.json; with names of cases theirs alone is written anew.
`python -m benchmarks.locks table [--postgres 15]`: the lint's table is made from it."""

from __future__ import annotations

import argparse
import json
import sys

from benchmarks.locks.cases import FOLDER, corpus, names
from benchmarks.locks.measure import measure
from benchmarks.locks.table import truth, write_table


def main() -> int:
    """Measure the corpora that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.locks")
    parser.add_argument("what", choices=["measure", "table"])
    parser.add_argument("corpora", nargs="*", choices=[*names(), []])
    parser.add_argument("--postgres", type=int, default=18)
    parser.add_argument("--case", nargs="+", default=())
    given = parser.parse_args()
    if given.what == "table":
        doubts = write_table(given.postgres)
        for doubt in doubts:
            print(doubt)
        print(f"{len(doubts)} disagreements")
        return 0
    for name in given.corpora or names():
        seen = list(measure(corpus(name), given.postgres, given.case))
        skipped = [each for each in seen if "skipped" in each]
        target = FOLDER / "truth" / f"{name}-{given.postgres}.json"
        if given.case:
            known = truth(name, given.postgres) | {each["case"]: each for each in seen}
            seen = [known[case.name] for case in corpus(name).cases if case.name in known]
        target.parent.mkdir(exist_ok=True)
        target.write_text(
            "[\n" + ",\n".join(json.dumps(each, sort_keys=True) for each in seen) + "\n]\n", encoding="utf-8"
        )
        print(
            f"{name} on PostgreSQL {given.postgres}: {len(seen)} cases, "
            f"{sum(len(each.get('statements', ())) for each in seen)} statements, {len(skipped)} skipped, "
            f"{sum(bool(each.get('fails')) for each in seen)} fail"
        )
        for each in skipped:
            print(f"  skipped {each['case']}: {each['skipped']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
