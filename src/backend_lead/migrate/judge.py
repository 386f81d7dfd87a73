"""Collects what one statement does while it is applied to the catalog."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.facts import Facts, Step
from backend_lead.model.migration import Hazard, HazardKind, Lock, LockMode

_NOTHING = Step()
# What no measured case teaches: ALTER TABLE takes ACCESS EXCLUSIVE unless its manual says otherwise.
_UNKNOWN = Step(locks={"target": LockMode.ACCESS_EXCLUSIVE})
_COMMANDS = ("alter-", "add-", "set-", "drop-", "validate-")


@dataclass(frozen=True, slots=True)
class Action:
    """One step of a statement: its kind, and the relations in each of its roles."""

    key: str
    roles: tuple[tuple[str, tuple[str, ...]], ...]


class Stop(Exception):
    """The statement fails here, so nothing after it happens."""


@dataclass(slots=True)
class Judge:
    """What a statement does.  Handlers call `act` for each step and `fail`, `lose` and `note` for what comes of it.

    `in_transaction` says whether it runs inside a transaction with others.  `sql` is its text.  `work` are the
    relations whose rows it goes through, `keys` the foreign keys that it adds, and `undecided` why nothing can be told.
    """

    catalog: Catalog
    facts: Facts
    in_transaction: bool = True
    sql: str = ""
    actions: list[Action] = field(default_factory=list)
    hazards: list[Hazard] = field(default_factory=list)
    locks: dict[str, LockMode] = field(default_factory=dict)
    rewrites: set[str] = field(default_factory=set)
    rebuilds: set[str] = field(default_factory=set)
    scans: set[str] = field(default_factory=set)
    work: dict[str, str] = field(default_factory=dict)
    alternative: list[str] = field(default_factory=list)
    keys: list[tuple[str, tuple[str, ...], str]] = field(default_factory=list)
    undecided: str = ""
    stands_alone: bool = False
    failed: bool = False
    unknown_steps: list[str] = field(default_factory=list)

    def act(self, key: str, **roles: str | Iterable[str]) -> None:
        """Take one step: its locks, rewrites and scans are looked up by its kind.

        Relations that the change itself made are nobody's concern and are left out.
        """
        given = {
            role: tuple(name for name in ((names,) if isinstance(names, str) else names) if not self._is_new(name))
            for role, names in roles.items()
        }
        self.actions.append(Action(key, tuple(sorted((role, names) for role, names in given.items() if names))))
        step = self.facts.steps.get(key)
        if step is None:
            self.unknown_steps.append(key)
            step = _UNKNOWN if key.startswith(_COMMANDS) else _NOTHING
        for role, names in given.items():
            for name in names:
                mode = step.locks.get(role)
                if mode is not None:
                    self.lock(name, mode)
                relation = self.catalog.relations.get(name)
                if relation is not None and relation.kind in ("partitioned", "sequence"):
                    continue  # The rows are in the partitions; a sequence has one.
                if role in step.rewrites:
                    self.rewrites.add(name)
                    self.work.setdefault(name, "rewrite")
                if role in step.rebuilds:
                    self.rebuilds.add(name)
                if role in step.scans:
                    self.scans.add(name)
                    self.work.setdefault(name, "scan")

    def lock(self, relation: str, mode: LockMode) -> None:
        """Take a lock; the strongest one on a relation is kept."""
        held = self.locks.get(relation)
        if held is None or mode.strength > held.strength:
            self.locks[relation] = mode

    def works_on(self, relation: str, how: str) -> None:
        """Say how it goes through the rows of a relation, in place of what the step says."""
        if not self._is_new(relation):
            self.work[relation] = how

    def fail(self, cause: str, relation: str, because: str, *, certain: bool = True) -> None:
        """Say that it fails; when that is certain, nothing of it happens."""
        self.hazards.append(Hazard(HazardKind.FAILS, cause, relation, because, certain))
        if certain:
            self.failed = True
            raise Stop

    def lose(self, cause: str, relation: str, because: str, *, certain: bool = True) -> None:
        """Say that values are gone afterwards."""
        self.hazards.append(Hazard(HazardKind.LOSES, cause, relation, because, certain))

    def instead(self, *lines: str) -> None:
        """Say what to write instead."""
        self.alternative.extend(lines)

    def all_locks(self) -> tuple[Lock, ...]:
        """Return the locks, sorted by relation."""
        return tuple(Lock(name, mode) for name, mode in sorted(self.locks.items()))

    def _is_new(self, name: str) -> bool:
        relation = self.catalog.relations.get(name)
        if relation is None:
            index = self.catalog.indexes.get(name)
            if index is not None and index.new:
                return True
            relation = self.catalog.relations.get(index.table) if index is not None else None
        return relation is not None and relation.new
