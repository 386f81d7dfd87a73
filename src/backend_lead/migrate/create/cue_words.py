"""Which words, anywhere in a request, say what is to be done: classes of synonyms for every kind of change."""

from __future__ import annotations

import re

from backend_lead.migrate.create.request_words import CHATTER, NOISE, NOT_NULL, NULLABLE

REMOVE = re.compile(
    r"\b(?:drop|remove|delete|get rid of|eliminate|kill|lose|discard|scrap|retire|ditch|erase|strip|clear|abolish"
    r"|purge|"
    r"dispense with|dispose of|wipe|no use for|do away with|away with|chuck|nuke|cut|unset|revoke|lift)\b"
    r"|\b(?:take|taken|throw|thrown|rip|pull|toss|cut|strip)\b.{0,60}?\b(?:out|away|off)\b"
    r"|\b(?:be|gets?|been|is|are) (?:dropped|removed|deleted|scrapped|discarded|retired|eliminated|erased|killed)\b"
    r"|\b(?:should|must|may|can|could|has to|have to|needs to|please|to) (?:please )?(?:go|go away|disappear|vanish)\b"
    r"|\b(?:nobody|no one|none of \w+) (?:needs?|uses?|wants?|reads?|looks? at)\b"
    r"|\b(?:not|no longer) (?:\w+ )?(?:want|need|wish|have) to (?:keep|store|hold|save|record)\b"
    r"|\bgo away\b|\b(?:is|are) (?:obsolete|dead|redundant|superfluous|unused|useless|unnecessary)\b"
    r"|\bno longer (?:need(?:ed|s)?|used?|necessary|wanted|required to be stored)\b"
    r"|\b(?:do|does|is|are) not (?:\w+ )?(?:need|needed|want|wanted|use|used)\b(?! to)"
    r"|\bwithout (?:a |any )?default\b|\bno default\b|\bnot (?:have|be) (?:a|any) default\b"
)
RENAME = re.compile(
    r"\b(?:rename|renamed|renaming)\b|\bname of .* to\b"
    r"|\b(?:should|must|shall|ought to|has to|have to|needs? to|better|want|would)\b.{0,30}"
    r"\b(?:be )?(?:called|named|known as|spelled|spelt|titled|labelled)\b"
    r"|\bshould read\b|\bspelled\b|\bchange the (?:table )?name\b|^call\b|\b(?:be|is|are|gets?) (?:called|named"
    r"|renamed)\b|\bknown as\b|\bcall it\b|\bname it\b|\bas its name\b"
    r"|\bshould (?:\w+ )?(?:simply |just |only |really |rather )?be (?=[a-z_]+$)"
)
NULL = re.compile(
    rf"{NULLABLE}|\b(?:may|might|need) not (?:always |yet )?(?:be )?(?:known|given|have|present|there|available|set)\b"
    r"|\bmay be unknown\b|\b(?:let|allow|permit)\b.* be (?:null|empty|blank|missing|absent|unknown)\b|\boptional\b"
    r"|\b(?:okay|ok|fine|possible|allowed|legal|acceptable|able) to (?:leave|omit|skip|have)\b|\bleave it (?:empty"
    r"|blank|out|null)\b"
    r"|\b(?:need|do|does) not (?:need to |have to )?be (?:given|filled(?: in)?|set|present|known|provided)\b"
    r"|\b(?<!not be )(?<!not )(?:possible|able|allowed|okay|fine) to (?:save|store|create|add|insert|enter|have"
    r"|register)\b.* (?:with no|without)\b"
    r"|\bnulls? (?:is|are|should be|ought to be|must be) (?:allowed|ok|okay|fine|permitted|accepted|legal)\b"
    r"|\b(?:lift|drop|remove|relax)\b.*\bnot[- ]null\b"
    r"|\bcan be (?:saved|stored|created|added|inserted|entered) without\b"
)
MUST = re.compile(
    rf"{NOT_NULL}|\b(?:ensure|make sure|guarantee|see to it)\b.* (?:has|have|carries) (?:an? |the |some )"
    r"|\bwithout\b.*\b(?:not (?:acceptable|allowed|permitted)|not be (?:possible|allowed|acceptable|accepted)"
    r"|impossible|invalid|forbidden|no sense|rejected|refused)\b|"
    r"\b(?:has|have|needs?|must|ought|is|are) (?:to |always )*(?:have|carry|state|contain|specify|name) (?:an? |the "
    r"|some )"
    r"|\b(?:must|should|shall|has to|have to|needs? to)(?: always)? be (?:filled(?: in)?|set|given|present|known"
    r"|provided|"
    r"supplied|stated|there)\b"
    r"|\b(?:cannot|must not|should not|may not|never|no longer|not) (?:\w+ )?(?:accept|allow|tolerate|save|store"
    r"|have|exist|"
    r"be (?:saved|stored|created|left))?\b.*\b(?:without|lacking|missing|empty|blank|nulls?)\b"
    r"|\bnot be (?:possible|allowed|able) to (?:save|store|create|add|insert|enter|have|register)\b.*\bwithout\b"
    r"|\brequires? (?:an? |the )|\bforbid\b.*\b(?:null|empty)\b|\bnulls? (?:is|are) not (?:allowed|permitted"
    r"|accepted|ok)\b"
    r"|\b(?:no|not a single) \w+(?: \w+)? (?:may|can|should|must) (?:ever )?(?:exist|be (?:saved|stored|created)"
    r"|go) without\b"
)
DEFAULT = re.compile(
    r"\bdefault|\bunless (?:\w+ )?(?:said|says?|told|tells?|given|gives?|specified|stated|states?|set|sets|provided)\b"
    r"|\bunless \w+ (?:says|tells|gives|specifies|sets|states)\b|\binitially\b|\bautomatic value\b"
    r"|\b(?:when|if) (?:no \w+|none|nothing|no value) (?:is|was|has been) (?:given|set|said|specified|provided"
    r"|entered)\b"
    r"|\b(?:start|begin|starts|begins|starting|beginning)(?: out| off)? (?:with|as|at|from|out as)\b|\binitial value\b"
)
INDEX = re.compile(
    r"\bindex(?:es|ed|ing)?\b|\bslow(?:ly)?\b|\b(?:look(?:ing|ed)?|searching|search|filter(?:ing)?|quer(?:y|ies"
    r"|ying)|sort(?:ing)?|order(?:ing)?|group(?:ing)?|join(?:ing)?)\b"
    r".*\b(?:slow|faster|fast|quick|quicker|ages|forever|often|a lot|constantly|all the time|frequently|too long)\b"
    r"|\bspeed up\b|\bfaster\b|\blook ?-?ups?\b|\btakes? (?:ages|forever|too long)\b"
)
UNIQUE = re.compile(
    r"\bunique(?:ness|ly)?\b|\bno (?:two|duplicates?)\b|\bduplicates?\b|\b(?:twice|more than once|only once|at most "
    r"once)\b"
    r"|\b(?:must|may|can|should|shall)(?: not| never|not)(?: ever)? (?:share|have the same|carry the same|repeat"
    r"|reuse)\b"
    r"|\bdistinct\b|\bthe same\b|\bonly (?:be |have |exist )?one\b|\bone \w+ (?:per|for each|for every)\b"
)
KEY = re.compile(
    r"\bforeign[- ]key\b|\bfk\b|\breferenc(?:es?|ing)\b|\bpoint(?:s|ing)? (?:to|at)\b|\blink(?:s|ed)?\b.*\bto\b"
    r"|\bbelongs? to\b|\brefers? to\b"
)
CHECK = re.compile(
    r"\bcheck\b|\bpositive\b|\bnegative\b|\bbetween\b|\bat (?:least|most)\b|\b(?:greater|less|more|larger|smaller"
    r"|fewer|"
    r"higher|lower|later|earlier|bigger) than\b|\bone of\b|\bonly (?:allow|accept|be|take|have|lie)|\blimited to\b"
    r"|[<>]=?"
    r"|\b(?:must|should|has to|can|may|cannot) (?:not )?(?:be |lie )?(?:in|above|below|over|under|after|before)\b"
    r"|\bnever (?:go )?below\b|\b(?:exceed|below zero|above zero)\b"
    r"|\b(?:below|above|under|over) \d|\brestrict\b.*\bto\b|\ballowed values\b|\bafter\b(?=.*\bcheck\b)"
)
RETYPE = re.compile(
    r"\b(?:convert|cast|turn|change|alter|modify|switch|migrate|upgrade|promote|become|becomes|store|make|use|hold"
    r"|let|retype|"
    r"should be|must be|has to be|have to be|needs to be|type|allow|widen|raise|increase|extend|enlarge|lengthen"
    r"|grow|bump|"
    r"shorten|shrink|reduce|narrow|enough|longer|wider|bigger|larger|more room|cut off|characters?|chars|limit|length|"
    r"up to|instead|need|go for|as|overflows?|overflowing|run(?:s|ning)? out)\b|->|→"
)
FILL = re.compile(
    r"\b(?:backfill|populate|initiali[sz]e|fill|write|put)\b|\bset\b(?=.*\b(?:all|every|each|existing|old|none|no)\b)"
    r"|\b(?:have|has|with) no\b.*\b(?:get|gets|be|become|receive)\b"
    r"|\b(?:all|existing|old|every|each)\b.*\b(?:set to|get|be set|receive|become)\b"
)
ADDED = re.compile(
    r"\b(?:add|create|introduce|new|give|put|include|append|insert|attach|extend|store|storing|record|recording|track|"
    r"tracking|keep|save|saving|saved|stored|need|needs|want|wants|have|has|had|carry|carries|get|gets|miss|missing"
    r"|lack|"
    r"lacks|lacking|called|named|would do|asked for|introduced|added|equip|demand|demands|needed|provide|receive"
    r"|hold|know|note|log"
    r"|capture|document|remember|see|show|support|register)\b"
)
TABLE = re.compile(r"\btables?\b")
CREATES = re.compile(
    r"\b(?:create|make|new|introduce|need|set up|build|want|have|like|how about|add)\b(?: \w+){0,5}? table\b"
    r"|\btable (?:called|named|for)\b"
)
ROWS = re.compile(
    r"\b(?:drop|remove|delete|erase|purge|clear|discard) (?:the |all |any |old |every |some |of )*"
    r"(?:duplicates?|values?|data|entries|entry|rows?|records?|nulls?|spaces?|whitespace|contents?)\b"
)
"""What goes are rows or values, not a part of the schema."""
PAST = re.compile(
    r"^(?:i|we|they|he|she|you|someone|somebody|(?:the |our )?\w+ team)(?: have| had| ve| already| just| recently| "
    r"once)* "
    r"(?:added|dropped|removed|renamed|created|deleted|changed|altered|converted|indexed|made|set)\b"
    r"|\b(?:yesterday|last (?:week|month|night|year|sprint|release)|\w+ \w+ ago|used to (?:have|be|hold)|by mistake|"
    r"(?:was|were|been) (?:already )?(?:added|dropped|removed|renamed|deleted)\b(?! to be))"
)
"""What is told, not asked for."""
HEDGED = re.compile(
    r"^(?:maybe|perhaps|possibly|one day|eventually|later)\b|\bsome ?day\b|\bin (?:\w+ )?(?:days|weeks|months|years)\b"
    r"|\b(?:we|i) (?:will|might|may|could)\b|\b(?:we|i) are going to\b|\bif possible\b|\bnot sure\b|\bonly$"
    r"|\b(?:could|would|should|can|is|are|do|does) not (?:it|they|we)\b|\bi wonder\b|\bwonder(?:ing)? (?:if|whether)\b|"
    r"\b(?:before|after|until|as soon as) (?:you|we|i|they|the release|that)\b"
)
"""What may come, or may not."""
_NUMBERS = """
three four five six seven eight nine ten eleven twelve fifteen sixteen twenty thirty forty fifty sixty hundred
hundreds thousand thousands million dozen half double triple twofold several
"""
NUMBER_WORDS = frozenset(_NUMBERS.split())
"""A number in letters is never passed over."""
_OBJECTS = """
trigger view function procedure policy partition sequence publication extension rule logging caching partitioning
auditing monitoring versioning validation support security indexing tracking encryption pagination training raise
searching sorting
"""
OBJECTS = frozenset(_OBJECTS.split())
"""What is no column where nobody says `column`: things of a database, and features of an application."""
_NEVER = """
a an the to from in on of into for at by with and or is be are as it its this that these those would could should may
might must can will shall more most less about has have had not no never yet only off out up also too okay think i we
they he she you who what which when where why how there here them him her us unless until so because since all
something anything stuff thing things useful important interesting suitable proper nicer faster every each any some
none old new existing another additional extra better best good great leave empty missing write let make give get take
put keep wants want need needs same asked somebody someone nobody anybody everybody anyone instead than then now please
just really simply store save add drop remove delete rename change
"""
NEVER = frozenset(_NEVER.split())
"""Words of the language that get into no new name but where it was spelled with them."""
_KEPT = re.compile(r"(?<!to )\bkeep\b")
_SECOND = {
    "drop": re.compile(r"\b(?:drop|remove|get rid of|scrap|discard|dropping|removing)\b"),
    "rename": re.compile(r"\brenam(?:e|ed|ing)\b"),
    "add": re.compile(r"\b(?:add|create|introduce|adding|creating)\b"),
    "unique": re.compile(r"\bunique(?:ness)?\b"),
    "not null": re.compile(rf"{NOT_NULL}"),
    "index": re.compile(r"\bindex(?:ed)?\b"),
    "key": re.compile(r"\bforeign[- ]key\b|\breferences?\b"),
}
NEGATED = re.compile(
    r"\b(?:not|never) (?:ever )?(?:allow|let|permit)\b.*\b(?:renam|drop|chang|delet|remov|alter|convert)\w*\b|"
    r"\b(?:not|never|without|rather than|instead of|stop|avoid) (?:\w+ )?(?:to )?"
    r"(?:drop|remov|delet|renam|add(?!ed\b)|creat|chang|alter|convert|mak|scrap|introduc|cast)(?:p?ing|e|ing)?\b"
)
ASKS = re.compile(
    r"(?i)^(?:how (?:do|would|can|could|should|many|much)|what (?:happens|if|is|are|does|would)|did|was|were|who"
    r"|when did|"
    r"where|which|does|has|is (?!it possible)|are|why (?:do|did|does|would|was|were|is|are|has|have)|is (?:it|there)"
    r"|are there"
    r"|should (?:we|i)|do we)\b"
)
_PLAIN = """
about above accept acceptable accepting according accordingly across adding after against ages ahead allowed allows
almost along already although always among any anybody anyone anything anyway appear appears around asked at
automatic become becomes been before begin beginning begins being belong below besides better between big blank
boolean both build built bump by called came capture careful carries carry cascading case changed changing check
checked clear combination come comes coming compulsory connect connected constantly constraint constraints convert
converted converting course current currently cut day days dba dead decide decided decimals deleted deletes deleting
demand demands disallow does done drop dropped dropping duplicate duplicates during earlier easily easy either else
empty enforce enforces enforcing enlarge enough ensure ensured entirely entries entry especially even eventually
ever everything everywhere exactly extend fact far faster fewer filter filtering filters finally find finding fine
first fk flag forever forth free fully garbage gets gin give given going gone good got great greater grouping
guarantee happy hardly help helps hence here high higher hold holds hope how however idea impossible increase indeed
insist instead into its itself joining just keeps know known larger later least leave left less let lets lie lift
like likely link linked live lives log longer look looking looks lookup lookups lot lots lower made make makes
making many mark matter maybe mean means meant meanwhile might mind miss moment month months more most mostly much
myself near nearly need needed negative never next nice non none nor note nothing now null nullable nulls obligatory
obviously occur occurs off often okay omit once one ones onto ordering other others otherwise our out over own
painfully particular per perhaps place plain plainly please plus point pointing points positive possible possibly
precision prefer present previously probably properly purpose put putting queries query raise raised rather re read
reads ready real really reason recently recommends record records refer refers regard register release removed
removing renaming require requires restrict right row rows rule s safely said same saved say says scale search
searching secondly see seem seems sense several share simple simply since slow slower slowly smaller so somebody
somehow someone something sometimes somewhere soon sort sorting speed spelled spelling spelt sprint start started
starting starts still stop stored such suggest suggests supposed sure switch switched take taken takes tell than
thank that then there these thing think though through thrown tie till today together told tomorrow too toward
towards turn turned turns twice type typed types under unique uniqueness unknown unless unlike until unused up upon
use used useful useless user usually value very via wants way week weeks well went what whatever whenever wherever
whether while whoever whole why widen will wipe wish within without wonder words work works write wrong year years
yet you zero lies composite compound combined multicolumn misnamed misspelled misspelt badly wrongly confusing inside
deserves deserve asap btw fyi thx cheers regards hey
happen happens happened again overflow
"""
_CUES = (REMOVE, RENAME, NULL, MUST, DEFAULT, INDEX, UNIQUE, KEY, CHECK, RETYPE, FILL, ADDED)
# What speaks of a second change beside each kind of one: who says both is asked.
BESIDE: dict[str, tuple[re.Pattern[str], ...]] = {
    "AddColumns": (_SECOND["drop"], _SECOND["rename"]),
    "DropColumns": (_KEPT, _SECOND["add"], _SECOND["rename"], ROWS),
    "DropTable": (_KEPT, _SECOND["add"], _SECOND["rename"], ROWS),
    "RenameColumn": (_SECOND["drop"], _SECOND["unique"], _SECOND["index"], _SECOND["not null"]),
    "RenameTable": (_SECOND["drop"],),
    "DropIndex": (_KEPT, _SECOND["add"], _SECOND["rename"]),
    "DropConstraint": (_KEPT, _SECOND["add"], _SECOND["rename"]),
    "ChangeType": (_SECOND["drop"], _SECOND["rename"], _SECOND["unique"], _SECOND["not null"], _SECOND["index"]),
    "SetDefault": (_SECOND["rename"], _SECOND["unique"], _SECOND["not null"], _SECOND["index"]),
    "SetNullable": (
        re.compile(r"\bdefaults?\b"),
        _SECOND["rename"],
        _SECOND["unique"],
        _SECOND["index"],
        _SECOND["key"],
    ),
    "AddUnique": (_SECOND["drop"], _SECOND["rename"], _SECOND["not null"]),
    "AddIndex": (
        re.compile(r"\b(?:nobody|no one|no longer|useless|superfluous|too many)\b"),
        _SECOND["drop"],
        _SECOND["rename"],
        _SECOND["not null"],
    ),
    "AddForeignKey": (_SECOND["rename"], _SECOND["unique"], _SECOND["not null"]),
    "AddCheck": (_SECOND["drop"], _SECOND["rename"], _SECOND["unique"]),
    "Backfill": (_SECOND["drop"], _SECOND["rename"], _SECOND["unique"], _SECOND["index"]),
}
FUNCTION_WORDS = (
    CHATTER
    | NOISE
    | frozenset(_PLAIN.split())
    # What the cues themselves are made of.
    | frozenset(word for pattern in _CUES for word in re.findall(r"[a-z]{3,}", pattern.pattern))
)
"""Words that name nothing: they may stand beside a reading that is complete, and are never part of a new name."""
