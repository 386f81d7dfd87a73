"""What a change of a table does on MySQL or MariaDB: which kind it is, and what was measured of that kind.

`knowledge/mariadb-<version>.json` is written by `python -m benchmarks.mariadb` from what a real server accepted
(ALGORITHM, LOCK) and from who waited.  Statements of other kinds are undecided, and so are MODIFY and CHANGE: what they
do depends on the column as it was, which is not followed here.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files

import msgspec

from backend_lead.migrate.script import Sent
from backend_lead.model.migration import Hazard, HazardKind, Statement

ALGORITHMS = ("INSTANT", "NOCOPY", "INPLACE", "COPY")
LOCKS = ("NONE", "SHARED", "EXCLUSIVE")
_REST = "was not measured on MySQL or MariaDB"
_NAME = r"(?:`(?:[^`]|``)+`|\w+)(?:\s*\.\s*(?:`(?:[^`]|``)+`|\w+))?"
_COMMENT = re.compile(r"(?s)\A(?:\s+|--[^\n]*(?:\n|\Z)|#[^\n]*(?:\n|\Z)|/\*(?!!).*?\*/)+")
_ALTER = re.compile(rf"(?is)\Aalter\s+(?:online\s+)?table\s+(?:if\s+exists\s+)?({_NAME})\s+(.*)\Z")
_CREATE_INDEX = re.compile(
    rf"(?is)\Acreate\s+(?:or\s+replace\s+)?(unique\s+|fulltext\s+)?index\s+(?:if\s+not\s+exists\s+)?{_NAME}\s+"
    rf"(?:using\s+\w+\s+)?on\s+({_NAME})\s*\((.*)\)(.*)\Z"
)
_DROP_INDEX = re.compile(rf"(?is)\Adrop\s+index\s+(?:if\s+exists\s+)?{_NAME}\s+on\s+({_NAME})(.*)\Z")
_RENAME = re.compile(rf"(?is)\Arename\s+table\s+({_NAME})\s+to\s+{_NAME}\s*\Z")
_GONE = re.compile(rf"(?is)\A(?:drop\s+table\s+(?:if\s+exists\s+)?|truncate\s+(?:table\s+)?)({_NAME})\s*\Z")
_MADE = re.compile(r"(?is)\Acreate\s+(?:temporary\s+)?table\b(?!.*\bselect\b)")
_PIECE = re.compile(r"(?s)'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.|\"\")*\"|`(?:[^`]|``)*`|[(),]|[^'\"`(),]+")
_ASKED = re.compile(r"(?i)\b(algorithm|lock)\s*=?\s*(default|instant|nocopy|inplace|copy|none|shared|exclusive)\b")
# Commands of ALTER TABLE by what they begin with; what is not here was not measured.
_KINDS = tuple((re.compile(rf"(?is)\A{pattern}"), kind) for pattern, kind in (
    (rf"add\s+(?:constraint\s+(?:{_NAME}\s+)?)?primary\s+key\b", "add-primary-key"),
    (rf"add\s+(?:constraint\s+(?:{_NAME}\s+)?)?unique\b", "add-unique"),
    (rf"add\s+(?:constraint\s+(?:{_NAME}\s+)?)?foreign\s+key\b", "add-foreign-key"),
    (rf"add\s+(?:constraint\s+(?:{_NAME}\s+)?)?check\b", "add-check"),
    (r"add\s+fulltext\b", "add-fulltext"),
    (r"add\s+(?:index|key)\b", "add-index"),
    (r"add\s+(?:spatial|period|partition|system|vector|\()", ""),
    (r"add\s+(?:column\s+)?", "add-column"),
    (r"drop\s+primary\s+key\b", "drop-primary-key"),
    (r"drop\s+foreign\s+key\b", "drop-foreign-key"),
    (r"drop\s+(?:constraint|check)\b", "drop-check"),
    (r"drop\s+(?:index|key)\b", "drop-index"),
    (r"drop\s+(?:partition|period|system)\b", ""),
    (r"drop\s+(?:column\s+)?", "drop-column"),
    (r"rename\s+column\b", "rename-column"),
    (r"rename\s+(?:index|key)\b", "rename-index"),
    (r"rename\b", "rename-table"),
    (rf"alter\s+(?:column\s+)?{_NAME}\s+set\s+default\b", "set-default"),
    (rf"alter\s+(?:column\s+)?{_NAME}\s+drop\s+default\b", "drop-default"),
    (r"convert\s+to\s+character\s+set\b", "convert-character-set"),
    (r"(?:force\s*\Z|engine\s*=?\s*innodb\s*\Z)", "rebuild"),
    (r"auto_increment\s*=?\s*\d+\s*\Z", "set-auto-increment"),
    (r"comment\s*=?\s*'", "set-comment"),
))
_UNMEASURED_COLUMN = re.compile(r"(?is)\b(auto_increment|unique|primary|key|references|check|serial)\b|\bdefault\s*\(|"
                                r"\bdefault\s+(?!current_timestamp|now)\w+\s*\(")
_GENERATED = re.compile(r"(?is)\b(?:generated\s+always\s+)?as\s*\(")
_STORED = re.compile(r"(?i)\b(stored|persistent)\b")


class Measured(msgspec.Struct, frozen=True):
    """One kind of change: the best algorithm and the weakest lock that the server accepted ("" for none), and whether
    a SELECT and an INSERT of others waited until it ended (None: nobody had the time to)."""

    algorithm: str
    lock: str
    select_waits: bool | None
    insert_waits: bool | None


class Knowledge(msgspec.Struct, frozen=True):
    """What was measured of one version of MariaDB."""

    version: str
    changes: Mapping[str, Measured]


@functools.cache
def knowledge() -> Knowledge:
    """Return what was measured, of the newest version that was."""
    folder = files("backend_lead.migrate") / "knowledge"
    there = [each for each in folder.iterdir() if each.name.startswith("mariadb-")]
    newest = max(there, key=lambda each: [int(part) for part in re.findall(r"\d+", each.name)])
    return msgspec.json.decode(newest.read_bytes(), type=Knowledge)


def judge(sent: Sent, index: int) -> Statement:
    """Return what a statement does, or why nothing can be told.  It commits by itself, whatever the tool does."""
    sql = _COMMENT.sub("", sent.sql).strip().rstrip(";").strip()
    hazards: list[Hazard] = []
    undecided = ""
    try:
        table, kinds, asked = _understood(sql)
        hazards = list(_hazards(table, kinds, asked))
    except _Unmeasured as error:
        undecided = str(error)
    blocks = [hazard for hazard in hazards if hazard.kind is HazardKind.BLOCKS]
    return Statement(
        index,
        sent.sql.strip(),
        sent.place,
        transactional=False,
        blocks_reads=any(hazard.cause == "rewrite" and "every query" in hazard.because for hazard in blocks),
        blocks_writes=bool(blocks),
        rewrites=(blocks[0].relation,) if any(hazard.cause == "rewrite" for hazard in blocks) else (),
        hazards=tuple(hazards),
        undecided=undecided,
    )


class _Unmeasured(Exception):
    """Why nothing can be told about a statement."""


def _understood(sql: str) -> tuple[str, list[str], dict[str, str]]:
    """Return the table, the kinds of change and what ALGORITHM and LOCK the statement asks for.  Raises _Unmeasured."""
    if _MADE.match(sql):
        return "", [], {}
    if (match := _GONE.match(sql)) is not None:
        return _plain(match[1]), ["truncate" if sql[:8].lower() == "truncate" else "drop-table"], {}
    if (match := _RENAME.match(sql)) is not None:
        return _plain(match[1]), ["rename-table"], {}
    if (match := _CREATE_INDEX.match(sql)) is not None:
        kind = {"unique": "add-unique", "fulltext": "add-fulltext"}.get((match[1] or "").strip().lower(), "add-index")
        return _plain(match[2]), [kind], _asked(match[4])
    if (match := _DROP_INDEX.match(sql)) is not None:
        return _plain(match[1]), ["drop-index"], _asked(match[2])
    if (match := _ALTER.match(sql)) is None:
        raise _Unmeasured(f"what this statement locks {_REST}")
    asked: dict[str, str] = {}
    kinds: list[str] = []
    for command in _commands(match[2]):
        told = _ASKED.fullmatch(command)
        if told is not None:
            asked |= _asked(command)
        else:
            kinds.append(_kind(command))
    if "modify" in kinds and asked.get("ALGORITHM") != "INSTANT" and asked.get("LOCK") != "NONE":
        raise _Unmeasured(
            "MODIFY and CHANGE state the whole column anew, and what that costs depends on the column as it was; with "
            "ALGORITHM=INSTANT or LOCK=NONE the server refuses what would keep others out"
        )
    return _plain(match[1]), [each for each in kinds if each != "modify"], asked


def _kind(command: str) -> str:
    if re.match(r"(?i)(modify|change)\b", command):
        return "modify"
    kind = next((kind for pattern, kind in _KINDS if pattern.match(command)), "")
    if kind == "add-column":
        outside = "".join(piece for piece in _PIECE.findall(command) if piece[0] not in "'\"`")
        if _GENERATED.search(outside):
            return f"add-column-generated-{'stored' if _STORED.search(outside) else 'virtual'}"
        if _UNMEASURED_COLUMN.search(outside):
            kind = ""
        elif re.search(r"(?i)\bdefault\b", outside):
            kind = "add-column-default"
    if not kind:
        raise _Unmeasured(f"{' '.join(command.split())[:40]} … {_REST}")
    return kind


def _hazards(table: str, kinds: list[str], asked: Mapping[str, str]) -> Iterator[Hazard]:
    known = knowledge()
    for kind in kinds:
        if kind in ("drop-table", "drop-column", "rename-table", "rename-column"):
            said = f"What the running application sends about {table} as it was fails from then on."
            yield Hazard(HazardKind.BREAKS, "query", table, said)
        cause = {"drop-table": "table-dropped", "truncate": "rows-deleted", "drop-column": "column-dropped"}.get(kind)
        if cause is not None:
            yield Hazard(HazardKind.LOSES, cause, table, f"What {table} holds there is gone: nothing rolls it back.")
    found = [known.changes[kind] for kind in kinds if kind in known.changes]
    if not found:
        return
    algorithm = max((each.algorithm for each in found), key=ALGORITHMS.index)
    lock = max((each.lock for each in found), key=LOCKS.index)
    wanted, least = asked.get("ALGORITHM", ""), asked.get("LOCK", "")
    for word, given, order, best in (("ALGORITHM", wanted, ALGORITHMS, algorithm), ("LOCK", least, LOCKS, lock)):
        if given in order and order.index(given) < order.index(best):
            said = f"MariaDB {known.version} refuses {word}={given} for it; the best that it takes is {word}={best}."
            yield Hazard(HazardKind.FAILS, "algorithm-refused", table, said)
            return
    copied = "COPY" in (algorithm, wanted)
    strongest = max(lock, least if least in LOCKS else lock, "SHARED" if copied else "NONE", key=LOCKS.index)
    if strongest == "NONE" or (algorithm == "INSTANT" and wanted != "COPY" and least not in LOCKS[1:]):
        return
    who = "every query and every write" if strongest == "EXCLUSIVE" else "every write"
    how = "all its rows are copied" if copied else "it is read and changed in place"
    said = f"{who} of {table} waits while {how} (MariaDB {known.version}: ALGORITHM={'COPY' if copied else algorithm}, "
    yield Hazard(HazardKind.BLOCKS, "rewrite" if copied else "index-build", table, f"{said}LOCK={strongest}).")


def _asked(text: str) -> dict[str, str]:
    found = {word.upper(): value.upper() for word, value in _ASKED.findall(text)}
    return {word: value for word, value in found.items() if value != "DEFAULT"}


def _commands(text: str) -> Iterator[str]:
    """Yield the commands of ALTER TABLE, cut at commas outside of quotes and parentheses."""
    depth, command = 0, ""
    for piece in _PIECE.findall(text):
        depth += {"(": 1, ")": -1}.get(piece, 0)
        if piece == "," and depth == 0:
            yield command.strip()
            command = ""
        else:
            command += piece
    yield command.strip()


def _plain(name: str) -> str:
    return re.sub(r"\s*\.\s*", ".", name.replace("`", ""))
