"""The files of a target as modules: which import leads to which file, which files matter."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from backend_lead.model.place import Place
from backend_lead.read.code import syntax as s
from backend_lead.read.code.values import Value

_REVISION = (b"down_revision", b"def upgrade")


class Scope:
    """Names bound in a module, class body or function call; `parent` is the enclosing one."""

    __slots__ = ("globals", "module", "names", "parent")

    def __init__(self, module: CodeModule, parent: Scope | None = None) -> None:
        self.names: dict[str, Value] = {}
        self.parent = parent
        self.module = module
        self.globals: frozenset[str] = frozenset()

    def bind(self, name: str, value: Value) -> None:
        """Bind a name here, or where `global`/`nonlocal` says."""
        if name in self.globals:
            holder = self.parent
            while holder is not None:
                if name in holder.names or holder.parent is None:
                    holder.names[name] = value
                    return
                holder = holder.parent
        self.names[name] = value


class CodeModule:
    """One source file.  `name` is dotted from the root of the target; `tree` is parsed when first needed."""

    __slots__ = ("_places", "_read", "_tree", "is_package", "name", "path", "scope", "source", "state")

    def __init__(self, name: str, path: str, source: bytes, read: Callable[[bytes], s.Module]) -> None:
        self.name = name
        self.path = path
        self.source = source
        self.is_package = path.endswith("__init__.py")
        self._read = read
        self._tree: s.Module | None = None
        self._places: dict[int, Place] = {}
        self.scope = Scope(self)
        self.state = "new"

    @property
    def tree(self) -> s.Module:
        """The parsed file."""
        if self._tree is None:
            self._tree = self._read(self.source)
        return self._tree

    @property
    def parsed(self) -> bool:
        """Whether anything asked for the tree."""
        return self._tree is not None

    @property
    def is_revision(self) -> bool:
        """Whether the file is one step of a migration history; the models in it are those of its day."""
        return all(mark in self.source for mark in _REVISION)

    def place(self, number: int) -> Place:
        """A line of this file; the same one each time, because events name the same lines again and again."""
        found = self._places.get(number)
        if found is None:
            found = self._places[number] = Place(self.path, number)
        return found

    def line(self, number: int) -> str:
        """The text of a line, stripped."""
        lines = self.tree.lines
        return lines[number - 1].strip() if 0 < number <= len(lines) else ""


class Program:
    """All modules of a target and the way from an import to one of them; `folder` is the name of its folder."""

    def __init__(
        self, modules: Iterable[CodeModule], libraries: frozenset[str] = frozenset(), folder: str = ""
    ) -> None:
        self.libraries = libraries
        self.folder = folder
        self.modules = {module.path: module for module in modules}
        self._folders = {path.rsplit("/", i)[0] for path in self.modules for i in range(1, path.count("/") + 1)}
        self._resolved: dict[tuple[str, str], CodeModule | str | None] = {}
        self._by_tail: dict[str, list[str]] = {}
        for path in sorted(self.modules):
            self._by_tail.setdefault(_tail(path), []).append(path)

    def find(self, dotted: str, importer: CodeModule, level: int = 0) -> CodeModule | None:
        """The module that `import dotted` in `importer` means, or None when it lies outside the target.

        The nearest ancestor folder that holds it wins, those that are no package first, because Python looks in no
        others; else the only file of the target whose path ends so.
        """
        found = self._look(dotted, importer, level)
        return found if isinstance(found, CodeModule) else None

    def is_inside(self, dotted: str, importer: CodeModule, level: int = 0) -> bool:
        """Say whether the import leads into the target (to a module, or to a folder without `__init__.py`)."""
        return self._look(dotted, importer, level) is not None

    def _look(self, dotted: str, importer: CodeModule, level: int) -> CodeModule | str | None:
        folder = importer.path.rsplit("/", 1)[0] if "/" in importer.path else ""
        key = (f"{'.' * level}{dotted}", folder)
        if key not in self._resolved:
            self._resolved[key] = self._search(dotted, folder, level)
        return self._resolved[key]

    def _search(self, dotted: str, folder: str, level: int) -> CodeModule | str | None:
        tail = dotted.replace(".", "/")
        if level:
            for _ in range(level - 1):
                folder = folder.rsplit("/", 1)[0] if "/" in folder else ""
            return self._at("/".join(p for p in (folder, tail) if p))
        if not tail:
            return None
        parts = folder.split("/") if folder else []
        folders = ["/".join(parts[:depth]) for depth in range(len(parts), -1, -1)]
        packages = [folder for folder in folders if f"{folder}/__init__.py" in self.modules]
        # A program may be started inside a package; but a package `flask` in it is not what `import flask` means.
        inside = packages if tail.split("/")[0] not in self.libraries else []
        for folder in (*(f for f in folders if f not in packages), *inside):
            found = self._at(f"{folder}/{tail}" if folder else tail)
            # A folder without `__init__.py` half way up is only trusted when something of the target lies in it.
            if found is not None:
                return found
        first, _, rest = tail.partition("/")
        if first == self.folder:
            # The target is a package itself, and its modules call it by its name: `from shop.models import Order`.
            found = self._at(rest)
            if found is not None:
                return found
        if "/" in tail:
            hits = [
                p
                for p in self._by_tail.get(tail.rsplit("/", 1)[-1], ())
                if p.endswith((f"/{tail}.py", f"/{tail}/__init__.py"))
            ]
            if len(hits) == 1:
                return self.modules[hits[0]]
        return None

    def _at(self, path: str) -> CodeModule | str | None:
        for candidate in (f"{path}/__init__.py" if path else "__init__.py", f"{path}.py"):
            if candidate in self.modules:
                return self.modules[candidate]
        return path if path in self._folders else None


def _tail(path: str) -> str:
    parts = path.removesuffix(".py").split("/")
    return parts[-2] if parts[-1] == "__init__" and len(parts) > 1 else parts[-1]


def module_name(path: str) -> str:
    """The dotted name of a file: its path without suffix, `__init__` and a leading `src`."""
    parts = path.removesuffix(".py").split("/")
    if parts[-1] == "__init__":
        parts.pop()
    if len(parts) > 1 and parts[0] == "src":
        parts.pop(0)
    return ".".join(parts) or "__init__"


class LazyImport(Value):
    """A name imported from a module of the target, looked up when it is used (imports may be circular).

    `resolved` is what it was found to be, for where a way on which it was used meets one on which it was not; `asked`
    counts the look-ups under way.
    """

    __slots__ = ("asked", "importer", "level", "module", "name", "resolved")

    def __init__(self, module: str, name: str | None, level: int, importer: CodeModule) -> None:
        super().__init__()
        self.module = module
        self.name = name
        self.level = level
        self.importer = importer
        self.resolved: Value | None = None
        self.asked = 0
