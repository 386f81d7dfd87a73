"""Where a relationship of a model leads, and whether to one row or to many."""

from __future__ import annotations

import re

from backend_lead.model.table import ForeignKey, Table
from backend_lead.read.code.calls import invoke
from backend_lead.read.code.frames import Aborted, Frame, Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External, Symbol
from backend_lead.read.code.literals import literal, text_of
from backend_lead.read.code.orms.sqlalchemy_definitions import RelationshipMade
from backend_lead.read.code.orms.sqlalchemy_models import models_of, table_of
from backend_lead.read.code.target_values import ClassValue, FunctionValue, Generic
from backend_lead.read.code.values import Known, Value

_COLLECTIONS = (
    "builtins.list",
    "typing.List",
    "builtins.set",
    "typing.Set",
    "collections.abc.Sequence",
    "typing.Sequence",
    "sqlalchemy.orm.WriteOnlyMapped",
    "sqlalchemy.orm.DynamicMapped",
    "builtins.tuple",
    "typing.Collection",
)


def target_of(cls: ClassValue, attribute: str, run: Interpreter) -> tuple[ClassValue | None, bool]:
    """The model a relationship leads to, and whether it is a collection."""
    made, kind = cls.marks.get("relationships", {}).get(attribute, (None, None))
    if made is None:
        return None, False
    many = literal(made.keywords.get("uselist"))
    target = made.positional[0] if made.positional else made.keywords.get("argument")
    named, collection = _annotated(kind)
    if target is None or (isinstance(target, Known) and target.value is None):
        target = named
    if isinstance(target, FunctionValue):
        target = _called(target, run)
    found = target if isinstance(target, ClassValue) else _by_name(text_of(target) or text_of(named) or "", run)
    if found is None and isinstance(named, ClassValue):
        found = named
    if many is None:
        many = collection if kind is not None else _is_many(cls, found, run)
    return found, bool(many)


def _called(function: FunctionValue, run: Interpreter) -> Value | None:
    try:
        return invoke(
            run, function, Site([], {}, function.definition.line, Frame(function.module, function.module.scope))
        )
    except Aborted:
        return None


def _annotated(kind: Value | None) -> tuple[Value | None, bool]:
    collection = False
    while isinstance(kind, Generic):
        if isinstance(kind.origin, Symbol) and kind.origin.name in _COLLECTIONS:
            collection = True
        kind = kind.arguments[0] if kind.arguments else None
    if isinstance(kind, Known) and isinstance(kind.value, str):
        return kind, collection or kind.value.lower().startswith(("list[", "set["))
    return kind, collection


def _by_name(name: str, run: Interpreter) -> ClassValue | None:
    """A model by the name that a forward reference gives (`"Order"`, `"List['Order']"`, `"app.models.Order"`)."""
    words = re.findall(r"[A-Za-z_]\w*", name)
    if not words:
        return None
    wanted = words[-1]
    for _, module in sorted(run.program.modules.items()):
        if module.state == "followed":
            value = module.scope.names.get(wanted)
            if isinstance(value, ClassValue) and value.module is module and table_of(value, run) is not None:
                return value
    return None


def _is_many(cls: ClassValue, target: ClassValue | None, run: Interpreter) -> bool:
    """Without an annotation: a foreign key towards the target means one, else many."""
    mine, other = table_of(cls, run), table_of(target, run)
    if mine is None or other is None:
        return True
    return not any(key.table == other.name for key in mine.foreign_keys)


def relationships_of(cls: ClassValue, run: Interpreter) -> dict[str, tuple[RelationshipMade, Value | None]]:
    """The relationships of a model by name, with those that another model's `backref="..."` puts on it."""
    if run.requesting and not run.are_backrefs_known:
        run.are_backrefs_known = True
        for model in list(models_of(run).values()):
            for name in list(model.marks.get("relationships", {})):
                _put_back(model, name, run)
    found: dict[str, tuple[RelationshipMade, Value | None]] = cls.marks.get("relationships", {})
    return found


def _put_back(model: ClassValue, name: str, run: Interpreter) -> None:
    """Put the other side of a relationship on the model that it leads to, when it names one."""
    made = model.marks["relationships"][name][0]
    given = made.keywords.get("backref")
    options = dict(given.keywords) if isinstance(given, External) else {}
    other = text_of(given.positional[0] if isinstance(given, External) and given.positional else given)
    target, many = target_of(model, name, run)
    if not other or target is None or table_of(target, run) is None:
        return
    # A link table between them makes many of both sides.
    options.setdefault("uselist", Known("secondary" in made.keywords or not many))
    back = RelationshipMade(Site([model], options, made.place.line, Frame(model.module, model.module.scope)))
    target.marks["relationships"].setdefault(other, (back, None))


def key_of(table: Table, other: Table, name: str) -> ForeignKey | None:
    """The foreign key of one column in `table` that its relationship `name` to `other` goes by; of several the one that
    is called after it, and None when that is not said."""
    keys = [key for key in table.foreign_keys if key.table == other.name and len(key.columns) == 1]
    if len(keys) > 1:
        keys = [key for key in keys if key.columns[0].removesuffix("_id") == name]
    return keys[0] if len(keys) == 1 else None


def column_behind(cls: ClassValue, name: str, run: Interpreter) -> str:
    """The foreign key column that setting or comparing a relationship means (`owner` is `owner_id`); else its name."""
    if name not in relationships_of(cls, run):
        return name
    table, other = table_of(cls, run), table_of(target_of(cls, name, run)[0], run)
    key = key_of(table, other, name) if table is not None and other is not None else None
    return key.columns[0] if key is not None else name
