"""Markdown that fits a pull-request comment: GitHub takes 65,536 characters, and so many are never needed."""

from __future__ import annotations

from collections.abc import Iterable

from backend_lead.model.finding import Finding
from backend_lead.model.repair import Repairs
from backend_lead.model.review import Grade, Report, Step
from backend_lead.model.verdict import Ruling
from backend_lead.report import _words as words
from backend_lead.report._format import View
from backend_lead.report._markdown_ask import answer_text
from backend_lead.report._markdown_design import design_text
from backend_lead.report._markdown_diagnosis import diagnosis_text
from backend_lead.report._markdown_text import block, code, html, text
from backend_lead.report._markdown_watch import watch_text
from backend_lead.report._text_repair import summary

LIMIT = 60_000
"""Characters of the whole comment; room is left for what a bot puts around it."""

_STEPS = 10


def render(report: Report, view: View) -> str:
    """Return the comment; findings that no longer fit are counted at its end."""
    if report.answer is not None:
        return f"## backend-lead ask: {text(report.target)}\n\n{answer_text(report.answer)}"
    if report.watched is not None:
        return f"## backend-lead watch report: {text(report.target)}\n\n{watch_text(report.watched)}"
    if report.design is not None:
        return f"## backend-lead design: {text(report.target)}\n\n{design_text(report.design)}"
    since = f" since {text(report.since)}" if report.since else ""
    lines = [f"## backend-lead {report.job}: {text(report.target)}{since}", "", *_repairs(report.repairs)]
    if report.since is None:
        # Of what a change brought, grades and verdicts over the whole would say something else.
        lines += [text(words.route_to_row(report.backend)), "", *_grades(report.grades, report)]
    lines += _plan(report.plan)
    lines += _verdicts(report) if report.since is None else []
    comment = "\n".join(lines) + "\n"
    if report.diagnosis is not None:
        comment += diagnosis_text(report.diagnosis)
    if report.job == "map":
        return _fitted(comment, [_routes(report)], "routes")
    ordered = sorted(report.findings, key=lambda finding: finding.order)
    comment += f"### Findings: {words.severities(ordered)}\n\n"
    return _fitted(comment, map(_finding, ordered), "findings") + _footer(report)


def _fitted(start: str, entries: Iterable[str], name: str) -> str:
    """Add entries while they fit, and say how many did not."""
    left, comment = 0, start
    for entry in entries:
        if left or len(comment) + len(entry) > LIMIT:
            left += 1
        else:
            comment += entry
    return comment + (f"…and {left:,} more {name}: see the full report.\n" if left else "")


def _grades(grades: Iterable[Grade], report: Report) -> list[str]:
    rows = [f"| {words.DIMENSIONS[grade.dimension]} | **{words.letter(grade)}** | {words.shown_score(grade)} | "
            f"{text(words.grade_line(grade, report))} |" for grade in grades]
    return ["| Dimension | Grade | Score | |", "|---|---|---|---|", *rows, ""] if rows else []


def _repairs(repairs: Repairs | None) -> list[str]:
    if repairs is None:
        return []
    rows = [f"| {patch.outcome.value} | {text(patch.finding.title)} {code(str(patch.finding.place))} | "
            f"{text(patch.what)[:300]} | {text(patch.why)[:300]} |" for patch in repairs.patches]
    table = ["| Patch | Finding | What it changes | Because |", "|---|---|---|---|", *rows, ""] if rows else []
    return ["### Patches", "", *table, f"{text(summary(repairs))}.", ""]


def _plan(steps: tuple[Step, ...]) -> list[str]:
    if not steps:
        return []
    lines = ["### Plan", ""]
    for step in steps[:_STEPS]:
        lines.append(f"{step.number}. {text(step.title)[:500]} ({step.severity.value}, effort {step.effort}, "
                     f"{step.job.value}): {code(step.command)}")
    if len(steps) > _STEPS:
        lines.append(f"\n…and {len(steps) - _STEPS:,} more steps")
    return [*lines, ""]


def _verdicts(report: Report) -> list[str]:
    if not report.verdicts:
        return []
    counts = [f"{sum(v.verdict is ruling for v in report.verdicts):,} {ruling.value}" for ruling in words.RULINGS]
    lines = [f"**Verdicts:** {' · '.join(counts)}", ""]
    if report.job == "audit":
        bad = [v for v in report.verdicts if v.verdict in (Ruling.BROKEN, Ruling.UNDECIDED)]
        bad.sort(key=lambda verdict: list(words.RULINGS).index(verdict.verdict))
        rows = [f"| {code(f'{v.method} {v.path}')} | {v.verdict.value} | {text(v.because)[:300]} |" for v in bad[:50]]
        lines += ["| Endpoint | Verdict | Because |", "|---|---|---|", *rows, ""] if rows else []
        lines += [f"…and {len(bad) - 50:,} more", ""] if len(bad) > 50 else []
    return lines


def _finding(finding: Finding) -> str:
    path = words.path_from_route(finding)
    parts = [f"<details><summary><b>{finding.severity.value}</b> {html(finding.title)} "
             f"<code>{html(str(finding.place))}</code></summary>", "",
             f"{text(finding.message)} {text(finding.why)}", ""]
    parts += [code(path), ""] if path else []
    parts += [block(finding.fix), ""] if finding.fix else []
    parts += [f"{code(finding.rule)} · {finding.evidence.value} · {finding.dimension.value}", "", "</details>", ""]
    return "\n".join(parts) + "\n"


def _routes(report: Report) -> str:
    rows = [f"| {code(endpoint.name)} | {endpoint.authentication.value} | "
            f"{text(', '.join(sorted({name for query in endpoint.queries for name in query.tables})))} |\n"
            for endpoint in sorted(report.backend.endpoints, key=lambda each: (each.path, each.method))]
    head = "| Route | Credential | Tables |\n|---|---|---|\n"
    return _fitted(head, rows, "routes")


def _footer(report: Report) -> str:
    missing = len(report.backend.unresolved)
    parts = [words.files_read(report.backend)]
    parts += [f"{words.count(missing, 'thing')} could not be read"] if missing else []
    parts += [f"{report.ignored:,} ignored, {report.baselined:,} in the baseline"] if (
        report.ignored or report.baselined) else []
    return f"\n<sub>{html(' · '.join(parts))}</sub>\n"
