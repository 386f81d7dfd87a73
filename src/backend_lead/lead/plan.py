"""One ordered plan from many findings: what touches the same route or query is one change."""

from __future__ import annotations

import math
import shlex
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from backend_lead.lead.grades import points
from backend_lead.model.finding import Dimension, Finding, Job, Severity
from backend_lead.model.review import Step

LARGEST_MERGE = 8
"""Findings in one merged step; more is no longer one change."""

BUSIEST_KEY = 8
"""A key that more findings share than this (a table that everything touches) does not merge them."""

WIDEST_FINDING = 4
"""A finding on more routes than this is about the service, and is not merged by its routes."""

SYSTEMIC = 10
"""A rule of medium or low severity with more findings than this is one change of habit, not many of place."""

_KINDS = ("query", "route", "table")


def plan(findings: Iterable[Finding], target: str) -> tuple[Step, ...]:
    """Return the steps that remove the findings, by risk removed against effort; each finding is in one step.

    Findings are merged when they share a `touches` key: queries and routes whichever job mends them, tables only
    within one job.  What is left alone is gathered by rule: the same change in several places is one step.  `target`
    is the path as the person typed it, for the commands.
    """
    ordered = sorted(findings, key=lambda finding: finding.order)
    steps = sorted((_step(group, target) for group in _gathered(_merged(ordered))),
                   key=lambda step: (-step.risk_removed / step.effort, step.severity.rank, step.title, step.targets))
    return tuple(replace(step, number=number) for number, step in enumerate(steps, start=1))


def _merged(findings: list[Finding]) -> list[list[Finding]]:
    """Join findings by the keys they share, the closest keys first, never beyond LARGEST_MERGE."""
    per_rule = Counter(finding.rule for finding in findings)
    holders: dict[tuple[int, str], list[int]] = defaultdict(list)
    for number, finding in enumerate(findings):
        if per_rule[finding.rule] > SYSTEMIC and finding.severity in (Severity.MEDIUM, Severity.LOW):
            continue
        for kind, key in _keys(finding):
            holders[kind, key].append(number)
    group_of = list(range(len(findings)))
    members = {number: [number] for number in group_of}
    for holder in sorted(holders):
        numbers = holders[holder]
        if len(numbers) > BUSIEST_KEY:
            continue
        for number in numbers[1:]:
            first, second = sorted((group_of[numbers[0]], group_of[number]))
            if first == second or len(members[first]) + len(members[second]) > LARGEST_MERGE:
                continue
            for member in members.pop(second):
                group_of[member] = first
                members[first].append(member)
    return [[findings[number] for number in sorted(group)] for _, group in sorted(members.items())]


def _keys(finding: Finding) -> Iterator[tuple[int, str]]:
    """Yield (closeness, key): a shared query binds closer than a route, a route closer than a table."""
    routes = [key for key in finding.touches if key.startswith("route:")]
    for key in finding.touches:
        kind = key.partition(":")[0]
        if kind not in _KINDS or (kind == "route" and len(routes) > WIDEST_FINDING):
            continue
        yield _KINDS.index(kind), f"{key}\0{finding.job}" if kind == "table" else key


def _gathered(groups: list[list[Finding]]) -> Iterator[list[Finding]]:
    """Yield the merged groups, and those of a single rule gathered by rule and job."""
    by_rule: dict[tuple[str, Job], list[Finding]] = defaultdict(list)
    for group in groups:
        if len({finding.rule for finding in group}) > 1:
            yield group
        else:
            by_rule[group[0].rule, group[0].job].extend(group)
    yield from by_rule.values()


def _step(group: list[Finding], target: str) -> Step:
    worst = min(group, key=lambda finding: finding.order)
    targets = _targets(group)
    return Step(
        number=0, title=_title(group, targets), job=worst.job, severity=worst.severity,
        findings=tuple(finding.fingerprint for finding in group), targets=targets,
        actions=tuple(dict.fromkeys(finding.fix for finding in group if finding.fix)), because=_because(group),
        effort=_effort(group), risk_removed=sum(map(points, group), 0.0), command=_command(worst, target))


def _effort(group: list[Finding]) -> int:
    """The largest effort in full and half of each other: the file is open, or the change is known, by then."""
    efforts = [finding.effort for finding in group]
    return max(1, math.ceil(max(efforts) + (sum(efforts) - max(efforts)) / 2))


def _targets(group: list[Finding]) -> tuple[str, ...]:
    """Name what the step changes, the worst first: routes, else the places of queries, else tables, else files."""
    named: dict[str, list[str]] = defaultdict(list)
    for finding in group:
        for key in finding.touches:
            kind, _, name = key.partition(":")
            named[kind].append(name)
        if finding.endpoint is not None:
            named["route"].append(str(finding.endpoint))
    found = named["route"] or named["query"] or [f"table {name}" for name in named["table"]]
    return tuple(dict.fromkeys(found or [str(finding.place) for finding in group]))


def _title(group: list[Finding], targets: tuple[str, ...]) -> str:
    titles = list(dict.fromkeys(finding.title.rstrip(".") for finding in group))
    if len(titles) == 1:
        return f"{titles[0]}: {_listed(targets, 2)}"
    return f"{_listed(targets, 1)}: {_listed(tuple(titles), 3)}"


def _because(group: list[Finding]) -> str:
    if len(group) == 1:
        return f"One {group[0].severity.value} finding, {group[0].evidence.value}."
    if len({finding.rule for finding in group}) == 1:
        return f"The same change mends {len(group)} findings."
    dimensions = {finding.dimension for finding in group}
    text = f"{len(group)} findings meet in the same code, so they are one change"
    if {Dimension.SECURITY, Dimension.DATABASE} <= dimensions:
        text += "; the check changes what the query filters on, so choose the index after it"
    return f"{text}."


def _command(worst: Finding, target: str) -> str:
    """The job's command where it exists today, else the page with the failing and the mended code."""
    if worst.dimension is Dimension.SECURITY and worst.job is Job.AUDIT:
        return f"backend-lead audit {shlex.quote(target)}"
    return f"backend-lead explain {worst.rule}"


def _listed(names: tuple[str, ...], most: int) -> str:
    if len(names) <= most:
        return ", ".join(names)
    return f"{', '.join(names[:most])} and {len(names) - most} more"
