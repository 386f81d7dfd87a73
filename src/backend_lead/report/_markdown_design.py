"""A design as Markdown: the page that a team keeps, and one that fits a comment."""

from __future__ import annotations

from backend_lead.model.design import Design, Origin
from backend_lead.report import _words_design as named
from backend_lead.report._markdown_text import text


def design_text(design: Design) -> str:
    """Return what was understood, asked and decided, with the numbers."""
    lines = ["### Understood", ""]
    lines += [f"- {text(each.says)} ({text(named.where_from(each))})" for each in named.told(design) if each.holds]
    lines += [f"- not so: {text(each.says)}" for each in named.told(design) if not each.holds]
    lines += [f"- {text(named.counted(each))} ({each.origin.value}{': ' if each.words else ''}{text(each.words)})"
              for each in design.quantities]
    if design.cautions:
        lines += ["", "### Conflicts", "", *(f"- **{each.id}**: {text(each.message)}" for each in design.cautions)]
    if design.questions:
        lines += ["", "### Questions", ""]
        lines += [f"{number}. {text(each.question)} Assumed: {text(each.assumed)}."
                  for number, each in enumerate(design.questions, 1)]
    lines += ["", "### Decisions", "", "| Topic | Choice | Why | Changes |", "|---|---|---|---|"]
    lines += [f"| {named.TOPICS[each.topic]} | **{text(named.chosen(each))}** | {text(each.reason)} | "
              f"{text(each.flips_when)} |" for each in named.ordered(design)]
    lines += ["", "### Must have", "", *(f"- **{each.id}**: {text(each.meaning)}; {text(each.because)}"
                                         for each in design.features)]
    if design.avoided:
        lines += ["", "### Never", "", *(f"- {each.option.replace('_', ' ')}: {text(each.why)}"
                                         for each in design.avoided)]
    lines += ["", "### Numbers", "", "| Name | Low | Middle | High | Unit | Formula |", "|---|---|---|---|---|---|"]
    lines += [f"| {each.name.replace('_', ' ')} | {named.amount(each.low)} | {named.amount(each.mid)} | "
              f"{named.amount(each.high)} | {each.unit} | {text(each.formula)} |" for each in design.capacity]
    assumed = {one.name: one for each in design.capacity for one in each.inputs if one.origin is not Origin.STATED}
    lines += ["", *(f"- {one.name} = {named.amount(one.value)} {one.unit} ({one.origin.value}: {text(one.source)})"
                    for one in assumed.values())]
    lines += ["", "### Later", "", *(f"- {text(each.step)}: when {text(each.when)}; {text(each.why)}"
                                     for each in design.roadmap)]
    lines += ["", *(f"> {text(note)}" for note in design.notes)]
    return "\n".join(lines) + "\n"
