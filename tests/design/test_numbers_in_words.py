"""Numbers and quantities of a brief: digits, words, rates, sizes, times."""

from __future__ import annotations

import pytest

from backend_lead.design.clauses import sentences
from backend_lead.design.numerals import numerals
from backend_lead.design.quantities import quantities


@pytest.mark.parametrize(("text", "value"), [
    ("10k users", 10_000), ("2.5 million", 2_500_000), ("1,200,000 rows", 1_200_000), ("50 000 meters", 50_000),
    ("two hundred and fifty thousand people", 250_000), ("half a million listeners", 500_000), ("a dozen", 12),
    ("three dozen", 36), ("tens of thousands of cars", 30_000), ("a few thousand", 3_000), ("hundreds of sensors", 300),
    ("one and a half million", 1_500_000), ("a couple of hundred thousand", 200_000)])
def test_a_number_is_read(text: str, value: float):
    assert [each.value for each in numerals(text)] == [value]


@pytest.mark.parametrize(("text", "id", "value"), [
    ("We expect 10,000 users.", "users", 10_000),
    ("About 2,000 of them come daily.", "daily_users", 2_000),
    ("8,000 concurrent players", "concurrent_users", 8_000),
    ("Two million redirects a day", "requests_per_second", 2_000_000 / 86_400),
    ("We ingest 200k events/s.", "writes_per_second", 200_000),
    ("eighty thousand look-ups each second", "requests_per_second", 80_000),
    ("40,000 smart meters send a reading every 15 minutes.", "writes_per_second", 40_000 / 900),
    ("Each of 5,000 vans tells where it is every ten seconds.", "writes_per_second", 500),
    ("ten thousand people try to buy in the first minute", "burst_per_second", 10_000 / 60),
    ("500 companies with 20 users each", "users", 10_000),
    ("Readings are kept for five years.", "retention_seconds", 5 * 31_536_000),
    ("It answers within 200 ms.", "latency_seconds", .2),
    ("5 TB of recordings", "stored_bytes", 5e12),
    ("99.95 % uptime", "availability_percent", 99.95),
    ("hosting may cost 50 dollars a month", "budget_per_month", 50),
    ("tokens are valid for 30 days", "token_seconds", 30 * 86_400),
    ("traffic grows 20x during sales", "peak_factor", 20),
    ("3 million products", "records", 3_000_000)])
def test_a_quantity_is_read(text: str, id: str, value: float):
    found = {each.id: each.value for each in quantities(sentences(text))}
    assert found[id] == pytest.approx(value)


def test_a_brief_without_numbers_has_no_quantities():
    assert quantities(sentences("People write short notes and read those of others.")) == ()
