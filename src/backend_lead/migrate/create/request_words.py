"""The words of requests: verbs, prepositions, and the many ways to say that a column may or may not be NULL."""

from __future__ import annotations


def _any(*patterns: str) -> str:
    return f"(?:{'|'.join(patterns)})"


PLACES = frozenset({"to", "from", "in", "on", "of", "into", "for", "within", "inside"})
ADD_VERB = (
    r"^(add|create|introduce|new|give|put|include|append|insert|store|track|keep|need|want|have|attach|extend|record|save)"
    r"\b"
)
_NOISE = """
a an the to from in on of into for at by with and or is be are as it its this that these those new column columns
field fields table tables row rows value values add create drop remove delete rename change make set index indexed
unique not null default type constraint check key foreign references reference introduce give put include append
insert store track keep need want have attach extend record save each every all some also please called named
nullable optional required mandatory must should so we can you i our my their them name's 's should's which where
when holding holds containing boolean per existing allow allowing without defaulting defaults no longer convert
alter modify update get rid attribute property database schema db entity model there exists
"""
NOISE = frozenset(_NOISE.split())
"""None of these is the name of a new thing."""
NOT_NULL = _any(
    r"\bnot[ _-]?null(able)?\b",
    r"\bnon[- ]?null(able)?\b",
    r"\brequired?\b",
    r"\bmandatory\b",
    r"\bcompulsory\b",
    r"\bobligatory\b",
    r"\b(never|not|cannot|can not|must not|should not) (ever )?(be )?(null|empty|missing|blank|left out|optional)\b",
    r"\bnever null\b",
    r"\bno nulls?\b",
    r"\b(forbid|disallow|reject|refuse|prevent|stop accepting|ban)(s|ding)? (any )?nulls?\b",
    r"\balways (be )?(set|present|filled|there|given)\b",
    r"\bmust (always )?(be (set|present|filled|given)|have a value|exist)\b",
    r"\bwithout nulls?\b",
)
NULLABLE = _any(
    r"\bnullable\b(?<!not nullable)(?<!non nullable)",
    r"\boptional\b(?<!not optional)",
    r"\ballow(s|ed|ing)? (for )?(nulls?|empty|missing)\b",
    r"\b(may|can|could|might) (now )?be (null|empty|missing|blank|left (out|empty))\b",
    r"\b(drop|remove|lift|relax|lose|delete) (the )?(not[ -]null|required)\b",
    r"\bno longer (be )?(required|mandatory|not null)\b",
    r"\bnot (required|mandatory)\b",
    r"\baccept(s|ing)? nulls?\b",
    r"\bpermit(s|ting)? nulls?\b",
    r"\bstop requiring\b",
    r"\bdo not require\b",
)
SIZE = _any(
    r"\b(length|longer|wider|widen|increase|enlarge|extend|lengthen|bigger|expand|grow)\b",
    r"\b(shorten|shrink|reduce|decrease|characters?|type)\b",
)
DROP = _any(
    r"\b(?:drop|remove|delete|get rid of|eliminate|kill|lose|discard|scrap|retire|ditch|erase|strip)\b",
    r"\btake (out|away|off)\b",
)
CONSTANTS = frozenset({"true", "false", "now", "null", "current_timestamp"})
