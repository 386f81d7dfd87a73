"""`inspect(bind)` in a migration: answered from the schema that the migrations before it leave."""

from __future__ import annotations

from collections.abc import Callable

from backend_lead.migrate.catalog import Catalog, Relation
from backend_lead.migrate.formats.alembic.expressions import exact
from backend_lead.read.code.containers import Fields, Items
from backend_lead.read.code.frames import Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.values import Known, Native, Unknown, Value

_TABLES = ("table", "partitioned")


class Schema:
    """What is there when a migration asks, with the tables of which that is not certain; None stands for all."""

    def __init__(self, catalog: Callable[[], Catalog]) -> None:
        self._catalog = catalog
        self.doubted: set[str | None] = set()

    def doubt(self, table: str | None) -> None:
        """From now on nothing is certain of a table, or of any."""
        self.doubted.add(table)

    def is_certain(self, table: str) -> bool:
        """Say whether it is known what there is of a table."""
        return None not in self.doubted and table not in self.doubted

    def relation(self, table: str, schema: str | None) -> Relation | None:
        """Return a table as it is now."""
        key = f"{schema}.{table}" if schema and schema != "public" else table
        return self._catalog().relations.get(key)

    @property
    def catalog(self) -> Catalog:
        """The schema now."""
        return self._catalog()


class Inspector(Value):
    """The inspector."""

    __slots__ = ("schema",)

    def __init__(self, schema: Schema) -> None:
        super().__init__()
        self.schema = schema

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        listing = {"get_table_names": _TABLES, "get_view_names": ("view",)}.get(name)
        if listing is not None:
            return Native(lambda site, r: Names(self.schema, listing, exact(site.argument(0, "schema"))), name)
        if name in (
            "has_table",
            "get_columns",
            "get_indexes",
            "get_unique_constraints",
            "get_foreign_keys",
            "get_pk_constraint",
            "get_check_constraints",
        ):
            return Native(lambda site, r: self._of_table(name, site), name)
        return None

    def _of_table(self, name: str, site: Site) -> Value:
        table = exact(site.argument(0, "table_name"))
        schema = exact(site.argument(1, "schema"))
        if table is None or not self.schema.is_certain(table):
            return Unknown()
        relation = self.schema.relation(table, schema)
        if name == "has_table":
            return Known(relation is not None)
        if relation is None:
            return Unknown()
        return _TELLING[name](relation, self.schema.catalog)


class Names(Value):
    """The tables' names; whether one is among them is known for those that are certain."""

    __slots__ = ("kinds", "prefix", "schema")

    def __init__(self, schema: Schema, kinds: tuple[str, ...], prefix: str | None) -> None:
        super().__init__()
        self.schema = schema
        self.kinds = kinds
        self.prefix = prefix

    def compared(self, operator: str, other: Value, swapped: bool, run: Interpreter) -> Value | None:
        """`"orders" in inspector.get_table_names()`."""
        name = exact(other)
        if operator not in ("in", "not in") or not swapped or name is None or not self.schema.is_certain(name):
            return None
        relation = self.schema.relation(name, self.prefix)
        return Known((relation is not None and relation.kind in self.kinds) == (operator == "in"))

    def collected(self) -> Value:
        """As a list or a set it is the same."""
        return self

    @property
    def complete(self) -> bool:
        """Whether all of them are known."""
        return not self.schema.doubted

    def elements(self) -> list[Value] | None:
        if self.schema.doubted:
            return None
        found = sorted(
            name for name, each in self.schema.catalog.relations.items() if each.kind in self.kinds and "." not in name
        )
        return [Known(name) for name in found]


def _named(name: str, columns: tuple[str, ...], **more: Value) -> Value:
    return Fields(
        {"name": Known(name.rpartition(".")[2]), "column_names": Items([Known(each) for each in columns]), **more}
    )


def _columns(relation: Relation, catalog: Catalog) -> Value:
    return Items(
        [
            Fields({"name": Known(name), "nullable": Known(not column.not_null), "type": Unknown()})
            for name, column in relation.columns.items()
        ]
    )


def _indexes(relation: Relation, catalog: Catalog) -> Value:
    return Items(
        [
            _named(index.name, tuple(index.columns), unique=Known(index.unique))
            for index in catalog.indexes_of(relation.name)
        ]
    )


def _uniques(relation: Relation, catalog: Catalog) -> Value:
    return Items([_named(each.name, each.columns) for each in relation.constraints_of("unique")])


def _checks(relation: Relation, catalog: Catalog) -> Value:
    return Items(
        [Fields({"name": Known(each.name), "sqltext": Unknown()}) for each in relation.constraints_of("check")]
    )


def _keys(relation: Relation, catalog: Catalog) -> Value:
    return Items(
        [
            Fields(
                {
                    "name": Known(each.name),
                    "constrained_columns": Items([Known(name) for name in each.columns]),
                    "referred_table": Known(each.target.rpartition(".")[2]),
                    "referred_columns": Items([Known(name) for name in each.target_columns]),
                }
            )
            for each in relation.constraints_of("foreign_key")
        ]
    )


def _primary(relation: Relation, catalog: Catalog) -> Value:
    keys = relation.constraints_of("primary_key")
    columns = keys[0].columns if keys else ()
    return Fields(
        {
            "name": Known(keys[0].name) if keys else Known(None),
            "constrained_columns": Items([Known(name) for name in columns]),
        }
    )


_TELLING: dict[str, Callable[[Relation, Catalog], Value]] = {
    "get_columns": _columns,
    "get_indexes": _indexes,
    "get_unique_constraints": _uniques,
    "get_check_constraints": _checks,
    "get_foreign_keys": _keys,
    "get_pk_constraint": _primary,
}
