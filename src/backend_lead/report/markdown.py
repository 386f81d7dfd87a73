"""Markdown that fits a pull-request comment: GitHub takes 65,536 characters, and so many are never needed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from backend_lead.model.finding import Finding
from backend_lead.model.review import Grade, Report, Step
from backend_lead.model.verdict import Ruling
from backend_lead.report import _words as words
from backend_lead.report._format import View

LIMIT = 60_000
"""Characters of the whole comment; room is left for what a bot puts around it."""

_STEPS = 10
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&])")


def render(report: Report, view: View) -> str:
    """Return the comment; findings that no longer fit are counted at its end."""
    lines = [f"## backend-lead {report.job}: {_text(report.target)}", "", _text(words.route_to_row(report.backend)), ""]
    lines += _grades(report.grades, report)
    lines += _plan(report.plan)
    lines += _verdicts(report)
    text = "\n".join(lines) + "\n"
    if report.job == "map":
        return _fitted(text, [_routes(report)], "routes")
    ordered = sorted(report.findings, key=lambda finding: finding.order)
    text += f"### Findings: {words.severities(ordered)}\n\n"
    return _fitted(text, map(_finding, ordered), "findings") + _footer(report)


def _fitted(text: str, entries: Iterable[str], name: str) -> str:
    """Add entries while they fit, and say how many did not."""
    left = 0
    for entry in entries:
        if left or len(text) + len(entry) > LIMIT:
            left += 1
        else:
            text += entry
    return text + (f"…and {left:,} more {name}: see the full report.\n" if left else "")


def _grades(grades: Iterable[Grade], report: Report) -> list[str]:
    rows = [f"| {words.DIMENSIONS[grade.dimension]} | **{words.letter(grade)}** | {words.shown_score(grade)} | "
            f"{_text(words.grade_line(grade, report))} |" for grade in grades]
    return ["| Dimension | Grade | Score | |", "|---|---|---|---|", *rows, ""] if rows else []


def _plan(steps: tuple[Step, ...]) -> list[str]:
    if not steps:
        return []
    lines = ["### Plan", ""]
    for step in steps[:_STEPS]:
        lines.append(f"{step.number}. {_text(step.title)[:500]} ({step.severity.value}, effort {step.effort}, "
                     f"{step.job.value}): {_code(step.command)}")
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
        rows = [f"| {_code(f'{v.method} {v.path}')} | {v.verdict.value} | {_text(v.because)[:300]} |" for v in bad[:50]]
        lines += ["| Endpoint | Verdict | Because |", "|---|---|---|", *rows, ""] if rows else []
        lines += [f"…and {len(bad) - 50:,} more", ""] if len(bad) > 50 else []
    return lines


def _finding(finding: Finding) -> str:
    path = words.path_from_route(finding)
    parts = [f"<details><summary><b>{finding.severity.value}</b> {_html(finding.title)} "
             f"<code>{_html(str(finding.place))}</code></summary>", "",
             f"{_text(finding.message)} {_text(finding.why)}", ""]
    parts += [_code(path), ""] if path else []
    parts += [_block(finding.fix), ""] if finding.fix else []
    parts += [f"{_code(finding.rule)} · {finding.evidence.value} · {finding.dimension.value}", "", "</details>", ""]
    return "\n".join(parts) + "\n"


def _routes(report: Report) -> str:
    rows = [f"| {_code(endpoint.name)} | {endpoint.authentication.value} | "
            f"{_text(', '.join(sorted({name for query in endpoint.queries for name in query.tables})))} |\n"
            for endpoint in sorted(report.backend.endpoints, key=lambda each: (each.path, each.method))]
    head = "| Route | Credential | Tables |\n|---|---|---|\n"
    return _fitted(head, rows, "routes")


def _footer(report: Report) -> str:
    missing = len(report.backend.unresolved)
    parts = [words.files_read(report.backend)]
    parts += [f"{words.count(missing, 'thing')} could not be read"] if missing else []
    parts += [f"{report.ignored:,} ignored, {report.baselined:,} in the baseline"] if (
        report.ignored or report.baselined) else []
    return f"\n<sub>{_html(' · '.join(parts))}</sub>\n"


def _text(text: str) -> str:
    """Return text of the target that stands in a line or a table cell as it is, without links or mentions."""
    safe = _SPECIAL.sub(r"\\\1", " ".join(words.clean(text).split()))
    # A zero-width space keeps @name from calling a person and #12 from linking an issue.
    return re.sub(r"([@#])(?=\w)", "\\1\u200b", safe)


def _html(text: str) -> str:
    # A blank line would end the block of HTML that this stands in.
    line = " ".join(words.clean(text).split())
    for character, safe in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("@", "@\u200b")):
        line = line.replace(character, safe)
    return line


def _code(text: str) -> str:
    """Return inline code; a run of backticks in it is fenced by a longer one, a bar would end a table cell."""
    line = " ".join(words.clean(text).split()).replace("|", "\\|")
    fence = "`" * (max((len(run) for run in re.findall("`+", line)), default=0) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def _block(text: str) -> str:
    fence = "`" * max(3, max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    return f"{fence}\n{words.clean(text).strip(chr(10))[:4000]}\n{fence}"
