"""The models as the migrations so far describe them, and what their fields are as columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from backend_lead.migrate.formats.django import kinds, naming
from backend_lead.migrate.formats.django.kinds import Unclear
from backend_lead.read.code.library_values import External
from backend_lead.read.code.values import Known, Value

Key = tuple[str, str]


@dataclass(frozen=True)
class Field:
    """One field: `kind` is the name of Django's class, `given` its keywords; `to` and `through` are
    models, `inner` is what an array is made of.

    `unclear` says why it is not known what the field is as a column.
    """

    name: str
    kind: str
    given: Mapping[str, Value] = field(default_factory=dict)
    to: Key | None = None
    through: Key | None = None
    inner: Field | None = None
    unclear: str = ""

    def said(self, name: str, default: object = None) -> object:
        """Return a keyword that has to be written out.  Raises Unclear."""
        value = self.given.get(name)
        if value is None:
            return default
        if isinstance(value, Known):
            return value.value
        raise Unclear(f"`{name}` of the field {self.name} is not known here")

    @property
    def many(self) -> bool:
        """Whether it is a table of its own."""
        return self.kind == "ManyToManyField"

    @property
    def related(self) -> bool:
        """Whether it leads to another model."""
        return self.kind in kinds.RELATIONS

    @property
    def primary_key(self) -> bool:
        """Whether it is the key."""
        return bool(self.said("primary_key", False))

    @property
    def null(self) -> bool:
        """Whether it may be NULL."""
        return bool(self.said("null", self.kind == "NullBooleanField")) and not self.many

    @property
    def unique(self) -> bool:
        """Whether no two rows have the same value."""
        return self.primary_key or bool(self.said("unique", self.kind == "OneToOneField"))

    @property
    def indexed(self) -> bool:
        """Whether it says `db_index`."""
        return bool(self.said("db_index", self.kind in ("ForeignKey", "OneToOneField", "SlugField")))

    @property
    def constrained(self) -> bool:
        """Whether a relation is a foreign key of the database."""
        return bool(self.said("db_constraint", True))

    @property
    def column(self) -> str:
        """The column's name.  Raises Unclear where the class of the field may have made another of it."""
        own = self.said("db_column")
        if self.unclear and not self.kind:
            raise Unclear(self.unclear)
        return str(own) if own else f"{self.name}_id" if self.related and not self.many else self.name

    @property
    def db_default(self) -> Value | None:
        """What the database itself fills in."""
        return self.given.get("db_default")


@dataclass(frozen=True)
class Model:
    """One model; `options` is its Meta, `bases` the models that it inherits from."""

    app: str
    name: str
    fields: Mapping[str, Field]
    options: Mapping[str, Value] = field(default_factory=dict)
    indexes: tuple[External, ...] = ()
    constraints: tuple[External, ...] = ()
    together: tuple[tuple[str, ...], ...] = ()
    bases: tuple[Key, ...] = ()
    automatic: bool = False
    unclear: str = ""

    @property
    def key(self) -> Key:
        """What it is found by."""
        return (self.app, self.name.lower())

    def option(self, name: str) -> object:
        """Return an option that has to be written out.  Raises Unclear."""
        value = self.options.get(name)
        if value is None:
            return None
        if isinstance(value, Known):
            return value.value
        raise Unclear(f"`{name}` of the model {self.name} is not known here")

    @property
    def table(self) -> str:
        """The table's name."""
        own = self.option("db_table")
        return str(own) if own else naming.shortened(f"{self.app}_{self.name.lower()}")

    @property
    def migrated(self) -> bool:
        """Whether Django makes and changes its table."""
        return self.option("managed") is not False and not self.option("proxy")

    def with_field(self, new: Field) -> Model:
        """Return it with a field added or in the place of the one of that name."""
        return replace(self, fields={**self.fields, new.name: new})


