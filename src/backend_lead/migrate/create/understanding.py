"""A change in words, or a migration's name → what is wanted.

What can be meant in two ways is asked about, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from backend_lead.migrate.create.cues import ambiguous
from backend_lead.migrate.create.forms import plain_form
from backend_lead.migrate.create.identifiers import is_identifier, spelled_out
from backend_lead.migrate.create.naming import Names, Unclear
from backend_lead.migrate.create.not_there import meant_to_be_there
from backend_lead.migrate.create.phrase import Phrase
from backend_lead.migrate.create.reading_columns import (
    add,
    backfill,
    default,
    drop,
    maybe_change_type,
    not_null,
    nullable,
    rename,
    unique,
)
from backend_lead.migrate.create.reading_cues import by_cues
from backend_lead.migrate.create.reading_keys import check, foreign_key, index
from backend_lead.migrate.create.reading_tables import create_table, drop_table
from backend_lead.migrate.create.request_words import ADDING, DROP, NOT_NULL, NULLABLE, SIZE
from backend_lead.migrate.create.unexplained import default_now, not_understood, other_kinds
from backend_lead.migrate.create.wanted import AddColumns, AddUnique, ChangeType, SetDefault, Wanted
from backend_lead.migrate.parts import is_unique_key

_ROWS = re.compile(
    r"(?i)^(?:update \S+ set|delete from|insert into|truncate|grant|revoke|select|vacuum|analyze|with \w+ as|reindex|"
    r"(?:create|drop|add|write) (?:an? |the |new |or replace |materialized )*(?:view|function|trigger|procedure"
    r"|extension|policy)\b(?! (?:column|field|to|text|integer|boolean)\b))\b"
)
EXAMPLES = (
    "add phone to users",
    "rename users.name to full_name",
    "make orders.customer_id not null",
    "add an index on posts.user_id",
    "drop column discount from orders",
)


@dataclass(frozen=True, slots=True)
class Understood:
    """What is wanted, and what was taken for granted on the way."""

    wanted: Wanted
    assumed: tuple[str, ...] = ()


def understand(text: str, names: Names) -> Understood:
    """Return what a phrase or a migration's name wants.  Raises Unclear with the candidates."""
    text = plain_form(text, names)
    try:
        return _understood(text, names)
    except Unclear:
        missing = _phrase(text, names).unknown_table()
        if missing and not _ROWS.match(text):
            raise names.missing_table(missing) from None
        raise


def _understood(text: str, names: Names) -> Understood:
    if _ROWS.match(text):
        raise Unclear(
            "This is about rows, rights or upkeep, not about the schema.",
            "Say: backfill TABLE.COLUMN with VALUE, or write the migration by hand",
        )
    if is_identifier(text):
        return _of_what_is_there(_by_grammar(text, names), text, names)
    cued = by_cues(text, names)
    try:
        read = _by_grammar(text, names)
    except Unclear:
        if cued is None:
            raise
        read = Understood(cued, _taken_for_granted(cued))
    if cued is not None and cued != read.wanted:
        raise ambiguous(read.wanted, cued)
    others = other_kinds(text, read.wanted)
    if others:
        raise Unclear(
            f"It speaks of {', '.join(others)} as well, and what is to change cannot be told.", "Say the change alone."
        )
    return _not_so_already(_of_what_is_there(read, text, names), names)


def _of_what_is_there(read: Understood, text: str, names: Names) -> Understood:
    """An index, a key, a check or a change of a column that is not there: which one is meant is asked."""
    missing = meant_to_be_there(_phrase(text, names), read.wanted)
    if missing is not None:
        raise names.missing_column(*missing)
    return read


def _not_so_already(read: Understood, names: Names) -> Understood:
    """A type or a default that is there is told, not asked for: `users.age is an integer`."""
    wanted = read.wanted
    if isinstance(wanted, ChangeType):
        now = str(names.catalog.relations[wanted.table].columns[wanted.column].type).replace(
            "character varying", "varchar"
        )
        same = wanted.type == now
    else:
        if isinstance(wanted, SetDefault) and wanted.value is not None:
            _fitting(wanted, names)
        same = (
            isinstance(wanted, SetDefault) and wanted.value is not None and wanted.value == default_now(names, wanted)
        ) or (isinstance(wanted, AddUnique) and is_unique_key(names.catalog, wanted.table, wanted.columns))
    if same:
        raise Unclear("It is so already.", "Say what is to be different.")
    return read


def _fitting(wanted: SetDefault, names: Names) -> None:
    """A value that a column can never hold was understood wrongly.  Raises Unclear."""
    kind = str(names.catalog.relations[wanted.table].columns[wanted.column].type)
    value = wanted.value or ""
    own = names.catalog.types.get(kind)
    if own is not None and own.kind == "enum" and re.fullmatch(r"'[^']*'", value) and value[1:-1] not in own.values:
        raise Unclear(
            f"{wanted.table}.{wanted.column} is {kind}, and {value} is no value of it.",
            f"Its values: {', '.join(own.values)}",
        )
    wrong = (kind == "boolean" and value not in ("true", "false", "null")) or (
        re.match(r"(?:smallint|integer|bigint|numeric|real|double)", kind)
        and re.fullmatch(r"'[^']*'|true|false", value)
        and not re.fullmatch(r"'-?\d+(?:\.\d+)?'", value)
    )
    if wrong:
        raise Unclear(
            f"{wanted.table}.{wanted.column} is {kind}, and {value} is no value of it.",
            f"Say: set the default of {wanted.table}.{wanted.column} to VALUE",
        )


