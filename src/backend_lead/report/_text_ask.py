"""An answer as lines of text: what was understood and who did it, then what to do, what follows, what is not known."""

from __future__ import annotations

from backend_lead.model.answer import Answer, Edit, Fix, Offer
from backend_lead.model.design import Decision
from backend_lead.report import _layout as layout
from backend_lead.report import _words_design as named
from backend_lead.report._format import View
from backend_lead.report._layout import Line, Span, wrapped

_LINES = 60
"""Lines of one text to paste that are shown without --verbose."""


def answer_lines(answer: Answer, view: View) -> list[Line]:
    """Return all of an answer."""
    if not answer.intent:
        return _nearest(answer, view)
    lines = [
        *_understood(answer, view),
        *_answered(answer, view),
        *_decisions(answer, view),
        *_fixes(answer, view),
        *_follows(answer, view),
        *_handed(answer, view),
        *_section("Analysed", answer.analysed, view),
        *_section("Not known", answer.unknown, view),
        *_questions(answer, view),
        *_offers(answer.next, view),
    ]
    for each in answer.then:
        lines += [(), *layout.headed(Span("And then", "title"), each.question, view.width), ()]
        lines += answer_lines(each, view)
    return lines


def _nearest(answer: Answer, view: View) -> list[Line]:
    lines = [*wrapped(answer.headline, view.width, style="high"), ()]
    lines += layout.headed(Span("Did you mean", "title"), "", view.width)
    for each in answer.nearest:
        lines += wrapped(each.what, view.width, indent=4, head=(Span("  · "),))
        lines.append((Span("    "), Span(each.command, "code")))
    return lines


def _understood(answer: Answer, view: View) -> list[Line]:
    lines = wrapped(answer.understood, view.width, indent=12, head=(Span("Understood", "title"),))
    for name, value in answer.slots:
        lines += wrapped(f"{name}: {value}", view.width, indent=12, head=(Span(" " * 12),), style="dim")
    return [*lines, ()]


def _handed(answer: Answer, view: View) -> list[Line]:
    lines: list[Line] = []
    for number, each in enumerate(answer.handed):
        lines += wrapped(
            f"{each.job} by {each.skill}: {each.why}",
            view.width,
            indent=12,
            head=() if number else (Span("Handed to", "title"),),
        )
    return [*lines, ()] if lines else []


def _questions(answer: Answer, view: View) -> list[Line]:
    if not answer.questions:
        return []
    lines = layout.headed(Span("Tell me", "title"), "what would change this answer most", view.width)
    for each in answer.questions:
        lines += wrapped(f"{each.question} {each.because}", view.width, indent=4, head=(Span("  · "),))
        lines.append((Span("    "), Span(each.command, "code")))
    return [*lines, ()]


def _answered(answer: Answer, view: View) -> list[Line]:
    lines = wrapped(answer.headline, view.width, indent=12, head=(Span("Answer", "title"),))
    for each in answer.told:
        lines += wrapped(each, view.width, indent=14, head=(Span(f"{'':12}· "),))
    return [*lines, ()]


def _decisions(answer: Answer, view: View) -> list[Line]:
    if not answer.decisions:
        return []
    lines = layout.headed(Span("Decided", "title"), "", view.width)
    for each in sorted(answer.decisions, key=lambda one: named.SHOWN_ORDER.index(one.topic)):
        lines += _decision(each, view, whole=len(answer.decisions) <= 2 or view.verbose)
    return [*lines, ()]


def _decision(each: Decision, view: View, *, whole: bool) -> list[Line]:
    lines = wrapped(
        named.chosen(each), view.width, indent=18, head=(Span(f"  {named.TOPICS[each.topic]}", "title"),), style="good"
    )
    lines += wrapped(each.reason, view.width, indent=18)
    if not whole:
        return lines
    for one in each.rejected:
        lines += wrapped(
            f"not {named.named(one.option)}: {one.why}", view.width, indent=20, head=(Span(" " * 18),), style="dim"
        )
    changes = each.flips_when if each.flips_when.startswith("no single") else f"becomes {each.flips_when}"
    return [*lines, *wrapped(changes, view.width, indent=20, head=(Span(" " * 18),), style="dim")]


def _fixes(answer: Answer, view: View) -> list[Line]:
    if not answer.fixes:
        return []
    planned = any(each.findings for each in answer.fixes)
    lines = layout.headed(
        Span("Do now", "title"), "most risk removed for the least effort first" if planned else "", view.width
    )
    for number, each in enumerate(answer.fixes, 1):
        lines += _fix(number, each, view)
    if answer.more:
        lines.append((Span(f"      …and {answer.more:,} more: see Next", "dim"),))
    return [*lines, ()]


def _fix(number: int, each: Fix, view: View) -> list[Line]:
    lines = wrapped(each.title, view.width, indent=6, head=(Span(f"  {number:>2}.", each.severity),))
    said = " · ".join(part for part in (each.severity, each.why) if part)
    lines += wrapped(said, view.width, indent=6, style="dim") if said else []
    for edit in each.edits:
        lines += _edit(edit, view)
    if each.command:
        lines.append((Span("      "), Span(each.command, "code")))
    return lines


def _edit(edit: Edit, view: View) -> list[Line]:
    lines: list[Line] = [(Span("      "), Span(str(edit.place), "place"))] if edit.place is not None else []
    text = layout.code(edit.text, 8)
    if len(text) > _LINES and not view.verbose:
        text = [*text[:_LINES], (Span(f"        …and {len(text) - _LINES:,} more lines (--verbose)", "dim"),)]
    return lines + text


def _follows(answer: Answer, view: View) -> list[Line]:
    if not answer.follows:
        return []
    lines = layout.headed(Span("What follows", "title"), "for the other dimensions", view.width)
    for each in answer.follows:
        lines += wrapped(f"{each.dimension}: {each.message}", view.width, indent=4, head=(Span("  · "),))
        lines += [(Span("    "), Span(each.command, "code"))] if each.command else []
    return [*lines, ()]


def _section(title: str, told: tuple[str, ...], view: View) -> list[Line]:
    lines: list[Line] = []
    for number, each in enumerate(told):
        lines += wrapped(each, view.width, indent=12, head=() if number else (Span(title, "title"),))
    return [*lines, ()] if lines else []


def _offers(offers: tuple[Offer, ...], view: View) -> list[Line]:
    lines: list[Line] = [(Span("Next", "title"),)] if offers else []
    for each in offers:
        lines.append((Span("  "), Span(each.command, "code")))
        lines += wrapped(each.what, view.width, indent=6, head=(Span(" " * 6),), style="dim")
    return lines
