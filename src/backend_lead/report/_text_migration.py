"""The statements of a change as lines of text: what each locks, and for whom that is a wait."""

from __future__ import annotations

from backend_lead.model.created import Created
from backend_lead.model.migration import HazardKind, LockMode, MigrationFile, Statement
from backend_lead.model.proof import MigrationProof, ProofVerdict, Stall
from backend_lead.model.review import Report
from backend_lead.report import _words as words
from backend_lead.report._format import View
from backend_lead.report._layout import Line, Span, wrapped

_TABLES_SHOWN = 4
_SHORT = {
    LockMode.ACCESS_SHARE: "ACCESS SHARE",
    LockMode.ROW_SHARE: "ROW SHARE",
    LockMode.ROW_EXCLUSIVE: "ROW EXCLUSIVE",
    LockMode.SHARE_UPDATE_EXCLUSIVE: "SHARE UPDATE EXCLUSIVE",
    LockMode.SHARE: "SHARE",
    LockMode.SHARE_ROW_EXCLUSIVE: "SHARE ROW EXCLUSIVE",
    LockMode.EXCLUSIVE: "EXCLUSIVE",
    LockMode.ACCESS_EXCLUSIVE: "ACCESS EXCLUSIVE",
}
_MARKS = {HazardKind.BLOCKS: "high", HazardKind.BREAKS: "high", HazardKind.LOSES: "critical", HazardKind.FAILS: "high"}


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
        style = {ProofVerdict.SAFE: "good", ProofVerdict.UNDECIDED: "medium"}.get(each.verdict, "high")
        lines += wrapped(
            words.clean(each.because),
            view.width,
            indent=20,
            head=(Span("        "), Span(f"{each.verdict.value:<11}", style), Span(" ")),
        )
        lines += wrapped(
            f"took {each.large_ms:g} ms; longest wait: {_waits(each.stall)} (before: {_waits(each.baseline)})",
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
    told = f"behind a transaction left open for {found.held_ms:g} ms others waited {found.longest_ms:g} ms"
    if found.gave_up:
        told += f"; it gave up: {words.clean(found.gave_up)}"
    return wrapped(told, view.width, indent=8, style="medium" if found.stood_still else "dim", head=(Span("  queue "),))


def _waits(stall: Stall) -> str:
    given = (("SELECT", stall.select), ("INSERT", stall.insert), ("UPDATE", stall.update))
    return ", ".join(f"{name} {value:g} ms" for name, value in given if value is not None) or "nothing ran"


def _way_back(proof: MigrationProof, view: View) -> list[Line]:
    back = proof.reversible
    if back.schema_equal is None:
        return wrapped(
            "no way down was given, so none was tried", view.width, indent=8, style="dim", head=(Span("  down  "),)
        )
    told = (
        "schema and every row are back"
        if back.schema_equal and back.data_equal
        else ("the schema is not what it was" if not back.schema_equal else "the rows are not what they were")
    )
    lines = wrapped(told, view.width, indent=8, head=(Span("  down  "),))
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


def migration_read(report: Report) -> str:
    """Return one line: files, statements, the version that the locks speak for, the application."""
    change = report.backend.change
    if change is None:
        return ""
    statements = sum(len(file.statements) for file in change.files)
    tools = ", ".join(sorted({file.tool for file in change.files}))
    queries = (
        words.count(len(change.queries), "query", "queries") + " of the application"
        if change.queries is not None
        else "nothing known of the application, so every column counts as used"
    )
    version = change.server or f"PostgreSQL {change.postgres}"
    if change.speaks_for != change.postgres:
        version += f" (locks as measured on {change.speaks_for})"
    return (
        f"{words.count(len(change.files), 'migration')} of {tools or 'no tool'}, "
        f"{words.count(statements, 'statement')} · {version} · {queries}"
    )


def _file(file: MigrationFile, view: View) -> list[Line]:
    lines: list[Line] = [(Span(words.clean(file.path), "title"), Span(f"  {file.tool}", "dim"))]
    for statement in file.statements:
        lines += _statement(statement, view)
    return lines


def _statement(statement: Statement, view: View) -> list[Line]:
    kinds = [
        kind
        for kind in HazardKind
        if any(hazard.kind is kind and (hazard.certain or kind is not HazardKind.FAILS) for hazard in statement.hazards)
    ]
    hangs = any(hazard.cause == "waits-for-its-tool" for hazard in statement.hazards)
    doubt = "may hang" if hangs else "undecided" if statement.undecided else ""
    mark = " ".join(kind.value for kind in kinds) or doubt or "safe"
    style = _MARKS[kinds[0]] if kinds else "medium" if doubt else "good"
    text = " ".join(statement.sql.split())
    lines = wrapped(
        words.clean(text if view.verbose or len(text) < 200 else f"{text[:200]} …"),
        view.width,
        indent=8,
        head=(Span(f"  {statement.place.line:>4}  "),),
    )
    locks = [
        f"{_SHORT[lock.mode]} on {lock.relation}"
        for lock in sorted(statement.locks, key=lambda each: (-each.mode.strength, each.relation))
    ]
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
