"""The plan: what touches the same route or query is one change, the most risk for the least effort first."""

from __future__ import annotations

import random
from dataclasses import replace

import samples
from backend_lead.lead.grades import points
from backend_lead.lead.plan import BUSIEST_KEY, LARGEST_MERGE, SYSTEMIC, plan
from backend_lead.model.finding import Dimension, EndpointRef, Job, Severity
from backend_lead.model.place import Place
from samples import FINDINGS, finding


def found(rule, *touches, line=1, **more):
    settings = {"dimension": Dimension.SECURITY, "severity": Severity.HIGH, **more}
    dimension, severity = settings.pop("dimension"), settings.pop("severity")
    return finding(rule, rule.capitalize().replace("-", " "), dimension, severity, Place(f"{rule}.py", line),
                   f"{rule} at {line}", touches=touches, **settings)


def rules_of(step, findings):
    named = {each.fingerprint: each.rule for each in findings}
    return sorted(named[fingerprint] for fingerprint in step.findings)


def test_an_owner_check_and_the_index_of_its_query_are_one_step():
    step = plan(FINDINGS, "shop")[0]
    assert rules_of(step, FINDINGS) == ["foreign-key-without-index", "missing-owner-check", "missing-owner-check"]
    assert step.because == ("3 findings meet in the same code, so they are one change; the check changes what the query "
                            "filters on, so choose the index after it.")
    assert step.actions[-1] == "CREATE INDEX CONCURRENTLY ix_orders_user_id ON orders (user_id);"
    assert (step.job, step.severity, step.risk_removed) == (Job.AUDIT, Severity.CRITICAL, 85)


def test_every_finding_is_in_exactly_one_step():
    steps = plan(FINDINGS, "shop")
    assert sorted(print_ for step in steps for print_ in step.findings) == sorted(f.fingerprint for f in FINDINGS)


def test_queries_and_routes_merge_across_jobs_and_tables_only_within_one():
    a = found("a", "query:x.py:1", job=Job.MIGRATION)
    b = found("b", "query:x.py:1", "route:GET /x", job=Job.AUDIT)
    c = found("c", "route:GET /x", job=Job.DIAGNOSE)
    assert len(plan((a, b, c), ".")) == 1
    d, e, f = (found(name, "table:orders", job=job) for name, job in (
        ("d", Job.MIGRATION), ("e", Job.MIGRATION), ("f", Job.AUDIT)))
    assert sorted(rules_of(step, (d, e, f)) for step in plan((d, e, f), ".")) == [["d", "e"], ["f"]]


def test_a_key_that_everything_shares_merges_nothing():
    crowd = tuple(found(f"r{number}", "table:users", job=Job.MIGRATION) for number in range(BUSIEST_KEY + 1))
    assert len(plan(crowd, ".")) == len(crowd)


def test_no_merge_grows_without_end():
    chain = tuple(found(f"r{number:02}", f"query:x.py:{number}", f"query:x.py:{number + 1}") for number in range(40))
    assert max(len(step.findings) for step in plan(chain, ".")) == LARGEST_MERGE


def test_a_finding_about_the_whole_service_is_not_merged_by_its_routes():
    wide = found("no-version", *(f"route:GET /{number}" for number in range(6)))
    one = found("one", "route:GET /1")
    assert len(plan((wide, one), ".")) == 2


def test_the_same_change_in_many_places_is_one_step():
    keys = tuple(found("foreign-key-without-index", f"table:t{number}", line=number, job=Job.MIGRATION, effort=1,
                       fix=f"CREATE INDEX ON t{number} (x);") for number in range(5))
    step, = plan(keys, ".")
    assert step.title == "Foreign key without index: table t0, table t1 and 3 more"
    assert step.because == "The same change mends 5 findings."
    assert step.actions == tuple(f"CREATE INDEX ON t{number} (x);" for number in range(5))
    assert step.effort == 3


def test_a_habit_of_the_whole_service_does_not_drag_grave_findings_along():
    habit = tuple(found("wrong-status", f"route:GET /{number}", line=number, severity=Severity.LOW)
                  for number in range(SYSTEMIC + 1))
    grave = found("missing-owner-check", "route:GET /1", severity=Severity.CRITICAL)
    first, second = plan((*habit, grave), ".")
    assert rules_of(first, (grave,)) == ["missing-owner-check"]
    assert len(second.findings) == SYSTEMIC + 1


def test_steps_are_ordered_by_risk_against_effort():
    steps = plan(FINDINGS, "shop")
    ratios = [step.risk_removed / step.effort for step in steps]
    assert ratios == sorted(ratios, reverse=True)
    assert [step.number for step in steps] == list(range(1, len(steps) + 1))
    assert sum(step.risk_removed for step in steps) == sum(map(points, FINDINGS))


def test_commands_are_ones_that_exist():
    commands = {step.command for step in plan(FINDINGS, "my shop")}
    assert "backend-lead audit 'my shop'" in commands
    assert all(command.startswith(("backend-lead audit ", "backend-lead explain ")) for command in commands)


def test_the_order_of_the_findings_changes_nothing():
    expected = plan(FINDINGS, "shop")
    for seed in range(20):
        shuffled = list(FINDINGS)
        random.Random(seed).shuffle(shuffled)
        assert plan(shuffled, "shop") == expected


def test_a_target_without_touches_is_named_by_its_route_or_place():
    by_route = replace(FINDINGS[0], touches=(), endpoint=EndpointRef("GET", "/x"))
    by_place = replace(FINDINGS[0], touches=(), endpoint=None, rule="other", place=Place("a.py", 3))
    assert {step.targets for step in plan((by_route, by_place), ".")} == {("GET /x",), ("a.py:3",)}
    assert samples.plan((), ".") == ()
