"""`app.config`: what the program sets is its default, and a deployment may set it otherwise."""

from __future__ import annotations

from typing import Any

from backend_lead.read.code.calls import CallMade
from backend_lead.read.code.containers import Fields
from backend_lead.read.code.frames import Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.literals import literal
from backend_lead.read.code.names import ModuleValue, follow_module, import_module, lookup, member_of_module
from backend_lead.read.code.target_values import ClassValue, Instance
from backend_lead.read.code.values import Known, Native, Setting, Unknown, Value, options_of

MARKERS: tuple[bytes, ...] = ()


class Config(Value):
    """The configuration of one application; not `whole` when it is not known of which."""

    __slots__ = ("values", "whole")

    def __init__(self, whole: bool = True) -> None:
        super().__init__()
        self.values: dict[str, Value] = {}
        self.whole = whole

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        method = _METHODS.get(name)
        return Native(lambda site, r: method(self, site, r), name) if method is not None else None

    def item(self, key: Value, run: Interpreter) -> Value | None:
        return self.setting(literal(key), None)

    def setting(self, name: Any, fallback: Value | None) -> Value:
        """The value under a name as a setting, with what was set last as its default."""
        found = self.values.get(name, fallback) if isinstance(name, str) else None
        return found if isinstance(found, Setting) else Setting(found)

    def set_item(self, key: Value, value: Value, run: Interpreter) -> None:
        """`config["X"] = value`."""
        name = literal(key)
        if isinstance(name, str) and not run.requesting:
            self.values[name] = value


def _get(config: Config, site: Site, run: Interpreter) -> Value:
    missing = Known(None) if config.whole else None
    return config.setting(literal(site.argument(0)), site.argument(1, "default") or missing)


def _set_default(config: Config, site: Site, run: Interpreter) -> Value:
    name, value = literal(site.argument(0)), site.argument(1, "default")
    if isinstance(name, str) and value is not None and not run.requesting:
        config.values.setdefault(name, value)
    return config.setting(name, value)


def _update(config: Config, site: Site, run: Interpreter) -> Value:
    run.emit(CallMade("flask.Config.update", site, run))
    given = site.argument(0)
    for option in options_of(given) if given is not None else ():
        if isinstance(option, Fields):
            config.values.update({k: v for k, v in option.values.items() if isinstance(k, str) and k != "*"})
    config.values.update({k: v for k, v in site.keywords.items() if k != "**"})
    return Known(True)


def _from_object(config: Config, site: Site, run: Interpreter) -> Value:
    """`config.from_object(Class)`, a module, an object, or the dotted name of one."""
    given = site.argument(0)
    for option in options_of(given) if given is not None else ():
        named = literal(option)
        found = _named(named, site, run) if isinstance(named, str) else option
        if isinstance(found, Instance):
            config.values.update({k: v for k, v in found.attributes.items() if k.isupper()})
            found = found.cls
        if isinstance(found, ClassValue):
            for ancestor in reversed(found.line_of_bases()):
                config.values.update({k: v for k, v in ancestor.attributes.items() if k.isupper()})
        if isinstance(found, ModuleValue):
            follow_module(run, found.module)
            for name in sorted(n for n in found.module.scope.names if n.isupper()):
                config.values[name] = lookup(run, name, found.module.scope) or Unknown()
    return Known(None)


def _named(dotted: str, site: Site, run: Interpreter) -> Value | None:
    found = import_module(run, dotted, site.frame.module, 0)
    if isinstance(found, ModuleValue) or "." not in dotted:
        return found
    outer, _, name = dotted.rpartition(".")
    holder = import_module(run, outer, site.frame.module, 0)
    return member_of_module(run, holder.module, name) if isinstance(holder, ModuleValue) else None


_METHODS: dict[str, Any] = {
    "get": _get,
    "setdefault": _set_default,
    "update": _update,
    "from_mapping": _update,
    "from_object": _from_object,
    **dict.fromkeys(("from_pyfile", "from_envvar", "from_json", "from_file", "from_prefixed_env"),
                    lambda config, site, run: Known(True)),
}  # fmt: skip
