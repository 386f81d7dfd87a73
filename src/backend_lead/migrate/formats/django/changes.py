"""What each operation makes of the models.

Django 5.2: django/db/migrations/state.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from backend_lead.migrate.formats.django.indexes import name_of
from backend_lead.migrate.formats.django.kinds import Unclear
from backend_lead.migrate.formats.django.meanings import Operation
from backend_lead.migrate.formats.django.reading import (
    called,
    externals,
    field_of,
    listed,
    model_of,
    text,
    together,
)  # fmt: skip
from backend_lead.migrate.formats.django.state import Field, Key, Model, State
from backend_lead.read.code.containers import Fields
from backend_lead.read.code.library_values import External
from backend_lead.read.code.values import Known, Value


def flag(operation: Operation, index: int, name: str, default: bool) -> bool:
    """Return an argument that is true or false.  Raises Unclear."""
    value = operation.argument(index, name)
    if value is None:
        return default
    if isinstance(value, Known):
        return bool(value.value)
    raise Unclear(f"`{name}` is not known here")


def word(operation: Operation, index: int, name: str) -> str:
    """Return an argument that is a text.  Raises Unclear."""
    return text(operation.argument(index, name), f"`{name}`")


def given_field(operation: Operation, app: str, model: Model) -> Field:
    """Return the field of AddField and AlterField.  Raises Unclear."""
    value = operation.argument(2, "field")
    if value is None:
        raise Unclear("its field is not known here")
    return field_of(word(operation, 1, "name"), value, app, model.name)


def named(values: tuple[External, ...], name: str, model: Model, state: State) -> External:
    """Return the index or constraint of a name.  Raises Unclear."""
    for each in values:
        if name_of(each, model, state) == name:
            return each
    raise Unclear(f"{name} is in no migration that is known here")


def changed(operation: Operation, app: str, state: State) -> State:
    """Return the models after an operation.  Raises Unclear."""
    change = _CHANGES.get(called(operation))
    return change(operation, app, state) if change is not None else state


def _create(operation: Operation, app: str, state: State) -> State:
    given = [operation.argument(index, name) for index, name in enumerate(("fields", "options", "bases"), 1)]
    return state.put(model_of(app, word(operation, 0, "name"), *given))


def _delete(operation: Operation, app: str, state: State) -> State:
    return state.put(without=state.model(app, word(operation, 0, "name")).key)


def _rename_model(operation: Operation, app: str, state: State) -> State:
    old = state.model(app, word(operation, 0, "old_name"))
    new = replace(old, name=word(operation, 1, "new_name"))

    def moved(key: Key | None) -> Key | None:
        return new.key if key == old.key else key

    models = {
        key: replace(
            model,
            fields={
                name: replace(one, to=moved(one.to), through=moved(one.through)) for name, one in model.fields.items()
            },
            bases=tuple(moved(each) or each for each in model.bases),
        )
        if model.unclear == "" and (_leads(model, old.key) or old.key in model.bases)
        else model
        for key, model in state.models.items()
    }
    made = models.pop(old.key)
    models[new.key] = replace(made, name=new.name)
    return State(models, state.key_kind)


def _leads(model: Model, key: Key) -> bool:
    return any(key in (one.to, one.through) for one in model.fields.values())


def _option(name: str, argument: str) -> Callable[[Operation, str, State], State]:
    def change(operation: Operation, app: str, state: State) -> State:
        model = state.model(app, word(operation, 0, "name"))
        value = operation.argument(1, argument)
        return state.put(replace(model, options={**model.options, name: value or Known(None)}))

    return change


_KEYS = (
    "base_manager_name", "default_manager_name", "default_related_name", "get_latest_by", "managed", "ordering",
    "permissions", "default_permissions", "select_on_save", "verbose_name", "verbose_name_plural",
)  # fmt: skip


def _options(operation: Operation, app: str, state: State) -> State:
    model = state.model(app, word(operation, 0, "name"))
    given = operation.argument(1, "options")
    if not isinstance(given, Fields) or not given.complete:
        return state.put(replace(model, unclear=f"the options of the model {model.name} are not all known here"))
    kept = {key: value for key, value in model.options.items() if key not in _KEYS}
    return state.put(replace(model, options={**kept, **{str(key): value for key, value in given.values.items()}}))


def _together(operation: Operation, app: str, state: State) -> State:
    model = state.model(app, word(operation, 0, "name"))
    return state.put(replace(model, together=together(operation.argument(1, "unique_together"))))


def _add_field(operation: Operation, app: str, state: State) -> State:
    model = state.model(app, word(operation, 0, "model_name"))
    one = given_field(operation, app, model)
    if not flag(operation, 3, "preserve_default", True):
        one = replace(one, given={key: value for key, value in one.given.items() if key != "default"})
    return state.put(model.with_field(one))


def _remove_field(operation: Operation, app: str, state: State) -> State:
    model = state.model(app, word(operation, 0, "model_name"))
    name = word(operation, 1, "name")
    return state.put(replace(model, fields={key: one for key, one in model.fields.items() if key != name}))


def _rename_field(operation: Operation, app: str, state: State) -> State:
    model = state.model(app, word(operation, 0, "model_name"))
    old, new = word(operation, 1, "old_name"), word(operation, 2, "new_name")
    if old not in model.fields:
        raise Unclear(f"the model {model.name} has no field {old} that is known here")
    fields = {key: one for key, one in model.fields.items() if key != old}
    fields[new] = replace(model.fields[old], name=new)
    names = tuple(tuple(new if name == old else name for name in each) for each in model.together)
    pointing = []
    for owner in state.models.values():
        led = {
            name: replace(one, given={**one.given, "to_field": Known(new)})
            for name, one in (fields if owner is model else owner.fields).items()
            if one.to == model.key and _says(one.given.get("to_field"), old)
        }
        if led and owner is model:
            fields.update(led)
        elif led:
            pointing.append(replace(owner, fields={**owner.fields, **led}))
    return state.put(replace(model, fields=fields, together=names), *pointing)


def _says(value: Value | None, name: str) -> bool:
    return isinstance(value, Known) and value.value == name


def _add_index(operation: Operation, app: str, state: State) -> State:
    model = state.model(app, word(operation, 0, "model_name"))
    return state.put(replace(model, indexes=(*model.indexes, *externals(_one(operation, "index")))))


def _remove_index(operation: Operation, app: str, state: State) -> State:
    model = state.model(app, word(operation, 0, "model_name"))
    gone = named(model.indexes, word(operation, 1, "name"), model, state)
    return state.put(replace(model, indexes=tuple(each for each in model.indexes if each is not gone)))


def _rename_index(operation: Operation, app: str, state: State) -> State:
    model = state.model(app, word(operation, 0, "model_name"))
    old = named(model.indexes, word(operation, 2, "old_name"), model, state)
    keywords = {**old.keywords, "name": Known(word(operation, 1, "new_name"))}
    new = External(old.name, positional=old.positional, keywords=keywords)
    return state.put(replace(model, indexes=tuple(new if each is old else each for each in model.indexes)))


def _add_constraint(operation: Operation, app: str, state: State) -> State:
    model = state.model(app, word(operation, 0, "model_name"))
    return state.put(replace(model, constraints=(*model.constraints, *externals(_one(operation, "constraint")))))


def _remove_constraint(operation: Operation, app: str, state: State) -> State:
    model = state.model(app, word(operation, 0, "model_name"))
    gone = named(model.constraints, word(operation, 1, "name"), model, state)
    return state.put(replace(model, constraints=tuple(each for each in model.constraints if each is not gone)))


def _one(operation: Operation, name: str) -> list[Value]:
    value = operation.argument(1, name)
    if value is None:
        raise Unclear(f"its {name} is not known here")
    return [value]


def _separate(operation: Operation, app: str, state: State) -> State:
    for each in inner(operation, 1, "state_operations"):
        state = changed(each, app, state)
    return state


def _run_sql(operation: Operation, app: str, state: State) -> State:
    value = operation.argument(2, "state_operations")
    for each in listed(value, "`state_operations`"):
        if not isinstance(each, Operation):
            raise Unclear("one of its operations is not Django's own")
        state = changed(each, app, state)
    return state


def inner(operation: Operation, index: int, name: str) -> list[Operation]:
    """Return the operations that another holds.  Raises Unclear for one that is not Django's own."""
    found = []
    for each in listed(operation.argument(index, name), f"`{name}`"):
        if not isinstance(each, Operation):
            raise Unclear("one of its operations is not Django's own")
        found.append(each)
    return found


_CHANGES: dict[str, Callable[[Operation, str, State], State]] = {
    "CreateModel": _create,
    "DeleteModel": _delete,
    "RenameModel": _rename_model,
    "AlterModelTable": _option("db_table", "table"),
    "AlterModelTableComment": _option("db_table_comment", "table_comment"),
    "AlterModelOptions": _options,
    "AlterUniqueTogether": _together,
    "AddField": _add_field,
    "AlterField": _add_field,
    "RemoveField": _remove_field,
    "RenameField": _rename_field,
    "AddIndex": _add_index,
    "AddIndexConcurrently": _add_index,
    "RemoveIndex": _remove_index,
    "RemoveIndexConcurrently": _remove_index,
    "RenameIndex": _rename_index,
    "AddConstraint": _add_constraint,
    "AddConstraintNotValid": _add_constraint,
    "RemoveConstraint": _remove_constraint,
    "RunSQL": _run_sql,
    "SeparateDatabaseAndState": _separate,
}
