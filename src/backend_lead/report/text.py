"""The report as text for people: the first screen says it all to somebody who does not know the code."""

from __future__ import annotations

import shlex

from backend_lead.model.review import Grade, Report, Step
from backend_lead.model.verdict import Ruling, Verdict
from backend_lead.report import _layout as layout
from backend_lead.report import _words as words
from backend_lead.report._format import View
from backend_lead.report._layout import Line, Span, wrapped
from backend_lead.report._text_ask import answer_lines
from backend_lead.report._text_design import design_lines
from backend_lead.report._text_diagnosis import diagnosis_lines
from backend_lead.report._text_findings import findings_lines
from backend_lead.report._text_fleet import fleet_lines
from backend_lead.report._text_map import map_lines
from backend_lead.report._text_migration import created_lines, statement_lines
from backend_lead.report._text_repair import repair_lines
from backend_lead.report._text_watch import watch_lines
from backend_lead.report._words_migration import migration_read

_STEPS = 5
_NOT_READ = 3
_PLACES = 3


def render(report: Report, view: View) -> str:
    """Return the report as lines of text; coloured only when the view says so."""
    width = max(layout.NARROWEST, min(layout.WIDEST, view.width))
    view = View(view.verbose, view.colour, width)
    if report.answer is not None:
        head = layout.headed(Span("backend-lead ask", "title"), report.target, view.width)
        lines = [*head, (), *answer_lines(report.answer, view)]
        return layout.painted(lines) if view.colour else layout.plain(lines)
    if report.fleet is not None:
        head = layout.headed(Span("backend-lead fleet report", "title"), report.target, view.width)
        lines = [*head, (), *fleet_lines(report.fleet, view)]
        return layout.painted(lines) if view.colour else layout.plain(lines)
    if report.watched is not None:
        head = layout.headed(Span("backend-lead watch report", "title"), report.target, view.width)
        lines = [*head, (), *watch_lines(report.watched, view)]
        return layout.painted(lines) if view.colour else layout.plain(lines)
    if report.design is not None:
        head = layout.headed(Span("backend-lead design", "title"), report.target, view.width)
        lines = [*head, (), *design_lines(report.design, view)]
        return layout.painted(lines) if view.colour else layout.plain(lines)
    if report.diagnosis is not None:
        files = created_lines(report.created, view) if report.created is not None else []
        lines = [*_head(report, view), *diagnosis_lines(report.diagnosis, view), *files, *findings_lines(report, view),
                 *_next(report, view)]
        return layout.painted(lines) if view.colour else layout.plain(lines)
    lines = _head(report, view)
    lines += repair_lines(report.repairs, view) if report.repairs is not None else []
    lines += [*_grades(report, view), *_plan(report, view), *_verdicts(report, view)]
    if report.job == "map":
        lines += map_lines(report, view)
    else:
        lines += statement_lines(report, view) + findings_lines(report, view)
    lines += [*_left_out(report, view), *_next(report, view)]
    return layout.painted(lines) if view.colour else layout.plain(lines)


def _head(report: Report, view: View) -> list[Line]:
    backend = report.backend
    since = f"  since {report.since}" if report.since else ""
    lines = [*layout.headed(Span(f"backend-lead {report.job}", "title"), f"{report.target}{since}", view.width), ()]
    if backend.change is not None:
        lines += wrapped(migration_read(report), view.width, indent=10, head=(Span("Read", "title"),))
    else:
        lines += wrapped(words.files_read(backend), view.width, indent=10, head=(Span("Read", "title"),))
        lines += wrapped(words.route_to_row(backend), view.width, indent=10) if words.route_to_row(backend) else []
    missing = words.all_not_read(backend)
    if missing:
        shown = missing if view.verbose else missing[:_NOT_READ]
        for number, text in enumerate(shown):
            lines += wrapped(text, view.width, indent=10, head=() if number else (Span("Not read", "title"),))
        if len(missing) > len(shown):
            lines.append((Span(" " * 10), Span(f"…and {len(missing) - len(shown):,} more (--verbose)", "dim")))
    return [*lines, ()]


def _grades(report: Report, view: View) -> list[Line]:
    if not report.grades:
        return []
    lines: list[Line] = [(Span("Grades", "title"),)]
    for grade in report.grades:
        lines += _grade(grade, report, view)
    return [*lines, ()]


def _grade(grade: Grade, report: Report, view: View) -> list[Line]:
    mark = words.letter(grade)
    head = (Span(f"  {words.DIMENSIONS[grade.dimension]:<13}"), Span(mark, mark),
            Span(f"  {words.shown_score(grade):>3}  ", "dim"))
    lines = wrapped(words.grade_line(grade, report), view.width, indent=24, head=head)
    if view.verbose:
        lines += wrapped(grade.arithmetic, view.width, indent=24, style="dim")
    return lines


def _plan(report: Report, view: View) -> list[Line]:
    if not report.plan:
        return []
    shown = report.plan if view.verbose else report.plan[:_STEPS]
    lines = layout.headed(Span("Plan", "title"), "most risk removed for the least effort first", view.width)
    for step in shown:
        lines += _step(step, view)
    if len(report.plan) > len(shown):
        lines.append((Span(f"      …and {len(report.plan) - len(shown):,} more steps (--verbose)", "dim"),))
    return [*lines, ()]


