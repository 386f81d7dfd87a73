"""What a load is made of, and the rate at which a service saturates."""

from __future__ import annotations

import itertools
import math
from collections import Counter

import pytest

from backend_lead.design.blueprint_files import archetypes
from backend_lead.design.saturation import Machine, RequestCost, saturation
from backend_lead.gates.http_load import Sendable
from backend_lead.generate.python.probing import load_plan
from backend_lead.prove.service_load import arrivals, bursts, mixed, percentile, shares


def test_arrivals_have_the_rate_that_was_asked_for_and_are_the_same_each_time():
    due = arrivals(100, 6, seed=1)
    assert len(due) == 600
    assert due == sorted(due) == arrivals(100, 6, seed=1) != arrivals(100, 6, seed=2)
    assert 0 < due[0] < due[-1] < 6
    gaps = [late - soon for soon, late in itertools.pairwise(due)]
    assert sum(gap < .002 for gap in gaps) > 80  # Independent clients come close together at times.


def test_bursts_have_the_same_rate_all_at_once():
    due = bursts(100, 3, 20)
    assert len(due) == 300
    assert Counter(due).most_common(1)[0][1] == 20
    assert max(due) < 3


def test_each_kind_has_its_share_however_many_addresses_it_has():
    requests = [Sendable("list", "GET", f"/{number}") for number in range(9)]
    requests += [Sendable("row", "GET", "/row"), Sendable("create", "POST", "/new", {})]
    counts = Counter(each.kind for each in mixed(requests, shares(.2), 10_000, seed=1))
    assert counts["list"] == pytest.approx(4_000, rel=.05)
    assert counts["row"] == pytest.approx(4_000, rel=.05)
    assert counts["create"] == pytest.approx(2_000, rel=.05)


def test_percentiles_are_values_that_were_seen():
    assert percentile([1, 2, 3, 4], .5) == 2
    assert percentile([1, 2, 3, 4], .99) == 4
    assert math.isnan(percentile([], .5))


@pytest.mark.parametrize(("cost", "machine", "rate", "of"), [
    ((1.0, .3), (1, 2, 10), 1000, "a core of the application"),
    ((1.0, .3), (2, 2, 10), 2000 / 1.3, "the cores of the machine"),
    ((1.0, 3.0), (1, 2, 10), 500, "the cores of the machine"),
    ((1.0, .6), (1, 2, 1), 625, "connections of the pool"),
])
def test_the_lowest_limit_is_named(cost: tuple[float, float], machine: tuple[int, int, int], rate: float, of: str):
    found = saturation(RequestCost(*cost), Machine(*machine))
    assert found.rate == pytest.approx(rate)
    assert found.of == of


@pytest.mark.parametrize("name", sorted(archetypes()))
def test_every_archetype_has_rows_that_a_load_can_make_and_lists_to_read(name: str):
    plan = load_plan(archetypes()[name])
    assert plan
    assert any(each["lists"] for each in plan)
