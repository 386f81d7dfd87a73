"""A change of a field: its type, its constraints, its indexes, its name, in the order of Django's schema editor.

Django 5.2: `_alter_field` in django/db/backends/base/schema.py and django/db/backends/postgresql/schema.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from backend_lead.migrate.formats.django import editor as editing
from backend_lead.migrate.formats.django import kinds, literals, naming
from backend_lead.migrate.formats.django.editor import Editor
from backend_lead.migrate.formats.django.kinds import Unclear
from backend_lead.migrate.formats.django.naming import quoted
from backend_lead.migrate.formats.django.reading import text
from backend_lead.migrate.formats.django.state import Field, Model, State
from backend_lead.read.code.containers import Fields, Items
from backend_lead.read.code.library_values import External
from backend_lead.read.code.values import Known, Value

# Django 5.2, django.db.models.fields.Field.non_db_attrs.
_NOT_OF_THE_DATABASE = frozenset(
    ("blank", "choices", "db_column", "editable", "error_messages", "help_text", "limit_choices_to", "on_delete",
     "related_name", "related_query_name", "validators", "verbose_name", "auto_created", "serialize")
)  # fmt: skip
_ABSENT: dict[str, object] = {
    "null": False, "unique": False, "primary_key": False, "default": ..., "db_default": ..., "db_comment": None,
    "db_collation": None, "max_length": None, "db_tablespace": None, "db_constraint": True, "to_field": None,
    "unique_for_date": None, "unique_for_month": None, "unique_for_year": None, "parent_link": False, "through": None,
    "auto_now": False, "auto_now_add": False, "symmetrical": None, "swappable": True, "through_fields": None,
}  # fmt: skip


@dataclass(frozen=True)
class Side:
    """A field in its model and state, before or after."""

    state: State
    model: Model
    field: Field


def _words(side: Side, without: frozenset[str]) -> dict[str, object]:
    """What Django compares of a field: its class and what it was given, without what it would have anyway."""
    one = side.field
    found: dict[str, object] = {"kind": one.kind, "to": one.to, "through": one.through, "inner": None}
    if one.inner is not None:
        found["inner"] = repr(_words(Side(side.state, side.model, one.inner), frozenset()))
    for name, value in one.given.items():
        if name in without or name in ("to", "through", "base_field"):
            continue
        said = _comparable(value)
        if not (name in _ABSENT and said == ("known", repr(_ABSENT[name]))):
            found[name] = said
    if one.kind in kinds.TEXTS and one.kind not in ("CharField", "TextField"):
        found.setdefault("max_length", ("known", kinds.type_of(one)[8:-1]))
    for name in ("db_index", "unique"):
        found[name] = one.indexed if name == "db_index" else one.unique
    found["null"] = one.null
    if "to_field" in found and one.to in side.state.models:
        # Django 5.2, ForeignKey.deconstruct: the key of the other model is what is meant anyway.
        to, target = side.state.target(one)
        if target.name == side.state.key(to).name:
            del found["to_field"]
    return found


def _comparable(value: Value) -> object:
    if isinstance(value, Known):
        return ("known", repr(value.value))
    if isinstance(value, Items):
        return (value.kind, tuple(_comparable(each) for each in value.values))
    if isinstance(value, Fields):
        return ("dict", tuple((str(key), _comparable(each)) for key, each in value.values.items()))
    if isinstance(value, External):
        inner = tuple(_comparable(each) for each in value.positional)
        return (value.name, inner, tuple((key, _comparable(each)) for key, each in sorted(value.keywords.items())))
    return value.signature()


def is_altered(old: Side, new: Side, ignoring: frozenset[str] = frozenset()) -> bool:
    """Say whether the database has to do anything.  Raises Unclear."""
    without = _NOT_OF_THE_DATABASE | ignoring
    first, second = _words(old, without), _words(new, without)
    if not new.field.many and old.field.related and new.field.related:
        tables = [side.state.target(side.field)[0].table for side in (old, new)]
        if tables[0] == tables[1]:
            first.pop("to")
            second.pop("to")
    return old.field.column != new.field.column or first != second


class Change:
    """One change of a field."""

    def __init__(self, editor: Editor, old: Side, new: Side, model: Model) -> None:
        self.editor = editor
        self.old = old
        self.new = new
        self.table = model.table
        self.model = model

    def send(self) -> None:
        """Send what it takes.  Raises Unclear."""
        old, new = self.old.field, self.new.field
        for each in (old, new):
            if each.unclear:
                raise Unclear(each.unclear)
        if not is_altered(self.old, self.new):
            return
        if old.many != new.many:
            raise Unclear("a field of many to many cannot become another, or the other way round")
        if old.many:
            if old.through is None and new.through is None:
                many_to_many(self.editor, self.old, self.new)
            return
        self._alter()

    def _names(self, kind: str, column: str) -> list[str]:
        return self.editor.recorder.constraints(self.table, kind, (column,))

    def _alter(self) -> None:
        old, new, send = self.old.field, self.new.field, self.editor.send
        old_type, new_type = self.old.state.type(old), self.new.state.type(new)
        declared = {each.keywords["name"] for each in self.model.constraints if "name" in each.keywords}
        own = {text(each, "its name") for each in declared}
        dropped = False
        if old.related and old.constrained and is_altered(self.old, self.new, frozenset(("db_comment",))):
            for name in self.editor.foreign_keys(self.table, old):
                dropped = True
                self.editor.drop_foreign_key(self.table, name)
        becomes_key = new.primary_key and not old.primary_key
        if old.unique and (not new.unique or becomes_key):
            for name in self._names("unique", old.column):
                if name not in own:
                    send(f"ALTER TABLE {quoted(self.table)} DROP CONSTRAINT {quoted(name)}")
        collations = (old.said("db_collation"), new.said("db_collation"))
        others = []
        if ((old.primary_key and new.primary_key) or (old.unique and new.unique)) and (
            old_type != new_type or collations[0] != collations[1]
        ):
            others = list(referring(self.old, self.new))
            for _, after in others:
                for name in self.editor.recorder.constraints(after.model.table, "foreign_key", (after.field.column,)):
                    self.editor.drop_foreign_key(after.model.table, name)
        self._drop_indexes()
        positive = (old.kind if old.kind in kinds.POSITIVE else "", new.kind if new.kind in kinds.POSITIVE else "")
        if bool(positive[0]) and not positive[1]:
            for name in self._names("check", old.column):
                if name not in own:
                    send(f"ALTER TABLE {quoted(self.table)} DROP CONSTRAINT {quoted(name)}")
        if old.column != new.column:
            self._rename()
        needs_default = self._change_column(old_type, new_type, collations)
        if old.primary_key and not new.primary_key:
            for name in self.editor.recorder.constraints(self.table, "primary_key", None):
                send(f"ALTER TABLE {quoted(self.table)} DROP CONSTRAINT {quoted(name)}")
        if not new.primary_key and new.unique and (not old.unique or old.primary_key):
            send(editing.unique(self.table, (new.column,)).shown())
        if (not old.indexed or old.unique) and new.indexed and not new.unique:
            send(editing.index(self.table, (new.column,)).shown())
        if becomes_key:
            name = naming.made(self.table, (new.column,), "_pk")
            send(f"ALTER TABLE {quoted(self.table)} ADD CONSTRAINT {quoted(name)} PRIMARY KEY ({quoted(new.column)})")
            if list(referring(self.old, self.new)):
                raise Unclear("what becomes of the fields that lead to the new key is not known here")
        for before, after in others:
            other = Change(self.editor, before, after, after.model)
            send(f"ALTER TABLE {quoted(other.table)} {other.type_change(collations)}")
        if new.related and (dropped or not old.related or not old.constrained) and new.constrained:
            send(editing.foreign_key(self.model, new, self.new.state).shown())
        for _, after in others:
            if after.field.constrained:
                send(editing.foreign_key(after.model, after.field, after.state, "_fk").shown())
        if positive[1] and not positive[0]:
            name = naming.made(self.table, (new.column,), "_check")
            column = quoted(new.column)
            send(f"ALTER TABLE {quoted(self.table)} ADD CONSTRAINT {quoted(name)} CHECK ({column} >= 0)")
        if needs_default:
            send(f"ALTER TABLE {quoted(self.table)} ALTER COLUMN {quoted(new.column)} DROP DEFAULT")
        self._like(old_type, new_type)

    def _drop_indexes(self) -> None:
        old, new = self.old.field, self.new.field
        if not old.indexed or old.unique or (new.indexed and not new.unique):
            return
        declared = {text(each.keywords.get("name"), "the name of an index") for each in self.model.indexes}
        for name in self.editor.recorder.indexes(self.table, (old.column,)):
            if name not in declared:
                self.editor.drop_index(self.table, name)

    def _rename(self) -> None:
        old, new = self.old.field.column, self.new.field.column
        self.editor.send(f"ALTER TABLE {quoted(self.table)} RENAME COLUMN {quoted(old)} TO {quoted(new)}")
        for each in self.editor.deferred:
            if each.table == self.table:
                each.columns = tuple(new if column == old else column for column in each.columns)
            if (each.to_table, each.to_column) == (self.table, old):
                each.to_column = new

    def type_change(self, collations: tuple[object, object]) -> str:
        """Return the part of ALTER TABLE that changes the type.  Raises Unclear."""
        column, kind = quoted(self.new.field.column), self.new.state.type(self.new.field)
        collate = f" COLLATE {quoted(str(collations[1]))}" if collations[1] else ""
        same = self.old.state.data_type(self.old.field) == self.new.state.data_type(self.new.field)
        using = "" if same else f" USING {column}::{kind}"
        return f"ALTER COLUMN {column} TYPE {kind}{collate}{using}"

    def _change_column(self, old_type: str, new_type: str, collations: tuple[object, object]) -> bool:
        """Send the change of type, default and NULL; say whether a default is to be dropped in the end."""
        old, new, send = self.old.field, self.new.field, self.editor.send
        table, column = quoted(self.table), quoted(new.column)
        actions, after = [], []
        automatic = (old.kind in kinds.AUTOMATIC, new.kind in kinds.AUTOMATIC)
        comments = (old.said("db_comment"), new.said("db_comment"))
        if old_type != new_type or automatic[0] != automatic[1] or len(set(collations)) > 1 or len(set(comments)) > 1:
            if self._leaves_text(old_type, new_type):
                self.editor.drop_index(self.table, naming.made(self.table, (old.column,), "_like"))
            if automatic[0] and not automatic[1]:
                send(f"ALTER TABLE {table} ALTER COLUMN {column} DROP IDENTITY IF EXISTS")
            actions.append(self.type_change(collations))
            if automatic[1] and not automatic[0]:
                after.append(f"ALTER TABLE {table} ALTER COLUMN {column} ADD GENERATED BY DEFAULT AS IDENTITY")
            elif automatic[0] and (sequence := self.editor.recorder.sequence(self.table, new.column)):
                kind = self.new.state.type(new)
                how = f"ALTER SEQUENCE IF EXISTS {quoted(sequence)} AS {kind}" if automatic[1] else ""
                after.append(how or f"DROP SEQUENCE IF EXISTS {quoted(sequence)} CASCADE")
            elif comments[0] != comments[1] and not any(automatic):
                said = literals.text(str(comments[1] or ""))
                after.append(f"COMMENT ON COLUMN {table}.{column} IS {said}")
        if new.db_default is not None:
            default = literals.database_default(new, self.new.state)[0]
            if old.db_default is None or literals.database_default(old, self.old.state)[0] != default:
                actions.append(f"ALTER COLUMN {column} SET DEFAULT {default}")
        elif old.db_default is not None:
            actions.append(f"ALTER COLUMN {column} DROP DEFAULT")
        hardens = old.null and not new.null
        needs_default, value = False, None
        if hardens and new.db_default is None:
            value = literals.effective(new, self.new.state)
            if value is not None and value != literals.effective(old, self.old.state):
                needs_default = True
                actions.append(f"ALTER COLUMN {column} SET DEFAULT {value}")
        nulls = f"ALTER COLUMN {column} {'DROP' if new.null else 'SET'} NOT NULL" if old.null != new.null else ""
        in_steps = hardens and (literals.given_default(new) is not None or new.db_default is not None)
        if nulls and not in_steps:
            actions.append(nulls)
        if actions:
            send(f"ALTER TABLE {table} {', '.join(actions)}")
        if in_steps:
            if new.db_default is not None:
                value = literals.database_default(new, self.new.state)[0]
            filled = "NULL" if value is None else value
            send(f"UPDATE {table} SET {column} = {filled} WHERE {column} IS NULL; SET CONSTRAINTS ALL IMMEDIATE")
            send(f"ALTER TABLE {table} {nulls}")
        for each in after:
            send(each)
        return needs_default

    def _leaves_text(self, old_type: str, new_type: str) -> bool:
        old = self.old.field
        return (old.indexed or old.unique) and any(
            old_type.startswith(each) and not new_type.startswith(each) for each in ("varchar", "text")
        )

    def _like(self, old_type: str, new_type: str) -> None:
        old, new = self.old.field, self.new.field
        added = (new.indexed and not (old.indexed or old.unique)) or (new.unique and not old.unique)
        if added or self._leaves_text(old_type, new_type):
            like = self.editor.like(self.model, new, self.new.state)
            if like is not None:
                self.editor.send(like.shown())
        if old.unique and not (new.indexed or new.unique):
            self.editor.drop_index(self.table, naming.made(self.table, (old.column,), "_like"))


def many_to_many(editor: Editor, old: Side, new: Side) -> None:
    """Send the change of a table between two models that Django makes.  Raises Unclear."""
    before, after = (side.state.through(side.model, side.field) for side in (old, new))
    if before is None or after is None:
        return
    editor.rename_table(before.table, after.table)
    pairs = list(zip(before.fields.values(), after.fields.values(), strict=True))
    for one, other in (pairs[2], pairs[1]):
        Change(editor, Side(old.state, before, one), Side(new.state, after, other), after).send()


def referring(old: Side, new: Side) -> Iterator[tuple[Side, Side]]:
    """Yield the fields that lead to a field, before and after, and those that lead to them.  Raises Unclear."""
    before, after = (_referring(side) for side in (old, new))
    for one, other in zip(before, after, strict=False):
        yield one, other
        yield from referring(one, other)


def _referring(side: Side) -> list[Side]:
    found = []
    for model, one in side.state.relations(side.model, hidden=True):
        if not one.many and side.state.target(one)[1].name == side.field.name:
            name = one.said("related_query_name") or one.said("related_name") or model.key[1]
            found.append((str(name), Side(side.state, model, one)))
    return [each for _, each in sorted(found, key=lambda pair: pair[0])]
