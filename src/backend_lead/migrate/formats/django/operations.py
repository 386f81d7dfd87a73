"""What each operation sends, forward and backward.

Django 5.2: django/db/migrations/operations and django/contrib/postgres/operations.py.  Backward, `before` and `after`
are the models before and after the step back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from backend_lead.migrate.formats.django import changes, indexes
from backend_lead.migrate.formats.django.altering import Change, Side, many_to_many
from backend_lead.migrate.formats.django.changes import flag, given_field, named, word
from backend_lead.migrate.formats.django.editor import Editor, unique
from backend_lead.migrate.formats.django.kinds import Unclear
from backend_lead.migrate.formats.django.meanings import Operation
from backend_lead.migrate.formats.django.naming import made, quoted
from backend_lead.migrate.formats.django.reading import called, externals
from backend_lead.migrate.formats.django.running import irreversible, run_sql
from backend_lead.migrate.formats.django.state import Model, State


@dataclass(frozen=True)
class Doing:
    """One operation, one way: the app it is in, the models before and after it, and whom to send to."""

    operation: Operation
    app: str
    before: State
    after: State
    editor: Editor
    backward: bool = False

    @property
    def first(self) -> State:
        """The models as they stand before the operation goes forward."""
        return self.after if self.backward else self.before

    @property
    def last(self) -> State:
        """The models as they stand when it has gone forward."""
        return self.before if self.backward else self.after

    def model(self, state: State, name: str = "model_name") -> Model:
        """Return the model that the operation names.  Raises Unclear."""
        return state.model(self.app, word(self.operation, 0, name))


def apply(doing: Doing) -> None:
    """Send what an operation sends.  Raises Unclear."""
    action = _ACTIONS.get(called(doing.operation))
    if action is None:
        raise Unclear("what this operation sends is not known here")
    action(doing)


def _nothing(doing: Doing) -> None:
    return None


def _create(doing: Doing) -> None:
    model = doing.model(doing.last, "name")
    if model.migrated:
        if doing.backward:
            doing.editor.delete_model(model, doing.before)
        else:
            doing.editor.create_model(model, doing.after)


def _delete(doing: Doing) -> None:
    model = doing.model(doing.first, "name")
    if model.migrated:
        if doing.backward:
            doing.editor.create_model(model, doing.after)
        else:
            doing.editor.delete_model(model, doing.before)


def _rename_model(doing: Doing) -> None:
    names = [word(doing.operation, 0, "old_name"), word(doing.operation, 1, "new_name")]
    if doing.backward:
        names.reverse()
    old, new = doing.before.model(doing.app, names[0]), doing.after.model(doing.app, names[1])
    if not new.migrated:
        return
    doing.editor.rename_table(old.table, new.table)
    for owner, one in doing.before.relations(old):
        if not str(one.said("related_name", "")).endswith("+") or one.many:
            model = new if owner.key == old.key else doing.after.models[owner.key]
            before, after = Side(doing.before, owner, one), Side(doing.after, model, model.fields[one.name])
            Change(doing.editor, before, after, model).send()
    mine = [one for one in old.fields.values() if one.many]
    theirs = [one for one in new.fields.values() if one.many]
    for one, other in zip(mine, theirs, strict=True):
        if other.to != new.key and other.through is None:
            many_to_many(doing.editor, Side(doing.before, old, one), Side(doing.after, new, other))


def _alter_table(doing: Doing) -> None:
    old, new = doing.model(doing.before, "name"), doing.model(doing.after, "name")
    if not new.migrated:
        return
    doing.editor.rename_table(old.table, new.table)
    for one in new.fields.values():
        if one.many and one.through is None:
            before, after = doing.before.through(old, old.fields[one.name]), doing.after.through(new, one)
            if before is not None and after is not None:
                doing.editor.rename_table(before.table, after.table)


def _comment_table(doing: Doing) -> None:
    from backend_lead.migrate.formats.django.literals import text

    model = doing.model(doing.after, "name")
    if model.migrated:
        comment = text(str(model.option("db_table_comment") or ""))
        doing.editor.send(f"COMMENT ON TABLE {quoted(model.table)} IS {comment}")


def _together(doing: Doing) -> None:
    old, new = doing.model(doing.before, "name"), doing.model(doing.after, "name")
    if not new.migrated:
        return
    for gone in sorted(set(old.together) - set(new.together)):
        columns = tuple(doing.after.field(new, name).column for name in gone)
        found = doing.editor.recorder.constraints(new.table, "unique", columns)
        own = [indexes.name_of(each, new, doing.after) for each in new.constraints]
        found = [name for name in found if name not in own]
        if len(found) > 1 and made(new.table, columns, "_uniq") in found:
            found = [made(new.table, columns, "_uniq")]
        if len(found) != 1:
            raise Unclear(f"which constraint makes ({', '.join(gone)}) unique is not known here")
        doing.editor.send(f"ALTER TABLE {quoted(new.table)} DROP CONSTRAINT {quoted(found[0])}")
    for added in sorted(set(new.together) - set(old.together)):
        columns = tuple(doing.after.field(new, name).column for name in added)
        doing.editor.send(unique(new.table, columns).shown())


def _add_field(doing: Doing) -> None:
    if doing.backward:
        model = doing.model(doing.before)
        if model.migrated:
            doing.editor.remove_field(model, model.fields[word(doing.operation, 1, "name")], doing.before)
        return
    model = doing.model(doing.after)
    if model.migrated:
        doing.editor.add_field(doing.model(doing.before), given_field(doing.operation, doing.app, model), doing.after)


def _remove_field(doing: Doing) -> None:
    name = word(doing.operation, 1, "name")
    model = doing.model(doing.first)
    if name not in model.fields:
        raise Unclear(f"the model {model.name} has no field {name} that is known here")
    if not model.migrated:
        return
    if doing.backward:
        doing.editor.add_field(doing.model(doing.before), model.fields[name], doing.after)
    else:
        doing.editor.remove_field(model, model.fields[name], doing.before)


def _alter_field(doing: Doing) -> None:
    name = word(doing.operation, 1, "name")
    old, new = doing.model(doing.before), doing.model(doing.after)
    if not new.migrated:
        return
    before, after = doing.before.field(old, name), doing.after.field(new, name)
    if not flag(doing.operation, 3, "preserve_default", True):
        default = given_field(doing.operation, doing.app, new).given.get("default")
        given = {key: value for key, value in after.given.items() if key != "default"}
        after = replace(after, given={**given, **({"default": default} if default is not None else {})})
    Change(doing.editor, Side(doing.before, old, before), Side(doing.after, new, after), old).send()


def _rename_field(doing: Doing) -> None:
    names = [word(doing.operation, 1, "old_name"), word(doing.operation, 2, "new_name")]
    if doing.backward:
        names.reverse()
    old, new = doing.model(doing.before), doing.model(doing.after)
    if new.migrated:
        before = Side(doing.before, old, doing.before.field(old, names[0]))
        Change(doing.editor, before, Side(doing.after, new, doing.after.field(new, names[1])), old).send()


def _index(doing: Doing) -> None:
    kind = called(doing.operation)
    alone = kind.endswith("Concurrently")
    adds = kind.startswith("Add")
    model = doing.model(doing.last if adds else doing.first)
    if not model.migrated:
        return
    state = doing.last if adds else doing.first
    if adds:
        value = externals([doing.operation.argument(1, "index") or doing.operation])[0]
    else:
        value = named(model.indexes, word(doing.operation, 1, "name"), model, state)
    if adds is not doing.backward:
        doing.editor.send(indexes.create_index(value, model, state, concurrently=alone))
    elif alone:
        doing.editor.send(indexes.drop_index(indexes.name_of(value, model, state), concurrently=True))
    else:
        doing.editor.drop_index(model.table, indexes.name_of(value, model, state))


def _rename_index(doing: Doing) -> None:
    names = [word(doing.operation, 2, "old_name"), word(doing.operation, 1, "new_name")]
    if doing.backward:
        names.reverse()
    if doing.model(doing.after).migrated and names[0] != names[1]:
        doing.editor.send(f"ALTER INDEX {quoted(names[0])} RENAME TO {quoted(names[1])}")


def _constraint(doing: Doing) -> None:
    kind = called(doing.operation)
    adds = kind.startswith("Add")
    state = doing.last if adds else doing.first
    model = doing.model(state)
    if not model.migrated:
        return
    if adds:
        value = externals([doing.operation.argument(1, "constraint") or doing.operation])[0]
    else:
        value = named(model.constraints, word(doing.operation, 1, "name"), model, state)
    if adds is doing.backward:
        doing.editor.send(indexes.drop_constraint(value, model, state))
        return
    sql = indexes.create_constraint(value, model, state)
    doing.editor.send(f"{sql} NOT VALID" if kind == "AddConstraintNotValid" else sql)


def _validate(doing: Doing) -> None:
    model = doing.model(doing.before)
    if not doing.backward and model.migrated:
        name = quoted(word(doing.operation, 1, "name"))
        doing.editor.send(f"ALTER TABLE {quoted(model.table)} VALIDATE CONSTRAINT {name}")


_EXTENSIONS = {
    "BloomExtension": "bloom", "BtreeGinExtension": "btree_gin", "BtreeGistExtension": "btree_gist",
    "CITextExtension": "citext", "CryptoExtension": "pgcrypto", "HStoreExtension": "hstore",
    "TrigramExtension": "pg_trgm", "UnaccentExtension": "unaccent",
}  # fmt: skip


def _extension(doing: Doing) -> None:
    name = _EXTENSIONS.get(called(doing.operation)) or word(doing.operation, 0, "name")
    how = "DROP EXTENSION IF EXISTS" if doing.backward else "CREATE EXTENSION IF NOT EXISTS"
    doing.editor.send(f"{how} {quoted(name)}")


def _run_sql(doing: Doing) -> None:
    run_sql(doing.operation, doing.editor, backward=doing.backward)


def _run_python(doing: Doing) -> None:
    code = doing.operation.argument(1, "reverse_code") if doing.backward else doing.operation.argument(0, "code")
    name = getattr(code, "name", "")
    if name.endswith("RunPython.noop"):
        return
    raise Rows("what this function does with rows is not known here")


class Rows(Unclear):
    """What an operation does with rows is not known; the schema stays as it is."""


def _separate(doing: Doing) -> None:
    state, steps = doing.first, []
    for each in changes.inner(doing.operation, 0, "database_operations"):
        following = changes.changed(each, doing.app, state)
        steps.append((each, state, following))
        state = following
    if doing.backward:
        for each, before, after in reversed(steps):
            apply(Doing(each, doing.app, after, before, doing.editor, True))
        return
    for each, before, after in steps:
        apply(Doing(each, doing.app, before, after, doing.editor))


def can_go_back(operation: Operation) -> bool:
    """Say whether an operation can be taken back."""
    if called(operation) == "SeparateDatabaseAndState":
        try:
            return all(can_go_back(each) for each in changes.inner(operation, 0, "database_operations"))
        except Unclear:
            return True
    return not irreversible(operation)


_ACTIONS: dict[str, Callable[[Doing], None]] = {
    "CreateModel": _create,
    "DeleteModel": _delete,
    "RenameModel": _rename_model,
    "AlterModelTable": _alter_table,
    "AlterModelTableComment": _comment_table,
    "AlterModelOptions": _nothing,
    "AlterModelManagers": _nothing,
    "AlterUniqueTogether": _together,
    "AddField": _add_field,
    "RemoveField": _remove_field,
    "AlterField": _alter_field,
    "RenameField": _rename_field,
    "AddIndex": _index,
    "AddIndexConcurrently": _index,
    "RemoveIndex": _index,
    "RemoveIndexConcurrently": _index,
    "RenameIndex": _rename_index,
    "AddConstraint": _constraint,
    "AddConstraintNotValid": _constraint,
    "RemoveConstraint": _constraint,
    "ValidateConstraint": _validate,
    "CreateExtension": _extension,
    **dict.fromkeys(_EXTENSIONS, _extension),
    "RunSQL": _run_sql,
    "RunPython": _run_python,
    "SeparateDatabaseAndState": _separate,
}
