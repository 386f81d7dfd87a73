"""The words of requests: verbs, prepositions, and the many ways to say that a column may or may not be NULL."""

from __future__ import annotations


def _any(*patterns: str) -> str:
    return f"(?:{'|'.join(patterns)})"


PLACES = frozenset({"to", "from", "in", "on", "of", "into", "for", "within", "inside"})
ADD_VERB = (
    r"^(add|create|introduce|new|give|put|include|append|insert|store|track|keep|need|want|have|attach|extend|record|save)"
    r"\b"
)
ADDING = _any(
    ADD_VERB,
    r"\b(add(ing|ed)?|introduce|need|receive|new|(more|further|another|additional) columns?|missing|lacks?|get|give)\b",
    r"\b(have|extend|track|put)\b",
)
_NOISE = """
a an the to from in on of into for at by with and or is be are as it its this that these those new column columns
field fields table tables row rows value values add create drop remove delete rename change make set index indexed
unique not null default type constraint check key foreign references reference introduce give put include append
insert store track keep need want have attach extend record save each every all some also please called named nullable
optional required mandatory must should so we can you i our my their them name's 's should's which where when holding
holds containing boolean per existing allow allowing without defaulting defaults no longer convert alter modify update
get rid attribute property database schema db entity model there exists missing lack lacks receive shall ought both
added renamed one two three more further another additional gin gist brin btree hash slow fast
"""
NOISE = frozenset(_NOISE.split())
"""None of these is the name of a new thing."""
NAMES_TOO = frozenset({"model", "property", "attribute", "entity", "database", "schema", "record", "type", "value"})
"""Those of them that are names as well, where they stand in a list of names."""
_CHATTER = """
change rename alter modify convert call name give take away out off up put go get gets getting has have had having do
does did done not no nor only also too still yet already now then again always never ever just even really actually
am been being was were will would shall may might could cannot ought he she his her him us me you your yours everyone
everybody people one two both more most less least than if unless until while because since so but or as how what who
whom whose why there here thing things rid lose discard scrap retire ditch erase strip eliminate kill data information
info later soon today please thanks thank like love hello want needs need missing lacks default defaults defaulting
defaulted start starts length characters character chars size limit long enough short wide wider longer bigger kind
type sort true false boolean number numbers yes obsolete unused useless old new whole entire entirely completely
copy fill set sets backfill populate index lookups search sorted using via cascade restrict instead simple extra
additional another added renamed renaming nobody uses used second third further optional each per let
be make makes become first last
"""
CHATTER = frozenset(_CHATTER.split())
"""Words that say nothing of what is meant, or that the grammar reads."""
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
    r"\b(may|can|could|might) (it |they )?(now )?be (null|empty|missing|blank|left (out|empty))\b",
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
    r"(?<!\bon )\b(?:drop|remove|delete|get rid of|eliminate|kill|lose|discard|scrap|retire|ditch|erase|strip)\b",
    r"\btake (out|away|off)\b",
)
CONSTANTS = frozenset({"true", "false", "now", "null", "current_timestamp"})
