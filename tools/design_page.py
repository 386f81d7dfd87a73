"""Writes the tables of docs/design.md anew from the knowledge of `design`: `make design-page`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from backend_lead.design import knowledge_files as knowledge
from backend_lead.report._words_design import SHOWN_ORDER, named

PAGE = Path(__file__).parents[1] / "docs" / "design.md"
START = "## Decisions\n"


def main() -> None:
    """Keep what stands before the tables and write the tables."""
    before = PAGE.read_text(encoding="utf-8").split(START)[0]
    PAGE.write_text(before + "\n".join(tables()) + "\n", encoding="utf-8")


def tables() -> Iterable[str]:
    """Return the lines of all tables."""
    yield START
    topics = {topic.topic: topic for topic in knowledge.topics()}
    for name in SHOWN_ORDER:
        yield f"### {name}\n\n{topics[name].question}\n\n| option | what it is | to run |\n|---|---|---|"
        own = {option.id for option in topics[name].option}
        for option in topics[name].option:
            id = option.id.removesuffix("_beside")
            if option.id == id or id not in own:
                said = {"yes": "Redis or the like", "no": "none"}.get(id, named(id))
                yield f"| `{id}` | {said} | {option.cost or '–'} |"
        yield ""
    yield from _table("Facts", "fact", {id: kind.says for id, kind in knowledge.fact_kinds().items()})
    yield from _table("Features", "feature", {id: each.meaning for id, each in knowledge.features().items()})
    yield from _table("Advised against", "habit", {id: each.why for id, each in knowledge.habits().items()})
    yield from _table("Warnings", "warning", {id: each.message for id, each in knowledge.cautions().items()})
    yield from _table("Questions", "topic", {id: each.question for id, each in knowledge.questions().items()})
    yield from _table("Kinds of service", "kind", {id: each.title for id, each in knowledge.archetypes().items()})


def _table(title: str, first: str, rows: Mapping[str, str]) -> Iterable[str]:
    yield f"## {title}\n\n| {first} | meaning |\n|---|---|"
    yield from (f"| `{id}` | {text} |" for id, text in rows.items())
    yield ""


if __name__ == "__main__":
    main()
