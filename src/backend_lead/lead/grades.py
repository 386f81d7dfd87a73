"""One grade for each dimension.  The arithmetic is told in docs/grades.md and printed with every grade."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Dimension, Evidence, Finding, Severity
from backend_lead.model.review import Grade
from backend_lead.model.verdict import Ruling, Verdict

SEVERITY_POINTS = {Severity.CRITICAL: 40.0, Severity.HIGH: 15.0, Severity.MEDIUM: 5.0, Severity.LOW: 1.0}
"""Points that a traced finding costs."""

RUNG_FACTOR = {Evidence.SUSPECTED: 0.5, Evidence.TRACED: 1.0, Evidence.MEASURED: 1.25, Evidence.PROVEN: 1.5}
"""What a finding costs more or less, by how it is known."""

SMALLEST_SIZE = 10
"""A backend of fewer pieces is measured as if it had this many, so that one small fault does not sink it."""

LETTERS = ((90.0, "A"), (80.0, "B"), (70.0, "C"), (60.0, "D"), (0.0, "F"))
CAPS = {Severity.CRITICAL: "D", Severity.HIGH: "B"}
"""The best letter while a finding of that severity stands that is more than suspected."""

NOT_GRADED = "not graded"
_NO_QUERY = "no query was seen behind"


def points(finding: Finding) -> float:
    """Return the points that one finding costs: severity times rung."""
    return SEVERITY_POINTS[finding.severity] * RUNG_FACTOR[finding.evidence]


def grades(backend: Backend, findings: Iterable[Finding], judged: Iterable[Verdict] = ()) -> tuple[Grade, ...]:
    """Return the four grades, in the order of `Dimension`.

    `findings` are those that are still open: neither ignored with a reason nor in the baseline; `judged` the verdicts
    over the endpoints, by which security is not graded where most of them are undecided.
    """
    verdicts = tuple(judged)
    by_dimension: dict[Dimension, list[Finding]] = {dimension: [] for dimension in Dimension}
    for finding in findings:
        by_dimension[finding.dimension].append(finding)
    return tuple(_grade(dimension, backend, found, verdicts) for dimension, found in by_dimension.items())


def _grade(dimension: Dimension, backend: Backend, findings: list[Finding], verdicts: Sequence[Verdict]) -> Grade:
    size, checked = _checked(dimension, backend)
    lost = sum(map(points, findings), 0.0)
    too_little = "nothing to grade" if not size else _too_little(dimension, backend, verdicts)
    if too_little:
        where = "" if too_little.startswith(_NO_QUERY) else f" in {checked}"
        return Grade(dimension, NOT_GRADED, 0.0, lost, checked, f"{too_little}{where}")
    measured = max(size, SMALLEST_SIZE)
    score = max(0.0, round(100 - lost * SMALLEST_SIZE / measured, 1))
    letter = next(letter for least, letter in LETTERS if score >= least)
    cap = _cap(findings)
    capped = cap is not None and cap[1] > letter
    best = cap[1] if cap is not None and capped else letter
    return Grade(dimension, best, score, lost, checked,
                 _arithmetic(findings, lost, size, score, letter, cap if capped else None))


def _too_little(dimension: Dimension, backend: Backend, verdicts: Sequence[Verdict]) -> str:
    """Return why a grade would speak of what was not seen, "" when enough was."""
    if dimension is Dimension.DATABASE:
        if not backend.tables:
            return "no table is known"
        # What a live server shows is worth a grade by itself.
        if not backend.is_blind or backend.server is not None:
            return ""
        many = _count(len(backend.endpoints), "endpoint")
        return f"{_NO_QUERY} {many}" if not backend.sending else f"{_NO_QUERY} {many} but {backend.sending}"
    missing = sum(each.what == "router" for each in backend.unresolved)
    if missing > len(backend.endpoints):
        return f"{_count(missing, 'router')} not followed, too little seen"
    if backend.unplaced_routes > len(backend.endpoints):
        return f"{_count(backend.unplaced_routes, 'route')} in no application that was found, too little seen"
    undecided = sum(each.verdict is Ruling.UNDECIDED for each in verdicts)
    if dimension is Dimension.SECURITY and undecided * 2 > len(verdicts):
        return f"{undecided} of {_count(len(verdicts), 'verdict')} undecided, too little known"
    return ""


def _checked(dimension: Dimension, backend: Backend) -> tuple[int, str]:
    """Return the number of pieces that the dimension was measured on, and the same in words."""
    if dimension is Dimension.DATABASE:
        queries = len({(query.place, query.tables) for endpoint in backend.endpoints for query in endpoint.queries})
        tables = len(backend.tables)
        return tables + queries, f"{_count(tables, 'table')} and {_count(queries, 'query', 'queries')}"
    if dimension is Dimension.API and not backend.endpoints:
        operations = sum(len(document.operations) for document in backend.documents)
        if operations:
            return operations, _count(operations, "documented operation")
    left = f", {_count(backend.unplaced_routes, 'route')} not seen in place" if backend.unplaced_routes else ""
    return len(backend.endpoints), _count(len(backend.endpoints), "endpoint") + left


def _cap(findings: list[Finding]) -> tuple[Severity, str] | None:
    """Return the gravest severity that is more than suspected, with the best letter it leaves."""
    known = [finding.severity for finding in findings if finding.evidence is not Evidence.SUSPECTED]
    return next(((severity, letter) for severity, letter in CAPS.items() if severity in known), None)


def _arithmetic(findings: list[Finding], lost: float, size: int, score: float, letter: str,
                cap: tuple[Severity, str] | None) -> str:
    measured = max(size, SMALLEST_SIZE)
    terms = []
    for (severity, evidence), count in sorted(Counter((f.severity, f.evidence) for f in findings).items(),
                                              key=lambda item: (item[0][0].rank, -item[0][1].rung)):
        cost = SEVERITY_POINTS[severity] * RUNG_FACTOR[evidence]
        terms.append(f"{count} {severity.value} {evidence.value} × {cost:g}")
    total = " + ".join(terms) or "no findings"
    text = (f"{total} = {lost:g} points; 100 − {lost:g} × {SMALLEST_SIZE} ÷ {measured} pieces = {score:g} → {letter}")
    if cap is not None:
        text += f", held at {cap[1]} by a {cap[0].value} finding"
    return text


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
