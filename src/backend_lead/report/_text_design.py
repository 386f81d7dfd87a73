"""A design as lines of text: what was understood and asked first, then the decisions, the numbers, what comes later."""

from __future__ import annotations

from backend_lead.model.design import Decision, Design, Origin
from backend_lead.report import _words as words
from backend_lead.report import _words_design as named
from backend_lead.report._format import View
from backend_lead.report._layout import Line, Span, headed, wrapped

_REJECTED = 3
_FEATURES = 14


def design_lines(design: Design, view: View) -> list[Line]:
    """Return all of it; rejected options, inputs and features are cut unless the view is verbose."""
    return [*_understood(design, view), *_cautions(design, view), *_questions(design, view), *_decisions(design, view),
            *_features(design, view), *_numbers(design, view), *_later(design, view), *_notes(design, view)]


def _understood(design: Design, view: View) -> list[Line]:
    facts = named.told(design)
    lines = headed(Span("Understood", "title"), f"as {design.title}" if design.likeness else "", view.width)
    for title, group in (
            ("said", [each for each in facts if each.holds and each.origin in (Origin.STATED, Origin.SIMILAR)]),
            ("follows", [each for each in facts if each.holds and each.origin is Origin.IMPLIED]),
            ("assumed", [each for each in facts if each.holds and each.origin is Origin.ASSUMED]),
            ("not so", [each for each in facts if not each.holds])):
        texts = [each.says + (f" ({named.where_from(each)})" if title == "said" else "") for each in group]
        if texts:
            lines += wrapped(words.clean("; ".join(texts)), view.width, indent=12, head=(Span(f"  {title}", "dim"),))
    said = [each for each in design.quantities if each.origin is Origin.STATED]
    rest = [each for each in design.quantities if each.origin is not Origin.STATED]
    for title, numbers in (("numbers", said), ("reckoned", rest)):
        if numbers:
            lines += wrapped("; ".join(named.counted(each) for each in numbers), view.width, indent=12,
                             head=(Span(f"  {title}", "dim"),))
    return [*lines, ()]


def _cautions(design: Design, view: View) -> list[Line]:
    if not design.cautions:
        return []
    lines: list[Line] = [(Span("Conflicts", "high"),)]
    for each in design.cautions:
        lines += wrapped(each.message, view.width, indent=4, head=(Span("  ! ", "high"),))
        lines.append((Span(f"    {each.id}", "dim"),))
    return [*lines, ()]


def _questions(design: Design, view: View) -> list[Line]:
    if not design.questions:
        return []
    lines = headed(Span("Questions", "title"), "those first whose answers change most", view.width)
    for number, each in enumerate(design.questions, 1):
        lines += wrapped(each.question, view.width, indent=6, head=(Span(f"  {number}. "),))
        flips = f" · can change {', '.join(named.TOPICS[topic].lower() for topic in each.flips)}" if each.flips else ""
        lines += wrapped(f"assumed: {each.assumed}{flips}", view.width, indent=6, style="dim")
    return [*lines, ()]


def _decisions(design: Design, view: View) -> list[Line]:
    lines = headed(Span("Decisions", "title"), "", view.width)
    for each in named.ordered(design):
        lines += _decision(each, view)
    return [*lines, ()]


def _decision(each: Decision, view: View) -> list[Line]:
    lines = wrapped(named.chosen(each), view.width, indent=18, head=(Span(f"  {named.TOPICS[each.topic]}", "title"),),
                    style="good")
    lines += wrapped(each.reason, view.width, indent=18)
    if each.chain:
        lines += wrapped(named.chained(each), view.width, indent=18, style="dim")
    rejected = each.rejected if view.verbose else each.rejected[:_REJECTED]
    for one in rejected:
        lines += wrapped(f"not {named.named(one.option)}: {one.why}", view.width, indent=20, head=(Span(" " * 18),),
                         style="dim")
    lines += wrapped(f"becomes {each.flips_when}" if not each.flips_when.startswith("no single") else
                     each.flips_when, view.width, indent=20, head=(Span(" " * 18),), style="dim")
    if view.verbose:
        lines += wrapped(f"costs to run: {each.running_cost}", view.width, indent=20, head=(Span(" " * 18),),
                         style="dim")
    return lines


def _features(design: Design, view: View) -> list[Line]:
    shown = design.features if view.verbose else design.features[:_FEATURES]
    lines = headed(Span("Must have", "title"), f"{len(design.features)} features", view.width)
    for each in shown:
        lines += wrapped(f"{each.meaning}", view.width, indent=6, head=(Span("    · "),))
        lines.append((Span(f"      {each.id}: {each.because}", "dim"),))
    if len(design.features) > len(shown):
        lines.append((Span(f"      …and {len(design.features) - len(shown)} more (--verbose): "
                           f"{', '.join(each.id for each in design.features[_FEATURES:_FEATURES + 5])}…", "dim"),))
    if design.avoided:
        lines += wrapped("; ".join(f"{each.option.replace('_', ' ')} ({each.why})" for each in
                                   (design.avoided if view.verbose else design.avoided[:4])),
                         view.width, indent=12, head=(Span("  Never", "high"),))
    return [*lines, ()]


def _numbers(design: Design, view: View) -> list[Line]:
    lines = headed(Span("Numbers", "title"), "low … middle … high", view.width)
    for each in design.capacity:
        lines += wrapped(f"{named.ranged(each)}, {each.meaning}", view.width, indent=22,
                         head=(Span(f"  {each.name.replace('_', ' ')}"),))
        if view.verbose:
            inputs = ", ".join(f"{one.name} {named.amount(one.value)} ({one.origin.value}: {one.source})"
                               for one in each.inputs)
            lines += wrapped(words.clean(f"= {each.formula}; {inputs}"), view.width, indent=22, style="dim")
    return [*lines, ()]


def _later(design: Design, view: View) -> list[Line]:
    lines = headed(Span("Later", "title"), "one step at its threshold, not before", view.width)
    for each in design.roadmap if view.verbose else design.roadmap[:5]:
        lines += wrapped(f"{each.step}: when {each.when}", view.width, indent=6, head=(Span("    · "),))
    return [*lines, ()]


def _notes(design: Design, view: View) -> list[Line]:
    lines: list[Line] = []
    for number, each in enumerate(design.notes):
        lines += wrapped(words.clean(each), view.width, indent=10, head=() if number else (Span("Note", "title"),))
    return [*lines, ()] if lines else []
