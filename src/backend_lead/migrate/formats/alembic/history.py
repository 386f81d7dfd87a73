"""The revisions of a project and the order in which Alembic runs them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from backend_lead.model.place import Place, Unresolved
from backend_lead.read.code.containers import Items
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.names import follow_module
from backend_lead.read.code.program import CodeModule
from backend_lead.read.code.values import Known, Value


@dataclass
class Revision:
    """One file: its id, what it follows, and what else has to be run before it."""

    name: str
    module: CodeModule
    home: str
    follows: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    notes: list[Unresolved] = field(default_factory=list)

    @property
    def before(self) -> tuple[str, ...]:
        """Everything that is run before it."""
        return (*self.follows, *self.needs)

    def note(self, why: str) -> None:
        """Say what is wrong with it."""
        self.notes.append(Unresolved(f"revision {self.name}", why, Place(self.module.path, 1)))


def read_revision(module: CodeModule, home: str, run: Interpreter) -> Revision:
    """Return a file's revision; what it does not say plainly is noted."""
    follow_module(run, module)
    names = module.scope.names
    own = _texts(names.get("revision"))
    found = Revision(own[0] if own else module.path, module, home)
    if not own:
        found.note("its `revision` is not a text that is known here, so its place in the history is not known")
    for attribute, variable in (("follows", "down_revision"), ("needs", "depends_on"), ("labels", "branch_labels")):
        texts = _texts(names.get(variable))
        if texts is None:
            found.note(f"its `{variable}` is not known here")
        setattr(found, attribute, tuple(texts or ()))
    return found


def _texts(value: Value | None) -> list[str] | None:
    """A text or a list of texts; None when it is not known."""
    if value is None or (isinstance(value, Known) and value.value is None):
        return []
    if isinstance(value, Known) and isinstance(value.value, str):
        return [value.value]
    if isinstance(value, Items) and value.complete:
        inner = [each.value for each in value.values if isinstance(each, Known) and isinstance(each.value, str)]
        return inner if len(inner) == len(value.values) else None
    return None


def ordered(found: Iterable[Revision]) -> list[Revision]:
    """Return revisions so that each stands behind what it follows and needs; what is wrong is noted at each.

    What cannot be put in order (a circle, and what follows it) stands at the end, in the order of its files.
    """
    result = []
    by_home: dict[str, list[Revision]] = {}
    for each in sorted(found, key=lambda revision: revision.module.path):
        by_home.setdefault(each.home, []).append(each)
    for home in sorted(by_home):
        result += _ordered(by_home[home])
    return result


def _ordered(every: list[Revision]) -> list[Revision]:
    by_name: dict[str, Revision] = {}
    for each in every:
        if each.name in by_name:
            each.note(f"{by_name[each.name].module.path} has the same revision id")
        by_name.setdefault(each.name, each)
    labels = {label: each.name for each in every for label in each.labels}
    for each in every:
        each.follows = tuple(_whole(name, by_name, labels, each) for name in each.follows)
        each.needs = tuple(_whole(name, by_name, labels, each) for name in each.needs)
    result: list[Revision] = []
    done: set[str] = set()
    waiting = list(every)
    while waiting:
        ready = [each for each in waiting if all(name in done or name not in by_name for name in each.before)]
        if not ready:
            for each in waiting:
                each.note("it stands in a circle of revisions, or behind one, so that Alembic runs none of them")
            return [*result, *waiting]
        # One branch is run to its end before the next is begun, as far as that goes.
        following = [each for each in ready if result and result[-1].name in each.follows]
        chosen = (following or ready)[0]
        result.append(chosen)
        done.add(chosen.name)
        waiting.remove(chosen)
    _note_heads(every)
    return result


def _whole(name: str, known: Mapping[str, Revision], labels: Mapping[str, str], each: Revision) -> str:
    """A revision may be named by the beginning of its id or by a label."""
    if name in known:
        return name
    if name in labels:
        return labels[name]
    begun = [other for other in known if other.startswith(name)] if len(name) >= 4 else []
    if len(begun) == 1:
        return begun[0]
    each.note(f"it follows revision {name}, and there is no such file; what that one did is not known")
    return name


def heads(found: Iterable[Revision]) -> list[Revision]:
    """Return the revisions that nothing follows."""
    every = list(found)
    followed = {name for each in every for name in each.follows}
    return [each for each in every if each.name not in followed]


def of_postgres(paths: Iterable[str]) -> list[str]:
    """Return the files without those for another database: in a folder called like it, beside one of PostgreSQL's."""
    every = list(paths)
    apart = {path[: match.start(1)] for path in every if (match := _POSTGRES.search(path))}
    return [
        path for path in every if not any(path.startswith(head) and _OTHERS.match(path, len(head)) for head in apart)
    ]


_POSTGRES = re.compile(r"(?:^|/)(postgres(?:ql)?)/")
_OTHERS = re.compile(r"(sqlite|mysql|mariadb|oracle|mssql|cockroach\w*|snowflake)/")


def _note_heads(every: list[Revision]) -> None:
    last = heads(every)
    # Branches with labels are meant to have a head each.
    if len(last) > 1 and not any(each.labels for each in every):
        for each in last:
            others = ", ".join(other.name for other in last if other is not each)
            each.note(
                f"it is one of {len(last)} heads (beside {others}); `alembic upgrade head` refuses to run: "
                "alembic merge heads"
            )
