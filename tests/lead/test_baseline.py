"""The baseline: matched by rule, symbol and snippet, counted, pruned, and never by line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend_lead.errors import WrongUse
from backend_lead.lead.baseline import decode, encode, from_findings, prune, split
from backend_lead.model.place import Place
from samples import FINDINGS

RULES = frozenset(finding.rule for finding in FINDINGS)


def test_everything_accepted_is_left_out():
    assert split(FINDINGS, from_findings(FINDINGS)) == ((), len(FINDINGS))
    assert split(FINDINGS, from_findings(())) == (FINDINGS, 0)


def test_moved_and_reformatted_lines_stay_accepted():
    moved = tuple(replace(each, place=Place(each.place.file, each.place.line + 100),
                          snippet=f"  {each.snippet.replace(' ', '   ')}\n") for each in FINDINGS)
    assert split(moved, from_findings(FINDINGS)) == ((), len(FINDINGS))


def test_another_symbol_or_another_text_is_new():
    for changed in (replace(FINDINGS[0], symbol="other"), replace(FINDINGS[0], snippet="other"),
                    replace(FINDINGS[0], rule="other")):
        assert split((changed,), from_findings(FINDINGS)) == ((changed,), 0)


def test_one_more_of_the_same_is_new():
    second = replace(FINDINGS[0], place=Place(FINDINGS[0].place.file, 900))
    new, accepted = split((second, FINDINGS[0]), from_findings(FINDINGS[:1]))
    assert (new, accepted) == ((second,), 1)
    assert from_findings((FINDINGS[0], second)).findings[0].count == 2


def test_prune_takes_out_what_is_gone_and_counts():
    twice = from_findings((*FINDINGS, FINDINGS[0]))
    left, removed = prune(twice, FINDINGS[:3], RULES)
    assert removed == len(FINDINGS) + 1 - 3
    assert left == from_findings(FINDINGS[:3])


def test_prune_keeps_what_could_not_be_looked_for():
    baseline = from_findings(FINDINGS)
    assert prune(baseline, (), frozenset()) == (baseline, 0)


def test_the_file_is_sorted_and_read_back():
    text = encode(from_findings(reversed(FINDINGS)))
    assert text == encode(from_findings(FINDINGS))
    assert text.startswith('{\n  "schema": "backend-lead/baseline/1",\n  "findings": [\n')
    assert text.endswith("}\n")
    assert '"line"' not in text
    assert decode(text, "b.json") == from_findings(FINDINGS)


@pytest.mark.parametrize(("text", "said"), [
    ("{", "is not a baseline"), ('{"findings": [{"rule": 3}]}', "$.findings[0].rule"),
    ('{"schema": "backend-lead/baseline/9"}', "backend-lead/baseline/9"), ("[]", "is not a baseline")])
def test_a_file_that_is_no_baseline_says_what_is_wrong_and_what_to_type(text, said):
    with pytest.raises(WrongUse) as raised:
        decode(text, "backend-lead-baseline.json")
    assert said in raised.value.message
    assert "backend-lead baseline write" in raised.value.hint
