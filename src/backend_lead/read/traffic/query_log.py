"""PostgreSQL's own log as a workload: as text (stderr), CSV or JSON, with the durations of log_min_duration_statement,
the statements of log_statement, or the plans of auto_explain.

The forms are those of the manual, "Error Reporting and Logging" and "auto_explain".
"""

from __future__ import annotations

import csv
import datetime
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from backend_lead.errors import WrongUse
from backend_lead.model.workload import Workload
from backend_lead.read.traffic.gathering import Gathered
from backend_lead.read.traffic.spans import commented, endpoint_of

_LEVEL = re.compile(r"^(?P<before>.{0,400}?)\b(?P<level>LOG|DETAIL|STATEMENT|HINT|CONTEXT|QUERY|LOCATION|ERROR|FATAL|"
                    r"PANIC|WARNING|NOTICE|INFO|DEBUG\d?):  (?P<text>.*)$", re.DOTALL)
_TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?")
_DURATION = re.compile(r"^duration: (?P<ms>[\d.]+) ms(?:  (?P<rest>.*))?$", re.DOTALL)
_SENT = re.compile(r"^(?:statement|execute (?:fetch from )?[^:]*): (?P<sql>.*)$", re.DOTALL)
_PLAN = re.compile(r"^plan:\s*(?P<plan>.*)$", re.DOTALL)
_TEXT_PLAN = re.compile(r"Query Text: (?P<sql>.*?)(?:\n\t?Query Parameters: (?P<given>[^\n]*))?"
                        r"(?=\n\t?[A-Z][\w ]+?(?: on | using |  ?\(cost=)|\Z)", re.DOTALL)
_GIVEN = re.compile(r"\$(\d+) = ('(?:[^']|'')*'|NULL)")
# Places in a line of CSV, fixed since PostgreSQL 9; later versions add at the end.
_CSV_TIME, _CSV_MESSAGE, _CSV_DETAIL, _CSV_FEWEST = 0, 13, 14, 22
_LEAST_HOURS, _AN_HOUR = 1 / 60, 3600.0
_MANY, _SLOW = 50, 2.0
_FIRST = 65_536


@dataclass(frozen=True, slots=True)
class _Entry:
    """One message of the log with its detail, and its time in seconds since 1970 when it has one."""

    time: float | None
    message: str
    detail: str = ""


