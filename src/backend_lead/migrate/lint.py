"""Migrations → what each statement does to a database that is in use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from backend_lead.gates.grammar import Node, SqlUnreadable, parse
from backend_lead.gates.text import one_line
from backend_lead.migrate import mariadb
from backend_lead.migrate.application import Application
from backend_lead.migrate.blocking import blocking
from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.facts import Facts, facts
from backend_lead.migrate.judge import Judge
from backend_lead.migrate.judging import judge_statement
from backend_lead.migrate.script import Script, Sent
from backend_lead.migrate.waiting import WAITS_FOR_SNAPSHOTS, waits_for_its_tool
from backend_lead.model.migration import Change, Hazard, HazardKind, MigrationFile, Statement
from backend_lead.model.place import Place, Unresolved

# What says that a text is filled in by a program before it is sent.
_TEMPLATE = re.compile(
    r"\{\{.*?\}\}|\$\{\w+\}|<%.*?%>|\{%.*?%\}|%\(\w+\)s|(?<![:\w]):'?\"?[a-z_]\w*\"?'?(?!\w*\()", re.DOTALL
)
_WORD = re.compile(r"[^\W\d][\w$]*")
_QUOTED = re.compile(r'"((?:[^"]|"")+)"')
# Spellings that only MySQL and MariaDB have (their manual: CREATE TABLE, ALTER TABLE).
_MYSQL = re.compile(
    r"(?i)`\w+`|\bauto_increment\b|\bengine\s*=\s*\w+|\b(?:modify|change)\s+column\b|\balgorithm\s*=\s*(?:instant|inplace"
    r"|copy)\b|\bcharacter\s+set\s+utf8|\bunsigned\b"
)
_LOCK_TIMEOUT = re.compile(r"(?i)\bset\s+(?:local\s+|session\s+)?lock_timeout\b|\bset_config\(\s*'lock_timeout'")


@dataclass(frozen=True, slots=True)
class _Read:
    """A statement with its tree, or with the reason why there is none."""

    sent: Sent
    tree: Node | None
    undecided: str = ""
    error: str = ""


def replay(scripts: Iterable[Script], catalog: Catalog, major: int) -> list[Unresolved]:
    """Apply migrations that came before; return what could not be read of them."""
    known = facts(major)
    notes: list[Unresolved] = []
    for script in scripts:
        notes += script.unresolved
        for sent in script.up:
            for read in _read(sent):
                if read.tree is None:
                    notes.append(Unresolved(one_line(read.sent.sql, 60), read.error or read.undecided, read.sent.place))
                else:
                    judge_statement(read.tree, read.sent.sql, catalog, known, in_transaction=False)
    catalog.connect(list({*catalog.relations, *catalog.leaning}))
    catalog.settled()
    return notes


def lint(scripts: Sequence[Script], catalog: Catalog, major: int, application: Application | None = None) -> Change:
    """Judge migrations one after the other on a catalog, which is changed as they say.

    `application` is what the running program sends; without it every column counts as used by somebody.  When any of
    them is in the spelling of MySQL or MariaDB, all are judged as what those do.
    """
    known = facts(major)
    if any(_is_of_mysql(sent) for script in scripts for sent in script.up):
        judged = tuple(_file_of_mysql(script) for script in scripts)
        return Change(judged, major, known.major, None, server=f"MariaDB {mariadb.knowledge().version}")
    files = tuple(_file(script, catalog, known, application) for script in scripts)
    return Change(files, major, known.major, application.queries if application is not None else None)


def _file(script: Script, catalog: Catalog, known: Facts, application: Application | None) -> MigrationFile:
    statements: list[Statement] = []
    touched: set[str] = set()
    for _, group in groupby(numbered(script.up), key=lambda each: each[0]):
        sent = [each for _, each in group]
        found, names = _transaction(sent, len(statements), catalog, known, application, script.held_open)
        statements += found
        touched |= names
    text = "\n".join(sent.sql for sent in script.up)
    down = tuple(sent.sql for sent in script.down) if script.down is not None else None
    statements = [
        replace(each, unsupported_keys=_unsupported(each, catalog)) if each.unsupported_keys else each
        for each in statements
    ]
    catalog.settled(touched)
    return MigrationFile(
        script.path,
        script.tool,
        tuple(statements),
        down,
        bool(_LOCK_TIMEOUT.search(text)),
        script.has_down,
        script.unresolved,
    )


def _is_of_mysql(sent: Sent) -> bool:
    """Say whether a statement has MySQL's spelling and PostgreSQL does not understand it."""
    if not _MYSQL.search(sent.sql):
        return False
    try:
        parse(sent.sql)
    except SqlUnreadable:
        return True
    return False


def _file_of_mysql(script: Script) -> MigrationFile:
    """Judge a file for MySQL and MariaDB, where each statement that changes the schema commits by itself."""
    statements = tuple(mariadb.judge(sent, number) for number, sent in enumerate(script.up))
    down = tuple(sent.sql for sent in script.down) if script.down is not None else None
    return MigrationFile(script.path, script.tool, statements, down, True, script.has_down, script.unresolved)


def _unsupported(statement: Statement, catalog: Catalog) -> tuple[tuple[str, tuple[str, ...], str], ...]:
    """The foreign keys of a statement that no index supports when the file has been run."""
    found = []
    for table, columns, target in statement.unsupported_keys:
        keys = [index.columns for index in catalog.indexes_of(table) if not index.partial]
        if table in catalog.relations and not any(set(key[: len(columns)]) == set(columns) for key in keys):
            found.append((table, columns, target))
    return tuple(found)


