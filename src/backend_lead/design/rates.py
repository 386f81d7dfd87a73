"""Rates and sizes that decisions and estimates start from: of the brief where it says them, else assumed and said so.

Formulas: average rate = users of a day x actions / 86,400; peak = average x factor (1.7 world-wide, 4 for consumers of
a few time zones, 10 for launches, 2 inside a house); a stated number "in the first minute" is the peak itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from backend_lead.model.design import Input, Origin, Quantity

_DAY = 86400.0
_ACTIVE_SHARE = .2
_ACTIONS = 30.0
_WRITE_SHARE = .1
_AT_PEAK = re.compile(r"\b(?:peaks?|busiest|at most|up to|opens?|worst)\b", re.I)


@dataclass(frozen=True, slots=True)
class Rates:
    """Numbers by name, and for each where it came from."""

    numbers: Mapping[str, float]
    inputs: Mapping[str, Input]


def rates(quantities: Mapping[str, Quantity], facts: frozenset[str], usual: Mapping[str, float]) -> Rates:
    """Return what is known and what follows from it.  `usual` are the numbers that the archetype assumes.

    Names: users, daily_users, actions (requests a user a day), average_rps, peak_factor, peak_rps, write_share,
    write_average, write_peak (per second), item_bytes, retention_days, rows_kept, and what the brief says itself.
    """
    made = _Made(quantities, usual)
    numbers = made.numbers
    _users(made, facts)
    _read_rates(made, facts)
    _write_rates(made)
    made.assume("item_bytes", 600.0, "bytes", "default: a row of some twenty columns")
    days = quantities["retention_seconds"].value / _DAY if "retention_seconds" in quantities else None
    if days is not None:
        made.put("retention_days", days, "days", Origin.STATED, quantities["retention_seconds"].words)
    else:
        made.assume("retention_days", 3 * 365.0, "days", "default: three years")
    rows = numbers["write_average"] * _DAY * numbers["retention_days"]
    if "records" in numbers and numbers["records"] > rows:
        made.put("rows_kept", numbers["records"], "rows", Origin.STATED, made.inputs["records"].source)
    else:
        made.put("rows_kept", rows, "rows", Origin.IMPLIED, "write_average x 86,400 x retention_days")
    return Rates(numbers, made.inputs)


class _Made:
    """Numbers on their way, each with its input."""

    def __init__(self, quantities: Mapping[str, Quantity], usual: Mapping[str, float]) -> None:
        self.usual = usual
        self.numbers: dict[str, float] = {}
        self.inputs: dict[str, Input] = {}
        for each in quantities.values():
            self.put(each.id, each.value, each.unit, each.origin, each.words)
        if "tenants" in self.numbers:
            self.numbers["tenants_count"] = self.numbers["tenants"]

    def put(self, name: str, value: float, unit: str, origin: Origin, source: str) -> None:
        self.numbers[name] = value
        self.inputs[name] = Input(name, value, unit, origin, source)

    def assume(self, name: str, value: float, unit: str, source: str) -> None:
        """Take what the brief says; else what the archetype assumes; else the default."""
        if name in self.numbers:
            return
        if name in self.usual:
            self.put(name, self.usual[name], unit, Origin.ASSUMED, "usual for this kind of service")
        else:
            self.put(name, value, unit, Origin.ASSUMED, source)


def _users(made: _Made, facts: frozenset[str]) -> None:
    numbers = made.numbers
    if "users" not in numbers:
        if "monthly_users" in numbers:
            made.put("users", numbers["monthly_users"], "people", Origin.IMPLIED, "people of a month")
        elif "daily_users" in numbers:
            made.put("users", numbers["daily_users"] / _ACTIVE_SHARE, "people", Origin.IMPLIED,
                     "daily_users / 0.2, the usual share that is active on a day")
        elif "concurrent_users" in numbers:
            made.put("users", numbers["concurrent_users"] * 20, "people", Origin.IMPLIED,
                     "concurrent_users x 20: some 5 % are there at once")
        elif "tenants" in numbers and "tenants" in facts:
            made.put("users", numbers["tenants"] * 20, "people", Origin.IMPLIED, "tenants x 20 people")
        elif "tiny_scale" in facts:
            made.put("users", 20, "people", Origin.ASSUMED, "a handful")
        else:
            made.assume("users", 10_000.0, "people", "default: ten thousand")
    if "daily_users" not in numbers:
        share = .6 if "internal_only" in facts or "tiny_scale" in facts else _ACTIVE_SHARE
        made.put("daily_users", numbers["users"] * share, "people", Origin.IMPLIED, f"users x {share:g}")


def _read_rates(made: _Made, facts: frozenset[str]) -> None:
    numbers = made.numbers
    made.assume("actions", _ACTIONS, "requests a user a day", "default: thirty requests a day")
    factor, source = 4.0, "default: consumers of a few time zones, 3 to 5"
    if "internal_only" in facts or "tiny_scale" in facts:
        factor, source = 3.0, "default: the hours of an office"
    elif "bursts" in facts:
        factor, source = 15.0, "default: bursts, 10 to 50"
    elif "geography_global" in facts or "devices" in facts:
        factor, source = 1.7, "default: spread over all hours"
    if "peak_factor" not in numbers:
        made.put("peak_factor", factor, "times", Origin.ASSUMED, source)
    by_users = numbers["daily_users"] * numbers["actions"] / _DAY
    if made.inputs["users"].origin is Origin.ASSUMED and ("machine_clients" in facts or "devices" in facts):
        by_users = 0.0
    stated = numbers.get("requests_per_second", 0.0)
    average = max(by_users, stated)
    made.put("average_rps", average, "per second", Origin.STATED if stated >= by_users and stated else Origin.IMPLIED,
             made.inputs["requests_per_second"].source if stated >= by_users and stated
             else "daily_users x actions / 86,400")
    peak = average * numbers["peak_factor"]
    if numbers.get("burst_per_second", 0.0) > peak:
        made.put("peak_rps", numbers["burst_per_second"] * 3, "per second", Origin.IMPLIED,
                 "the burst of the brief x 3 requests each")
    else:
        made.put("peak_rps", peak, "per second", Origin.IMPLIED, "average_rps x peak_factor")


def _write_rates(made: _Made) -> None:
    numbers = made.numbers
    made.assume("write_share", _WRITE_SHARE, "of the requests", "default: one in ten requests writes")
    stated = numbers.get("writes_per_second", 0.0)
    if stated and _AT_PEAK.search(made.inputs["writes_per_second"].source):
        # A number that was said of the peak is not multiplied again.
        stated /= numbers["peak_factor"]
    average = max(stated, numbers["average_rps"] * numbers["write_share"])
    made.put("write_average", average, "per second", Origin.STATED if stated >= average and stated else Origin.IMPLIED,
             "writes of the brief" if stated >= average and stated else "average_rps x write_share")
    made.put("write_peak", average * numbers["peak_factor"], "per second", Origin.IMPLIED,
             "write_average x peak_factor")
    total = numbers["peak_rps"] + (stated * numbers["peak_factor"] if stated else 0.0)
    if stated and total > numbers["peak_rps"]:
        made.put("peak_rps", total, "per second", Origin.IMPLIED, "reads and writes at the peak")
