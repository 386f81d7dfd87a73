"""What one of TypeORM's files sends, followed from its text."""

from __future__ import annotations

import re

from backend_lead.gates.files import Tree
from backend_lead.migrate.formats._javascript.builtins import LIBRARIES
from backend_lead.migrate.formats._javascript.finding import SUFFIXES, text_of
from backend_lead.migrate.formats._javascript.following import follow, loaded
from backend_lead.migrate.formats._javascript.program import Program
from backend_lead.migrate.formats._javascript.recorder import Recorder
from backend_lead.migrate.formats._javascript.values import JsClass, JsObject, TooMuch, Value
from backend_lead.migrate.formats.typeorm.runner import LIBRARY, Runner
from backend_lead.migrate.script import Script, Sent
from backend_lead.model.place import Place, Unresolved

_MODE = re.compile(r"\bmigrationsTransactionMode['\"]?\s*:\s*['\"`](all|none|each)['\"`]")
_CONFIGURED = re.compile(
    r"(?i)(data-?_?source|ormconfig|typeorm|database|(^|/)(orm|db|app\.module|index|config))[^/]*$"
)


def mode_of(tree: Tree) -> str:
    """Return how the data source runs migrations: `all`, `each` or `none`; `all` where nothing says."""
    for path in tree.files:
        if path.endswith((*SUFFIXES, ".json")) and _CONFIGURED.search(path):
            found = _MODE.search(text_of(tree, path))
            if found:
                return found[1]
    return "all"


def script_of(tree: Tree, path: str, name: str) -> Script:
    """Return one file as TypeORM sends it, followed from its text."""
    mode = mode_of(tree)
    up, notes, _ = _way(tree, path, mode, "up")
    down, more, has_down = _way(tree, path, mode, "down")
    notes = (*notes, *(note for note in more if note not in notes))
    return Script(path, name, up, down if has_down else None, unresolved=notes)


def _way(tree: Tree, path: str, mode: str, direction: str) -> tuple[tuple[Sent, ...], tuple[Unresolved, ...], bool]:
    recorder = Recorder()
    program, exports = loaded(tree, path, {**LIBRARIES, "typeorm": LIBRARY}, recorder)
    there = False
    for made in _classes(exports):
        instance = _instance(program, made)
        wish = instance.props.get("transaction")
        own = wish if isinstance(wish, bool) and direction == "up" else mode != "none"
        recorder.transaction = recorder.open() if own else None
        there = follow(program, made.method(direction), [Runner()], instance, direction) or there
    if not there and direction == "up":
        recorder.opaque("up", "was not found in what the file gives", Place(path, 1))
    return tuple(recorder.sent), tuple(recorder.notes), there and bool(recorder.sent)


def _instance(program: Program, made: JsClass) -> JsObject:
    try:
        found = program.make(made, [], made.name)
    except TooMuch:
        found = None
    return found if isinstance(found, JsObject) else JsObject({}, made)


def _classes(exports: JsObject) -> list[JsClass]:
    found: list[JsClass] = []
    pending: list[Value] = list(exports.props.values())
    for each in pending:
        if isinstance(each, JsClass) and each.method("up") is not None and each not in found:
            found.append(each)
    return sorted(found, key=lambda each: re.sub(r"\D+", "", each.name)[-13:])
