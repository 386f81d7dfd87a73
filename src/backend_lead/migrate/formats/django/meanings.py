"""What the names of Django mean in a migration: operations with their lines, conditions, settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backend_lead.model.place import Place
from backend_lead.read.code.frames import Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.libraries import Hooks
from backend_lead.read.code.library_values import External
from backend_lead.read.code.values import Known, Native, Setting, Value

_OWN = ("django.", "psycopg")
OPERATIONS = (
    "CreateModel", "DeleteModel", "RenameModel", "AlterModelTable", "AlterModelTableComment", "AlterModelOptions",
    "AlterModelManagers", "AlterUniqueTogether", "AlterIndexTogether", "AlterOrderWithRespectTo", "AddField",
    "RemoveField", "AlterField", "RenameField", "AddIndex", "RemoveIndex", "RenameIndex", "AddConstraint",
    "RemoveConstraint", "AlterConstraint", "RunSQL", "RunPython", "SeparateDatabaseAndState",
)  # fmt: skip
POSTGRES = (
    "AddIndexConcurrently", "RemoveIndexConcurrently", "AddConstraintNotValid", "ValidateConstraint", "CreateExtension",
    "BloomExtension", "BtreeGinExtension", "BtreeGistExtension", "CITextExtension", "CryptoExtension",
    "HStoreExtension", "TrigramExtension", "UnaccentExtension", "CreateCollation", "RemoveCollation",
)  # fmt: skip


class Operation(External):
    """One operation as it is written, with its line."""

    __slots__ = ("certain", "place")

    def __init__(self, name: str, site: Site, *, certain: bool = True) -> None:
        super().__init__(
            f"django.db.migrations.{name}", positional=tuple(site.positional), keywords=dict(site.keywords)
        )
        self.place: Place = site.place
        # Whether it is there at all does not hang on a test that is not decided.
        self.certain = certain

    def argument(self, index: int, name: str) -> Value | None:
        """Return an argument by its place or by its name."""
        if name in self.keywords:
            return self.keywords[name]
        return self.positional[index] if index < len(self.positional) else None


class Condition(Value):
    """`Q(…)`: children are pairs of a lookup and a value, or values."""

    __slots__ = ("children", "connector", "negated")

    def __init__(
        self, children: tuple[tuple[str, Value] | Value, ...], connector: str = "AND", negated: bool = False
    ) -> None:
        super().__init__()
        self.children = children
        self.connector = connector
        self.negated = negated

    def signature(self) -> object:
        shown = [
            (each[0], each[1].signature()) if isinstance(each, tuple) else each.signature() for each in self.children
        ]
        return ("condition", self.connector, self.negated, tuple(shown))

    def operator(self, operator: str, other: Value, swapped: bool, run: Interpreter) -> Value | None:
        """`&` and `|`; a Q that says nothing gives the other."""
        connector = {"&": "AND", "|": "OR"}.get(operator)
        if connector is None or not isinstance(other, Condition):
            return None
        left, right = (other, self) if swapped else (self, other)
        if not left.children or not right.children:
            return left if left.children else right
        return Condition((), connector).added(left).added(right)

    def added(self, other: Condition) -> Condition:
        """Return it with another, whose children are taken over where that says the same."""
        if not other.negated and (other.connector == self.connector or len(other.children) == 1):
            return Condition((*self.children, *other.children), self.connector, self.negated)
        return Condition((*self.children, other), self.connector, self.negated)

    def unary(self, operator: str, run: Interpreter) -> Value | None:
        """`~Q(…)`."""
        return Condition(self.children, self.connector, not self.negated) if operator == "u~" else None


class Reference(External):
    """`F("field")`, in an order or not."""

    __slots__ = ("field", "order")

    def __init__(self, field: Value, order: str = "") -> None:
        super().__init__("django.db.models.F", positional=(field,))
        self.field = field
        self.order = order

    def signature(self) -> object:
        return ("F", self.field.signature(), self.order)

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name in ("asc", "desc"):
            return Native(
                lambda site, r: None if site.positional or site.keywords else Reference(self.field, name), name
            )
        return None


class AppSetting(Setting):
    """A setting that decides what a migration means; its value is the project's own, or Django's default."""


class Settings(Value):
    """`django.conf.settings`."""

    __slots__ = ("find",)

    def __init__(self, find: Callable[[str], Value | None]) -> None:
        super().__init__()
        self.find = find

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        return self.find(name) or Setting(None)


class Connection(Value):
    """`django.db.connection`: of all that it may be asked for, its kind of database is known."""

    __slots__ = ()

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        return Known("postgresql") if name == "vendor" else None

    def item(self, key: Value, run: Interpreter) -> Value | None:
        """`connections["default"]`."""
        return self


def _condition(site: Site, run: Interpreter) -> Value | None:
    given = dict(site.keywords)
    connector, negated = given.pop("_connector", None), given.pop("_negated", None)
    if site.open or not all(each is None or isinstance(each, Known) for each in (connector, negated)):
        return None
    pairs: list[tuple[str, Value] | Value] = []
    for each in site.positional:
        values = getattr(each, "values", None)
        if isinstance(values, list) and len(values) == 2 and isinstance(values[0], Known):
            pairs.append((str(values[0].value), values[1]))
        else:
            pairs.append(each)
    pairs += sorted(given.items())
    return Condition(
        tuple(pairs),
        str(connector.value) if isinstance(connector, Known) and connector.value else "AND",
        bool(negated.value) if isinstance(negated, Known) else False,
    )


def install(hooks: Hooks, find: Callable[[str], Value | None]) -> None:
    """Put what this format knows of Django in the place of what the reader of programs knows of it."""
    hooks.calls = {name: made for name, made in hooks.calls.items() if not name.startswith(_OWN)}
    hooks.symbols = {name: made for name, made in hooks.symbols.items() if not name.startswith(_OWN)}
    hooks.classes, hooks.instances, hooks.inherited, hooks.writes, hooks.constructions = [], [], [], [], []
    hooks.methods = []

    def operation(name: str) -> Any:
        return lambda site, run: None if site.open else Operation(name, site, certain=not run.conditions)

    for name in OPERATIONS:
        for root in ("django.db.migrations", "django.db.migrations.operations"):
            hooks.calls[f"{root}.{name}"] = operation(name)
    for name in POSTGRES:
        hooks.calls[f"django.contrib.postgres.operations.{name}"] = operation(name)
    for root in ("django.db.models", "django.db.models.query_utils", "django.db.models.expressions"):
        hooks.calls[f"{root}.Q"] = _condition
        hooks.calls[f"{root}.F"] = lambda site, run: Reference(site.positional[0]) if site.positional else None
    hooks.calls["django.db.migrations.swappable_dependency"] = lambda site, run: site.argument(0, "value")
    hooks.symbols["django.conf.settings"] = lambda run: Settings(find)
    for name in ("connection", "connections"):
        hooks.symbols[f"django.db.{name}"] = lambda run: Connection()
