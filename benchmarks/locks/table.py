"""From what was measured to the table that the lint goes by: which lock each kind of step takes in each of its
roles."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.locks.cases import FOLDER, Case, Corpus, corpus

from backend_lead.gates.grammar import parse
from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.facts import Facts
from backend_lead.migrate.judge import Judge
from backend_lead.migrate.judging import judge_statement
from backend_lead.model.migration import LockMode
from backend_lead.prove.scratch import Scratch

KNOWLEDGE = Path("src/backend_lead/migrate/knowledge")
_CASTS = """
    SELECT format_type(castsource, NULL) || ' ' || format_type(casttarget, NULL), castcontext::text || castmethod::text
    FROM pg_cast WHERE castsource < 16384 AND casttarget < 16384 ORDER BY 1
"""
_VOLATILE = """
    SELECT DISTINCT proname::text FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
    WHERE nspname = 'pg_catalog' AND provolatile = 'v' AND prokind = 'f' AND prorettype <> 'trigger'::regtype
      AND proname !~ '^(pg_|lo_|binary_upgrade|brin_|gin_|ts_stat|database_to|table_to|query_to|cursor_to|schema_to)'
    ORDER BY 1
"""
# Those of which no form with that many arguments is immutable.
_UNSTEADY = """
    SELECT proname::text || '/' || pronargs FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
    WHERE nspname = 'pg_catalog' AND prokind = 'f' AND prorettype <> 'trigger'::regtype
      AND proname !~ '^(pg_|lo_|binary_upgrade|brin_|gin_|ts_stat|database_to|table_to|query_to|cursor_to|schema_to)'
    GROUP BY proname, pronargs HAVING bool_and(provolatile <> 'i') ORDER BY 1
"""
_FUNCTIONS = "SELECT DISTINCT proname::text FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace ORDER BY 1"


_CLASSES = """
    SELECT DISTINCT amname || ' ' || format_type(opcintype, NULL) FROM pg_opclass JOIN pg_am a ON a.oid = opcmethod
    WHERE opcdefault ORDER BY 1
"""


def catalog_of(schema: str, facts: Facts) -> Catalog:
    """Return the catalog after a schema given as SQL."""
    catalog = Catalog(complete=True)
    for tree in parse(schema):
        judge_statement(tree.stmt, "", catalog, facts, in_transaction=False)
    catalog.settled()
    return catalog


def judged(case: Case, schema: Catalog, facts: Facts) -> Iterator[tuple[str, Judge]]:
    """Judge the statements of a case in turn."""
    catalog = schema.copy()
    for statement in case.before:
        for tree in parse(statement):
            judge_statement(tree.stmt, statement, catalog, facts, in_transaction=False)
    catalog.settled()
    for statement in case.statements:
        for tree in parse(statement):
            yield statement, judge_statement(tree.stmt, statement, catalog, facts, in_transaction=not case.alone)
            if case.alone:
                catalog.committed(catalog.relations)


def truth(name: str, major: int) -> dict[str, dict[str, Any]]:
    """Return what was measured, by case."""
    path = FOLDER / "truth" / f"{name}-{major}.json"
    return {each["case"]: each for each in json.loads(path.read_text(encoding="utf-8"))}


def write_table(major: int) -> list[str]:
    """Write the knowledge of one version from the corpus `shop`; return what the steps do not explain."""
    with Scratch(major=major) as scratch:
        casts = {str(pair): str(how) for pair, how in scratch.execute(_CASTS)}
        volatile = [str(name) for (name,) in scratch.execute(_VOLATILE)]
        unsteady = [str(name) for (name,) in scratch.execute(_UNSTEADY)]
        functions = [str(name) for (name,) in scratch.execute(_FUNCTIONS)]
        classes = [str(name) for (name,) in scratch.execute(_CLASSES)]
    nothing = Facts(major, {}, casts, frozenset(volatile), frozenset(unsteady))
    steps, doubts = learn(corpus("shop"), truth("shop", major), nothing)
    KNOWLEDGE.mkdir(exist_ok=True)
    lines = [f"    {json.dumps(key)}: {json.dumps(steps[key], sort_keys=True)}" for key in sorted(steps)]
    text = "\n".join((
        "{", f'  "major": {major},', '  "steps": {', ",\n".join(lines), "  },",
        f'  "casts": {json.dumps(casts, sort_keys=True)},', f'  "volatile": {json.dumps(volatile)},',
        f'  "unsteady": {json.dumps(unsteady)},', f'  "functions": {json.dumps(functions)},',
        f'  "classes": {json.dumps(classes)}', "}", ""))
    (KNOWLEDGE / f"postgres-{major}.json").write_text(text, encoding="utf-8")
    return doubts


def learn(
    whole: Corpus, measured: dict[str, dict[str, Any]], nothing: Facts
) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Return what each step does in each role, and where the measurements disagree about it; `nothing` are facts
    without steps.

    Statements of one step that nothing went before teach it; the others are then used for steps that no such statement
    takes.
    """
    schema = catalog_of(whole.schema, nothing)
    seen: list[tuple[str, Judge, dict[str, Any], dict[str, Any]]] = []
    first: set[int] = set()
    for case in whole.cases:
        result = measured.get(case.name, {})
        if "statements" not in result:
            continue
        before: dict[str, Any] = {"locks": {}, "rewrites": [], "rebuilt": [], "scans": []}
        for (_, judge), got in zip(judged(case, schema, nothing), result["statements"], strict=False):
            if got["error"]:
                break
            if judge.actions:
                seen.append((case.name, judge, got, before))
                if not before["locks"]:
                    first.add(id(judge))
            before = got
    steps: dict[str, dict[str, Any]] = {}
    taught: set[tuple[str, str]] = set()
    doubts: list[str] = []
    alone = [each for each in seen if len(each[1].actions) == 1 and id(each[1]) in first]
    for group in (alone, [each for each in seen if id(each[1]) in first], seen):
        votes = _votes(group, steps, taught)
        for key in sorted(votes):
            _decide(steps.setdefault(key, {}), key, votes[key], doubts)
            taught |= {(key, role) for role in votes[key]}
    return steps, doubts


