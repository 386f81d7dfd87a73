"""The patterns with which quantities are found: units, periods, and the words around a number."""

from __future__ import annotations

import re

import msgspec

from backend_lead.design.knowledge_files import folder

SECONDS = {"second": 1.0, "sec": 1.0, "s": 1.0, "minute": 60.0, "min": 60.0, "hour": 3600.0, "hr": 3600.0, "h": 3600.0,
           "day": 86400.0, "night": 86400.0, "week": 604800.0, "month": 2592000.0, "quarter": 7776000.0,
           "year": 31536000.0}
ADVERBS = {"daily": 86400.0, "nightly": 86400.0, "hourly": 3600.0, "weekly": 604800.0, "monthly": 2592000.0,
           "yearly": 31536000.0, "annually": 31536000.0}
SHORT_RATES = {"rps": "requests_per_second", "qps": "requests_per_second", "tps": "writes_per_second"}
BYTES = {"kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "pb": 1e15, "kilobytes": 1e3, "megabytes": 1e6,
         "gigabytes": 1e9, "terabytes": 1e12, "kilobyte": 1e3, "megabyte": 1e6, "gigabyte": 1e9, "terabyte": 1e12,
         "megs": 1e6, "gigs": 1e9, "bytes": 1.0, "kib": 1024.0, "mib": 2.0**20, "gib": 2.0**30, "tib": 2.0**40}
DURATIONS = {"ms": .001, "mi": 60.0, "se": 1.0, "s": 1.0, "ho": 3600.0, "da": 86400.0, "we": 604800.0, "mo": 2592000.0,
             "ye": 31536000.0}
"""Seconds of a unit of time by its first two letters."""

# "a second employee" names no period: after "second" stands the end, punctuation or a small word.
PERIOD = (r"\b(?P<period>second(?=s?\s*(?:[^\w\s]|$|(?:and|at|with|during|in|on|for|from|to|when|while|or|but|by|after"
          r"|of|as|across|each|is|are|that|which|must|may|can|over|through|via|by|per|so|until|where|we|it|they|its|their|whether)\b))|sec|s|minute|min|hour|hr|h|day|night|week|month"
          r"|quarter|year)s?\b")
_BUSIEST = r"in (?:the|its) (?:busiest|worst|peak)\s+"
_A = (rf"(?:/\s*|\bper\s+|\b(?:in\s+)?an?\s+|\bin (?:one|the same|a single)\s+|\beach\s+|\bevery\s+|\b{_BUSIEST})"
      r"(?:single\s+)?")
RATE = re.compile(rf"^\W{{0,3}}(?:[\w'-]+\s+){{0,6}}?(?:[\w'-]+)?\s*?{_A}{PERIOD}", re.I)
DIRECT = re.compile(rf"^\s*(?:/\s*|per\s+|an?\s+|{_BUSIEST}|each\s+){PERIOD}", re.I)
HOW_OFTEN = re.compile(rf"^\s*times\s+{_A}{PERIOD}", re.I)
ADVERB = re.compile(rf"^\W{{0,3}}(?:[\w'-]+\s+){{0,6}}?(?P<adverb>{'|'.join(ADVERBS)})\b", re.I)
EVERY = re.compile(rf"\b(?:(?:once\s+)?(?:every|each)|once an?)\s+(?P<n>[\w.]+\s+)?{PERIOD}", re.I)
BURST = re.compile(rf"\b(?:in|within|during|over)\s+(?:the\s+)?(?:very\s+)?(?:first|opening)\s+(?P<n>[\w.]+\s+)?"
                   rf"{PERIOD}", re.I)
REPORTING = re.compile(
    r"\b(?:report|send|push|emit|transmit|measure|post|publish|ping|update|upload|record|read|sample|value|position"
    r"|check in|phone home|heartbeat|number|figure|beam|tell|call in|state|say)\w*\b", re.I)

ACTIVE = re.compile(r"\b(?:daily|active|a day|per day|each day|every day|concurrent(?:ly)?|at (?:the same time|once"
                    r"|a time)|simultaneous(?:ly)?|online)\b", re.I)
TOGETHER = re.compile(r"\b(?:concurrent(?:ly)?|at (?:the same time|once|a time|the same moment)|simultaneous(?:ly)?"
                      r"|connected|online)\b", re.I)
