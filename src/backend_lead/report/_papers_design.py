"""A design as the documents that a team keeps: ARCHITECTURE.md, a record a decision, diagrams, numbers, a roadmap."""

from __future__ import annotations

from backend_lead.model.design import Decision, Design, Origin
from backend_lead.report import _words_design as named
from backend_lead.report._design_parts import parts
from backend_lead.report._markdown_design import design_text
from backend_lead.report._markdown_text import text

_RECORDS = "decisions"


def papers(design: Design) -> tuple[tuple[str, str], ...]:
    """Return the documents as (path, text), in the order in which they are read."""
    records = [(f"{_RECORDS}/{number:04}-{each.topic.replace('_', '-')}.md", _record(number, each, design))
               for number, each in enumerate(named.ordered(design), 1)]
    return (("ARCHITECTURE.md", _architecture(design, [path for path, _ in records])), *records,
            ("capacity.md", _capacity(design)), ("operations.md", _operations(design)),
            ("security.md", _security(design)), ("roadmap.md", _roadmap(design)))


def _architecture(design: Design, records: list[str]) -> str:
    links = "\n".join(f"- [{named.TOPICS[each.topic]}: {text(named.chosen(each))}]({path})"
                      for path, each in zip(records, named.ordered(design), strict=True))
    return (f"# Architecture: {text(design.title)}\n\nThe brief, as it was given:\n\n{_quoted(design.brief)}\n\n"
            f"## The parts\n\n```mermaid\n{_containers(design)}```\n\n## Decisions\n\n{links}\n\n"
            f"Numbers: [capacity.md](capacity.md). To run: [operations.md](operations.md). "
            f"Security: [security.md](security.md). Later: [roadmap.md](roadmap.md).\n\n{design_text(design)}")


def _record(number: int, each: Decision, design: Design) -> str:
    """Return one decision in the form of MADR (adr.github.io/madr)."""
    facts = {fact.id: fact for fact in design.facts}
    drivers = [f"- {text(facts[id].says)} ({text(named.where_from(facts[id]))})" for id in each.facts if id in facts]
    drivers += [f"- {text(each_chain)}" for each_chain in each.chain]
    rejected = "\n".join(f"- **{text(named.named(one.option))}**: {text(one.why)}" for one in each.rejected)
    sources = "\n".join(f"- {text(source)}" for source in each.sources)
    return (f"# {number}. {named.TOPICS[each.topic]}: {text(named.chosen(each))}\n\nStatus: proposed\n\n"
            "## Decision drivers\n\n" + ("\n".join(drivers) or "- nothing in the brief asks for more") + "\n\n"
            f"## Decision\n\n{text(named.chosen(each))}. {text(each.reason)}\n\n"
            f"## Consequences\n\nTo run: {text(each.running_cost) or 'nothing'}.\n\n"
            f"It changes: {text(each.flips_when)}.\n\n"
            f"## Options that were rejected\n\n{rejected or '- none'}\n\n## Sources\n\n{sources or '- none'}\n")


_CONTAINERS = {"program": "Container", "store": "ContainerDb", "queue": "ContainerQueue"}


def _containers(design: Design) -> str:
    """Return the C4 container diagram in Mermaid's own syntax for C4."""
    found = parts(design)
    lines = ["C4Container", f"title {design.title}"]
    lines += [f'Person({part.id}, "{part.label}", "{part.note}")' for part in found.callers]
    lines.append(f'System_Boundary(service, "{design.title}") {{')
    lines += [f'  {_CONTAINERS[part.kind]}({part.id}, "{part.label}", "{part.made_of}", "{part.note}")'
              for part in found.inside]
    lines.append("}")
    lines += [f'Rel({link.source}, {link.target}, "{link.says}"' + (f', "{link.by}")' if link.by else ")")
              for link in found.links]
    return "\n".join(lines) + "\n"


def _capacity(design: Design) -> str:
    lines = ["# Capacity", "", "Ranges: a number of the brief is taken as said, one that was assumed at half and "
             "double, one that was measured at 0.8 and 1.25 of it. The processor a request is a default until the "
             "service was run; each number says where it came from.", ""]
    for each in design.capacity:
        lines += [f"## {each.name.replace('_', ' ')}: {named.ranged(each)}", "", f"{text(each.meaning)}.", "",
                  f"`{each.formula}`", ""]
        lines += [f"- {one.name} = {named.amount(one.value)} {one.unit} ({one.origin.value}: {text(one.source)})"
                  for one in each.inputs]
        lines.append("")
    return "\n".join(lines)


def _operations(design: Design) -> str:
    """Return what it takes to run this: what to rent, and what each decision asks of the people who run it.

    Prices are left to whoever sells; the amounts are those of the capacity.
    """
    rented = ("instances", "database_cores", "working_set", "storage_kept", "storage_a_year", "connections")
    lines = ["# What it costs to run", "", "## To rent", "", "| what | low | likely | high | unit |",
             "|---|---|---|---|---|"]
    lines += [f"| {each.name.replace('_', ' ')} | {named.amount(each.low)} | {named.amount(each.mid)} | "
              f"{named.amount(each.high)} | {each.unit} |" for each in design.capacity if each.name in rented]
    lines += ["", "How each is worked out: [capacity.md](capacity.md).", "", "## To look after", "",
              "| decision | chosen | what it asks for |", "|---|---|---|"]
    lines += [f"| {named.TOPICS[each.topic]} | {text(named.chosen(each))} | {text(each.running_cost) or 'nothing'} |"
              for each in named.ordered(design)]
    return "\n".join(lines) + "\n"


def _security(design: Design) -> str:
    """Return what is guarded and how: access, data classes, and the features that keep them."""
    facts = [fact for fact in design.facts if fact.holds]
    classes = [fact for fact in facts if fact.id in ("personal_data", "sensitive_data", "health_data", "money_moves",
                                                     "card_payments", "children", "ledger")]
    lines = ["# Security", "", f"Who gets in: **{text(named.chosen(design.decision('auth')))}**. "
             f"{text(design.decision('auth').reason)}", "",
             f"Who may do what: **{text(named.chosen(design.decision('authz')))}**. "
             f"{text(design.decision('authz').reason)}", "", "## Data that would hurt in other hands", ""]
    lines += [f"- {text(fact.says)} ({'assumed' if fact.origin is Origin.ASSUMED else text(named.where_from(fact))})"
              for fact in classes] or ["- nothing was named: ask"]
    lines += ["", "## What keeps it", "", "| Feature | What it is | Why |", "|---|---|---|"]
    lines += [f"| {each.id} | {text(each.meaning)} | {text(each.because)} |" for each in design.features]
    if design.avoided:
        lines += ["", "## Never", "", *(f"- {each.option.replace('_', ' ')}: {text(each.why)}"
                                        for each in design.avoided)]
    if design.cautions:
        lines += ["", "## Conflicts in the brief", "", *(f"- {each.id}: {text(each.message)}"
                                                         for each in design.cautions)]
    return "\n".join(lines) + "\n"


def _roadmap(design: Design) -> str:
    lines = ["# Roadmap of scale", "", "One step at its threshold, not before.", ""]
    for number, each in enumerate(design.roadmap, 1):
        lines += [f"{number}. **{text(each.step)}** when {text(each.when)}: {text(each.why)}."]
    lines += ["", "## Open questions", ""]
    lines += [f"- {text(each.question)} Assumed: {text(each.assumed)}." for each in design.questions] or ["- none"]
    return "\n".join(lines) + "\n"


def _quoted(brief: str) -> str:
    return "\n".join(f"> {text(line)}" for line in brief.strip().splitlines()) or "> (facts alone)"
