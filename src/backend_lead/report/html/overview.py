"""The top of the page: what was read, the four grades, the plan; and the end: what could not be read."""

from __future__ import annotations

from backend_lead.model.review import Grade, Report, Step
from backend_lead.report import _words as words
from backend_lead.report.html.markup import Html, join, tag

_TITLES = {"review": "Review", "audit": "Security audit", "map": "Map", "diagnose": "Diagnosis"}
_MOST_UNRESOLVED = 500
_MOST_ACTIONS = 40


def section(report: Report) -> Html:
    """Return the head of the page with the numbers and the grades."""
    backend = report.backend
    since = f", changed since {report.since}" if report.since else ""
    of_code = ((len(backend.endpoints), "endpoint", "endpoints"), (words.queries(backend), "query", "queries"))
    numbers = (*(of_code if backend.files else ()), (len(backend.tables), "table", "tables"),
               (sum(len(table.indexes) for table in backend.tables), "index", "indexes"))
    flow = tag("ol", *(tag("li", tag("strong", f"{number:,}"), tag("span", one if number == 1 else many))
                       for number, one, many in numbers), class_="flow")
    missing = len(backend.unresolved)
    left = (f"{words.count(backend.unplaced_routes, 'route')} in no application that was found · "
            if backend.unplaced_routes else "")
    link = tag("a", f"{words.count(missing, 'thing')} could not be read", href="#not-read")
    unread = join(" · ", left, link) if missing else None
    grades = tag("div", *(_grade(grade, report) for grade in report.grades), class_="grades") if report.grades else None
    title = f"{_TITLES.get(report.job, report.job)} by backend-lead {report.version}{since}"
    return tag(
        "div", tag("p", title, class_="eyebrow"),
        tag("h1", report.target), flow, tag("p", words.files_read(backend), unread, class_="muted small"),
        grades, _left_out(report), id="overview")


def _grade(grade: Grade, report: Report) -> Html:
    mark = words.letter(grade)
    kind = f"is-{mark}" if mark != "–" else "is-none"
    score = words.shown_score(grade)
    width = int(grade.score) if mark != "–" else 0
    bar = tag("svg", tag("rect", class_="track", width="100", height="4", rx="2"),
              tag("rect", class_="fill", width=str(width), height="4", rx="2"),
              viewBox="0 0 100 4", preserveAspectRatio="none", aria_hidden="true")
    return tag(
        "div", tag("div", tag("div", tag("h3", words.DIMENSIONS[grade.dimension]),
                              tag("span", f"{score} of 100" if mark != "–" else "not graded", class_="score")),
                   tag("span", mark, class_="letter"), class_="top"),
        bar, tag("p", words.grade_line(grade, report)),
        tag("details", tag("summary", "How it is reckoned"), tag("p", grade.arithmetic)), class_=f"grade {kind}")


def _left_out(report: Report) -> Html | None:
    parts = []
    if report.ignored or report.baselined:
        parts.append(f"Left out: {report.ignored:,} ignored with a reason, "
                     f"{report.baselined:,} accepted by the baseline.")
    if report.unused_ignores:
        parts.append(f"{words.count(len(report.unused_ignores), 'ignore comment')} to look at.")
    return tag("p", " ".join(parts), class_="muted small") if parts else None


def plan(report: Report) -> Html | None:
    """Return the plan, each step with what to paste and what to type."""
    if not report.plan:
        return None
    said = tag("span", "Most risk removed for the least effort first", class_="muted small")
    steps = [tag("li", _step(step, first=number == 0)) for number, step in enumerate(report.plan)]
    return tag("section", tag("header", tag("h2", "Plan"), said), tag("ol", *steps, class_="plan"), id="plan")


def _step(step: Step, *, first: bool) -> Html:
    facts = (f"{words.count(len(step.findings), 'finding')} · risk {step.risk_removed:g} · effort {step.effort} · "
             f"job {step.job.value}")
    severity = step.severity.value
    left = len(step.actions) - _MOST_ACTIONS
    summary = tag("summary", tag("span", str(step.number), class_="number"), tag("span", step.title, class_="title"),
                  tag("span", severity, class_=f"badge {severity}"), tag("span", facts, class_="facts"))
    body = tag("div", tag("p", step.because),
               tag("p", tag("span", "Changes", class_="label"), ", ".join(step.targets), class_="mono"),
               *(tag("div", tag("pre", action), class_="paste") for action in step.actions[:_MOST_ACTIONS]),
               tag("p", f"…and {left} more") if left > 0 else None,
               tag("p", tag("span", "Type", class_="label"), tag("code", step.command)), class_="body")
    return tag("details", summary, body, open=first)


def not_read(report: Report) -> Html | None:
    """Return what could not be read, and the ignore comments to look at."""
    unresolved = words.all_not_read(report.backend)
    comments = [f"{each.place}: {each.message}" for each in report.unused_ignores]
    if not unresolved and not comments:
        return None
    more = len(unresolved) - _MOST_UNRESOLVED
    rows = [tag("li", text) for text in unresolved[:_MOST_UNRESOLVED]]
    rows += [tag("li", f"…and {more:,} more", class_="muted")] if more > 0 else []
    return tag(
        "section", tag("header", tag("h2", "What could not be read"),
                       tag("span", "Nothing is said about these: a fault in them is not found", class_="muted small")),
        tag("ul", *rows, class_="card plain") if rows else tag("p", "Nothing.", class_="muted"),
        tag("header", tag("h3", "Ignore comments to look at")) if comments else None,
        tag("ul", *(tag("li", text) for text in comments), class_="card plain") if comments else None, id="not-read")


def footer(report: Report) -> Html:
    """Return the legend of the rungs: how a finding is known."""
    return tag("footer", "A finding is ", tag("b", "suspected"), " when a pattern matched, ", tag("b", "traced"),
               " when the whole path was read, ", tag("b", "measured"), " when it was seen on a database or a running "
               "service, ", tag("b", "proven"), " when the harm was reproduced.")