DAILY = re.compile(r"\b(?:daily|active)\W*$", re.I)
EACH = re.compile(r"\b(?:each|every|everybody|everyone|a person|apiece|they|them|one)\b", re.I)
EACH_HAS = re.compile(r"^[\w\s'-]{0,25}\b(?:each|apiece|per|in each)\b")
GROUP_OF = re.compile(r"\b(?:team|group|family|office|staff|crew|club|practice|department|choir|company) of\s*"
                      r"(?:about|some|around|roughly)?\s*$", re.I)

# "up to eight authors edit the same text" and "groups of up to 35" bound a group, not the service.
UP_TO = re.compile(r"\b(?:up to|at most|as many as|no more than|maximum of)\s*$"
                   r"|\b(?:tables?|boards?|sheets?|circles?|groups?|rooms?) (?:of|for)\s*(?:up to |at most )?$", re.I)
IN_ONE = re.compile(r"\b(?:same|one|each|every|per|together|at (?:the same time|once|a time)|simultaneous\w*"
                    r"|group|circle|room|table|board|sheet|document|team|class)s?\b", re.I)
# People who work on the service or behind it, beside those whom it is for.
STAFF = re.compile(r"\b(?:editors?|receptionists?|operators?|planners?|clerks?|dispatchers?|administrators?|staff"
                   r"|employees|colleagues|of us|moderators?|librarians?|curators?|officers?|officials?|helpers?"
                   r"|at the (?:desk|entrance|counter)|developers?|programmers?|engineers?|salespeople"
                   r"|secretar(?:y|ies))\b", re.I)
# What ends the noun phrase that a number counts.
ENDS = re.compile(r"[;:()]|\b(?:wants?|that|which|who|where|when|stands?|carry|carries|whose|of other|while|but"
                  r"|because|so)\b", re.I)

SIZE = re.compile(rf"^\s*-?(?P<unit>{'|'.join(sorted(BYTES, key=len, reverse=True))})\b", re.I)
SIZE_A_PERIOD = re.compile(r"^\s*\w+\s*(?:of [\w\s]{0,30})?(?:/|per|an?|each|every)\s*"
                           r"(?:second|minute|hour|day|month|year)", re.I)
DURATION = re.compile(r"^\s*-?(?P<unit>ms|milliseconds?|msec|s|secs?|seconds?|minutes?|mins?|hours?|days?|weeks?"
                      r"|months?|years?)\b", re.I)
MONEY_AFTER = re.compile(r"^\s*(?:dollars?|euros?|eur|usd|gbp|pounds?|bucks)\b|^\s*[€$£]", re.I)
MONEY_BEFORE = re.compile(r"[€$£]\s*$")
BUDGET = re.compile(r"\b(?:budget|spend|hosting|cost|costs|afford|bill|month|monthly)\b", re.I)
KEEP = re.compile(r"\b(?:keep|kept|retain(?:ed)?|retention|stor(?:e|ed|age)|histor(?:y|ies)|archive[ds]?|go(?:es)? back"
                  r"|delet(?:e|ed|ion)|after|old|available for|hold|held|preserv(?:e|ed)|purge[ds]?|expire[ds]?|stays?"
                  r"|remain)\b", re.I)
FAST = re.compile(r"\b(?:latency|within|under|below|respond|response|answer(?:s|ed)?|p9\d|faster|less than|at most"
                  r"|in at most|no later|load|milliseconds?|ms)\b", re.I)
TOKEN = re.compile(r"\b(?:token|session|log(?:ged|s)? ?in|signed in|jwt|credential|link)s?\b", re.I)
PERCENT = re.compile(r"^\s*(?:%|percent\b|per cent\b)")
AVAILABLE = re.compile(r"\b(?:uptime|availab\w+|sla|nines)\b", re.I)
READ_SHARE = re.compile(r"\bread(?:s|ing)?\b", re.I)
TIMES = re.compile(r"^\s*(?:x\b|times\b|-?fold\b|×)", re.I)
PEAK = re.compile(r"\b(?:peak|spike|burst|surge|normal|usual|usually|ordinary|average|as (?:much|many)"
                  r"|more (?:traffic|load)|load|during|traffic|in a rush|of a)\w*\b", re.I)


def _kinds() -> tuple[tuple[str, re.Pattern[str]], ...]:
    text = (folder() / "quantity_words.toml").read_text(encoding="utf-8")
    read = msgspec.toml.decode(text, type=dict[str, list[str]])
    return tuple((kind, re.compile(rf"\b(?:{'|'.join(words)})\b", re.I)) for kind, words in read.items())


KINDS = _kinds()
"""The words for what is counted, by kind: users, devices, tenants, writes, reads, records."""

WRITES = dict(KINDS)["writes"]
