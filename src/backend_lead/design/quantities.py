"""Quantities of a brief: how many users, devices and records, how often, how large, how long, how fast."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from backend_lead.design.clauses import Sentence
from backend_lead.design.numerals import Numeral, numerals
from backend_lead.model.design import Origin, Quantity

_SECONDS = {"second": 1.0, "sec": 1.0, "s": 1.0, "minute": 60.0, "min": 60.0, "hour": 3600.0, "hr": 3600.0, "h": 3600.0,
            "day": 86400.0, "night": 86400.0, "week": 604800.0, "month": 2592000.0, "quarter": 7776000.0,
            "year": 31536000.0}
# "a second employee" names no period: after "second" stands the end, punctuation or a small word.
_PERIOD = (r"\b(?P<period>second(?=s?\s*(?:[^\w\s]|$|(?:and|at|with|during|in|on|for|from|to|when|while|or|but|by|after|"
           r"of|as|across|each|is|are|that|which|must|may|can|is)\b))|sec|s|minute|min|hour|hr|h|day|night|week|month|"
           r"quarter|year)s?\b")
_RATE = re.compile(
    rf"^\W{{0,3}}(?:[\w'-]+\s+){{0,6}}?(?:[\w'-]+)?\s*?(?:/\s*|\bper\s+|\b(?:in\s+)?an?\s+|\beach\s+|\bevery\s+|"
    rf"\bin (?:the|its) (?:busiest|worst|peak)\s+)(?:single\s+)?{_PERIOD}", re.I)
_DIRECT = re.compile(rf"^\s*(?:/\s*|per\s+|an?\s+|in (?:the|its) (?:busiest|worst|peak)\s+|each\s+){_PERIOD}", re.I)
_HOW_OFTEN = re.compile(rf"^\s*times\s+(?:/\s*|per\s+|(?:in\s+)?an?\s+|each\s+|every\s+){_PERIOD}", re.I)
_ADVERB = re.compile(r"^\W{0,3}(?:[\w'-]+\s+){0,6}?(?P<adverb>daily|hourly|weekly|monthly|yearly|annually|nightly)\b",
                     re.I)
_ADVERBS = {"daily": 86400.0, "nightly": 86400.0, "hourly": 3600.0, "weekly": 604800.0, "monthly": 2592000.0,
            "yearly": 31536000.0, "annually": 31536000.0}
_SHORT_RATES = {"rps": "requests_per_second", "qps": "requests_per_second", "tps": "writes_per_second"}
_EVERY = re.compile(rf"\b(?:(?:once\s+)?(?:every|each)|once an?)\s+(?P<n>[\w.]+\s+)?{_PERIOD}", re.I)
_BURST = re.compile(rf"\b(?:in|within|during|over)\s+(?:the\s+)?(?:very\s+)?(?:first|opening)\s+(?P<n>[\w.]+\s+)?{_PERIOD}",
                    re.I)

_PEOPLE = re.compile(
    r"\b(?:users?|people|persons?|members?|customers?|players?|students?|pupils?|learners?|teachers?|employees?|staff|"
    r"colleagues?|workers?|patients?|clients?|shoppers?|buyers?|visitors?|readers?|viewers?|listeners?|subscribers?|"
    r"followers?|drivers?|riders?|couriers?|guests?|tenants' users|accounts?|citizens?|residents?|volunteers?|fans?|"
    r"traders?|investors?|agents?|operators?|technicians?|engineers?|developers?|seats|participants?|attendees?|donors?|"
    r"audience|households?|nurses?|doctors?|clinicians?|parents?|friends|of us|travellers?|travelers?|passengers?|"
    r"applicants?|candidates?|voters?|gamers?|fishermen|farmers?|admins?|administrators?|clerks?|officers?|lawyers?|"
    r"accountants?|salespeople|reps|homes|families|children|kids|adults|men|women|folks|strangers|"
    r"team|of (?:them|those|these|whom)|sellers?|makers?|growers?|gardeners?|analysts?|officials?|servants|specialists|"
    r"photographers?|musicians?|scientists?|testers?|authors?|editors?|musicians|hosts|inspectors?|tutors?|coaches|"
    r"hands|recipients|heads|souls|persons?|lecturers|researchers|physicians|physiotherapists|librarians|dispatchers)\b", re.I)
_ACTIVE = re.compile(r"\b(?:daily|active|a day|per day|each day|every day|concurrent(?:ly)?|at (?:the same time|once|a "
                     r"time)|simultaneous(?:ly)?|online)\b", re.I)
_TOGETHER = re.compile(r"\b(?:concurrent(?:ly)?|at (?:the same time|once|a time|the same moment)|simultaneous(?:ly)?|"
                       r"connected|online)\b", re.I)
_DEVICES = re.compile(
    r"\b(?:devices?|sensors?|meters?|vehicles?|cars?|trucks?|vans?|lorries|scooters?|bikes?|machines?|turbines?|"
    r"gateways?|thermostats?|trackers?|containers?|buses|boats?|ships?|drones?|robots?|units?|stations?|chargers?|"
    r"probes?|beacons?|appliances?|terminals?|locks?|cameras?|wearables?|collars?|pumps?|panels?|boxes|lamps?|lights?)\b",
    re.I)
_TENANTS = re.compile(r"\b(?:tenants?|companies|organi[sz]ations?|businesses|firms?|agencies|schools?|clinics?|shops?|"
                      r"stores?|merchants?|workspaces?|customers? companies|client companies|franchise(?:e|s)s?|"
                      r"restaurants?|hotels?|municipalities|factories|banks|practices|salons|offices|chambers|studios?|gyms?|landlords?|associations?|clubs?)\b", re.I)
_WRITES = re.compile(
    r"\b(?:writes?|inserts?|readings?|measurements?|samples?|events?|messages?|posts?|orders?|transactions?|transfers?|"
    r"uploads?|pings?|positions?|data ?points?|log lines?|lines|logs?|entries|payments?|bookings?|reservations?|bids?|"
    r"votes?|impressions?|clicks?|spans?|records|calls detail|cdrs?|updates?|trades?|ticks?|comments?|notifications?|"
    r"e-?mails?|mails|submissions?|scans?|jobs?|tasks?|builds?|invoices?|claims?|donations?|purchases?|sales|tickets?)\b",
    re.I)
_READS = re.compile(
    r"\b(?:requests?|calls?(?! details?)|queries|lookups?|look-ups|hits?|page ?views?|views?|visits?|redirects?|resolutions?|reads?|"
    r"searches|checks?|evaluations?|predictions?|scorings?|verifications?|validations?|downloads?|plays?|fetches|"
    r"questions?|decisions?)\b", re.I)
_RECORDS = re.compile(
    r"\b(?:products?|items?|records?|rows?|documents?|articles?|listings?|files?|photos?|pictures?|images?|videos?|"
    r"songs?|tracks?|books?|titles?|pages?|properties|jobs?|recipes?|entries|links?|urls?|contacts?|papers?|patents?|"
    r"posts?|messages?|lines|parts|skus?|courses?|places?|profiles?|invoices?|cases?|objects?|keys?|points?)\b", re.I)
_BYTES = {"kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "pb": 1e15, "kilobytes": 1e3, "megabytes": 1e6,
          "gigabytes": 1e9, "terabytes": 1e12, "kilobyte": 1e3, "megabyte": 1e6, "gigabyte": 1e9, "terabyte": 1e12,
          "megs": 1e6, "gigs": 1e9, "bytes": 1.0, "kib": 1024.0, "mib": 2.0**20, "gib": 2.0**30, "tib": 2.0**40}
_SIZE = re.compile(rf"^\s*-?(?P<unit>{'|'.join(sorted(_BYTES, key=len, reverse=True))})\b", re.I)
_DURATION = re.compile(r"^\s*-?(?P<unit>ms|milliseconds?|msec|s|secs?|seconds?|minutes?|mins?|hours?|days?|weeks?|months?|"
                       r"years?)\b", re.I)
_DURATIONS = {"ms": .001, "mi": 60.0, "se": 1.0, "s": 1.0, "ho": 3600.0, "da": 86400.0, "we": 604800.0,
              "mo": 2592000.0, "ye": 31536000.0}
_MONEY_AFTER = re.compile(r"^\s*(?:dollars?|euros?|eur|usd|gbp|pounds?|€|\$|£|bucks)\b|^\s*[€$£]", re.I)
_MONEY_BEFORE = re.compile(r"[€$£]\s*$")
_BUDGET = re.compile(r"\b(?:budget|spend|hosting|cost|costs|afford|bill|month)\b", re.I)
_KEEP = re.compile(r"\b(?:keep|kept|retain(?:ed)?|retention|stor(?:e|ed|age)|histor(?:y|ies)|archive[ds]?|go(?:es)? back|"
                   r"delet(?:e|ed|ion)|after|old|available for|hold|held|preserv(?:e|ed)|purge[ds]?|expire[ds]?)\b", re.I)
_FAST = re.compile(r"\b(?:latency|within|under|below|respond|response|answer(?:s|ed)?|p9\d|faster|less than|at most|"
                   r"in at most|no later|load|budget|milliseconds?|ms)\b", re.I)
_TOKEN = re.compile(r"\b(?:token|session|log(?:ged|s)? ?in|signed in|jwt|credential|link)s?\b", re.I)
_PERCENT = re.compile(r"^\s*(?:%|percent\b|per cent\b)")
_AVAILABLE = re.compile(r"\b(?:uptime|availab\w+|sla|nines)\b", re.I)
_READ_SHARE = re.compile(r"\bread(?:s|ing)?\b", re.I)
_TIMES = re.compile(r"^\s*(?:x\b|times\b|-?fold\b|×)", re.I)
_PEAK = re.compile(r"\b(?:peak|spike|burst|surge|normal|usual|usually|ordinary|average|as (?:much|many)|more (?:traffic|load)|"
                   r"load|during|traffic|in a rush|of a)\w*\b", re.I)
_EACH = re.compile(r"\b(?:each|every|everybody|everyone|a person|apiece|they|them|one)\b", re.I)
_GROUP_OF = re.compile(r"\b(?:team|group|family|office|staff|crew|club|practice|department|choir|company) of\s*(?:about|some|around|roughly)?\s*$",
                       re.I)
_SMALL = 2
_DAILY = re.compile(r"\b(?:daily|active)\W*$", re.I)
_EACH_HAS = re.compile(r"^[\w\s'-]{0,25}\b(?:each|apiece|per|in each)\b")
_REACH = 45


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

    if size := _SIZE.match(place.after):
        amount = value * _BYTES[size["unit"].lower()]
        if re.match(r"^\s*\w+\s*(?:/|per|an?|each|every)\s*(?:second|minute|hour|day|month|year)", place.after, re.I):
            return said("bytes_per_day", amount * 86400 / _period(place.after[size.end():]), "bytes")
        return said("stored_bytes" if amount >= 1e9 else "item_bytes", amount, "bytes")
    if _MONEY_AFTER.match(place.after) or _MONEY_BEFORE.search(place.before):
        return said("budget_per_month", value, "per month") if _BUDGET.search(place.words) else []
    if _PERCENT.match(place.after):
        if _AVAILABLE.search(place.words):
            return said("availability_percent", value, "percent")
        return said("read_percent", value, "percent") if _READ_SHARE.search(near) else []
    if often := _HOW_OFTEN.match(place.after):
        return _how_often(place, value, _period(often.group(0)), known)
    if _TIMES.match(place.after):
        return said("peak_factor", value, "times") if _PEAK.search(place.after[:60]) and value <= 1000 else []
    if duration := _DURATION.match(place.after):
        return _lasting(place, value * _seconds(duration["unit"]))
    return _counted(place, value, near, known["tenants"].value if "tenants" in known else 0.0)


def _how_often(place: _Place, value: float, period: float, known: dict[str, Quantity]) -> list[Quantity]:
    """Return what "40 times a day" counts: requests of each person when it is about each, else requests of all."""
    if value <= 500 and "devices" in known and period <= 3600:
        return [Quantity("writes_per_second", known["devices"].value * value / period, "per second", Origin.STATED,
                         place.words)]
    if value <= 500 and _EACH.search(place.words):
        return [Quantity("actions", value * 86400 / period, "requests a user a day", Origin.STATED, place.words)]
    return [Quantity("requests_per_second", value / period, "per second", Origin.STATED, place.words)]


def _seconds(unit: str) -> float:
    unit = unit.lower()
    if unit in ("ms", "msec") or unit.startswith("milli"):
        return .001
    return _DURATIONS[unit[:2] if unit != "s" else "s"]


def _lasting(place: _Place, seconds: float) -> list[Quantity]:
    text = place.words
    if seconds >= 86400 and _TOKEN.search(text) and not re.search(r"\b(?:log lines|logs|readings)\b", text, re.I):
        return [Quantity("token_seconds", seconds, "seconds", Origin.STATED, text)]
    if seconds >= 86400 and _KEEP.search(text):
        return [Quantity("retention_seconds", seconds, "seconds", Origin.STATED, text)]
    if seconds <= 10 and _FAST.search(text) and not _EVERY.search(place.before[-12:] + "x" + place.after[:12]):
        return [Quantity("latency_seconds", seconds, "seconds", Origin.STATED, text)]
    return []


def _counted(place: _Place, value: float, near: str, known_tenants: float) -> list[Quantity]:
    text = place.words
    if _GROUP_OF.search(place.before):
        return [Quantity("users", value, "people", Origin.STATED, text)]
    if value <= _SMALL:
        return []
    rate = _RATE.match(place.after) or _ADVERB.match(place.after)
    if direct := _DIRECT.match(place.after):
        written = _WRITES.search(text)
        return [Quantity("writes_per_second" if written else "requests_per_second", value / _period(direct.group(0)),
                         "per second", Origin.STATED, text)]
    kinds = [(found.start(), kind) for kind, pattern in
             (("users", _PEOPLE), ("devices", _DEVICES), ("tenants", _TENANTS), ("writes", _WRITES), ("reads", _READS),
              ("records", _RECORDS)) if (found := pattern.search(near))]
    if not kinds:
        # "200,000 movements a day": what is counted by the day and has no other name is written.
        return [Quantity("writes_per_second", value / _period(rate.group(0)), "per second", Origin.STATED, text)] \
            if rate else []
    kind = min(kinds)[1]
    if kind in ("users", "devices", "tenants"):
        return _counted_things(place, value, near, kind, rate, known_tenants)
    if burst := _BURST.search(place.after):
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
    if kind == "users" and (burst := _BURST.search(place.after)):
        return [Quantity("burst_per_second", value / _period(burst.group(0)), "per second", Origin.STATED, text),
                Quantity("users", value, "people", Origin.STATED, text)]
    if kind == "users" and _TOGETHER.search(place.after[:_REACH] + place.before[-20:]):
        return [Quantity("concurrent_users", value, "people", Origin.STATED, text)]
    if kind == "users" and (rate or _ACTIVE.search(near) or _DAILY.search(place.before[-16:])):
        per = _period(rate.group(0)) if rate else 86400.0
        scaled = value * 86400 / per if per < 86400 else value
        return [Quantity("daily_users" if per <= 86400 else "monthly_users", scaled, "people", Origin.STATED, text)]
    if kind == "users" and known_tenants and _EACH_HAS.match(place.after):
        return [Quantity("users", value * known_tenants, "people", Origin.STATED, text)]
    unit = {"users": "people", "devices": "devices", "tenants": "tenants"}[kind]
    return [Quantity(kind, value, unit, Origin.STATED, text)]


def _period(text: str) -> float:
    """Return the seconds of the period that a rate names: "per minute" is 60, "in the first ten minutes" 600."""
    for adverb, seconds in _ADVERBS.items():
        if re.search(rf"\b{adverb}\b", text, re.I):
            return seconds
    found = re.search(_PERIOD, text, re.I)
    if not found:
        return 86400.0
    count = numerals(text[:found.start()])
    return _SECONDS[found["period"].lower()] * (count[-1].value if count else 1.0)


def _short_rates(sentence: Sentence) -> list[Quantity]:
    found = []
    for numeral in numerals(sentence.text):
        unit = re.match(r"^\s*(rps|qps|tps)\b", sentence.text[numeral.end:], re.I)
        if unit:
            found.append(Quantity(_SHORT_RATES[unit[1].lower()], numeral.value, "per second", Origin.STATED,
                                  sentence.text))
    return found


def _every(sentence: Sentence, known: dict[str, Quantity]) -> list[Quantity]:
    """Return what devices or people send by their interval: 10,000 meters that report every 15 minutes are 11 a second."""
    found = _EVERY.search(sentence.text)
    if not found or not re.search(r"\b(?:report|send|sends|sending|push|pushes|emit|transmit|measure|post|publish|ping|"
                                  r"update|upload|record|read|reading|readings|sample|value|position|check in|phone home|"
                                  r"heartbeat|number|figure|beam|tell|call in|state)\w*\b", sentence.text, re.I):
        return []
    seconds = _SECONDS[found["period"].lower()] * (numerals(found["n"])[0].value if found["n"] and
                                                   numerals(found["n"]) else 1.0)
    senders = known.get("devices") or known.get("users")
    if senders is None or seconds > 86400 or (senders.id == "users" and seconds > 600):
        return []
    return [Quantity("writes_per_second", senders.value / seconds, "per second", Origin.STATED, sentence.text)]
