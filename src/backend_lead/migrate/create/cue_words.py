"""Which words, anywhere in a request, say what is to be done: classes of synonyms for every kind of change."""

from __future__ import annotations

import re

from backend_lead.migrate.create.request_words import CHATTER, NOISE, NOT_NULL, NULLABLE

REMOVE = re.compile(
    r"\b(?:drop|remove|delete|get rid of|eliminate|kill|lose|discard|scrap|retire|ditch|erase|strip|clear|abolish|purge|"
    r"dispense with|dispose of|do away with|away with|chuck|nuke|cut|unset|revoke|lift)\b"
    r"|\b(?:take|taken|throw|thrown|rip|pull|toss|cut|strip)\b.{0,60}?\b(?:out|away|off)\b"
    r"|\b(?:be|gets?|been|is|are) (?:dropped|removed|deleted|scrapped|discarded|retired|eliminated|erased|killed)\b"
    r"|\b(?:should|must|may|can|could|has to|have to|needs to|please|to) (?:please )?(?:go|go away|disappear|vanish)\b"
    r"|\b(?:nobody|no one|none of \w+) (?:needs?|uses?|wants?|reads?|looks? at)\b"
    r"|\bgo away\b|\b(?:is|are) (?:obsolete|dead|redundant|superfluous|unused|useless|unnecessary)\b"
    r"|\bno longer (?:need(?:ed|s)?|used?|necessary|wanted|required to be stored)\b"
    r"|\b(?:do|does|is|are) not (?:\w+ )?(?:need|needed|want|wanted|use|used)\b(?! to)"
    r"|\bwithout (?:a |any )?default\b|\bno default\b|\bnot (?:have|be) (?:a|any) default\b"
)
RENAME = re.compile(
    r"\b(?:rename|renamed|renaming)\b|\bname of .* to\b"
    r"|\b(?:should|must|shall|ought to|has to|have to|needs? to|better|want|would)\b.{0,30}"
    r"\b(?:be )?(?:called|named|known as|spelled|spelt|titled|labelled)\b"
    r"|\bshould read\b|\bspelled\b|\bchange the (?:table )?name\b|^call\b|\b(?:be|is|are|gets?) (?:called|named|renamed)\b|\bknown as\b|\bcall it\b|\bname it\b|\bas its name\b"
    r"|\bshould (?:\w+ )?(?:simply |just |only |really |rather )?be (?=[a-z_]+$)"
)
NULL = re.compile(
    rf"{NULLABLE}|\b(?:may|might|need) not (?:always |yet )?(?:be )?(?:known|given|have|present|there|available|set)\b"
    r"|\bmay be unknown\b|\b(?:let|allow|permit)\b.* be (?:null|empty|blank|missing|absent|unknown)\b|\boptional\b"
    r"|\b(?:okay|ok|fine|possible|allowed|legal|acceptable|able) to (?:leave|omit|skip|have)\b|\bleave it (?:empty|blank|out|null)\b"
    r"|\b(?:need|do|does) not (?:need to |have to )?be (?:given|filled(?: in)?|set|present|known|provided)\b"
    r"|\b(?:possible|able|allowed|okay|fine) to (?:save|store|create|add|insert|enter|have|register)\b.* (?:with no|without)\b"
    r"|\bnulls? (?:is|are|should be|must be) (?:allowed|ok|okay|fine|permitted|accepted|legal)\b"
    r"|\b(?:lift|drop|remove|relax)\b.*\bnot[- ]null\b"
    r"|\bcan be (?:saved|stored|created|added|inserted|entered) without\b"
)
MUST = re.compile(
    rf"{NOT_NULL}|\b(?:ensure|make sure|guarantee|see to it)\b.* (?:has|have|carries) (?:an? |the |some )"
    r"|\bwithout\b.*\b(?:not (?:acceptable|allowed|valid|permitted)|invalid|forbidden|no sense|rejected|refused)\b|"
    r"\b(?:has|have|needs?|must|ought|is|are) (?:to |always )*(?:have|carry|state|contain|specify|name) (?:an? |the |some )"
    r"|\b(?:must|should|shall|has to|have to|needs? to)(?: always)? be (?:filled(?: in)?|set|given|present|known|provided|"
    r"supplied|stated|there)\b"
    r"|\b(?:cannot|must not|should not|may not|never|no longer|not) (?:\w+ )?(?:accept|allow|tolerate|save|store|have|exist|"
    r"be (?:saved|stored|created|left))?\b.*\b(?:without|lacking|missing|empty|blank|nulls?)\b"
    r"|\brequires? (?:an? |the )|\bforbid\b.*\b(?:null|empty)\b|\bnulls? (?:is|are) not (?:allowed|permitted|accepted|ok)\b"
    r"|\b(?:no|not a single) \w+(?: \w+)? (?:may|can|should|must) (?:ever )?(?:exist|be (?:saved|stored|created)|go) without\b"
)
DEFAULT = re.compile(
    r"\bdefault|\bunless (?:\w+ )?(?:said|says?|told|tells?|given|gives?|specified|stated|states?|set|sets|provided)\b"
    r"|\bunless \w+ (?:says|tells|gives|specifies|sets|states)\b|\binitially\b|\bautomatic value\b"
    r"|\b(?:when|if) (?:no \w+|none|nothing|no value) (?:is|was|has been) (?:given|set|said|specified|provided|entered)\b"
    r"|\b(?:start|begin|starts|begins|starting|beginning)(?: out| off)? (?:with|as|at|from|out as)\b|\binitial value\b"
)
INDEX = re.compile(
    r"\bindex(?:es|ed|ing)?\b|\bslow(?:ly)?\b|\b(?:look(?:ing|ed)?|searching|search|filter(?:ing)?|quer(?:y|ies|ying)|sort(?:ing)?|order(?:ing)?|group(?:ing)?|join(?:ing)?)\b"
    r".*\b(?:slow|faster|fast|quick|quicker|ages|forever|often|a lot|constantly|all the time|frequently|too long)\b|\bspeed up\b|\bfaster\b|\blook ?-?ups?\b|\btakes? (?:ages|forever|too long)\b"
)
UNIQUE = re.compile(
    r"\bunique(?:ness|ly)?\b|\bno (?:two|duplicates?)\b|\bduplicates?\b|\b(?:twice|more than once|only once|at most once)\b"
    r"|\b(?:must|may|can|should|shall)(?: not| never|not)(?: ever)? (?:share|have the same|carry the same|repeat|reuse)\b"
    r"|\bdistinct\b|\bthe same\b"
)
KEY = re.compile(
    r"\bforeign[- ]key\b|\bfk\b|\breferenc(?:es?|ing)\b|\bpoint(?:s|ing)? (?:to|at)\b|\blink(?:s|ed)?\b.*\bto\b"
    r"|\bbelongs? to\b|\brefers? to\b"
)
CHECK = re.compile(
    r"\bcheck\b|\bpositive\b|\bnegative\b|\bbetween\b|\bat (?:least|most)\b|\b(?:greater|less|more|larger|smaller|fewer|"
    r"higher|lower|later|earlier|bigger) than\b|\bone of\b|\bonly (?:allow|accept|be|take|have|lie)|\blimited to\b|[<>]=?"
    r"|\b(?:must|should|has to|can|may|cannot) (?:not )?(?:be |lie )?(?:in|above|below|over|under|after|before)\b|\bnever (?:go )?below\b|\b(?:exceed|below zero|above zero)\b"
    r"|\b(?:below|above|under|over) \d|\brestrict\b.*\bto\b|\ballowed values\b|\bafter\b(?=.*\bcheck\b)"
)
RETYPE = re.compile(
    r"\b(?:convert|cast|turn|change|alter|modify|switch|migrate|upgrade|promote|become|becomes|store|make|use|hold|let|retype|"
    r"should be|must be|has to be|have to be|needs to be|type|allow|widen|raise|increase|extend|enlarge|lengthen|grow|bump|"
    r"shorten|shrink|reduce|narrow|enough|longer|wider|bigger|larger|more room|cut off|characters?|chars|limit|length|"
    r"up to|instead|need|go for|as)\b|->|→"
)
FILL = re.compile(
    r"\b(?:backfill|populate|initiali[sz]e|fill|write|put)\b|\bset\b(?=.*\b(?:all|every|each|existing|old|none|no)\b)"
    r"|\b(?:all|existing|old|every|each)\b.*\b(?:set to|get|be set|receive|become)\b"
)
ADDED = re.compile(
    r"\b(?:add|create|introduce|new|give|put|include|append|insert|attach|extend|store|storing|record|recording|track|"
    r"tracking|keep|save|saving|saved|stored|need|needs|want|wants|have|has|had|carry|carries|get|gets|miss|missing|lack|"
    r"lacks|lacking|called|named|would do|asked for|introduced|added|equip|provide|receive|hold|know|note|log|capture|document|remember|see|show|support|register)\b"
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
    r"^(?:i|we|they|he|she|you|someone|somebody|(?:the |our )?\w+ team)(?: have| had| ve| already| just| recently| once)* "
    r"(?:added|dropped|removed|renamed|created|deleted|changed|altered|converted|indexed|made|set)\b"
    r"|\b(?:yesterday|last (?:week|month|night|year|sprint|release)|\w+ \w+ ago|used to (?:have|be|hold)|by mistake|"
    r"(?:was|were|been) (?:already )?(?:added|dropped|removed|renamed|deleted)\b(?! to be))"
)
"""What is told, not asked for."""
HEDGED = re.compile(
    r"^(?:maybe|perhaps|possibly|one day|eventually|later)\b|\bsome ?day\b|\bin (?:\w+ )?(?:days|weeks|months|years)\b"
    r"|\b(?:we|i) (?:will|might|may|could)\b|\b(?:we|i) are going to\b|\bif possible\b|\bnot sure\b|\bwondering\b|"
    r"\b(?:before|after|until|as soon as) (?:you|we|i|they|the release|that)\b"
)
"""What may come, or may not."""
NUMBER_WORDS = frozenset(
    "three four five six seven eight nine ten eleven twelve fifteen sixteen twenty thirty forty fifty sixty hundred "
    "hundreds thousand thousands million dozen half double triple twofold several".split()
)
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
    r"\b(?:not|never|without|rather than|instead of|stop|avoid) (?:\w+ )?(?:to )?"
    r"(?:drop|remov|delet|renam|add(?!ed\b)|creat|chang|alter|convert|mak|scrap|introduc|cast)(?:p?ing|e|ing)?\b"
)
ASKS = re.compile(
    r"(?i)^(?:how (?:do|would|can|could|should|many|much)|what (?:happens|if|is|are|does|would)|did|was|were|who|when did|"
    r"where|which|does|has|is (?!it possible)|are|why (?:do|did|does|would|was|were)|is (?:it|there)|are there|should (?:we|i)|do we)\b"
)
_PLAIN = """
about above across after against ages ahead almost already along although always among anyone anybody anything anyway
around asked become becomes been before begin begins beginning being below besides better big both by came careful case
come comes coming constantly course current currently dead does done during easily easy either else empty enforce
enforces enough ensure entirely especially even eventually ever everything everywhere exactly fact fine finally first
fully garbage give given gets going good got great happy hardly help helps here high hold holds hope how however idea
impossible indeed instead into itself its just keeps know known later least less let lets lie like likely live lives
longer look looking looks lot lots made make makes making many mark matter maybe mean means meant meanwhile might mind
miss moment more most mostly much myself near nearly need needed never nice none nor nothing now obviously occur occurs
often okay once one ones onto other others otherwise our out over painfully particular perhaps place plain plainly
possible possibly prefer present previously probably properly purpose put putting queries query rather read reads ready
real really reason recently recommends regard right rule safely said same saved say says secondly see seem seems sense
several share simply since slow slower slowly so somebody somehow someone something sometimes somewhere soon start
started starting starts still stop stored such suggest suggests supposed sure take takes tell than thank that then there
these thing think though through till together told too toward towards turns twice under unknown unless unlike until
unused upon use used useful useless user usually value via very wants way week well went what whatever whenever wherever
whether while whole whoever why will wish within without wonder words work works write wrong year yet you zero dead gone
belong find finding far guarantee acceptable allowed any according accordingly sort sorting ordering grouping joining thrown taken note log capture register next month months week weeks day days today tomorrow year release sprint s re turn turned build built
adding lift link linked require requires disallow compulsory obligatory combination appear appears fk please
speed lookups lookup filter filtering filters search searching faster forever null nulls nullable left leave blank omit
accept accepting raise raised increase widen extend enlarge bump cut off hold decimals up at least most free told
otherwise automatic own decided decide spelled spelt point points pointing refer refers deleting deletes deleted dba
cascading rows records row record entries entry simple plus per unique uniqueness enforce enforcing duplicate duplicates
clear drop dropped dropping removed removing deleting renaming spelling called convert converted converting changing
changed switch switched precision scale type types typed flag boolean constraint constraints gin carry carries forth
greater larger smaller fewer higher lower later earlier than between positive negative non check checked ensured restrict
"""
_CUES = (REMOVE, RENAME, NULL, MUST, DEFAULT, INDEX, UNIQUE, KEY, CHECK, RETYPE, FILL, ADDED)
# What speaks of a second change beside each kind of one: who says both is asked.
BESIDE: dict[str, tuple[re.Pattern[str], ...]] = {
    "AddColumns": (_SECOND["drop"], _SECOND["rename"]),
    "DropColumns": (_SECOND["add"], _SECOND["rename"], ROWS),
    "DropTable": (_SECOND["add"], _SECOND["rename"], ROWS),
    "RenameColumn": (_SECOND["drop"], _SECOND["unique"], _SECOND["index"]),
    "RenameTable": (_SECOND["drop"],),
    "ChangeType": (_SECOND["drop"], _SECOND["rename"], _SECOND["unique"], _SECOND["not null"], _SECOND["index"]),
    "SetDefault": (_SECOND["rename"], _SECOND["unique"], _SECOND["not null"], _SECOND["index"]),
    "SetNullable": (re.compile(r"\bdefaults?\b"), _SECOND["rename"], _SECOND["unique"], _SECOND["index"], _SECOND["key"]),
    "AddUnique": (_SECOND["drop"], _SECOND["rename"], _SECOND["not null"]),
    "AddIndex": (re.compile(r"\b(?:nobody|no one|no longer|useless|superfluous|too many)\b"), _SECOND["drop"], _SECOND["rename"], _SECOND["not null"]),
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
