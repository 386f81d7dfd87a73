"""What one of Sequelize's files sends, followed from its text."""

from __future__ import annotations

from backend_lead.gates.files import Tree
from backend_lead.migrate.formats._javascript.builtins import LIBRARIES
from backend_lead.migrate.formats._javascript.following import follow, loaded, member_of
from backend_lead.migrate.formats._javascript.recorder import Recorder
from backend_lead.migrate.formats.sequelize.interface import Interface
from backend_lead.migrate.formats.sequelize.types import LIBRARY
from backend_lead.migrate.script import Script, Sent
from backend_lead.model.place import Place, Unresolved


def script_of(tree: Tree, path: str, name: str) -> Script:
    """Return one file as Sequelize sends it, followed from its text."""
    up, notes, _ = _way(tree, path, "up")
    down, more, has_down = _way(tree, path, "down")
    notes = (*notes, *(note for note in more if note not in notes))
    return Script(path, name, up, down if has_down else None, unresolved=notes)


def _way(tree: Tree, path: str, direction: str) -> tuple[tuple[Sent, ...], tuple[Unresolved, ...], bool]:
    recorder = Recorder()
    libraries = {**LIBRARIES, "sequelize": LIBRARY, "@sequelize/core": LIBRARY, "sequelize-typescript": LIBRARY}
    program, exports = loaded(tree, path, libraries, recorder)
    function, this = member_of(exports, direction)
    there = follow(program, function, [Interface(), LIBRARY], this, direction)
    if not there and direction == "up":
        recorder.opaque("up", "was not found in what the file gives", Place(path, 1))
    return tuple(recorder.sent), tuple(recorder.notes), there and bool(recorder.sent)
