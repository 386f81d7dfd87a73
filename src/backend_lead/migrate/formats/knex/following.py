"""What one of Knex's files sends, followed from its text."""

from __future__ import annotations

from backend_lead.gates.files import Tree
from backend_lead.migrate.formats._javascript.builtins import LIBRARIES, PROMISE
from backend_lead.migrate.formats._javascript.following import follow, loaded, member_of
from backend_lead.migrate.formats._javascript.recorder import Recorder
from backend_lead.migrate.formats._javascript.values import UNDEFINED, JsObject
from backend_lead.migrate.formats.knex.config import Config, config_of
from backend_lead.migrate.formats.knex.database import Database
from backend_lead.migrate.script import Script, Sent
from backend_lead.model.place import Place, Unresolved


def script_of(tree: Tree, path: str, name: str) -> Script:
    """Return one file as Knex sends it, followed from its text."""
    config = config_of(tree)
    up, notes, _ = _way(tree, path, config, "up")
    down, more, has_down = _way(tree, path, config, "down")
    notes = (*config.notes, *notes, *(note for note in more if note not in notes))
    return Script(path, name, up, down if has_down else None, unresolved=notes)


def _way(
    tree: Tree, path: str, config: Config, direction: str
) -> tuple[tuple[Sent, ...], tuple[Unresolved, ...], bool]:
    recorder = Recorder()
    program, exports = loaded(tree, path, LIBRARIES, recorder)
    own, _ = member_of(exports, "config")
    wish = own.props.get("transaction", UNDEFINED) if isinstance(own, JsObject) else UNDEFINED
    together = wish if isinstance(wish, bool) else not config.apart
    recorder.transaction = 0 if together else None
    function, this = member_of(exports, direction)
    # Knex before 0.95 gave its promises along.
    there = follow(program, function, [Database(), PROMISE], this, direction)
    if not there and direction == "up":
        recorder.opaque("up", "was not found in what the file gives", Place(path, 1))
    return tuple(recorder.sent), tuple(recorder.notes), there and bool(recorder.sent)
