"""The knowledge is whole: every name in a condition is known, every decision comes after what it asks, words are told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backend_lead.design import knowledge_files as knowledge
from backend_lead.design.brief_file import NUMBERS, brief_schema
from backend_lead.design.conditions import condition
from backend_lead.design.understanding import understand

ROOT = Path(__file__).parents[2]
TOPICS = {topic.topic: topic for topic in knowledge.topics()}
DERIVED = {"users", "daily_users", "tenants_count", "peak_rps", "write_peak", "write_average", "rows_kept", "average_rps",
           "peak_factor", "item_bytes", "retention_days", "bytes_per_day"}


def conditions() -> list[tuple[str, str]]:
    found = [(f"{topic}.{option.id}", each.when) for topic, text in TOPICS.items() for option in text.option
             for each in (*option.for_, *option.against, *option.never)]
    found += [(id, each.when) for id, each in knowledge.features().items()]
    found += [(id, each.when) for id, each in knowledge.habits().items()]
    found += [(id, each.when) for id, each in knowledge.cautions().items()]
    return found + [(id, each.open) for id, each in knowledge.questions().items()]


@pytest.mark.parametrize(("where", "text"), conditions(), ids=lambda each: each[:40])
def test_a_condition_names_what_there_is(where: str, text: str):
    read = condition(text)
    assert read.facts <= set(knowledge.fact_kinds()), where
    assert read.numbers <= set(NUMBERS) | DERIVED, where
    assert read.topics <= set(TOPICS), where
    for topic, option in re.findall(r"\b([a-z_]+)\.([a-z_0-9]+)", text):
        assert option in {each.id.removesuffix("_beside") for each in TOPICS[topic].option}, where


@pytest.mark.parametrize("topic", TOPICS)
def test_a_decision_asks_only_what_was_decided_before_it(topic: str):
    for option in TOPICS[topic].option:
        for each in (*option.for_, *option.against, *option.never):
            for other in condition(each.when).topics:
                assert TOPICS[other].order < TOPICS[topic].order, option.id


@pytest.mark.parametrize("topic", TOPICS)
def test_an_option_says_its_cost_its_source_and_its_drawback(topic: str):
    for option in TOPICS[topic].option:
        if option.kind != "beside":
            assert option.source, option.id
            assert option.cost, option.id
            if option.id != TOPICS[topic].default or topic in ("api_style", "auth", "cache"):
                assert option.drawback, option.id
        for each in (*option.for_, *option.against, *option.never):
            assert each.why, option.id


def test_a_kind_of_service_assumes_facts_that_there_are():
    for id, kind in knowledge.archetypes().items():
        assert set(kind.facts) <= set(knowledge.fact_kinds()), id
        assert kind.like, id
    assert len(knowledge.archetypes()) >= 20


def test_every_identifier_is_told_on_its_page():
    page = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    ids = {*knowledge.fact_kinds(), *knowledge.features(), *knowledge.habits(), *knowledge.cautions(),
           *knowledge.questions(), *knowledge.archetypes()}
    ids |= {option.id.removesuffix("_beside") for topic in TOPICS.values() for option in topic.option}
    for id in ids:
        assert f"| `{id}` |" in page, id
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) <= ids | {"brief", "title", "facts", "numbers",
                                                                           "decided"}


def test_the_schema_of_a_brief_is_the_one_that_is_published():
    assert (ROOT / "docs" / "schemas" / "brief.1.json").read_text(encoding="utf-8") == brief_schema()


def test_a_condition_that_cannot_be_read_is_refused():
    for text in ("a +", "f(x)", "users > many", "a.b.c"):
        with pytest.raises(ValueError, match=r"condition|holds something"):
            condition(text)


def test_numbers_that_conditions_use_are_reckoned():
    known = understand("10,000 people keep lists.", None)
    assert set(known.rates.numbers) >= DERIVED - {"tenants_count", "bytes_per_day"}
