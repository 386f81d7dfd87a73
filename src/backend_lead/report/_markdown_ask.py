"""An answer as Markdown: the transcript of a question, with what to paste."""

from __future__ import annotations

from backend_lead.model.answer import Answer, Edit, Fix, Offer
from backend_lead.report import _words_design as named
from backend_lead.report._markdown_text import block, code, text


def answer_text(answer: Answer) -> str:
    """Return all of an answer; the question stands above it as a quotation."""
    lines = [f"> {text(answer.question)}", ""]
    if not answer.intent:
        return "\n".join([*lines, f"{text(answer.headline)} Did you mean:", "", *_offers(answer.nearest), ""])
    lines += [text(answer.understood), "", f"**{text(answer.headline)}**", ""]
    lines += [*_listed("", answer.told), *_decisions(answer)]
    lines += ["### Do now", ""] if answer.fixes else []
    for number, fix in enumerate(answer.fixes, 1):
        lines += _fix(number, fix)
    lines += [f"…and {answer.more:,} more.", ""] if answer.more else []
    if answer.follows:
        lines += ["### What follows", ""]
        lines += [
            f"* {text(each.dimension)}: {text(each.message)}" + (f" {code(each.command)}" if each.command else "")
            for each in answer.follows
        ]
        lines.append("")
    if answer.handed:
        lines += ["### Handed to", ""]
        lines += [f"* {text(each.job)} by {code(each.skill)}: {text(each.why)}" for each in answer.handed]
        lines.append("")
    lines += [*_listed("Analysed", answer.analysed), *_listed("Not known", answer.unknown)]
    if answer.questions:
        lines += ["### Tell me", ""]
        lines += [f"* {text(each.question)} {text(each.because)} {code(each.command)}" for each in answer.questions]
        lines.append("")
    lines += ["### Next", "", *_offers(answer.next), ""]
    return "\n".join([*lines, *(answer_text(each) for each in answer.then)])


def _listed(title: str, told: tuple[str, ...]) -> list[str]:
    head = [f"### {title}", ""] if title and told else []
    return [*head, *(f"* {text(each)}" for each in told), ""] if told else []


def _decisions(answer: Answer) -> list[str]:
    rows = [
        f"| {named.TOPICS[each.topic]} | **{text(named.chosen(each))}** | {text(each.reason)} "
        f"| {text(each.flips_when)} |"
        for each in sorted(answer.decisions, key=lambda one: named.SHOWN_ORDER.index(one.topic))
    ]
    return ["| Decision | | Why | Changes |", "|---|---|---|---|", *rows, ""] if rows else []


def _fix(number: int, fix: Fix) -> list[str]:
    severity = f" ({fix.severity})" if fix.severity else ""
    lines = [f"{number}. **{text(fix.title)}**{severity} {text(fix.why)}".rstrip(), ""]
    for edit in fix.edits:
        lines += _edit(edit)
    return [*lines, *([code(fix.command), ""] if fix.command else [])]


def _edit(edit: Edit) -> list[str]:
    return [*([code(str(edit.place)), ""] if edit.place is not None else []), block(edit.text), ""]


def _offers(offers: tuple[Offer, ...]) -> list[str]:
    return [f"* {code(each.command)}: {text(each.what)}" for each in offers]
