"""Marshmallow: loading a schema calls the validators that its class defines (marshmallow.readthedocs.io, Validation)."""

from __future__ import annotations

from typing import Any

from backend_lead.read.code.calls import call
from backend_lead.read.code.frames import Aborted, Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.sources import not_followed
from backend_lead.read.code.target_values import Instance
from backend_lead.read.code.values import Known, Native, Unknown, Value
from backend_lead.read.code.wrapping import Wrapped, decorator, decorator_factory

MARKERS = (b"marshmallow",)
_LOADING = frozenset({"load", "loads", "validate"})
_ONE_FIELD = "validates"
_WHOLE = "validates_schema"


def _loading(owner: Instance, name: str, run: Interpreter) -> Value | None:
    """`schema.load`, of a class that is a schema: each validator is followed with what it is given."""
    if name not in _LOADING or not any("marshmallow" in base for base in owner.cls.outside_bases()):
        return None

    def load(site: Site, run: Interpreter) -> Value:
        data = site.argument(0) or Unknown()
        for ancestor in owner.cls.line_of_bases() if run.requesting else ():
            for value in ancestor.attributes.values():
                if isinstance(value, Wrapped) and value.label.startswith(_ONE_FIELD):
                    _follow(owner, value, data, site, run)
        # What a validator lets pass is no free text any more, and what the schema makes of it is not told.
        return Unknown(not_followed(data.sources))

    return Native(load, name)


def _follow(owner: Instance, validator: Wrapped, data: Value, site: Site, run: Interpreter) -> None:
    function = validator.wrapped
    bound = function.bind(owner) if hasattr(function, "bind") else function
    given = data if validator.label == _WHOLE else run.attribute(data, validator.label.partition(":")[2])
    try:
        call(run, bound, Site([given], {}, site.line, site.frame, site.node, open_=True))
    except Aborted:
        return


def _nothing(site: Site, run: Interpreter) -> None:
    """A validator called by hand refuses nobody by its decorator."""


def _of_field(site: Site, run: Interpreter) -> Value | None:
    """`@validates("user_id")`."""
    name = site.argument(0)
    if not isinstance(name, Known) or not isinstance(name.value, str):
        return None
    label = f"{_ONE_FIELD}:{name.value}"
    return Native(decorator(_nothing, label), label)


CALLS: dict[str, Any] = {
    "marshmallow.validates": _of_field,
    "marshmallow.validates_schema": decorator_factory(_nothing, _WHOLE),
}
INHERITED = [_loading]
