"""What a statement of the application needs from the schema, and whether a changed schema still gives it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from backend_lead.gates.grammar import Node, children, kind
from backend_lead.migrate.catalog import Catalog, Relation, Type
from backend_lead.migrate.expressions import kind_or_empty, type_of
from backend_lead.read.sql_conditions import names

# Functions that give what they are given.
_OF_ITS_ARGUMENT = frozenset({"max", "min", "any_value", "first_value", "last_value", "lag", "lead"})
_WRITES = ("insert_stmt", "update_stmt", "delete_stmt", "merge_stmt")


@dataclass(slots=True)
class Use:
    """What one statement needs.

    `columns` are (relation, column), `stars` the relations all of whose columns it shows, `results` the columns that
    it shows, in order: (relation, column), (relation, "*"), or None for anything else; `outputs` their names and
    types, and `partial` that a star stands for columns which are not known. `inserts` is (relation, columns it gives;
    None for all), `conflict` (relation, columns, constraint) of ON CONFLICT, `literals` are (relation, column, text)
    that are compared or written, `types` names in casts, `functions` its calls. `bound` says for the number of a
    parameter which column it is compared with or written to; `assumed` says that nobody is known to send it.
    """

    relations: list[str] = field(default_factory=list)
    columns: list[tuple[str, str]] = field(default_factory=list)
    stars: list[str] = field(default_factory=list)
    results: list[tuple[str, str] | None] = field(default_factory=list)
    outputs: list[tuple[str, Type | None]] = field(default_factory=list)
    written: list[tuple[str, str]] = field(default_factory=list)
    parameters: list[tuple[str, str]] = field(default_factory=list)
    bound: dict[int, tuple[str, str]] = field(default_factory=dict)
    inserts: tuple[str, tuple[str, ...] | None] | None = None
    overriding: bool = False
    conflict: tuple[str, tuple[str, ...], str] | None = None
    literals: list[tuple[str, str, str]] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)
    partial: bool = False
    assumed: bool = False


@dataclass(slots=True)
class _Source:
    """Something in FROM: a relation, or a query with its outputs; `loose` says that there may be others."""

    relation: str = ""
    outputs: list[tuple[str, Type | None]] = field(default_factory=list)
    loose: bool = False


@dataclass(slots=True)
class _Scope:
    sources: dict[str, _Source] = field(default_factory=dict)
    queries: dict[str, _Source] = field(default_factory=dict)
    parent: _Scope | None = None

    def query(self, name: str) -> _Source | None:
        scope: _Scope | None = self
        while scope is not None:
            if name in scope.queries:
                return scope.queries[name]
            scope = scope.parent
        return None


def use_of(node: Node, catalog: Catalog) -> Use:
    """Return what a statement (or a query inside one) needs; names are looked up in the catalog as it is now."""
    reader = _Reader(catalog)
    reader.statement(node, _Scope(), outermost=True)
    return reader.use


class _Reader:
    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.use = Use()

    def statement(self, node: Node, scope: _Scope, *, outermost: bool = False) -> _Source:
        what = kind(node) if kind_or_empty(node) else ""
        if what == "select_stmt":
            return self._select(node.select_stmt, scope, outermost)
        if what in _WRITES:
            return self._write(what, getattr(node, what), scope, outermost)
        if what in ("explain_stmt", "prepare_stmt", "declare_cursor_stmt"):
            return self.statement(getattr(node, what).query, scope, outermost=outermost)
        self._expression(node, scope)
        return _Source()

    # ------------------------------------------------------------ SELECT

    def _select(self, select: Node, scope: _Scope, outermost: bool) -> _Source:
        inner = _Scope(parent=scope)
        self._with(select.with_clause, inner)
        if select.op > 1:
            left = self._select(select.larg, inner, outermost)
            self._select(select.rarg, inner, False)
            return left
        for item in select.from_clause:
            self._from(item, inner)
        outputs = self._targets(select.target_list, inner, outermost)
        for part in ("where_clause", "having_clause", "limit_count", "limit_offset"):
            if select.HasField(part):
                self._expression(getattr(select, part), inner)
        named = {name for name, _ in outputs}
        for item in (*select.group_clause, *(each.sort_by.node for each in select.sort_clause)):
            if not (
                kind(item) == "column_ref"
                and names(item.column_ref.fields)[-1:]
                and names(item.column_ref.fields)[0] in named
                and len(item.column_ref.fields) == 1
            ):
                self._expression(item, inner)
        for row in select.values_lists:
            for value in row.list.items:
                self._expression(value, inner)
        return _Source(outputs=outputs)

    def _with(self, clause: Node, scope: _Scope) -> None:
        for item in clause.ctes:
            query = item.common_table_expr
            scope.queries[query.ctename] = _Source()
            source = self.statement(query.ctequery, scope)
            renamed = names(query.aliascolnames)
            if renamed:
                source.outputs = [(new, kind_of) for new, (_, kind_of) in zip(renamed, source.outputs, strict=False)]
            scope.queries[query.ctename] = source

    def _from(self, item: Node, scope: _Scope) -> None:
        what = kind(item)
        if what == "range_var":
            self._relation(item.range_var, scope)
        elif what == "join_expr":
            self._from(item.join_expr.larg, scope)
            self._from(item.join_expr.rarg, scope)
            for name in names(item.join_expr.using_clause):
                for source in scope.sources.values():
                    if source.relation and self._has(source.relation, name):
                        self.use.columns.append((source.relation, name))
            if item.join_expr.HasField("quals"):
                self._expression(item.join_expr.quals, scope)
        elif what == "range_subselect":
            source = self.statement(item.range_subselect.subquery, scope)
            alias = item.range_subselect.alias
            renamed = names(alias.colnames)
            if renamed:
                source.outputs = [(new, kind_of) for new, (_, kind_of) in zip(renamed, source.outputs, strict=False)]
            scope.sources[alias.aliasname or f"?{len(scope.sources)}"] = source
        elif what == "range_table_sample":
            self._from(item.range_table_sample.relation, scope)
        elif what == "range_function":
            for function in item.range_function.functions:
                self._expression(function, scope)
            alias = item.range_function.alias
            scope.sources[alias.aliasname or f"?{len(scope.sources)}"] = _Source(
                outputs=[(name, None) for name in names(alias.colnames) or [alias.aliasname]],
                loose=not alias.colnames,
            )

    def _relation(self, node: Node, scope: _Scope, *, written: bool = False) -> str:
        query = None if node.schemaname or written else scope.query(node.relname)
        alias = node.alias.aliasname or node.relname
        if query is not None:
            scope.sources[alias] = query
            return ""
        name = self.catalog.name(node)
        if name not in self.use.relations:
            self.use.relations.append(name)
        scope.sources[alias] = _Source(name)
        return name

    def _targets(self, targets: Any, scope: _Scope, outermost: bool) -> list[tuple[str, Type | None]]:
        outputs: list[tuple[str, Type | None]] = []
        for target in targets:
            value = target.res_target.val
            if kind(value) == "column_ref" and kind(value.column_ref.fields[-1]) == "a_star":
                outputs += self._star(names(value.column_ref.fields), scope, outermost)
                continue
            self._expression(value, scope)
            place = self._place(value, scope)
            name = target.res_target.name or _name_of(value)
            outputs.append((name, self._type(value, scope)))
            if outermost:
                self.use.results.append(place)
                self.use.outputs.append(outputs[-1])
        return outputs

    def _star(self, qualifier: list[str], scope: _Scope, outermost: bool) -> list[tuple[str, Type | None]]:
        outputs: list[tuple[str, Type | None]] = []
        for alias, source in scope.sources.items():
            if qualifier and alias != qualifier[-1]:
                continue
            known_there = self._columns(source.relation) is not None if source.relation else bool(source.outputs)
            known_there = known_there and not source.loose
            self.use.partial = self.use.partial or not known_there
            if source.relation:
                self.use.stars.append(source.relation)
                known = self.catalog.relations.get(source.relation)
                found = [(c.name, c.type) for c in known.columns.values()] if known is not None else []
                if outermost:
                    self.use.results.append((source.relation, "*"))
                    self.use.outputs += found
                outputs += found
            else:
                outputs += source.outputs
                if outermost:
                    self.use.results += [None] * len(source.outputs)
                    self.use.outputs += source.outputs
        return outputs

    # ------------------------------------------------------------ writes

    def _write(self, what: str, node: Node, scope: _Scope, outermost: bool) -> _Source:
        inner = _Scope(parent=scope)
        self._with(node.with_clause, inner)
        target = self._relation(node.relation, inner, written=True)
        if what == "insert_stmt":
            self._insert(node, target, inner)
        elif what == "update_stmt":
            for item in node.from_clause:
                self._from(item, inner)
            self._assigned(node.target_list, target, inner)
        elif what == "delete_stmt":
            for item in node.using_clause:
                self._from(item, inner)
        else:
            self._from(node.source_relation, inner)
            self._expression(node.join_condition, inner)
            for clause in node.merge_when_clauses:
                self._assigned(clause.merge_when_clause.target_list, target, inner)
                for value in clause.merge_when_clause.values:
                    self._expression(value, inner)
        if what in ("update_stmt", "delete_stmt") and node.HasField("where_clause"):
            self._expression(node.where_clause, inner)
        returning = node.returning_clause.exprs if node.HasField("returning_clause") else ()
        return _Source(outputs=self._targets(returning, inner, outermost))

    def _insert(self, node: Node, target: str, scope: _Scope) -> None:
        columns = tuple(column.res_target.name for column in node.cols)
        for name in columns:
            self.use.columns.append((target, name))
            self.use.written.append((target, name))
        self.use.overriding = self.use.overriding or node.override > 1
        select = node.select_stmt.select_stmt if node.HasField("select_stmt") else None
        given: tuple[str, ...] | None = columns or None
        if select is None:
            given = ()
        elif not columns and select.values_lists:
            known = self.catalog.relations.get(target)
            width = len(select.values_lists[0].list.items)
            given = tuple(known.columns)[:width] if known is not None else None
        self.use.inserts = (target, given)
        if select is not None:
            for row in select.values_lists:
                for name, value in zip(given or (), row.list.items, strict=False):
                    self._given(target, name, value, scope)
            self.statement(node.select_stmt, _Scope(parent=scope.parent, queries=scope.queries))
        conflict = node.on_conflict_clause
        if node.HasField("on_conflict_clause"):
            scope.sources["excluded"] = _Source(target)
            infer = tuple(part.index_elem.name for part in conflict.infer.index_elems if part.index_elem.name)
            if infer or conflict.infer.conname:
                self.use.conflict = (target, infer, conflict.infer.conname)
            self._assigned(conflict.target_list, target, scope)
            if conflict.HasField("where_clause"):
                self._expression(conflict.where_clause, scope)
            del scope.sources["excluded"]

    def _assigned(self, targets: Any, target: str, scope: _Scope) -> None:
        for item in targets:
            name = item.res_target.name
            self.use.columns.append((target, name))
            self.use.written.append((target, name))
            self._given(target, name, item.res_target.val, scope)
            self._expression(item.res_target.val, scope)

    def _given(self, target: str, column: str, value: Node, scope: _Scope) -> None:
        if kind(value) == "a_const" and value.a_const.WhichOneof("val") == "sval":
            self.use.literals.append((target, column, value.a_const.sval.sval))
        elif kind(value) == "param_ref":
            self.use.parameters.append((target, column))
            self.use.bound.setdefault(value.param_ref.number, (target, column))

    # ------------------------------------------------------------ expressions

    def _expression(self, node: Any, scope: _Scope) -> None:
        what = kind_or_empty(node)
        if what == "column_ref":
            self._place(node, scope, keep=True)
            return
        if what == "sub_link":
            if node.sub_link.HasField("testexpr"):
                self._expression(node.sub_link.testexpr, scope)
            self.statement(node.sub_link.subselect, scope)
            return
        if what == "type_cast":
            self.use.types.append(type_of(node.type_cast.type_name).name)
        elif what == "func_call":
            self.use.functions.append(self.catalog.words(names(node.func_call.funcname)))
        elif what == "a_expr":
            self._compared(node.a_expr, scope)
        for child in children(node):
            self._expression(child, scope)

    def _compared(self, expression: Node, scope: _Scope) -> None:
        for mine, other in ((expression.lexpr, expression.rexpr), (expression.rexpr, expression.lexpr)):
            place = self._place(mine, scope) if kind(mine) == "column_ref" else None
            if place is None:
                continue
            values = other.list.items if kind(other) == "list" else [other]
            for value in values:
                self._given(place[0], place[1], value, scope)

    def _place(self, node: Node, scope: _Scope, *, keep: bool = False) -> tuple[str, str] | None:
        """Return the relation and column that a reference means."""
        while kind(node) == "collate_clause":
            node = node.collate_clause.arg
        if kind(node) != "column_ref":
            return None
        fields = names(node.column_ref.fields)
        if not fields or kind(node.column_ref.fields[-1]) == "a_star":
            return None
        found = self._lookup(fields, scope)
        if found is not None and keep:
            self.use.columns.append(found)
        return found

    def _lookup(self, fields: list[str], scope: _Scope | None) -> tuple[str, str] | None:
        while scope is not None:
            if len(fields) > 1:
                source = scope.sources.get(fields[-2])
                if source is not None:
                    return (source.relation, fields[-1]) if source.relation else None
            else:
                there = [
                    source
                    for source in scope.sources.values()
                    if self._has(source.relation, fields[0]) or any(n == fields[0] for n, _ in source.outputs)
                ]
                if there:
                    return (there[0].relation, fields[0]) if there[0].relation else None
                relations = [source.relation for source in scope.sources.values()]
                # A table that is not known may be the one that has it.
                if len(relations) == 1 and relations[0] and not self._columns(relations[0]):
                    return relations[0], fields[0]
                if len(relations) == 1 and relations[0] and scope.parent is None:
                    return relations[0], fields[0]
            scope = scope.parent
        return None

    def _columns(self, name: str) -> Relation | None:
        known = self.catalog.relations.get(name)
        return known if known is not None and known.columns else None

    def _has(self, name: str, column: str) -> bool:
        known = self._columns(name)
        return known is not None and column in known.columns

    def _type(self, node: Node, scope: _Scope) -> Type | None:
        if kind(node) == "type_cast":
            return type_of(node.type_cast.type_name)
        if kind(node) == "func_call" and names(node.func_call.funcname)[-1] in _OF_ITS_ARGUMENT and node.func_call.args:
            return self._type(node.func_call.args[0], scope)
        place = self._place(node, scope)
        known = self.catalog.relations.get(place[0]) if place is not None else None
        column = known.columns.get(place[1]) if known is not None and place is not None else None
        if column is not None or kind(node) != "column_ref":
            return column.type if column is not None else None
        fields = names(node.column_ref.fields)
        sources = [scope.sources.get(fields[-2])] if len(fields) > 1 else list(scope.sources.values())
        every = [kind_of for source in sources if source for name, kind_of in source.outputs if name == fields[-1]]
        return every[0] if len(every) == 1 else None


def _name_of(value: Node) -> str:
    while kind(value) == "type_cast":
        value = value.type_cast.arg
    if kind(value) == "column_ref":
        return names(value.column_ref.fields)[-1]
    if kind(value) == "func_call":
        return names(value.func_call.funcname)[-1]
    if kind(value) == "a_indirection" and kind(value.a_indirection.indirection[-1]) == "string":
        return str(value.a_indirection.indirection[-1].string.sval)
    return {"case_expr": "case", "coalesce_expr": "coalesce"}.get(kind(value), "?column?")