def is_query_log(path: Path) -> bool:
    """Say whether a file looks like a log of PostgreSQL, and not like traces."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            head = file.read(_FIRST)
    except OSError:
        return False
    return _form(head) != ""


def read_query_log(path: Path) -> Workload:
    """Return the statements on rows that a log holds, with calls per hour over the time that it covers.

    Raises WrongUse for a file that cannot be read or holds no statement.
    """
    sent, planned = Gathered(), Gathered()
    first = last = None
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            form = _form(file.read(_FIRST))
            file.seek(0)
            for entry in _READERS.get(form, _text_entries)(file):
                if entry.time is not None:
                    first, last = entry.time if first is None else first, entry.time
                milliseconds, sql, given, is_plan = _statement(entry)
                if sql:
                    _add(planned if is_plan else sent, sql, given, milliseconds)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise WrongUse(f"{path} cannot be read: {why}.", "Give a log file.") from None
    # Where durations are logged as well, auto_explain tells the same executions once more.
    gathered = sent if sent.count else planned
    if not gathered.count:
        raise WrongUse(f"{path} holds no statement.", "Let the server log them: SET log_min_duration_statement = 0, or "
                       "auto_explain.log_min_duration; see docs/diagnose.md")
    covered = last - first if first is not None and last is not None and last > first else None
    hours = max(covered / _AN_HOUR, _LEAST_HOURS) if covered else 1.0
    return gathered.workload(hours, "query log", _source(path, gathered, covered))


def _add(gathered: Gathered, sql: str, given: dict[int, str], milliseconds: float | None) -> None:
    told, plain = commented(sql)
    gathered.add(plain, given, milliseconds, endpoint_of(told))


def _source(path: Path, gathered: Gathered, covered: float | None) -> str:
    text = f"{path}: {gathered.count:,} executions"
    text += f" in {covered / _AN_HOUR:,.1f} hours" if covered else ", without times: taken as those of one hour"
    fastest = gathered.fastest
    if fastest is not None and fastest >= _SLOW and gathered.count >= _MANY:
        text += f"; none is faster than {fastest:,.0f} ms, so that the log holds only slow ones, and rates are too low"
    return text


def _statement(entry: _Entry) -> tuple[float | None, str, dict[int, str], bool]:
    """Return milliseconds, the statement, its parameters, and whether it stands with a plan; "" for other messages."""
    message = entry.message
    timed = _DURATION.match(message)
    milliseconds = float(timed["ms"]) if timed else None
    rest = (timed["rest"] or "") if timed else message
    sent = _SENT.match(rest)
    if sent:
        return milliseconds, sent["sql"], _parameters(entry.detail), False
    plan = _PLAN.match(rest) if timed else None
    if plan is None:
        return milliseconds, "", {}, False
    sql, given = _planned(plan["plan"])
    return milliseconds, sql, given, bool(sql)


def _planned(plan: str) -> tuple[str, dict[int, str]]:
    """Return the statement of a plan that auto_explain has written as text or JSON."""
    if plan.lstrip().startswith("{"):
        try:
            document = json.loads(plan.replace("\n\t", "\n"))
        except (ValueError, RecursionError):
            return "", {}
        return str(document.get("Query Text", "")), _parameters(str(document.get("Query Parameters", "")))
    found = _TEXT_PLAN.search(plan)
    return (found["sql"], _parameters(found["given"] or "")) if found else ("", {})


def _parameters(text: str) -> dict[int, str]:
    return {int(number): value for number, value in _GIVEN.findall(text)}


def _form(head: str) -> str:
    """Return how a log is written, judged by its beginning; "" for what is no log."""
    start = head.lstrip("\ufeff \r\n")
    if start.startswith("{"):
        return "json" if '"error_severity"' in start.partition("\n")[0] else ""
    lines = start.splitlines()[:200]
    if lines and _TIME.match(lines[0]) and len(next(csv.reader([lines[0]]), [])) >= _CSV_FEWEST - 10 and (
            lines[0].count(",") >= 10):
        return "csv"
    return "text" if any(_LEVEL.match(line) for line in lines) else ""


def _text_entries(file: TextIO) -> Iterator[_Entry]:
    """Yield the messages of a log in text, whatever log_line_prefix is; a line that goes on begins with a tab."""
    time: float | None = None
    message: list[str] = []
    detail: list[str] = []
    current = message
    for line in file:
        text = line.rstrip("\r\n")
        found = None if text.startswith("\t") else _LEVEL.match(text)
        if found is None:
            current.append(text.removeprefix("\t"))
            continue
        if found["level"] == "DETAIL":
            current = detail
            current.append(found["text"])
            continue
        if message and found["level"] not in ("HINT", "CONTEXT", "QUERY", "LOCATION", "STATEMENT"):
            yield _Entry(time, "\n".join(message), "\n".join(detail))
            message, detail = [], []
        if found["level"] == "LOG":
            time = _seconds(found["before"])
            message = [found["text"]]
            current = message
        else:
            current = []
    if message:
        yield _Entry(time, "\n".join(message), "\n".join(detail))


def _csv_entries(file: TextIO) -> Iterator[_Entry]:
    csv.field_size_limit(sys.maxsize)
    try:
        for row in csv.reader(line.replace("\0", "") for line in file):
            if len(row) > _CSV_DETAIL:
                yield _Entry(_seconds(row[_CSV_TIME]), row[_CSV_MESSAGE], row[_CSV_DETAIL])
    except csv.Error:
        return


def _json_entries(file: TextIO) -> Iterator[_Entry]:
    for line in file:
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            yield _Entry(_seconds(str(found.get("timestamp", ""))), str(found.get("message", "")),
                         str(found.get("detail", "")))


def _seconds(text: str) -> float | None:
    found = _TIME.search(text)
    if found is None:
        return None
    return datetime.datetime.fromisoformat(found[0].replace(" ", "T")).replace(tzinfo=datetime.UTC).timestamp()


_READERS = {"text": _text_entries, "csv": _csv_entries, "json": _json_entries}
