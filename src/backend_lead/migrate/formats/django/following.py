"""Follows the migrations of all apps in their order, without running them, and keeps what each would send."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from backend_lead.errors import Refused
from backend_lead.gates.files import Tree
from backend_lead.migrate.formats.django import contrib
from backend_lead.migrate.formats.django.changes import changed
from backend_lead.migrate.formats.django.editor import Editor
from backend_lead.migrate.formats.django.history import Migration, ordered, read_migration
from backend_lead.migrate.formats.django.kinds import Unclear
from backend_lead.migrate.formats.django.meanings import Operation, install
from backend_lead.migrate.formats.django.operations import Doing, Rows, apply, can_go_back
from backend_lead.migrate.formats.django.project import Project, is_migration
from backend_lead.migrate.formats.django.reading import called
from backend_lead.migrate.formats.django.recording import Recorder
from backend_lead.migrate.formats.django.state import State
from backend_lead.migrate.script import Script, Sent
from backend_lead.model.place import Place, Unresolved
from backend_lead.read.code.interpreter import STEPS_PER_HISTORY, Interpreter
from backend_lead.read.code.languages import python
from backend_lead.read.code.libraries import gather
from backend_lead.read.code.library_values import External
from backend_lead.read.code.program import CodeModule, Program, module_name
from backend_lead.read.code.startup import load_syntax
from backend_lead.read.code.values import Value


class History:
    """The migrations of a project, in order, with what each of them sends."""

    def __init__(self, tree: Tree) -> None:
        load_syntax()
        paths = [path for path in tree.files if path.endswith(".py")]
        modules = [CodeModule(module_name(path), path, _source(tree, path), python.parse) for path in paths]
        hooks = gather()
        libraries = frozenset(name.split(".")[0] for name in (*hooks.calls, *hooks.symbols, "django"))
        run = Interpreter(Program(modules, libraries, tree.root.name), hooks)
        run.steps = run.steps_left = STEPS_PER_HISTORY
        self.project = Project(run)
        install(hooks, self.project.setting)
        found = []
        for module in run.program.modules.values():
            if is_migration(module):
                migration = read_migration(module, self.project.app(module.path), run)
                found += [migration] if migration is not None else []
        self.every = found
        self.migrations = ordered(found)
        self.recorder = Recorder()
        swapped = self.project.user not in ("", "auth.User")
        others = _named(found) - {each.app for each in found}
        self.state = State(contrib.models(others, swapped=swapped), self.project.key_kind)
        outside = contrib.made(self.state, self.recorder, sorted(others - contrib.APPS))
        self.outside = replace(outside, unresolved=(*self.project.unheeded(), *outside.unresolved))
        self.scripts = {each.module.path: self._script(each) for each in self.migrations}

    def owner(self, table: str) -> str | None:
        """Return the app whose model has a table, as far as that is known."""
        for model in self.state.models.values():
            try:
                if model.table == table:
                    return model.app
                for one in model.fields.values():
                    between = self.state.through(model, one) if one.many else None
                    if between is not None and between.table == table:
                        return model.app
            except Unclear:
                continue
        return None

    def _script(self, migration: Migration) -> Script:
        states, done = [self.state], []
        self.recorder.begin(migration.module.path, atomic=migration.atomic)
        editor = Editor(self.recorder)
        for operation in migration.operations:
            if isinstance(operation, Operation) and not operation.certain:
                self._doubt(operation, migration)
                continue
            after = self._changed(operation, migration, self.state)
            if isinstance(operation, Operation):
                self._do(Doing(operation, migration.app, self.state, after, editor))
                done.append((operation, self.state, after))
            self.state = after
            states.append(after)
        editor.finish()
        up, notes = self.recorder.sent, [*migration.notes, *self.recorder.notes]
        with self.recorder.aside():
            down, down_notes = self._down(migration, done)
        notes += [note for note in down_notes if note not in notes]
        return Script(
            migration.module.path,
            "django",
            tuple(up),
            None if down is None else tuple(down),
            unresolved=tuple(dict.fromkeys(notes)),
        )

    def _down(
        self, migration: Migration, done: list[tuple[Operation, State, State]]
    ) -> tuple[list[Sent] | None, list[Unresolved]]:
        if not all(can_go_back(operation) for operation, _, _ in done):
            return None, []
        self.recorder.begin(migration.module.path, atomic=migration.atomic)
        editor = Editor(self.recorder)
        for operation, before, after in reversed(done):
            self._do(Doing(operation, migration.app, after, before, editor, backward=True))
        editor.finish()
        return self.recorder.sent, self.recorder.notes

    def _do(self, doing: Doing) -> None:
        recorder = self.recorder
        recorder.place = doing.operation.place
        try:
            apply(doing)
        except Rows as why:
            recorder.unclear(_shown(doing.operation), str(why))
        except Unclear as why:
            self._undecided(doing, str(why), _column(doing))
        except (KeyError, ValueError, ArithmeticError):
            # A default that is no number, a field that is not there: Django would refuse it as well.
            why_not = "it does not fit what the migrations before it say"
            self._undecided(doing, why_not, "")

    def _undecided(self, doing: Doing, why: str, column: str) -> None:
        tables = _tables(doing)
        self.recorder.unclear(_shown(doing.operation), why, tables, column)
        if not called(doing.operation).startswith(("Create", "Add")):
            # What waits may be called something else by now, or be gone.
            for each in doing.editor.forget(tables, column):
                self.recorder.unclear(each, f"{_shown(doing.operation)} is not decided, and it waits for that")

    def _doubt(self, operation: Operation, migration: Migration) -> None:
        """An operation that is there or not, by a test that is not decided: it does not count as run."""
        self.recorder.place = operation.place
        why = "whether it is run hangs on a test that is not decided here"
        doing = Doing(operation, migration.app, self.state, self.state, Editor(self.recorder))
        self.recorder.unclear(_shown(operation), why, _tables(doing), _column(doing))

    def _changed(self, operation: Value, migration: Migration, state: State) -> State:
        place = getattr(operation, "place", Place(migration.module.path, 1))
        self.recorder.place = place
        if not isinstance(operation, Operation):
            name = operation.name.rpartition(".")[2] if isinstance(operation, External) else "an operation"
            self.recorder.unclear(name or "an operation", "it is not one of Django's own operations", _every(state))
            return state
        try:
            return changed(operation, migration.app, state)
        except Unclear as why:
            self.recorder.unclear(_shown(operation), str(why))
            return state


def _named(migrations: Iterable[Migration]) -> set[str]:
    """The apps that migrations depend on."""
    return {app for each in migrations for app, _ in each.needs}


def _shown(operation: Operation) -> str:
    names = [getattr(operation.argument(0, key), "value", None) for key in ("model_name", "name", "old_name")]
    name = next((str(each) for each in names if isinstance(each, str)), "")
    return (
        f"{called(operation)} {name}".strip() if called(operation) not in ("RunSQL", "RunPython") else called(operation)
    )


def _tables(doing: Doing) -> set[str]:
    """The tables that an operation is about; all, when it may be about any."""
    name = getattr(doing.operation.argument(0, "model_name"), "value", None)
    name = name or getattr(doing.operation.argument(0, "name"), "value", None)
    found = set()
    for state in (doing.before, doing.after):
        model = state.models.get((doing.app, str(name).lower()))
        if model is not None:
            try:
                found.add(model.table)
            except Unclear:
                return _every(doing.before)
    return found or _every(doing.before)


def _column(doing: Doing) -> str:
    """The column of AddField, AlterField and RemoveField, as far as its name is known; of others nothing."""
    kind, name = called(doing.operation), getattr(doing.operation.argument(1, "name"), "value", None)
    if kind not in ("AddField", "AlterField", "RemoveField") or not isinstance(name, str):
        return ""
    try:
        names = {
            model.fields[name].column
            for state in (doing.before, doing.after)
            for model in state.models.values()
            if model.app == doing.app
            and name in model.fields
            and model.fields[name].kind
            and model.key[1] == str(getattr(doing.operation.argument(0, "model_name"), "value", "")).lower()
        }
    except Unclear:
        return ""
    return names.pop() if len(names) == 1 else ""


def _every(state: State) -> set[str]:
    found = set()
    for model in state.models.values():
        try:
            found.add(model.table)
        except Unclear:
            continue
    return found


def _source(tree: Tree, path: str) -> bytes:
    try:
        return tree.read(path)
    except Refused:
        return b""
