"""The page of a migration: what each statement locks and whom it keeps waiting, and what was seen when it was run."""

from __future__ import annotations

from collections.abc import Sequence

from backend_lead.model.migration import Hazard, MigrationFile, Statement
from backend_lead.model.proof import MigrationProof, ProofVerdict, StatementProof
from backend_lead.model.review import Report
from backend_lead.report._words_migration import LOCKS as LOCK_NAMES
from backend_lead.report._words_migration import PROVEN, locks_of, mark_of, migration_read, queued, waits, way_back
from backend_lead.report.html.markup import Html, join, tag
from backend_lead.report.html.stall_chart import chart

_SHOWN = 300
_LONGEST = 4_000


def sections(report: Report) -> list[Html | None]:
    """Return all sections: what was looked at, the proofs where there are some, then the statements of each file."""
    change = report.backend.change
    files = change.files if change is not None else ()
    return [_head(report), *(_proof(number, proof) for number, proof in enumerate(report.proofs)),
            *(_file(number, file) for number, file in enumerate(files))]


def _head(report: Report) -> Html:
    title = "Proof of migrations" if report.proofs else "Migrations"
    return tag("div", tag("p", f"{title} by backend-lead {report.version}", class_="eyebrow"),
               tag("h1", report.target), tag("p", migration_read(report), class_="muted small"), id="overview")


def _file(number: int, file: MigrationFile) -> Html:
    heads = ("Line", "Statement", "Comes to", "Locks", "While it runs")
    rows = [_statement(each) for each in file.statements[:_SHOWN]]
    left = len(file.statements) - _SHOWN
    table = tag("table", tag("thead", tag("tr", *(tag("th", head, scope="col") for head in heads))),
                tag("tbody", *rows), class_="statements")
    return tag("section", tag("header", tag("h2", file.path), tag("span", file.tool, class_="muted small")),
               tag("div", table, class_="table", tabindex=0, role="region", aria_label=f"Statements of {file.path}")
               if rows else tag("p", "It sends nothing.", class_="card empty"),
               tag("p", f"…and {left:,} more: see the JSON report.", class_="muted") if left > 0 else None,
               id=f"file-{number}")


def _statement(each: Statement) -> Html:
    mark, style = mark_of(each)
    locks = [tag("div", text, class_="mono small") for text in locks_of(each)]
    return tag("tr", tag("td", str(each.place.line), class_="number"), tag("td", _sql(each.sql), _safe(each)),
               tag("td", tag("span", mark, class_=f"badge {style}"), *(_hazard(hazard) for hazard in each.hazards)),
               tag("td", *locks or [tag("span", "none that anybody waits for", class_="muted")], class_="locks"),
               tag("td", *_meanwhile(each), class_="meanwhile"))


def _hazard(hazard: Hazard) -> Html:
    doubt = "" if hazard.certain else " (depends on the rows)"
    return tag("div", f"{hazard.because}{doubt}", class_="small muted")


def _meanwhile(each: Statement) -> list[Html]:
    told = []
    if each.undecided:
        told.append(each.undecided)
    told += [f"writes {name} anew" for name in each.rewrites]
    told += [f"builds {name} anew" for name in each.rebuilds]
    told += [f"reads {name} row by row" for name in each.scans]
    if each.blocks_reads:
        told.append("keeps readers and writers waiting")
    elif each.blocks_writes:
        told.append("keeps writers waiting")
    if not each.transactional:
        told.append("outside of a transaction")
    return [tag("div", text, class_="small") for text in told] or [tag("span", "an instant", class_="muted small")]


def _sql(sql: str) -> Html:
    text = sql.strip()
    return tag("pre", text if len(text) <= _LONGEST else f"{text[:_LONGEST]}\n…")


def _safe(each: Statement) -> Html | None:
    if not each.safe_alternative:
        return None
    return tag("details", tag("summary", "The same, safely"),
               tag("div", tag("pre", each.safe_alternative), class_="paste"))


def _proof(number: int, proof: MigrationProof) -> Html:
    verdict = proof.verdict
    facts = [("Verdict", join(tag("span", verdict.value, class_=f"badge {PROVEN[verdict]}"))),
             ("Run on", f"{proof.server}, {proof.rows:,} rows in its largest table"),
             ("Down", way_back(proof.reversible))]
    if proof.queue is not None:
        facts.append(("Queue", queued(proof.queue)))
    shown = tag("dl", *(join(tag("dt", name), tag("dd", value)) for name, value in facts), class_="about")
    drawn = tag("figure", tag("figcaption", "The longest call of each kind while a statement ran ",
                              tag("span", "in milliseconds; the line is how long it took before", class_="muted")),
                tag("div", chart(proof.statements[:_SHOWN]), class_="scroll", tabindex=0, role="region",
                    aria_label="How long calls waited")) if proof.statements else None
    rows = [_proven(each) for each in proof.statements[:_SHOWN]]
    difference = tag("pre", proof.reversible.difference) if proof.reversible.difference else None
    notes = [tag("li", f"{note.what}: {note.why}") for note in proof.unresolved]
    return tag("section", tag("header", tag("h2", f"Proof of {proof.path}"),
                              tag("span", proof.tool, class_="muted small")),
               shown, difference, drawn, _table(rows, proof.path),
               tag("ul", *notes, class_="card plain") if notes else None, id=f"proof-{number}", class_="proof")


def _table(rows: Sequence[Html], path: str) -> Html | None:
    heads = ("", "Statement", "Proved", "Longest waits", "Locks that were seen")
    head = tag("thead", tag("tr", *(tag("th", name, scope="col") for name in heads)))
    return tag("div", tag("table", head, tag("tbody", *rows), class_="statements"), class_="table", tabindex=0,
               role="region", aria_label=f"What was seen of {path}") if rows else None


def _proven(each: StatementProof) -> Html:
    locks = [tag("div", f"{LOCK_NAMES[lock.mode]} on {lock.relation}", class_="mono small")
             for lock in sorted(each.locks, key=lambda lock: (-lock.mode.strength, lock.relation))]
    broken = [tag("div", f"{sql}: {said}", class_="small") for sql, said in each.breaks]
    badge = "public" if each.verdict is ProofVerdict.SAFE else PROVEN[each.verdict]
    return tag("tr", tag("td", str(each.index + 1), class_="number"), tag("td", _sql(each.sql)),
               tag("td", tag("span", each.verdict.value, class_=f"badge {badge}"),
                   tag("div", each.because, class_="small muted"), *broken),
               tag("td", tag("div", waits(each.stall), class_="small"),
                   tag("div", f"before: {waits(each.baseline)}", class_="small muted"),
                   tag("div", f"took {each.large_ms:g} ms", class_="small muted")),
               tag("td", *locks or [tag("span", "none", class_="muted")], class_="locks"))