def _step(step: Step, view: View) -> list[Line]:
    lines = wrapped(step.title, view.width, indent=6, head=(Span(f"  {step.number:>2}.", step.severity.value),))
    facts = (f"removes {words.count(len(step.findings), 'finding')} ({step.severity.value}) · risk "
             f"{step.risk_removed:g} · effort {step.effort} · job {step.job.value}")
    lines += wrapped(facts, view.width, indent=6, style="dim")
    if view.verbose:
        lines += wrapped(step.because, view.width, indent=6, style="dim")
        for action in step.actions:
            lines += layout.code(action, 8)
    lines.append((Span("      "), Span(step.command, "code")))
    return lines


def _verdicts(report: Report, view: View) -> list[Line]:
    if not report.verdicts:
        return []
    by_ruling = {ruling: [v for v in report.verdicts if v.verdict is ruling] for ruling in words.RULINGS}
    counts = " · ".join(f"{len(found):,} {ruling.value}" for ruling, found in by_ruling.items())
    lines = wrapped(counts, view.width, indent=10, head=(Span("Verdicts", "title"),))
    if report.job == "audit" or view.verbose:
        for ruling, found in by_ruling.items():
            lines += _ruling(ruling, found, view)
    return [*lines, ()]


def _ruling(ruling: Ruling, found: list[Verdict], view: View) -> list[Line]:
    if not found:
        return []
    style = {Ruling.BROKEN: "critical", Ruling.UNDECIDED: "medium"}.get(ruling, "good")
    lines: list[Line] = [(), *layout.headed(Span(ruling.value, style), words.RULINGS[ruling], view.width, indent=2)]
    for verdict in found:
        lines += wrapped(f"{verdict.method} {verdict.path}", view.width, indent=6, head=(Span("    "),))
        lines += wrapped(verdict.because, view.width, indent=8, style="dim")
    return lines


def _left_out(report: Report, view: View) -> list[Line]:
    lines: list[Line] = []
    if report.ignored or report.baselined:
        text = f"{report.ignored:,} ignored with a reason, {report.baselined:,} accepted by the baseline"
        lines += wrapped(text, view.width, indent=10, head=(Span("Left out", "title"),))
    unused = report.unused_ignores
    if unused:
        lines += wrapped(f"{words.count(len(unused), 'ignore comment')} to look at", view.width, indent=10,
                         head=(Span("Ignores", "title"),))
        for each in unused if view.verbose else unused[:_PLACES]:
            lines += wrapped(f"{each.place}: {each.message}", view.width, indent=10)
        if len(unused) > _PLACES and not view.verbose:
            lines.append((Span(f"          …and {len(unused) - _PLACES:,} more (--verbose)", "dim"),))
    return [*lines, ()] if lines else []


def _next(report: Report, view: View) -> list[Line]:
    target = shlex.quote(report.target)
    commands: list[tuple[str, str]] = []
    if report.backend.change is not None:
        return _next_of_migration(report, view)
    if report.findings:
        worst = min(report.findings, key=lambda finding: finding.order)
        commands.append((f"backend-lead explain {worst.rule}", "why it hurts, a failing and a mended example"))
        commands.append((f"backend-lead {report.job} {target} --html report.html",
                         "the map from route to row, in a browser"))
        if report.job in ("review", "audit") and report.repairs is None:
            commands.append((f"backend-lead {report.job} {target} --fix",
                             "apply the safe patches in a clean git tree"))
        commands.append((f"backend-lead baseline write {target}", "accept what is there, report only what is new"))
    elif report.job == "map":
        commands.append((f"backend-lead review {target}", "grades, findings and one plan"))
    else:
        commands.append((f"backend-lead map {target}", "what was read, from route to row"))
    if not view.verbose and report.job != "map":
        commands.append((f"backend-lead {report.job} {target} --verbose", "everything, nothing cut"))
    return _commands(commands, view)


def _next_of_migration(report: Report, view: View) -> list[Line]:
    target = shlex.quote(report.target)
    commands: list[tuple[str, str]] = []
    if report.findings:
        worst = min(report.findings, key=lambda finding: finding.order)
        commands.append((f"backend-lead explain {worst.rule}", "why it hurts, a failing and a mended example"))
    if not view.verbose:
        commands.append((f"backend-lead migration lint {target} --verbose", "everything, nothing cut"))
    return _commands(commands, view) if commands else []


def _commands(commands: list[tuple[str, str]], view: View) -> list[Line]:
    room = max(layout.width_of(command) for command, _ in commands)
    lines: list[Line] = [(Span("Next", "title"),)]
    for command, what in commands:
        if room + layout.width_of(what) + 6 <= view.width:
            lines.append((Span("  "), Span(f"{command:<{room}}", "code"), Span(f"  {what}", "dim")))
        else:
            lines.append((Span("  "), Span(command, "code")))
            lines += wrapped(what, view.width, indent=6, style="dim")
    return lines
