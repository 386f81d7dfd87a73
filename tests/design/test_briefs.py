"""The labelled briefs are whole: every file parses, speaks the vocabulary, and does not contradict itself."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks" / "design" / "briefs"
FILES = sorted([*FOLDER.glob("dev/*.toml"), *FOLDER.glob("heldout/*.toml")], key=lambda file: file.name)
# Forty more that came later, for development only.
MORE = sorted(FOLDER.glob("dev2/*.toml"), key=lambda file: (len(file.name.split("-")[0]), file.name))
# Thirty of a third hand, for measuring only.
UNSEEN = sorted(FOLDER.glob("held3/*.toml"))
EVERY = [*FILES, *MORE, *UNSEEN]
WORDS: dict[str, Any] = tomllib.loads((FOLDER / "vocabulary.toml").read_text(encoding="utf-8"))
LISTS = {
    "features_must": {*WORDS["features"]},
    "features_must_not": {*WORDS["features"], *WORDS["habits_advised_against"]},
    "warnings": {*WORDS["warnings"]},
    "questions_any": {*WORDS["questions"]},
    "over_engineering": {*WORDS["habits_advised_against"]},
}
# What is called too much, or advised against, may not be an accepted answer of the same brief.
SAME_THING = {
    "sharding": ("scaling", "sharding"),
    "read_replicas": ("scaling", "read_replicas"),
    "microservices": ("shape", "services"),
    "kafka": ("async_processing", "stream"),
    "elasticsearch": ("search", "elasticsearch"),
    "graphql": ("api_style", "graphql"),
    "redis_required": ("cache", "yes"),
    "mongodb_primary": ("primary_db", "mongodb"),
    "database_per_tenant_by_default": ("tenancy", "database_per_tenant"),
}
# A choice that says "nothing" stands alone, except that readers may be anonymous while editors log in.
ALONE = {"realtime": "none", "primary_db": "none", "search": "no", "async_processing": "none", "scaling": "single_instance"}


def read(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def accepted(brief: dict[str, Any], field: str) -> set[str]:
    return {choice for answer in brief["expected"].get(field, []) for choice in answer}


def test_there_are_two_halves_of_forty_two_numbered_through() -> None:
    assert Counter(file.parent.name for file in FILES) == {"dev": 42, "heldout": 42}
    assert [file.name[:2] for file in FILES] == [f"{number:02}" for number in range(1, 85)]
    assert len({read(file)["title"] for file in FILES}) == 84


def test_forty_more_are_numbered_on_and_ten_of_them_hold_a_trap() -> None:
    assert [int(file.name.split("-")[0]) for file in MORE] == [*range(85, 125)]
    assert len({read(file)["title"] for file in [*FILES, *MORE]}) == 124
    assert sum(bool(read(file)["warnings"]) for file in MORE) == 10


def test_thirty_unseen_are_numbered_on_and_thirteen_of_them_hold_a_trap() -> None:
    assert [int(file.name.split("-")[0]) for file in UNSEEN] == [*range(125, 155)]
    assert len({read(file)["title"] for file in EVERY}) == 154
    traps = [read(file)["warnings"] for file in UNSEEN if read(file)["warnings"]]
    assert len(traps) == len({one for each in traps for one in each}) == 13


def test_both_halves_hold_as_many_traps_and_together_every_kind() -> None:
    halves = {half: [read(file)["warnings"] for file in FILES if file.parent.name == half] for half in ("dev", "heldout")}
    for half, warnings in halves.items():
        assert sum(bool(one) for one in warnings) in (14, 15), half
        assert all(len(one) <= 1 for one in warnings), half
    assert {one for half in halves.values() for warnings in half for one in warnings} == {*WORDS["warnings"]}


@pytest.mark.parametrize("file", EVERY, ids=lambda file: file.stem)
def test_a_brief_has_its_fields_and_speaks_the_vocabulary(file: Path) -> None:
    brief = read(file)
    assert set(brief) == {"title", "a", "b", "why", "expected", *LISTS}
    for field, words in LISTS.items():
        assert len(set(brief[field])) == len(brief[field]), field
        assert set(brief[field]) <= words, field
    assert brief["questions_any"]
    too_little = brief["warnings"] == ["insufficient_information"]
    assert too_little == (not brief["features_must"])
    assert too_little or 3 <= len(brief["features_must"]) <= 8
    assert set(brief["expected"]) <= set(WORDS["decisions"])
    assert len(brief["expected"]) >= 7 or too_little
    for field, answers in brief["expected"].items():
        assert answers, field
        assert len({frozenset(answer) for answer in answers}) == len(answers), field
        for answer in answers:
            assert answer, field
            assert len(set(answer)) == len(answer), field
            assert set(answer) <= set(WORDS["decisions"][field]), field
            # One machine may still stand behind a CDN or cut a table by time.
            beside = set(answer) - {"cdn", "partitioning"} if field == "scaling" else set(answer)
            assert ALONE.get(field) not in beside or len(beside) == 1, field


@pytest.mark.parametrize("file", EVERY, ids=lambda file: file.stem)
def test_a_brief_does_not_contradict_itself(file: Path) -> None:
    brief = read(file)
    against = {*brief["features_must_not"], *brief["over_engineering"]}
    assert not against & {*brief["features_must"]}
    for word in against & set(SAME_THING):
        field, choice = SAME_THING[word]
        assert choice not in accepted(brief, field), word


@pytest.mark.parametrize("file", EVERY, ids=lambda file: file.stem)
def test_the_second_wording_is_another_text_without_a_number_of_the_day(file: Path) -> None:
    brief = read(file)
    words = [{*re.findall(r"[a-z]{5,}", brief[wording].lower())} for wording in ("a", "b")]
    assert len(words[0] & words[1]) <= 0.5 * len(words[0]), sorted(words[0] & words[1])
    assert not re.search(r"\d+(,\d{3})* \w+ (a|per) day", brief["b"])