def numbered(sent: Iterable[Sent]) -> Iterator[tuple[tuple[str, int], Sent]]:
    """Give each transaction a key; a statement that commits by itself is a transaction of its own."""
    for number, each in enumerate(sent):
        yield (("alone", number) if each.transaction is None else ("together", each.transaction)), each


def _transaction(
    group: Sequence[Sent],
    first: int,
    catalog: Catalog,
    known: Facts,
    application: Application | None,
    held_open: str,
) -> tuple[list[Statement], set[str]]:
    """Judge the statements of one transaction; return them with the relations that they may have changed."""
    read = [each for sent in group for each in _read(sent)]
    words = _words(read)
    touched = catalog.about(words)
    before = catalog.copy(touched, words)
    watching = (application or Application.of_everybody(before, touched)).watch(before)
    judges: list[Judge] = []
    for number, each in enumerate(read):
        judge = Judge(catalog, known)
        if each.tree is not None:
            judge = judge_statement(
                each.tree, each.sent.sql, catalog, known, in_transaction=each.sent.transaction is not None
            )
        judges.append(judge)
        watching.after(number, catalog)
        if judge.failed and each.sent.transaction is not None:
            # Nothing of a transaction happens when one of its statements fails; what follows is judged all the same.
            continue
    blocked = blocking(judges, before)
    broken = watching.broken(catalog)
    if any(judge.failed for judge in judges):
        broken = {}
    found = []
    for number, (each, judge) in enumerate(zip(read, judges, strict=True)):
        own = [hazard for hazard in judge.hazards if not _has_no_row(hazard, before)]
        hazards = [*blocked[number].hazards, *broken.get(number, ()), *own]
        if held_open and any(action.key in WAITS_FOR_SNAPSHOTS for action in judge.actions):
            hazards.append(waits_for_its_tool(judge, held_open))
        if each.error:
            hazards.append(Hazard(HazardKind.FAILS, "syntax", "", f"PostgreSQL does not understand it: {each.error}."))
        statement = Statement(
            first + number,
            each.sent.sql.strip(),
            each.sent.place,
            judge.all_locks(),
            tuple(sorted(judge.rewrites)),
            tuple(sorted(judge.rebuilds)),
            tuple(sorted(judge.scans)),
            each.sent.transaction is not None,
            judge.stands_alone,
            blocked[number].reads,
            blocked[number].writes,
            tuple(hazards),
            _alternative(judge, hazards),
            each.undecided or judge.undecided,
            tuple(judge.keys),
        )
        found.append(statement)
    touched |= catalog.relations.keys() - before.relations.keys()
    catalog.connect(touched | (before.relations.keys() - catalog.relations.keys()))
    catalog.committed(touched)
    return found, touched


def _has_no_row(hazard: Hazard, before: Catalog) -> bool:
    """Say whether a hazard is about rows of a table that is known to have none."""
    relation = before.relations.get(hazard.relation)
    about_rows = hazard.kind is HazardKind.LOSES or (hazard.kind is HazardKind.FAILS and not hazard.certain)
    return about_rows and relation is not None and relation.rows == 0


def _words(read: Iterable[_Read]) -> set[str]:
    """Return every word of some statements, as it is and in lower case: more than the identifiers, never less."""
    found: set[str] = set()
    for each in read:
        if each.tree is not None:
            found.update(_WORD.findall(each.sent.sql), _WORD.findall(each.sent.sql.lower()))
            found.update(name.replace('""', '"') for name in _QUOTED.findall(each.sent.sql))
    return found


def _alternative(judge: Judge, hazards: Sequence[Hazard]) -> str | None:
    """What to write instead, where there is harm and a way around it."""
    if not hazards:
        return None
    if any(hazard.cause == "rows-locked" for hazard in hazards) and not judge.alternative:
        return (
            "-- in batches by the key, each in a transaction of its own, until no row is left:\n"
            "UPDATE … WHERE id IN (SELECT id FROM … WHERE … AND id > :last ORDER BY id LIMIT 5000);"
        )
    return "\n".join(judge.alternative) or None


def _read(sent: Sent) -> list[_Read]:
    """Parse what is sent as one: usually one statement."""
    try:
        trees = parse(sent.sql)
    except SqlUnreadable as error:
        if _MYSQL.search(sent.sql):
            return [_Read(sent, None, undecided="it is written for MySQL or MariaDB, whose locks are not known here")]
        if _TEMPLATE.search(sent.sql):
            return [_Read(sent, None, undecided="its text is filled in by a program before it is sent")]
        line = sent.place.line + sent.sql.count("\n", 0, max(error.position, 0))
        return [_Read(replace(sent, place=Place(sent.place.file, line)), None, error=one_line(error.message, 160))]
    if len(trees) == 1:
        return [_Read(sent, trees[0].stmt)]
    data = sent.sql.encode()
    found = []
    for tree in trees:
        end = tree.stmt_location + tree.stmt_len if tree.stmt_len else len(data)
        text = data[tree.stmt_location : end].decode()
        start = sent.place.line + data[: tree.stmt_location].decode().count("\n") + len(text) * 0
        lead = len(text) - len(text.lstrip())
        found.append(
            _Read(
                Sent(text.strip(), Place(sent.place.file, start + text[:lead].count("\n")), sent.transaction), tree.stmt
            )
        )
    return found
