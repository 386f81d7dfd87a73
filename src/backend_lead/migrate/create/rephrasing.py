"""Roundabout ways of saying a thing → the plain one, before a phrase is cut into pieces.

Each line is a turn of speech, never a name: names and quoted values are left as they stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from backend_lead.migrate.create.vocabulary import TYPES

_NUMBERS = {
    "five": 5, "six": 6, "eight": 8, "ten": 10, "twelve": 12, "fifteen": 15, "sixteen": 16, "twenty": 20, "thirty": 30,
    "forty": 40, "fifty": 50, "sixty": 60, "hundred": 100, "a hundred": 100, "one hundred": 100, "two hundred": 200,
}  # fmt: skip
_NAME = r"[A-Za-z_][\w.]*"
_LISTED = r"\b(?!and\b)\w+"


def _quoted(match: re.Match[str]) -> str:
    return f'"{match[0]}"'


# What is said → how the grammar says it.  The order matters: types first, then verbs.
_TURNS: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"^(?:an? )?(?:new )?table (.+) is (?:needed|required|wanted)$", r"create table \1"),
    *((rf"\b{word}[- ](?=char(?:acter)?s?\b|digits?\b)", f"{number} ") for word, number in _NUMBERS.items()),
    # types
    (r"\btimestamps? with(?: a)? time ?zones?\b", "timestamptz"),
    (r"\b(?:with|without|has no|have no|lacks?)(?: an?| any)? time ?zones?\b", ""),
    (r"\btime ?zones\b", "zones"),
    (r"\bwhole[- ]numbers?\b", "integer"),
    (rf"\b(?:an? )?(?:arrays?|lists?) of ({'|'.join(TYPES)})s?\b", r"\1[]"),
    (rf"\b({'|'.join(TYPES)}) arrays?\b", r"\1[]"),
    (r"\b(varchar|char|numeric|decimal) \(?(\d+(?: ?, ?\d+)?)\)?", r"\1(\2)"),
    (r"\ban? money (column|field) (\w+) ((?:numeric|decimal)\([\d, ]+\))", r"a \1 \2 \3"),
    (r"\b(?:an? |the )?empty (?:string|text)\b", "''"),
    (r"\b(?:true/false|yes/no)\b", "boolean"),
    (r"\b(?:short|long|unlimited|free|plain) (string|text)s?\b", r"\1"),
    (r"\b(integer|boolean|string|decimal|timestamp|uuid|date)s\b", r"\1"),
    (
        r"\b(varchar|string|text|char)s?,? (?:of|with) (?:a )?(?:max(?:imum|imal)? )?(?:length(?: of)? )?"
        r"(?:at most |up to )?(\d+)(?: char(?:acter)?s?)?(?: at most)?\b",
        r"varchar(\2)",
    ),
    (
        r"\b(?:numeric|decimal)\b(.*?) (?:with|of|having) (\d+) digits,?(?: and| with)? (\d+)"
        r"(?: of them)?(?: decimals?(?: places)?| after the (?:decimal )?point)",
        r"numeric(\2,\3)\1",
    ),
    # NULL
    (r"\bnull(?:able|s)?: ?(?:false|no)\b", "not null"),
    (r"\bno more nulls?\b", "forbid nulls"),
    (r"\bnull(?:able|s)?: ?(?:true|yes)\b", "nullable"),
    (r"\bnon-null(?:able)?\b", "not null"),
    (
        r"\b(?:stop|quit|cease|end|no longer|do(?:es)? not|must not|should not|cannot|never) (?:allow|accept"
        r"|permit)(?:ing)? "
        r"(?:any )?(?:nulls?|empty(?: values)?|missing values)\b",
        "forbid nulls",
    ),
    (
        r"\b(?:should|must|need|needs|do|does|is|are|may|can) not (?:need |have )?(?:to )?(?:be )?"
        r"(?:mandatory|required|compulsory|obligatory|not null)\b",
        "optional",
    ),
    (
        r"\b(?:(?:need|must|should|do|does) not|no longer)(?: needs?| ha(?:s|ve))?(?: to)? (?:be )?unique\b",
        "drop unique constraint",
    ),
    (r"\bdo(?:es)? not (?:have|need) to be (?:given|set|filled(?: in)?|present|there)\b", "optional"),
    (r"\b(?:must|should|has to|needs to) be (?:allowed|able) to be (?:null|empty|blank|missing)\b", "is optional"),
    (r"\b(?:has|have|needs?) to be (?:filled(?: in)?|given|set|present)(?: always)?\b", "must be set"),
    (r"\b(?:should|must|may|can|is|are) ?not (?:be )?allowed to be (?:null|empty|blank)\b", "must not be null"),
    (r"\b(?:an? |the |each |every )?(\w+) must always have (?:an? |the )?(\w+)\b", r"\2 of \1 must be set"),
    (r"^(.+?) can be (?:saved|stored|created|added|inserted) without (?:an? |the )?(.+)$", r"\2 of \1 optional"),
    (r"\b(?:it )?(?:should|must) be possible to leave (.+?) (?:blank|empty|out)\b", r"\1 optional"),
    # defaults
    (r"(?<![\w'])(true|false|zero|-?\d+(?:\.\d+)?|'[^']*') by default\b", r"default \1"),
    (
        r"\b(?:that |which )starts? (?:off |out )?(?:as|at|with) ('[^']*'|-?\d+(?:\.\d+)?|true|false|zero)\b",
        r"default \1",
    ),
    (r"(?<![\w'])('[^']*'|zero|true|false|\d+) unless (?:\w+ ){1,3}otherwise\b", r"default \1"),
    (r"^(?:how|what) about (?:adding )?(an? (?!\w* ?table))", r"add \1"),
    (r"\b(?:stop|quit|cease) defaulting (\S+) to \S+", r"drop default of \1"),
    (r"\b(?:should|must|shall|to) start (?:with|as|at|out as) (?:the )?(\w+) ('[^']*'|\d+)", r"\1 default \2"),
    (r"\b(?:and )?start(?:s|ing)? (?:out |off )?(?:at|with|from) ('[^']*'|-?\d+(?:\.\d+)?|zero)", r"default \1"),
    (r"\bthat is (true|false|\d+) (?:unless|if|when) (?:we|you|they|it|nothing|not).*$", r"default \1"),
    (r"\bif nothing is (?:said|given),? (.+?) (?:is|has) to be (.+)$", r"default of \1 to \2"),
    (r"\buse ('[^']*'|\S+) as (?:the )?default(?: value)? (?:of |for )?(.+)$", r"default of \2 to \1"),
    (r"\bwith (?:an? )?empty object as (?:its|the) default\b", "default '{}'"),
    (r"\bdefault(?:ing|s)?(?: to)?(?: the)? current (?:time(?:stamp)?|date)\b", "default now"),
    (r"\b(?:should|must|shall|needs?)(?: not| no longer) (?:to )?have (?:an?|any) default\b", "remove default"),
    (r"\b(?:should|must|shall) have no default\b", "remove default"),
    (r"\b(?:should|must) not default to anything\b", "remove default"),
    # how many columns there are can be seen
    (r"\b(?:two|three|four|five|\d+) ((?:new |more )?(?:columns|fields))\b", r"\1"),
    # what goes
    (r"^(?:please )?(?:bin|axe|dump|zap|nuke|chuck|junk)(?= (?:the |our )?\w)", "drop"),
    (r"\bget shot of\b", "drop"),
    (
        rf"^having an? (default|index|check|foreign key)(?: constraint)? (?:on|for) ({_NAME}) .*"
        r"\b(?:take|drop|remove|get rid of) (?:it|that)\b.*$",
        r"drop the \1 of \2",
    ),
    (r"\b(?:we|you|they|i) (?:do not|no longer) (?:need|use|want) (?:the |our )?(?=\w+_\w+$)", "drop "),
    (r"\b(?:any ?more|any longer|from now on)\b", ""),
    (r"\bthrow (.+?) (?:away|out)\b", r"drop \1"),
    (r"^(.+?) (?:should|must|shall|can|may|has to|needs to) be (?:dropped|deleted|removed|thrown away)\b", r"drop \1"),
    (r"^(.+?) (?:should|shall|must|need) no longer be (?:stored|kept|saved)(?: (on|in|for))?\b", r"drop \1 \2"),
    (r"^(.+?) (?:can|may|should|must|has to|have to) go$", r"drop \1"),
    (r"^the index (\w+) is (?:not|no longer) needed\b", r"drop index \1"),
    (r"\bstop enforcing\b", "drop constraint"),
    # names
    (rf"^(.+?)\. rename it (?:to |into |as )?({_NAME})$", r"rename \1 to \2"),
    (
        r"^(?:please )?(?:to )?change (?:the )?name of (?:the )?(?:column|field) '?(\w+)'? (?:in|on|of) (\w+) "
        r"(?:to|into) '?(\w+)'?$",
        r"rename \2.\1 to \3",
    ),
    (r"\bsay (\w+) (?:rather than|instead of|not) (\w+)\b.*\brename the table$", r"rename table \2 to \1"),
    (
        r"\b(?:should|shall|must|is|was|were) (?:to )?(?:be )?(?:known as|become(?! (?:an? "
        rf")?(?:{'|'.join(TYPES)})\b))\b",
        "rename to",
    ),
    (rf"^(?:it if )?({_NAME} (?:on|in|of) {_NAME}|{_NAME}) was (?:named|called)\b", r"rename \1 to"),
    (rf"\bcall (?:the )?({_NAME}) table ({_NAME})", r"rename table \1 to \2"),
    (r"^change the (table|column)(?:'s)? name (?:of |from )?", r"rename \1 "),
    # keys and checks
    (
        r"\b(?:has to|have to|must|should|needs? to) (?:stay|remain|be kept) (below|above|under|over|between)\b",
        r"must be \1",
    ),
    (r"^set ?up an? (?:new )?table\b", "create table"),
    (
        r"^(?:please )?(?:enforce|ensure|make sure|check|guarantee)(?: that)? (?:the )?(\w+) (?:in|of|on) (?:the )?"
        r"(\w+) (?:always )?exists? in (?:the )?(\w+)$",
        r"foreign key \2.\1 references \3",
    ),
    (
        r"^(?:when|if) an? \w+ is deleted,? (\S+) (?:should|must|shall|has to) (?:become|be set to|be|turn) "
        r"null:?,? ?(?:and )?",
        r"\1 on delete set null ",
    ),
    (
        r"\b(?:and |but )?(?:the )?delet(?:ing|ion of) (?:an? |the )?\w+ (?:\w+ ){0,2}?sets? (?:it|them|this|that"
        r"|\w+) to null\b",
        "on delete set null",
    ),
    (
        r",? ?(?:and )?delete (?:the |those |its |all )?\w+ (?:when|if) (?:the |an? |its )?\w+ (?:is|gets) deleted\b",
        " on delete cascade",
    ),
    *(
        (
            rf"^(?:make sure|ensure|check)(?: that)? (\w+) is (?:always )?(?:{words}) (\w+) (?:in|on|for|of) (\w+)$",
            rf"check \3.\1 {sign} \2",
        )
        for words, sign in (
            ("(?:not|never) (?:before|earlier than|less than)", ">="),
            ("(?:not|never) (?:after|later than|greater than)", "<="),
            ("after|later than|greater than", ">"),
            ("before|earlier than|less than", "<"),
        )
    ),
    (r"\bha(?:s|ve) to be unique\b", "unique"),
    (r"\bmust not occur (?:twice|more than once)\b", "unique"),
    (r"\b(?:and )?(?:become|set(?: to)?|turn) null when (?:the |an? )?\w+ is deleted\b", "on delete set null"),
    (
        r"\bnobody (?:should|must|may) (?:be able to )?(?:enter|give|set) (?:an? )?negative (.+)$",
        r"check \1 non-negative",
    ),
    (r"\bmay only (?:have|be) the (\w+) ('[^']*'(?:,? ?(?:or |and )?'[^']*')+)", r"\1 check one of \2"),
    # sizes
    (r"\bcan be up to (\d+) char(?:acter)?s(?: long)?\b.*", r"length \1"),
    (
        r"^.*\b(?:ran|run) out of (?:room|space) in ([\w.]+),? (?:so )?(?:raise|increase) the limit to (\d+)",
        r"increase \1 to \2",
    ),
    (
        r"^set (?:the )?(\w+) to ('[^']*'|\S+) (?:for|on|in) (?:all |every )?(\w+) "
        r"(?:that have none|without one|where it is (?:null|missing|empty)|that have no \w+)$",
        r"backfill \3.\1 with \2",
    ),
    (
        r"^(?:all )?(?:the )?(\w+) (?:with (?:an? )?(?:empty|no|missing)|without(?: an?)?|lacking(?: an?)?) (\w+)[:,]? "
        r"(?:should |must |shall |please )?(?:have|get|receive|be set to|put|write|use|take) "
        r"('[^']*'|-?\d+(?:\.\d+)?|true|false)(?: in| there| instead)*$",
        r"backfill \1.\2 with \3",
    ),
    (
        rf"^set (?:the )?({_NAME}\.{_NAME}) to ('[^']*'|\S+) (?:where|when|if) (?:it|that|this|\w+) is "
        r"(?:null|missing|empty)$",
        r"backfill \1 with \2",
    ),
    (
        r"^set (?:the )?(?:missing|empty|null) (\w+) (?:in|on|of) (?:the )?(\w+) to ('[^']*'|\S+)$",
        r"backfill \2.\1 with \3",
    ),
    (r"\breferences? (\w+) ?\((\w+)\)", r"references \1.\2"),
    (rf"^store ({_NAME}) as (?:an? )?(.+?) instead of .*$", r"change \1 to \2"),
    (rf"^({_NAME}\.{_NAME}) (?:as|can be|->|→) (?:an? )?(\w+(?:\(\d+(?:,\s*\d+)?\))?)$", r"change \1 to \2"),
    (rf"^({_NAME}\.{_NAME}) \w+(?:\([\d, ]+\))? (?:->|→) (.+)$", r"change \1 to \2"),
    (rf"^({_NAME}\.{_NAME}) .*\bmake it (?:an? )?(.+)$", r"change \1 to \2"),
    (rf"^({_NAME}): rename (\w+) (?:=>|->|→|to) (\w+)$", r"rename \1.\2 to \3"),
    # new columns
    (
        r"\b(columns|fields)[,:]? (?:called |named )?((?:[a-z_]\w*, )*[a-z_]\w*,? and [a-z_]\w*),? "
        r"(?=(?:to|on|in|into|for) )",
        lambda match: f"{match[1]} {re.sub(_LISTED, _quoted, match[2])} ",
    ),
    (r"^(add .*\b(?:column|field)\b.*?),? (?:and )?(?:just |simply |please )*call it (\w+)$", r"\1 called \2"),
    (r"^[^:]+: (an? (?:new )?table \w+ (?:with|having) .+)$", r"create \1"),
    (rf"^({_NAME}):? add (?:column )?(.+)$", r"add column \2 to \1"),
    (rf"^({_NAME}): (?:new )?column (.+)$", r"add column \2 to \1"),
    (r"\bgive it an?\b", "give"),
    (r"^(add |need |create )?(?:an? )?idx (?=on )", r"\1index "),
    (r"^need index on ", "add index on "),
    (r"^idx ", "index "),
    (r"^fk ([\w.]+) ([\w.]+)", r"foreign key \1 references \2"),
)


def plainly(text: str) -> str:
    """Return a request with its roundabout turns said plainly."""
    for pattern, plain in _TURNS:
        text = re.sub(pattern, plain, text, flags=re.IGNORECASE)
    return re.sub(r"\s+", " ", text).strip()
