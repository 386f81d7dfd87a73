"""Follows `upgrade()` and `downgrade()` of every revision, without running them, and keeps what each would send."""

from __future__ import annotations

from backend_lead.errors import Refused
from backend_lead.gates.files import Tree
from backend_lead.migrate.formats.alembic.environment import Environment, environment_of, homes
from backend_lead.migrate.formats.alembic.history import Revision, of_postgres, ordered, read_revision
from backend_lead.migrate.formats.alembic.inspecting import Inspector
from backend_lead.migrate.formats.alembic.meanings import Bind, Session, install
from backend_lead.migrate.formats.alembic.operations import Batch
from backend_lead.migrate.formats.alembic.recording import Recorder
from backend_lead.migrate.script import Script, Sent
from backend_lead.model.place import Place, Unresolved
from backend_lead.read.code.calls import invoke
from backend_lead.read.code.frames import Aborted, Frame, Site
from backend_lead.read.code.interpreter import STEPS_PER_HISTORY, Interpreter
from backend_lead.read.code.languages import python
from backend_lead.read.code.libraries import gather
from backend_lead.read.code.program import CodeModule, Program, module_name
from backend_lead.read.code.startup import load_syntax
from backend_lead.read.code.target_values import FunctionValue

STEPS_PER_REVISION = STEPS_PER_HISTORY // 10


class History:
    """The revisions of a project, in order, with what each of them sends."""

    def __init__(self, tree: Tree) -> None:
        load_syntax()
        modules = [CodeModule(module_name(path), path, _source(tree, path), python.parse) for path in _paths(tree)]
        self.environments = {home: environment_of(tree, home) for home in homes(tree)}
        hooks = gather()
        libraries = frozenset(name.split(".")[0] for name in (*hooks.calls, *hooks.symbols))
        self.run = Interpreter(Program(modules, libraries, tree.root.name), hooks)
        self.recorder = Recorder(Environment("").naming)
        install(hooks, self.recorder)
        # An `upgrade` that hands its connection on to something unknown may send anything.
        self.run.watched = (Bind, Inspector, Batch, Session)
        found = [
            read_revision(module, _home(module.path, self.environments), self.run)
            for module in map(self.run.program.modules.__getitem__, of_postgres(sorted(self.run.program.modules)))
            if module.is_revision
        ]
        self.revisions = ordered(found)
        self.scripts = {revision.module.path: self._script(revision) for revision in self.revisions}

    def _script(self, revision: Revision) -> Script:
        environment = self.environments.get(revision.home) or Environment(revision.home)
        self.recorder.naming = environment.naming_of(self.run)
        up, notes, _ = self._follow(revision.module, "upgrade")
        with self.recorder.aside():
            down, down_notes, refuses = self._follow(revision.module, "downgrade")
        notes = [*revision.notes, *notes, *(note for note in down_notes if note not in notes)]
        return Script(
            revision.module.path,
            "alembic",
            tuple(up or ()),
            None if refuses or down is None else tuple(down),
            unresolved=tuple(dict.fromkeys(notes)),
        )

    def _follow(self, module: CodeModule, name: str) -> tuple[list[Sent] | None, list[Unresolved], bool]:
        """Return what a function sends, what of it is not known, and whether it refuses to run."""
        run, recorder = self.run, self.recorder
        function = module.scope.names.get(name)
        recorder.begin(module)
        if not isinstance(function, FunctionValue):
            return None, recorder.notes, False
        run.frame = Frame(module, module.scope)
        run.conditions, run.doubts, run.loops, run.slipped, run.exhausted = [], [], 0, [], False
        run.steps = run.steps_left = STEPS_PER_REVISION
        line, refuses = function.definition.line, False
        try:
            invoke(run, function, Site([], {}, line, run.frame))
        except Aborted:
            refuses = not recorder.sent and not recorder.notes
            if not refuses or name == "upgrade":
                recorder.unclear(
                    f"{name}()",
                    "it always ends in an exception, as far as it could be followed",
                    Place(module.path, line),
                )
        except RecursionError:
            recorder.unclear(f"{name}()", "it is nested too deeply to be followed", Place(module.path, line))
        for what, place in run.slipped:
            recorder.unclear(f"{what}(…)", "what this call sends to the database is not known here", place)
        if run.exhausted:
            recorder.unclear(
                f"{name}()", "it was not followed to its end: it takes too many steps", Place(module.path, line)
            )
        return recorder.sent, recorder.notes, refuses


def _paths(tree: Tree) -> list[str]:
    return [path for path in tree.files if path.endswith(".py")]


def _source(tree: Tree, path: str) -> bytes:
    try:
        return tree.read(path)
    except Refused:
        return b""


def _home(path: str, environments: dict[str, Environment]) -> str:
    """The folder with the env.py that a revision belongs to; its own folder when there is none."""
    folder = path.rpartition("/")[0]
    around = [home for home in environments if environments[home].holds(path)]
    return max(around, key=len) if around else folder
