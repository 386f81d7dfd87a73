"""The statements of a change as lines of text: what each locks, and for whom that is a wait."""

from __future__ import annotations

from backend_lead.model.created import Created
from backend_lead.model.migration import MigrationFile, Statement
from backend_lead.model.proof import MigrationProof
from backend_lead.model.review import Report
from backend_lead.report import _words as words
from backend_lead.report._format import View
from backend_lead.report._layout import Line, Span, wrapped
from backend_lead.report._words_migration import PROVEN, locks_of, mark_of, queued, waits, way_back

_TABLES_SHOWN = 4


def statement_lines(report: Report, view: View) -> list[Line]:
    """Return the statements of every file, each with its locks and its hazards."""
    change = report.backend.change
    if change is None:
        return []
    lines: list[Line] = created_lines(report.created, view) if report.created is not None else []
    for proof in report.proofs:
        lines += _proof(proof, view)
    for file in change.files if not report.proofs else ():
        lines += _file(file, view)
    return [*lines, ()]


def _proof(proof: MigrationProof, view: View) -> list[Line]:
    heading = f"  {proof.tool} · {proof.server} · {proof.rows:,} rows"
    lines: list[Line] = [(Span(words.clean(proof.path), "title"), Span(heading, "dim"))]
    for each in proof.statements:
        text = " ".join(each.sql.split())
        lines += wrapped(
            words.clean(text if view.verbose or len(text) < 200 else f"{text[:200]} …"),
            view.width,
            indent=8,
            head=(Span(f"  {each.place.line:>4}  "),),
        )
        style = PROVEN[each.verdict]
        lines += wrapped(
            words.clean(each.because),
            view.width,
            indent=20,
            head=(Span("        "), Span(f"{each.verdict.value:<11}", style), Span(" ")),
        )
        lines += wrapped(
            f"took {each.large_ms:g} ms; longest wait: {waits(each.stall)} (before: {waits(each.baseline)})",
            view.width,
            indent=20,
            style="dim",
        )
    for note in proof.unresolved:
        lines += wrapped(words.clean(f"{note.what}: {note.why}"), view.width, indent=8, style="dim")
    return [*lines, *_queue(proof, view), *_way_back(proof, view)]


def _queue(proof: MigrationProof, view: View) -> list[Line]:
    found = proof.queue
    if found is None:
        return []
    told = words.clean(queued(found))
    return wrapped(told, view.width, indent=8, style="medium" if found.stood_still else "dim", head=(Span("  queue "),))


def _way_back(proof: MigrationProof, view: View) -> list[Line]:
    back = proof.reversible
    if back.schema_equal is None:
        return wrapped(way_back(back), view.width, indent=8, style="dim", head=(Span("  down  "),))
    lines = wrapped(way_back(back), view.width, indent=8, head=(Span("  down  "),))
    for line in back.difference.split("\n") if back.difference else ():
        lines += wrapped(words.clean(line), view.width, indent=8, style="dim")
    return lines


def created_lines(created: Created, view: View) -> list[Line]:
    """Return the files of a new migration, what was taken for granted, and what people have to do."""
    lines: list[Line] = []
    for text in created.kept:
        lines += wrapped(words.clean(text), view.width, indent=10, head=(Span("Kept", "medium"),))
    for text in created.assumed:
        lines += wrapped(words.clean(text), view.width, indent=10, head=(Span("Assumed", "medium"),))
    for path, text in created.files:
        state = "written" if created.written else "not written"
        lines.append((Span(words.clean(path), "title"), Span(f"  {state}", "dim")))
        lines += [(Span("    "), Span(words.clean(line), "code")) for line in text.rstrip().split("\n")]
    lines += [(), (Span("Checklist", "title"),)]
    for number, line in enumerate(created.checklist, start=1):
        lines += wrapped(words.clean(line), view.width, indent=5, head=(Span(f"  {number}."),))
    return [*lines, ()]


def _file(file: MigrationFile, view: View) -> list[Line]:
    lines: list[Line] = [(Span(words.clean(file.path), "title"), Span(f"  {file.tool}", "dim"))]
    for statement in file.statements:
        lines += _statement(statement, view)
    return lines


def _statement(statement: Statement, view: View) -> list[Line]:
    mark, style = mark_of(statement)
    text = " ".join(statement.sql.split())
    lines = wrapped(
        words.clean(text if view.verbose or len(text) < 200 else f"{text[:200]} …"),
        view.width,
        indent=8,
        head=(Span(f"  {statement.place.line:>4}  "),),
    )
    locks = locks_of(statement)
    rest = len(locks) - _TABLES_SHOWN
    shown = locks if view.verbose else locks[:_TABLES_SHOWN]
    told = ", ".join(shown) + (f" and {rest} more" if rest > 0 and not view.verbose else "")
    none = "keeps writers out" if statement.blocks_writes else "takes no lock that anybody waits for"
    lines += wrapped(
        words.clean(told or none),
        view.width,
        indent=8 + 12,
        style="dim",
        head=(Span("        "), Span(f"{mark:<11}", style), Span(" "))
        if len(mark) < 12
        else (Span("        "), Span(mark, style), Span("  ")),
    )
    if statement.undecided:
        lines += wrapped(words.clean(statement.undecided), view.width, indent=20, style="dim")
    return lines
