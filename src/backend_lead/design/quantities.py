"""Quantities of a brief: how many users, devices and records, how often, how large, how long, how fast."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from backend_lead.design import quantity_words as words
from backend_lead.design.clauses import Sentence
from backend_lead.design.numerals import Numeral, numerals
from backend_lead.model.design import Origin, Quantity

_REACH = 45
_SMALL = 2
_GROUP = 500


@dataclass(frozen=True, slots=True)
class _Place:
    """A number where it stands: the words just after and before it, and its sentence."""

    numeral: Numeral
    after: str
    before: str
    sentence: Sentence

    @property
    def words(self) -> str:
        return self.sentence.text


def quantities(read: Iterable[Sentence]) -> tuple[Quantity, ...]:
    """Return the quantities of a brief, one an id; of two for the same id the larger counts.

    Units: people, devices, records, tenants (counts); per second; bytes; seconds; percent; times; currency a month.
    """
    found: dict[str, Quantity] = {}
    for sentence in read:
        numbers = numerals(sentence.text)
        for number, numeral in enumerate(numbers):
            end = numbers[number + 1].start if number + 1 < len(numbers) else len(sentence.text)
            start = numbers[number - 1].end if number else 0
            place = _Place(numeral, sentence.text[numeral.end:max(numeral.end, end)],
                           sentence.text[start:numeral.start], sentence)
            for each in _of(place, found):
                if each.id not in found or each.value > found[each.id].value:
                    found[each.id] = each
        for each in (*_short_rates(sentence), *_every(sentence, found)):
            if each.id not in found or each.value > found[each.id].value:
                found[each.id] = each
    return tuple(found[key] for key in sorted(found))


def _of(place: _Place, known: dict[str, Quantity]) -> list[Quantity]:
    value, near = place.numeral.value, place.after[:_REACH]

    def said(id: str, number: float, unit: str) -> list[Quantity]:
        return [Quantity(id, number, unit, Origin.STATED, place.words)]

    if size := words.SIZE.match(place.after):
        amount = value * words.BYTES[size["unit"].lower()]
        if words.SIZE_A_PERIOD.match(place.after):
            return said("bytes_per_day", amount * 86400 / _period(place.after[size.end():]), "bytes")
        return said("stored_bytes" if amount >= 1e9 else "item_bytes", amount, "bytes")
    if words.MONEY_AFTER.match(place.after) or words.MONEY_BEFORE.search(place.before):
        return said("budget_per_month", value, "per month") if words.BUDGET.search(place.words) else []
    if words.PERCENT.match(place.after):
        if words.AVAILABLE.search(place.words):
            return said("availability_percent", value, "percent")
        return said("read_percent", value, "percent") if words.READ_SHARE.search(near) else []
    if often := words.HOW_OFTEN.match(place.after):
        return _how_often(place, value, _period(often.group(0)), known)
    if words.TIMES.match(place.after):
        return said("peak_factor", value, "times") if words.PEAK.search(place.after[:60]) and value <= 1000 else []
    if duration := words.DURATION.match(place.after):
        return _lasting(place, value * _seconds(duration["unit"]))
    return _counted(place, value, near, known["tenants"].value if "tenants" in known else 0.0)


def _how_often(place: _Place, value: float, period: float, known: dict[str, Quantity]) -> list[Quantity]:
    """Return what "40 times a day" counts: requests of each person when it is about each, else requests of all."""
    if value <= 500 and "devices" in known and period <= 3600:
        return [Quantity("writes_per_second", known["devices"].value * value / period, "per second", Origin.STATED,
                         place.words)]
    if value <= 500 and words.EACH.search(place.words):
        return [Quantity("actions", value * 86400 / period, "requests a user a day", Origin.STATED, place.words)]
    return [Quantity("requests_per_second", value / period, "per second", Origin.STATED, place.words)]


def _seconds(unit: str) -> float:
    unit = unit.lower()
    if unit in ("ms", "msec") or unit.startswith("milli"):
        return .001
    return words.DURATIONS[unit[:2] if unit != "s" else "s"]


def _lasting(place: _Place, seconds: float) -> list[Quantity]:
    text = place.words
    if seconds >= 86400 and words.TOKEN.search(text) and not re.search(r"\b(?:log lines|logs|readings)\b", text, re.I):
        return [Quantity("token_seconds", seconds, "seconds", Origin.STATED, text)]
    if seconds >= 86400 and words.KEEP.search(text):
        return [Quantity("retention_seconds", seconds, "seconds", Origin.STATED, text)]
    repeated = words.EVERY.search(f"{place.before[-12:]}x{place.after[:12]}")
    if seconds <= 10 and words.FAST.search(text) and not repeated:
        return [Quantity("latency_seconds", seconds, "seconds", Origin.STATED, text)]
    return []


def _counted(place: _Place, value: float, near: str, known_tenants: float) -> list[Quantity]:
    text = place.words
    if words.GROUP_OF.search(place.before):
        return [Quantity("users", value, "people", Origin.STATED, text)]
    if value <= _SMALL:
        return []
    rate = words.RATE.match(place.after) or words.ADVERB.match(place.after)
    if direct := words.DIRECT.match(place.after):
        written = words.WRITES.search(text)
        return [Quantity("writes_per_second" if written else "requests_per_second", value / _period(direct.group(0)),
                         "per second", Origin.STATED, text)]
    ends = words.ENDS.search(near)
    counted = near[:ends.start()] if ends else near
    kinds = [(found.start(), kind) for kind, pattern in words.KINDS if (found := pattern.search(counted))]
    if not kinds:
        # "200,000 movements a day": what is counted by the day and has no other name is written.
        return [Quantity("writes_per_second", value / _period(rate.group(0)), "per second", Origin.STATED, text)] \
            if rate else []
    kind = min(kinds)[1]
    if kind in ("users", "devices", "tenants"):
        return _counted_things(place, value, near, kind, rate, known_tenants)
    if burst := words.BURST.search(place.after):
        return [Quantity("burst_per_second", value / _period(burst.group(0)), "per second", Origin.STATED, text)]
    if rate:
        id = "writes_per_second" if kind in ("writes", "records") else "requests_per_second"
        return [Quantity(id, value / _period(rate.group(0)), "per second", Origin.STATED, text)]
    if kind in ("records", "writes"):
        return [Quantity("records", value, "records", Origin.STATED, text)]
    return []


def _counted_things(place: _Place, value: float, near: str, kind: str, rate: re.Match[str] | None,
                    known_tenants: float) -> list[Quantity]:
    """Return a number of people, devices or organisations, and how many of them at once, by day or by month."""
    text = place.words
    if kind == "users" and value <= _GROUP and words.UP_TO.search(place.before) and words.IN_ONE.search(text):
        return []
    if kind == "users" and (burst := words.BURST.search(place.after)):
        return [Quantity("burst_per_second", value / _period(burst.group(0)), "per second", Origin.STATED, text),
                Quantity("users", value, "people", Origin.STATED, text)]
    if kind == "users" and words.TOGETHER.search(place.after[:_REACH] + place.before[-20:]):
        return [Quantity("concurrent_users", value, "people", Origin.STATED, text)]
    if kind == "users" and (rate or words.ACTIVE.search(near) or words.DAILY.search(place.before[-16:])):
        per = _period(rate.group(0)) if rate else 86400.0
        scaled = value * 86400 / per if per < 86400 else value
        return [Quantity("daily_users" if per <= 86400 else "monthly_users", scaled, "people", Origin.STATED, text)]
    if kind == "users" and known_tenants and words.EACH_HAS.match(place.after):
        return [Quantity("users", value * known_tenants, "people", Origin.STATED, text)]
    unit = {"users": "people", "devices": "devices", "tenants": "tenants"}[kind]
    return [Quantity(kind, value, unit, Origin.STATED, text)]


def _period(text: str) -> float:
    """Return the seconds of the period that a rate names: "per minute" is 60, "in the first ten minutes" 600."""
    for adverb, seconds in words.ADVERBS.items():
        if re.search(rf"\b{adverb}\b", text, re.I):
            return seconds
    found = re.search(words.PERIOD, text, re.I)
    if not found:
        return 86400.0
    count = numerals(text[:found.start()])
    return words.SECONDS[found["period"].lower()] * (count[-1].value if count else 1.0)


def _short_rates(sentence: Sentence) -> list[Quantity]:
    found = []
    for numeral in numerals(sentence.text):
        unit = re.match(r"^\s*(rps|qps|tps)\b", sentence.text[numeral.end:], re.I)
        if unit:
            found.append(Quantity(words.SHORT_RATES[unit[1].lower()], numeral.value, "per second", Origin.STATED,
                                  sentence.text))
    return found


def _every(sentence: Sentence, known: dict[str, Quantity]) -> list[Quantity]:
    """Return what devices or people send by their interval: 10,000 meters, every 15 minutes, are 11 a second."""
    found = words.EVERY.search(sentence.text)
    if not found or not words.REPORTING.search(sentence.text):
        return []
    seconds = words.SECONDS[found["period"].lower()] * (numerals(found["n"])[0].value if found["n"] and
                                                   numerals(found["n"]) else 1.0)
    senders = known.get("devices") or known.get("concurrent_users") or known.get("users")
    if senders is None or seconds > 86400 or (senders.id != "devices" and seconds > 600):
        return []
    return [Quantity("writes_per_second", senders.value / seconds, "per second", Origin.STATED, sentence.text)]
