"""The page of a design: what was understood, what was decided and why, the numbers."""

from __future__ import annotations

from backend_lead.model.design import Decision, Design, Origin
from backend_lead.report import _words_design as named
from backend_lead.report._design_parts import parts
from backend_lead.report.html.markup import Html, tag
from backend_lead.report.html.parts_picture import drawing


def sections(design: Design, target: str) -> list[Html | None]:
    """Return all sections."""
    return [_head(design, target), picture(design),
            _list("conflicts", "Conflicts", [tag("li", tag("b", each.id), " ", each.message)
                                             for each in design.cautions]),
            _list("questions", "Questions", [tag("li", each.question, tag("div", f"Assumed: {each.assumed}",
                                                                          class_="muted small"))
                                             for each in design.questions]),
            _decisions(design), _numbers(design),
            _list("must-have", "Must have", [tag("li", tag("b", each.id.replace("_", " ")), ": ", each.meaning,
                                                 tag("div", each.because, class_="muted small"))
                                             for each in design.features]),
            _list("never", "Never", [tag("li", tag("b", each.option.replace("_", " ")), ": ", each.why)
                                     for each in design.avoided]),
            _list("later", "Later", [tag("li", tag("b", each.step), f": when {each.when}",
                                         tag("div", each.why, class_="muted small")) for each in design.roadmap])]


def links(design: Design) -> list[tuple[str, str, bool]]:
    """Return what the bar of links names: anchor, label, and whether the page has it."""
    return [("parts", "Parts", True), ("conflicts", "Conflicts", bool(design.cautions)),
            ("questions", "Questions", bool(design.questions)),
            ("decisions", "Decisions", True), ("numbers", "Numbers", True), ("must-have", "Must have", True),
            ("never", "Never", bool(design.avoided)), ("later", "Later", bool(design.roadmap))]


def _head(design: Design, target: str) -> Html:
    facts = [tag("li", each.says, tag("span", f" {named.where_from(each)}", class_="muted small"))
             for each in named.told(design) if each.holds]
    numbers = [tag("li", named.counted(each), tag("span", f" {each.origin.value}", class_="muted small"))
               for each in design.quantities]
    return tag("div", tag("p", "Designed by backend-lead", class_="eyebrow"), tag("h1", target),
               tag("p", design.brief, class_="headline"),
               tag("p", f"Understood: {len(facts)} facts, {len(numbers)} numbers", class_="label"),
               tag("ul", *facts, *numbers, class_="card plain"), id="overview")


def picture(design: Design) -> Html:
    """Return the parts of a design and what leads to what, drawn."""
    drawn = drawing(parts(design), f"The parts of {design.title}")
    return tag("section", tag("header", tag("h2", "The parts")),
               tag("div", drawn, class_="scroll", tabindex=0, role="region", aria_label="The parts"), id="parts")


def _list(anchor: str, title: str, items: list[Html]) -> Html | None:
    if not items:
        return None
    return tag("section", tag("header", tag("h2", title)), tag("ul", *items, class_="card plain"), id=anchor)


def _decisions(design: Design) -> Html:
    entries = [tag("li", _decision(number, each)) for number, each in enumerate(named.ordered(design), 1)]
    return tag("section", tag("header", tag("h2", "Decisions")), tag("ol", *entries, class_="plan"), id="decisions")


def _decision(number: int, each: Decision) -> Html:
    summary = tag("summary", tag("span", str(number), class_="number"),
                  tag("span", f"{named.TOPICS[each.topic]}: {named.chosen(each)}", class_="title"),
                  tag("span", each.reason, class_="facts"))
    rejected = tag("ul", *(tag("li", tag("b", named.named(one.option)), f": {one.why}") for one in each.rejected))
    body = tag("div", tag("p", named.chained(each)) if each.chain else None,
               tag("p", "Rejected", class_="label"), rejected,
               tag("p", "What would change it", class_="label"), tag("p", f"Becomes {each.flips_when}."),
               tag("p", "To run", class_="label"), tag("p", each.running_cost or "nothing"),
               tag("p", f"Sources: {'; '.join(each.sources)}", class_="muted small") if each.sources else None,
               class_="body")
    return tag("details", summary, body)


def _numbers(design: Design) -> Html:
    head = tag("tr", *(tag("th", name) for name in ("", "Low", "Middle", "High", "Unit", "Formula")))
    rows = [tag("tr", tag("td", each.name.replace("_", " ")), tag("td", named.amount(each.low)),
                tag("td", named.amount(each.mid)), tag("td", named.amount(each.high)), tag("td", each.unit),
                tag("td", tag("code", each.formula))) for each in design.capacity]
    inputs = {one.name: one for each in design.capacity for one in each.inputs if one.origin is not Origin.STATED}
    told = [tag("li", f"{one.name} = {named.amount(one.value)} {one.unit} ({one.origin.value}: {one.source})")
            for one in inputs.values()]
    return tag("section", tag("header", tag("h2", "Numbers")), tag("div", tag("table", head, *rows), class_="table"),
               tag("details", tag("summary", "What was assumed"), tag("ul", *told)), id="numbers")