class State:
    """All models, by app and name; it is never changed, each operation gives a new one."""

    def __init__(self, models: Mapping[Key, Model], key_kind: str = "AutoField") -> None:
        self.models = models
        self.key_kind = key_kind

    def model(self, app: str, name: str) -> Model:
        """Return a model.  Raises Unclear when none of that name is known, or not what it is."""
        found = self.models.get((app, name.lower()))
        if found is None:
            raise Unclear(f"the model {app}.{name} is in no migration that is known here")
        return found

    def put(self, *models: Model, without: Key | None = None) -> State:
        """Return it with models added or replaced."""
        kept = {key: model for key, model in self.models.items() if key != without}
        return State({**kept, **{model.key: model for model in models}}, self.key_kind)

    def local(self, model: Model) -> list[Field]:
        """Return the fields that are columns, in the order in which Django writes them.  Raises Unclear."""
        if model.unclear:
            raise Unclear(model.unclear)
        found = [each for each in model.fields.values() if not each.many]
        if not any(each.primary_key for each in found):
            if model.bases:
                raise Unclear(f"the model {model.name} inherits from another, and has no field that leads to it")
            key = {"auto_created": Known(True), "primary_key": Known(True)}
            found.insert(0, Field("id", self.key_kind, key))
        # Django 5.2, django.db.models.fields.Field: what is made by itself counts down, and so stands in front.
        first = [each for each in found if each.said("auto_created", False)]
        return [*reversed(first), *(each for each in found if each not in first)]

    def field(self, model: Model, name: str) -> Field:
        """Return a field of a model or of those it inherits from.  Raises Unclear."""
        if name in model.fields:
            return model.fields[name]
        if name == "pk":
            return self.key(model)
        for each in self.local(model):
            if name == each.name:
                return each
        for base in model.bases:
            if base in self.models:
                return self.field(self.models[base], name)
        raise Unclear(f"the model {model.name} has no field {name} that is known here")

    def key(self, model: Model) -> Field:
        """Return the primary key.  Raises Unclear."""
        return next(each for each in self.local(model) if each.primary_key)

    def target(self, one: Field) -> tuple[Model, Field]:
        """Return the model and the field that a relation leads to.  Raises Unclear."""
        if one.to is None:
            raise Unclear(f"what the field {one.name} leads to is not known here")
        if one.to not in self.models:
            raise Unclear(f"the field {one.name} leads to {'.'.join(one.to)}, a model whose migrations are not here")
        model = self.models[one.to]
        named = one.said("to_field")
        return model, self.field(model, str(named)) if named else self.key(model)

    def type(self, one: Field) -> str:
        """Return the type of a field's column.  Raises Unclear."""
        if one.unclear:
            raise Unclear(one.unclear)
        if one.related:
            inner = self.target(one)[1]
            return self.type(inner) if inner.related else kinds.type_of(inner, referred=True)
        return kinds.type_of(one)

    def data_type(self, one: Field) -> str:
        """Return what has to be the same for a change of type to need no USING.  Raises Unclear."""
        return self.type(one) if one.related else kinds.data_type(one)

    def final(self, one: Field) -> Field:
        """Return the field whose values a field holds: the end of a chain of foreign keys.  Raises Unclear."""
        return self.final(self.target(one)[1]) if one.related else one

    def through(self, model: Model, one: Field) -> Model | None:
        """Return the model between two that Django makes for a field; None where there is one.  Raises Unclear."""
        if one.through is not None:
            return None
        if one.unclear:
            raise Unclear(one.unclear)
        if one.to is None or one.to not in self.models:
            self.target(one)
        to = self.models[one.to] if one.to else model
        own = one.said("db_table")
        table = str(own) if own else naming.shortened(f"{model.table}_{one.name}")
        names = (model.key[1], to.key[1])
        if model.key[1] == to.key[1]:
            names = (f"from_{names[0]}", f"to_{names[1]}")
        hidden = Known(f"{model.name}_{one.name}+")
        shared = {"related_name": hidden, "db_constraint": Known(one.constrained)}
        fields = [
            Field("id", self.key_kind, {"auto_created": Known(True), "primary_key": Known(True)}),
            Field(names[0], "ForeignKey", shared, model.key),
            Field(names[1], "ForeignKey", shared, to.key),
        ]
        options: dict[str, Value] = {"db_table": Known(table)}
        if not (model.option("managed") is not False or to.option("managed") is not False):
            options["managed"] = Known(False)
        return Model(
            model.app,
            f"{model.name}_{one.name}",
            {each.name: each for each in fields},
            options,
            together=(names,),
            automatic=True,
        )

    def relations(self, model: Model, *, hidden: bool = False) -> Iterator[tuple[Model, Field]]:
        """Yield the fields of all models that lead to a model; `hidden` adds those of tables between two."""
        for owner in self.models.values():
            for each in owner.fields.values():
                if each.related and each.to == model.key:
                    yield owner, each
                if hidden and each.many and each.through is None and not each.unclear:
                    between = self.through(owner, each) if each.to in self.models else None
                    for inner in between.fields.values() if between else ():
                        if inner.to == model.key and between is not None:
                            yield between, inner
