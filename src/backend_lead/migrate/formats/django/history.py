"""The migrations of all apps of a project, and the order in which Django runs them.

Django 5.2: django/db/migrations/loader.py and graph.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from backend_lead.migrate.formats.django.kinds import Unclear
from backend_lead.migrate.formats.django.meanings import Operation
from backend_lead.migrate.formats.django.reading import listed, text
from backend_lead.model.place import Place, Unresolved
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.names import follow_module
from backend_lead.read.code.program import CodeModule
from backend_lead.read.code.target_values import ClassValue
from backend_lead.read.code.values import Known, Value

Name = tuple[str, str]


@dataclass
class Migration:
    """One file: its app and name, what is run before it, its operations, and what of it is not known."""

    app: str
    name: str
    module: CodeModule
    needs: list[Name] = field(default_factory=list)
    before: list[Name] = field(default_factory=list)
    replaces: list[Name] = field(default_factory=list)
    operations: list[Value] = field(default_factory=list)
    atomic: bool = True
    notes: list[Unresolved] = field(default_factory=list)

    @property
    def key(self) -> Name:
        """What others name it by."""
        return (self.app, self.name)

    def note(self, why: str) -> None:
        """Say what is wrong with it."""
        self.notes.append(Unresolved(f"migration {self.app}.{self.name}", why, Place(self.module.path, 1)))


def read_migration(module: CodeModule, app: str, run: Interpreter) -> Migration | None:
    """Return a file's migration, None when it holds none."""
    follow_module(run, module)
    found = module.scope.names.get("Migration")
    if not isinstance(found, ClassValue):
        return None
    migration = Migration(app, module.path.rpartition("/")[2].removesuffix(".py"), module)
    said = {name: value for each in reversed(found.line_of_bases()) for name, value in each.attributes.items()}
    atomic = said.get("atomic")
    if atomic is not None and not isinstance(atomic, Known):
        migration.note("whether it runs in a transaction (`atomic`) is not known here")
    migration.atomic = not isinstance(atomic, Known) or bool(atomic.value)
    for attribute, name in (("needs", "dependencies"), ("before", "run_before"), ("replaces", "replaces")):
        try:
            setattr(migration, attribute, [_pair(each) for each in listed(said.get(name), f"`{name}`")])
        except Unclear as why:
            migration.note(f"{why}, so its place in the order is not certain")
    try:
        migration.operations = listed(said.get("operations"), "its list of operations")
    except Unclear as why:
        migration.note(str(why))
    return migration


def _pair(value: Value) -> Name:
    if not hasattr(value, "kind"):
        # A dependency on the model that a setting names is one on the first migration of its app.
        return (text(value, "one of its names").partition(".")[0], "__first__")
    parts = [text(each, "one of its names") for each in listed(value, "one of its names")]
    if len(parts) != 2:
        raise Unclear("one of its names is not known here")
    return (parts[0], parts[1])


def is_operation(value: Value) -> bool:
    """Say whether it is one of Django's own operations."""
    return isinstance(value, Operation)


def ordered(every: Iterable[Migration]) -> list[Migration]:
    """Return migrations in the order in which Django runs all of them on an empty database.

    What others replace is left out.  What stands in a circle is noted, and stands where it was met.
    """
    known: dict[Name, Migration] = {}
    for each in sorted(every, key=lambda one: one.module.path):
        if each.key in known:
            each.note(f"{known[each.key].module.path} is a migration of the same app and name, and is read instead")
        else:
            known[each.key] = each
    instead = {name: each.key for each in known.values() for name in each.replaces}

    def final(name: Name) -> Name:
        seen = set()
        while name in instead and name not in seen:
            seen.add(name)
            name = instead[name]
        return name

    kept = {name: each for name, each in known.items() if name not in instead}
    parents: dict[Name, set[Name]] = {name: set() for name in kept}
    for each in known.values():
        own = final(each.key)
        for name in each.needs:
            parents[own] |= _found(name, kept, final, each) - {own}
        for name in each.before:
            if final(name) in kept and final(name) != own:
                parents[final(name)].add(own)
    result = _walked(kept, parents)
    _note_leaves(kept, parents)
    return result


def _found(name: Name, kept: dict[Name, Migration], final: object, each: Migration) -> set[Name]:
    """The migrations that a dependency names; none for an app that is not in the tree."""
    app, own = name
    if own in ("__first__", "__latest__"):
        mine = sorted(key for key in kept if key[0] == app)
        if app == each.app or not mine:
            return set()
        inner = [key for key in mine if not any(need[0] == app for need in kept[key].needs)]
        ends = [key for key in mine if not any(key in kept[other].needs for other in mine)]
        return set((inner if own == "__first__" else ends)[:1])
    whole = final(name) if callable(final) else name
    if whole in kept:
        return {whole}
    if any(key[0] == app for key in kept):
        each.note(f"it depends on {app}.{own}, and there is no such file; what that one did is not known")
    return set()


def _walked(kept: dict[Name, Migration], parents: dict[Name, set[Name]]) -> list[Migration]:
    """Depth first from each leaf, as Django walks."""
    followed = {name for inner in parents.values() for name in inner}
    leaves = [name for name in sorted(kept) if not any(name in parents[other] for other in kept if other[0] == name[0])]
    result: list[Name] = []
    done: set[Name] = set()
    for start in (*leaves, *(name for name in sorted(kept) if name not in followed), *sorted(kept)):
        stack, opened = [(start, False)], set()
        while stack:
            name, finished = stack.pop()
            if name in done:
                continue
            if finished:
                done.add(name)
                result.append(name)
                continue
            if name in opened:
                kept[name].note("it stands in a circle of migrations, so that Django runs none of them")
                continue
            opened.add(name)
            stack.append((name, True))
            stack += [(parent, False) for parent in sorted(parents[name])]
    return [kept[name] for name in result]


def _note_leaves(kept: dict[Name, Migration], parents: dict[Name, set[Name]]) -> None:
    for app in {name[0] for name in kept}:
        last = leaves_of(app, kept.values(), parents)
        if len(last) > 1:
            for each in last:
                others = ", ".join(other.name for other in last if other is not each)
                each.note(
                    f"it is one of {len(last)} leaves of the app {app} (beside {others}); `migrate` refuses to run: "
                    "python manage.py makemigrations --merge"
                )


def leaves_of(app: str, every: Iterable[Migration], parents: dict[Name, set[Name]] | None = None) -> list[Migration]:
    """Return the migrations of an app that none of the same app follows."""
    mine = [each for each in every if each.app == app]
    if parents is None:
        replaced = {name for each in mine for name in each.replaces}
        by_name = {name: each.key for each in mine for name in each.replaces}
        followed = {by_name.get(name, name) for each in mine if each.key not in replaced for name in each.needs}
        return [each for each in mine if each.key not in replaced and each.key not in followed]
    followed = {name for each in mine for name in parents[each.key]}
    return [each for each in mine if each.key not in followed]
