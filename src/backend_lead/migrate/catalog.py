"""What a database holds before a statement of a migration, as far as its effect depends on it.

The statements before are replayed into a `Catalog`; the statement that is judged is then applied as well.  Names are as
queries write them: `orders`, or `archive.orders` outside the schema public.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from backend_lead.gates.grammar import Node

Copied = TypeVar("Copied", "Column", "Constraint", "Index", "NamedType", "Relation")
TABLES = frozenset({"table", "partitioned", "foreign"})


@dataclass(slots=True)
class Type:
    """A type as PostgreSQL prints it: `name` without modifiers (`character varying`), `modifiers` ((120,))."""

    name: str
    modifiers: tuple[int, ...] = ()
    array: bool = False
    collation: str = ""

    def __str__(self) -> str:
        text, given = self.name, ",".join(map(str, self.modifiers))
        if given and text.startswith(("timestamp ", "time ")):
            head, _, tail = text.partition(" ")
            text = f"{head}({given}) {tail}"
        elif given:
            text = f"{text}({given})"
        return f"{text}[]" if self.array else text


@dataclass(slots=True)
class Column:
    """One column.  `generated` is "stored", "virtual" or ""; `identity` "always", "by default" or ""; `filled` says
    that a statement of the change wrote it for all rows, `new` that the change added it.  `depends_on` are the columns
    that a generated one is made from; `=note` stands for a column that was copied into it, `=orders.note` for one of
    another table."""

    name: str
    type: Type
    not_null: bool = False
    default: Node | None = None
    has_default: bool = False
    generated: str = ""
    identity: str = ""
    depends_on: frozenset[str] = frozenset()
    filled: bool = False
    new: bool = False


@dataclass(slots=True)
class Constraint:
    """One constraint: `kind` is check, not_null, foreign_key, primary_key, unique or exclusion.

    `proves` are the columns that a CHECK keeps from being NULL; `on_delete` and `on_update` are what becomes of rows
    whose target is deleted or changed ("c" cascade, "n" set null, "d" set default, else it is refused). `mentions` are
    the columns in the expressions and the condition of an exclusion.
    """

    name: str
    kind: str
    columns: tuple[str, ...] = ()
    valid: bool = True
    enforced: bool = True
    target: str = ""
    target_columns: tuple[str, ...] = ()
    proves: frozenset[str] = frozenset()
    index: str = ""
    text: str = ""
    mentions: frozenset[str] = frozenset()
    on_delete: str = ""
    on_update: str = ""


@dataclass(slots=True)
class Index:
    """One index: `columns` by name, `mentions` every column in expressions and the predicate.

    `words` stand behind the columns, one text each (`varchar_pattern_ops DESC`), where any column has one; `made` is
    the statement that created it, `new` says that the change did.
    """

    name: str
    table: str
    columns: tuple[str, ...]
    unique: bool = False
    method: str = "btree"
    mentions: frozenset[str] = frozenset()
    partial: bool = False
    parent: str = ""
    constraint: bool = False
    words: tuple[str, ...] = ()
    made: str = ""
    new: bool = False


@dataclass(slots=True)
class Relation:
    """A table, view, materialised view or sequence.

    `kind`: table, partitioned, foreign, view, materialized, sequence. `uses` are the columns (`orders.note`) that a
    view reads, `parents` the tables it inherits from or is a partition of, `bound` its partition bound and `span` its
    constants, `is_default` that it is the default partition. `new`: made by the change that is judged; `filled`: it
    was given rows meanwhile, `emptied`: its rows were all taken away; `loose`: a query made it whose columns are not
    known. `owned` are the columns (`orders.id`) that a sequence belongs to. `events` says for a trigger when it is
    called, by PostgreSQL's bits (4 INSERT, 8 DELETE, 16 UPDATE). `policies` are the columns that a row policy reads;
    `unpopulated` says that a materialised view must be refreshed before anybody can read it.
    """

    name: str
    kind: str
    columns: dict[str, Column] = field(default_factory=dict)
    constraints: dict[str, Constraint] = field(default_factory=dict)
    triggers: dict[str, str] = field(default_factory=dict)
    uses: frozenset[str] = frozenset()
    relations: frozenset[str] = frozenset()
    parents: tuple[str, ...] = ()
    partition: bool = False
    bound: str = ""
    is_default: bool = False
    key_columns: tuple[str, ...] = ()
    strategy: str = ""
    new: bool = False
    filled: bool = False
    owned: str = ""
    unlogged: bool = False
    temporary: bool = False
    span: tuple[str, tuple[object, ...]] | None = None
    rows: int | None = None
    loose: bool = False
    emptied: bool = False
    events: dict[str, int] = field(default_factory=dict)
    policies: dict[str, frozenset[str]] = field(default_factory=dict)
    unpopulated: bool = False

    def constraints_of(self, kind: str) -> list[Constraint]:
        """Return its constraints of one kind."""
        return [constraint for constraint in self.constraints.values() if constraint.kind == kind]


@dataclass(slots=True)
class NamedType:
    """A type of the database's own: `kind` is enum, domain, composite or range.

    `checked`: a domain that does not allow every value of its base.  `fresh` are values added to an enum in this
    transaction, `born` is the name that it had before it was renamed.
    """

    name: str
    kind: str
    values: tuple[str, ...] = ()
    base: Type | None = None
    checked: bool = False
    fresh: frozenset[str] = frozenset()
    new: bool = False
    born: str = ""


@dataclass(slots=True)
class Catalog:
    """Everything by name.  `complete` says that nothing else exists: a table that is not here is missing.
    `functions` are volatilities by name, `results` what a function gives, by its name and the types of its arguments.
    `row_columns` are the columns that a trigger's function takes from the row, `statistics` tables by extended ones.
    `named` are the relations that a function in SQL names, `refusing` the functions that do nothing but raise an error,
    `published` the tables of a publication.
    `available` are the extensions that the server could create, empty when it was not asked.
    `path` is the schema that a bare name means, `utc` that the session's time zone is UTC."""

    relations: dict[str, Relation] = field(default_factory=dict)
    indexes: dict[str, Index] = field(default_factory=dict)
    types: dict[str, NamedType] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)
    results: dict[str, str] = field(default_factory=dict)
    row_columns: dict[str, frozenset[str]] = field(default_factory=dict)
    statistics: dict[str, str] = field(default_factory=dict)
    schemas: set[str] = field(default_factory=lambda: {"public"})
    extensions: set[str] = field(default_factory=set)
    path: str = ""
    complete: bool = False
    utc: bool = False
    available: frozenset[str] = frozenset()
    named: dict[str, frozenset[str]] = field(default_factory=dict)
    refusing: set[str] = field(default_factory=set)
    published: dict[str, frozenset[str]] = field(default_factory=dict)
    leaning: dict[str, set[str]] = field(default_factory=dict)
    hanging: dict[str, set[str]] = field(default_factory=dict)

    def name(self, node: Node) -> str:
        """Return the name that a RangeVar stands for."""
        schema = node.schemaname or self.path
        return f"{schema}.{node.relname}" if schema not in ("", "public") else str(node.relname)

    def words(self, words: list[str]) -> str:
        """Return the name that a list of words (`schema`, `table`) stands for."""
        schema = words[-2] if len(words) > 1 else self.path
        return f"{schema}.{words[-1]}" if schema not in ("", "public") else words[-1]

    @staticmethod
    def beside(table: str, name: str) -> str:
        """Return the name of an index, given without a schema, of a table: it lives in the table's schema."""
        schema = table.rpartition(".")[0]
        return f"{schema}.{name}" if schema and "." not in name else name

    def table(self, name: str) -> Relation | None:
        """Return the table of that name, or None."""
        found = self.relations.get(name)
        return found if found is not None and found.kind in TABLES else None

    def indexes_of(self, table: str) -> list[Index]:
        """Return the indexes of a table, in the order of their names."""
        return sorted((index for index in self.indexes.values() if index.table == table), key=lambda each: each.name)

    def children(self, name: str) -> list[Relation]:
        """Return partitions and inheriting tables, all levels down, in the order of their names."""
        found: list[Relation] = []
        below = [relation for relation in self.relations.values() if name in relation.parents]
        for relation in sorted(below, key=lambda each: each.name):
            found += [relation, *self.children(relation.name)]
        return found

    def referencing(self, table: str) -> Iterator[tuple[Relation, Constraint]]:
        """Yield the foreign keys of any table that lead to this one."""
        owners = [
            relation
            for relation in self.relations.values()
            if any(each.target == table for each in relation.constraints.values())
        ]
        for relation in sorted(owners, key=lambda each: each.name):
            for constraint in relation.constraints_of("foreign_key"):
                if constraint.target == table:
                    yield relation, constraint

    def views_on(self, name: str, column: str | None = None) -> list[Relation]:
        """Return the views that read a relation, or one column of it."""
        wanted = None if column is None else {f"{name}.{column}"}
        found = [
            view
            for view in self.relations.values()
            if view.kind in ("view", "materialized")
            and (name in view.relations if wanted is None else bool(wanted & view.uses))
        ]
        return sorted(found, key=lambda each: each.name)

    def drop_view(self, name: str) -> None:
        """Take a view away, with its indexes and the views that read it."""
        if self.relations.pop(name, None) is None:
            return
        for index in self.indexes_of(name):
            del self.indexes[index.name]
        for view in self.views_on(name):
            self.drop_view(view.name)

    def taken(self) -> set[str]:
        """Return the names of relations and indexes, which share one space."""
        return {*self.relations, *self.indexes}

    def taken_beside(self, table: str) -> set[str]:
        """Return the names that relations and indexes of a table's schema have, without the schema."""
        schema = table.rpartition(".")[0]
        return {name.rpartition(".")[2] for name in self.taken() if name.rpartition(".")[0] == schema}

    def users_of_type(self, name: str) -> list[tuple[Relation, Column]]:
        """Return the columns that have a type of the database's own, directly or as an array."""
        found = [
            (relation, column)
            for relation in self.relations.values()
            if relation.kind in ("table", "partitioned", "materialized")
            for column in relation.columns.values()
            if column.type.name == name
        ]
        return sorted(found, key=lambda each: each[0].name)

    def about(self, words: set[str]) -> set[str]:
        """Return the relations that statements with these identifiers can change.

        They are those that are named, those whose type, index or schema is, and what hangs on them by keys, views and
        inheritance.
        """
        named = words & self.relations.keys()
        named |= {name for name in self.relations if "." in name and name.rpartition(".")[2] in words}
        named |= {self.indexes[word].table for word in words if word in self.indexes}
        for word in words & self.types.keys():
            named |= {relation.name for relation, _ in self.users_of_type(word)}
        for schema in words & (self.schemas - {"public"}):
            named |= {name for name in self.relations if name.startswith(f"{schema}.")}
        found: set[str] = set()
        while named:
            found |= named
            named = set().union(*(self.hanging.get(name, ()) for name in named)) - found
        return found & self.relations.keys()

    def connect(self, names: Iterable[str]) -> None:
        """Note anew what some relations hang on, after statements that changed them."""
        for name in names:
            for target in self.leaning.pop(name, ()):
                self.hanging[target].discard(name)
            relation = self.relations.get(name)
            if relation is None:
                continue
            targets = {*relation.parents, *relation.relations, relation.owned.rpartition(".")[0]}
            targets |= {constraint.target for constraint in relation.constraints.values()}
            self.leaning[name] = targets - {"", name}
            for target in self.leaning[name]:
                self.hanging.setdefault(target, set()).add(name)

    def settled(self, names: Collection[str] | None = None) -> None:
        """Make what was replayed the state before the change: nothing (of these relations) is new any more."""
        for name in self.relations if names is None else names:
            relation = self.relations.get(name)
            if relation is not None:
                relation.new = relation.filled = relation.emptied = False
                for column in relation.columns.values():
                    column.filled = column.new = False
        self.committed(self.relations if names is None else names)
        for kind in self.types.values():
            kind.new, kind.fresh = False, frozenset()

    def committed(self, names: Collection[str]) -> None:
        """Note that a transaction ended: everybody has to do with the indexes that it built on these relations."""
        for index in self.indexes.values():
            if index.new and index.table in names:
                index.new = False

    def copy(self, names: Collection[str] | None = None, words: Collection[str] = ()) -> Catalog:
        """Return a copy whose changes leave this one as it is, or only those of some relations and of the types that
        `words` name."""
        relations, indexes = dict(self.relations), dict(self.indexes)
        for name in self.relations if names is None else names:
            relations[name] = _copied(self.relations[name])
        for name, each in self.indexes.items():
            if names is None or each.table in names:
                indexes[name] = _twin(each)
        types = dict(self.types)
        for name, kind in self.types.items():
            if names is None or name in words or name.rpartition(".")[2] in words:
                types[name] = _twin(kind)
        found = Catalog(
            relations,
            indexes,
            types,
            dict(self.functions),
            dict(self.results),
            dict(self.row_columns),
            dict(self.statistics),
            set(self.schemas),
            set(self.extensions),
            self.path,
            self.complete,
            self.utc,
            self.available,
            dict(self.named),
            set(self.refusing),
            dict(self.published),
        )
        if names is None:
            found.connect(relations)
        return found


def _copied(relation: Relation) -> Relation:
    twin = _twin(relation)
    twin.columns = {name: _twin(each) for name, each in relation.columns.items()}
    twin.constraints = {name: _twin(each) for name, each in relation.constraints.items()}
    twin.triggers, twin.events = dict(relation.triggers), dict(relation.events)
    twin.policies = dict(relation.policies)
    return twin


def _twin(each: Copied) -> Copied:
    """Return an equal object; a tenth of the time of dataclasses.replace, and a migration makes thousands."""
    twin = object.__new__(type(each))
    for name in type(each).__slots__:
        setattr(twin, name, getattr(each, name))
    return twin