def _votes(
    group: list[tuple[str, Judge, dict[str, Any], dict[str, Any]]],
    known: dict[str, dict[str, Any]],
    taught: set[tuple[str, str]],
) -> dict[str, dict[str, list[tuple[str, Any]]]]:
    votes: dict[str, dict[str, list[tuple[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for case, judge, got, before in group:
        # A statement of several steps teaches the one that nothing else has taught.
        new = [
            action
            for action in judge.actions
            if (action.key, "") not in taught or any((action.key, role) not in taught for role, _ in action.roles)
        ]
        if len(judge.actions) > 1 and len({action.key for action in new}) != 1:
            continue
        for action in new:
            votes[action.key].setdefault("", [])
            for role, names in action.roles:
                if (action.key, role) in taught:
                    continue
                for name in names:
                    relation = judge.catalog.relations.get(name)
                    files = relation is None or relation.kind != "partitioned"
                    mode = got["locks"].get(name)
                    if mode is not None and mode == before["locks"].get(name):
                        continue
                    if len(judge.actions) > 1 and _explained(name, mode, judge, known):
                        mode = None
                    votes[action.key][role].append(
                        (
                            case,
                            (
                                mode,
                                *(
                                    (name in got["rewrites"], name in got["rebuilt"], name in got["scans"])
                                    if files
                                    else (None,) * 3
                                ),
                            ),
                        )
                    )
    return votes


def _explained(name: str, mode: str | None, judge: Judge, known: dict[str, dict[str, Any]]) -> bool:
    """Say whether another step takes at least this lock on a relation already."""
    for action in judge.actions:
        for role, names in action.roles:
            held = known.get(action.key, {}).get("locks", {}).get(role)
            if name in names and held and mode and LockMode(held).strength >= LockMode(mode).strength:
                return True
    return False


def _told(votes: list[tuple[str, Any]], position: int) -> str:
    """Each answer with the first cases that gave it."""
    cases: dict[str, list[str]] = defaultdict(list)
    for case, vote in votes:
        if case not in cases[str(vote[position])]:
            cases[str(vote[position])].append(case)
    return "; ".join(f"{answer} by {', '.join(found[:3])}" for answer, found in sorted(cases.items()))


def _decide(step: dict[str, Any], key: str, roles: dict[str, list[tuple[str, Any]]], doubts: list[str]) -> None:
    for role, votes in sorted(roles.items()):
        if not role:
            continue
        modes = [vote[0] for _, vote in votes]
        if len(set(modes)) > 1:
            doubts.append(f"{key} {role}: {_told(votes, 0)}")
        strongest = max((mode for mode in modes if mode), key=lambda mode: LockMode(mode).strength, default=None)
        if strongest:
            step.setdefault("locks", {})[role] = strongest
        for position, field in ((1, "rewrites"), (2, "rebuilds"), (3, "scans")):
            said = {vote[position] for _, vote in votes} - {None}
            if len(said) > 1:
                doubts.append(f"{key} {role} {field}: {_told(votes, position)}")
            if True in said:
                step.setdefault(field, []).append(role)
