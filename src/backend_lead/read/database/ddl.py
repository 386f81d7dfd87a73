"""SQL that changes a schema → changes of a `SchemaBuilder`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from backend_lead.gates.grammar import Node, SqlUnreadable, deparse, kind, parse, split
from backend_lead.gates.text import one_line
from backend_lead.model.place import Place
from backend_lead.model.table import Column, ForeignKey, Index
from backend_lead.read.database.type_names import is_serial, type_name
from backend_lead.read.sql_conditions import canonical, names

if TYPE_CHECKING:
    from backend_lead.read.database.catalog import SchemaBuilder

# Possessive: what was taken as space or comment is not tried again in other pieces, which would double with each one.
_CHANGES = re.compile(r"(?is)^(?:\s|--[^\n]*(?:\n|\Z)|/\*.*?\*/)*+(create|alter|drop|set|select)\b")
_COPIED_ROWS = re.compile(r"(?ims)^(copy\s[^;]*?from\s+stdin[^;\n]*;[^\n]*\n)(.*?)^\\\.[ \t\r]*$")
_PSQL_COMMAND = re.compile(r"(?m)^\\[^\n]*$")
# Other servers' options that say nothing about columns or keys.
_FOREIGN = (
    (re.compile(r"`([^`]*)`"), r'"\1"'),
    (re.compile(r"(?i)\bauto_?increment\b(?:\s*=\s*\d+)?"), ""),
    (re.compile(r"(?i)\b((?:tiny|small|medium|big)?int(?:eger)?)\s*\(\d+\)"), r"\1"),
    (re.compile(r"(?i)\bunsigned\b|\bcharacter\s+set\s+\w+|\bon\s+update\s+current_timestamp(?:\(\))?"), ""),
    (re.compile(r"(?is)\)\s*(?:engine|default\s+charset|charset|collate|comment|without\s+rowid|strict)\b[^;]*$"), ")"),
)
ACTIONS = {"r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
# Numbers of the grammar's ConstrType.
_NULL, _NOT_NULL, _DEFAULT, _IDENTITY, _PRIMARY, _UNIQUE, _EXCLUSION, _FOREIGN_KEY = 1, 2, 3, 4, 7, 8, 9, 10
# Numbers of the grammar's ObjectType.
_LIKE_INDEXES = 1 << 6  # INCLUDING INDEXES, of the grammar's TableLikeOption.
_COLUMN, _INDEX, _SCHEMA, _CONSTRAINT, _TABLE = 7, 21, 37, 41, 42


def apply(builder: SchemaBuilder, text: str, place: Place) -> None:
    """Apply the statements of a text that starts at `place`; each that cannot be read is recorded with its line."""
    text = _COPIED_ROWS.sub(lambda match: match[1] + "\n" * match[2].count("\n"), text)
    text = _PSQL_COMMAND.sub("", text)
    session = _Session(builder)
    for offset, statement in split(text):
        word = _CHANGES.match(statement)
        if word is None:
            continue
        start = Place(place.file, place.line + _lines(text, offset + word.start(1)))
        try:
            for tree in _parsed(statement):
                session.place = start
                session.apply(tree.stmt)
        except SqlUnreadable as error:
            line = start.line + statement.count("\n", word.start(1), max(error.position, word.start(1)))
            builder.note(f"SQL statement: {one_line(statement[word.start(1):], 60)}", one_line(error.message),
                         Place(place.file, line))


def _lines(text: str, offset: int) -> int:
    return text.count("\n", 0, max(offset, 0))


def _parsed(statement: str) -> tuple[Node, ...]:
    try:
        return parse(statement)
    except SqlUnreadable:
        changed = statement
        for pattern, replacement in _FOREIGN:
            changed = pattern.sub(replacement, changed)
        if changed == statement:
            raise
        return parse(changed)


class _Session:
    """Applies statements one after the other; `SET search_path` decides where a bare name lives."""

    def __init__(self, builder: SchemaBuilder) -> None:
        self.builder = builder
        self.schema = ""
        self.place = Place("", 1)

    def apply(self, statement: Node) -> None:
        """Apply one statement; what changes no table is passed."""
        what = kind(statement)
        action = getattr(self, f"_{what}", None)
        if action is not None:
            action(getattr(statement, what))

    def name(self, relation: Node) -> str:
        """Return a table's name as queries write it."""
        schema = relation.schemaname or self.schema
        return f"{schema}.{relation.relname}" if schema not in ("", "public") else str(relation.relname)

    def _variable_set_stmt(self, statement: Node) -> None:
        if statement.name == "search_path":
            first = [argument.a_const.sval.sval for argument in statement.args if kind(argument) == "a_const"][:1]
            self.schema = first[0] if first and first[0] not in ("public", '"$user"', "$user", "") else ""

    def _create_stmt(self, statement: Node) -> None:
        name = self.name(statement.relation)
        if statement.relation.relpersistence == "t" or statement.HasField("partbound"):
            return
        if statement.if_not_exists and self.builder.has_table(name):
            return
        columns: list[Column] = []
        constraints: list[tuple[Node, tuple[str, ...]]] = []
        copied: list[tuple[str, bool]] = []
        for parent in statement.inh_relations:
            columns += self.builder.columns_of(self.name(parent.range_var))
        for element in statement.table_elts:
            if kind(element) == "column_def":
                columns.append(self.column(element.column_def, name))
                constraints += [(part.constraint, (element.column_def.colname,))
                                for part in element.column_def.constraints]
            elif kind(element) == "table_like_clause":
                copied.append((self.name(element.table_like_clause.relation),
                               bool(element.table_like_clause.options & _LIKE_INDEXES)))
                columns += self.builder.columns_of(copied[-1][0])
            elif kind(element) == "constraint":
                constraints.append((element.constraint, ()))
        self.builder.create_table(name, columns, place=self.place)
        for original, with_indexes in copied:
            if with_indexes:
                self.builder.copy_keys(name, original)
        for constraint, own in [*constraints, *((part.constraint, ()) for part in statement.constraints)]:
            self.constraint(name, constraint, own)

    def _create_table_as_stmt(self, statement: Node) -> None:
        relation = statement.into.rel
        if relation.relpersistence == "t" or statement.objtype != _TABLE:
            return
        outputs = names(statement.into.col_names) or [
            target.res_target.name or (names(target.res_target.val.column_ref.fields) or [""])[-1]
            for target in statement.query.select_stmt.target_list]
        self.builder.create_table(self.name(relation), [Column(name, place=self.place) for name in outputs if name],
                                  place=self.place)

    def column(self, definition: Node, table: str) -> Column:
        """Return a column as it is defined; keys and UNIQUE are constraints of their own."""
        nullable, default = not definition.is_not_null, None
        if is_serial(definition.type_name):
            nullable, default = False, f"nextval('{table}_{definition.colname}_seq'::regclass)"
        for part in definition.constraints:
            constraint = part.constraint
            if constraint.contype in (_NOT_NULL, _PRIMARY):
                nullable = False
            elif constraint.contype == _DEFAULT:
                default = deparse(constraint.raw_expr)
            elif constraint.contype == _IDENTITY:
                nullable, default = False, _identity(constraint.generated_when)
        return Column(definition.colname, type_name(definition.type_name), nullable, default=default, place=self.place)

    def constraint(self, table: str, constraint: Node, own: tuple[str, ...] = ()) -> None:
        """Add a constraint of a table; `own` is the column that it is written behind."""
        name = constraint.conname or None
        columns = tuple(names(constraint.keys)) or own
        if constraint.contype in (_PRIMARY, _UNIQUE) and constraint.indexname:
            self.builder.add_unique_by_index(table, constraint.indexname, name, primary=constraint.contype == _PRIMARY)
        elif constraint.contype == _PRIMARY:
            self.builder.add_primary_key(table, columns, name)
        elif constraint.contype == _UNIQUE:
            self.builder.add_unique(table, columns, name, self.place)
        elif constraint.contype == _FOREIGN_KEY:
            key = ForeignKey(tuple(names(constraint.fk_attrs)) or own, self.name(constraint.pktable),
                             tuple(names(constraint.pk_attrs)), ACTIONS.get(constraint.fk_del_action), self.place)
            self.builder.add_foreign_key(table, key, name)
        elif constraint.contype == _EXCLUSION:
            elements = tuple(_element(pair.list.items[0].index_elem) for pair in constraint.exclusions)
            self.builder.create_index(table, Index(name or "", elements, method=constraint.access_method or "gist",
                                                   constraint=True, place=self.place))

    def _index_stmt(self, statement: Node) -> None:
        table = self.name(statement.relation)
        if not self.builder.has_table(table):
            return
        elements = [part.index_elem for part in statement.index_params]
        qualifiers = tuple(_qualifier(element) for element in elements)
        index = Index(
            statement.idxname, tuple(_element(element) for element in elements), statement.unique,
            statement.access_method or "btree",
            tuple(part.index_elem.name for part in statement.index_including_params),
            canonical(statement.where_clause) if statement.HasField("where_clause") else None, place=self.place,
            qualifiers=qualifiers if any(qualifiers) else ())
        self.builder.create_index(table, index)

    def _drop_stmt(self, statement: Node) -> None:
        for item in statement.objects:
            words = names(item.list.items) if kind(item) == "list" else names([item])
            if statement.remove_type == _TABLE:
                self.builder.drop_table(self._dotted(words))
            elif statement.remove_type == _INDEX:
                self.builder.drop_index(words[-1])
            elif statement.remove_type == _SCHEMA:
                self.builder.drop_schema(words[-1])

    def _dotted(self, words: list[str]) -> str:
        words = words if len(words) > 1 or not self.schema else [self.schema, *words]
        return ".".join(words[-2:])

    def _rename_stmt(self, statement: Node) -> None:
        table = self.name(statement.relation)
        if statement.rename_type == _TABLE:
            self.builder.rename_table(table, statement.newname)
        elif statement.rename_type == _COLUMN and self.builder.has_table(table):
            self.builder.alter_column(table, statement.subname, new_name=statement.newname)
        elif statement.rename_type == _INDEX:
            self.builder.rename_index(statement.relation.relname, statement.newname)
        elif statement.rename_type == _CONSTRAINT:
            self.builder.rename_constraint(table, statement.subname, statement.newname)

    def _alter_object_schema_stmt(self, statement: Node) -> None:
        if statement.object_type == _TABLE:
            self.builder.rename_table(self.name(statement.relation),
                                      f"{statement.newschema}.{statement.relation.relname}")

    def _alter_table_stmt(self, statement: Node) -> None:
        table = self.name(statement.relation)
        if statement.objtype != _TABLE:
            return
        if not self.builder.has_table(table):
            if not statement.missing_ok:
                self.builder.note(f"ALTER TABLE {table}", "the table is not created by anything read before this",
                                  self.place)
            return
        for command in statement.cmds:
            self._alter(table, command.alter_table_cmd)

    def _alter(self, table: str, command: Node) -> None:
        # Numbers of the grammar's AlterTableType.
        what, builder = command.subtype, self.builder
        if what == 1:
            self._add_column(table, command)
        elif what == 3:
            default = deparse(getattr(command, "def")) if command.HasField("def") else None
            builder.alter_column(table, command.name, default=default)
        elif what in (5, 6):
            builder.alter_column(table, command.name, nullable=what == 5)
        elif what == 14:
            builder.drop_column(table, command.name)
        elif what == 17:
            self.constraint(table, getattr(command, "def").constraint)
        elif what == 23:
            builder.drop_constraint(command.name, table)
        elif what == 25:
            builder.alter_column(table, command.name, type=type_name(getattr(command, "def").column_def.type_name))
        elif what == 60:
            builder.drop_table(self.name(getattr(command, "def").partition_cmd.name))
        elif what in (63, 65):
            identity = _identity(getattr(command, "def").constraint.generated_when) if what == 63 else None
            builder.alter_column(table, command.name, default=identity)

    def _add_column(self, table: str, command: Node) -> None:
        definition = getattr(command, "def").column_def
        if command.missing_ok and any(c.name == definition.colname for c in self.builder.columns_of(table)):
            return
        self.builder.add_column(table, self.column(definition, table))
        for part in definition.constraints:
            self.constraint(table, part.constraint, (definition.colname,))


def _identity(when: str) -> str:
    return "generated always as identity" if when == "a" else "generated by default as identity"


def _element(element: Node) -> str:
    """Return an index's column: a name, or an expression in parentheses."""
    return str(element.name) or f"({canonical(element.expr)})"


def _qualifier(element: Node) -> str:
    """Return what stands behind a column in an index: collation, operator class and order, where not the usual."""
    # Numbers of the grammar's SortByDir and SortByNulls.
    descending, nulls = element.ordering == 3, {2: "first", 3: "last"}.get(element.nulls_ordering, "")
    words = [f'collate "{names(element.collation)[-1]}"'] if element.collation else []
    words += names(element.opclass)[-1:]
    words += ["desc"] if descending else []
    words += [f"nulls {nulls}"] if nulls and (nulls == "first") != descending else []
    return " ".join(words)