def _phrase(text: str, names: Names) -> Phrase:
    fields: list[str] = []
    spoken = text
    if is_identifier(text):
        spoken, fields = spelled_out(text, names)
    elif re.search(r"\s\w+:\w+", text):
        spoken, *fields = re.split(r"\s+(?=\w+:\w)", text)
    phrase = Phrase.of(spoken, fields, names)
    phrase.text = text
    return phrase


def _by_grammar(text: str, names: Names) -> Understood:
    """Read by the order of the words: the first turn of speech that fits and has an answer counts."""
    phrase = _phrase(text, names)
    if _fields_tell(phrase):
        return Understood(add(phrase), tuple(phrase.assumed))  # type: ignore[arg-type]
    for pattern, reader in _INTENTS:
        if re.search(pattern, phrase.words):
            wanted = reader(phrase)
            if wanted is not None:
                missing = meant_to_be_there(phrase, wanted)
                if missing is not None:
                    raise names.missing_column(*missing)
                unknown = not_understood(phrase, wanted)
                if unknown:
                    raise Unclear(
                        f"These words were not understood: {', '.join(unknown)}.",
                        "Say the change alone, a new name with its underscores: 'add due_date date to orders'",
                    )
                return Understood(wanted, tuple(phrase.assumed))
    examples = "\n".join(f"  backend-lead migration create {example!r}" for example in EXAMPLES)
    raise Unclear(f"What {text!r} asks for was not understood.", f"Say it like one of these:\n{examples}")


def _fields_tell(phrase: Phrase) -> bool:
    """Say whether a migration's name adds the fields behind it: `add_reference_code_to_orders reference_code:text`."""
    head = phrase.text.split()[0]
    if not phrase.fields or not is_identifier(head) or not any(piece.table for piece in phrase.pieces):
        return False
    spelled = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", head).lower().replace("-", "_")
    kinds = [each.split(":") for each in phrase.fields]
    named = "_and_".join(name.lower() for name, *_ in kinds)
    plain = all(len(each) == 2 and each[1] not in ("references", "belongs_to") for each in kinds)
    return plain and spelled.startswith(f"add_{named}_to_")


def _taken_for_granted(wanted: Wanted) -> tuple[str, ...]:
    if not isinstance(wanted, AddColumns):
        return ()
    return tuple(
        f"{each.name} is {each.type}; say another type: {each.name}:TYPE" for each in wanted.columns if each.assumed
    )


_Reader = Callable[[Phrase], Wanted | None]
# The first that fits and has an answer counts.
_INTENTS: tuple[tuple[str, _Reader], ...] = (
    (
        r"\brenam(e|ed|ing)\b|\bshould be (called|named)\b|\bcall\b.*\binstead\b|\bchange the name\b|^call\b"
        r"|\bgive .* the name\b|\bneeds? to be (called|named)\b",
        rename,
    ),
    (rf"^(?!.*{DROP}[^:]*\b(foreign key|references?)\b).*(\bforeign key\b|\breferences?\b)", foreign_key),
    (NULLABLE, nullable),
    (rf"^(?!.*\b(column|field|index|constraint)s?\b).*{DROP}.*\btable\b(?!.*\bfrom\b)", drop_table),
    (DROP, drop),
    (r"\b(backfill|populate|initiali[sz]e|fill)\b|^copy\b", backfill),
    (
        r"\b(create|add|make|new|introduce|need|set up|start|build|want|have|like|how about)\b.*(?<!to )\btable\b"
        r"(?!.*\b(column|field|index)\b)(?!.* to the )"
        r"|^(an? )?(new )?table (called|named|for)\b"
        r"|^create (?!(an? |the )?(unique |new )*(index|column|field|foreign|constraint|check)\b)\w",
        create_table,
    ),
    (
        r"foreign key|\bfk\b|\breferenc(es?|ing)\b|\bpoint(s|ing)? (to|at)\b|\blink(s|ed)?\b.*\bto\b|\bbelongs? to\b"
        r"|\brefers? to\b",
        foreign_key,
    ),
    (r"\bunique(ness|ly)?\b|\bno (two|duplicates?)\b|\bduplicates?\b", unique),
    (r"\bindex(es|ed|ing)?\b|\bspeed up\b|\bfaster\b|\blook ?-?ups?\b", index),
    (
        r"\bcheck\b|\bpositive\b|\bnegative\b|\bbetween\b|\bat (least|most)\b|"
        r"\b(greater|less|more|larger|smaller|fewer) than\b|\bone of\b|\bonly (allow|accept|be)|\blimited to\b|[<>]|"
        r"\bmust be (in|above|below|over|under)\b|\bnever (go )?below\b",
        check,
    ),
    (NOT_NULL, not_null),
    (r"\bdefault", default),
    (
        rf"(?:{SIZE}|\b(convert|cast|turn|change|alter|modify|switch|migrate|upgrade|promote|should be|store)\b)"
        r"(?!.*\b(column|field) to\b)",
        maybe_change_type,
    ),
    (ADDING, add),
)
