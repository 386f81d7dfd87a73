"""The process and its surroundings: `os`, `sys`, `importlib`, `logging`."""

from __future__ import annotations

from typing import Any

from backend_lead.read.code.calls import CallMade
from backend_lead.read.code.frames import Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External, Symbol
from backend_lead.read.code.literals import literal
from backend_lead.read.code.names import ModuleValue, follow_module, import_module
from backend_lead.read.code.values import Choice, Known, Native, Setting, Unknown, Value, join


def _environment(site: Site, run: Interpreter) -> Value:
    return Setting(site.argument(1, "default"))


def _environ_item(owner: Any, member: str, site: Site, run: Interpreter) -> Value | None:
    if isinstance(owner, Symbol) and owner.name == "os.environ" and member in ("get", "pop", "setdefault"):
        return _environment(site, run)
    return None


class Environment(Value):
    """`os.environ`."""

    __slots__ = ()

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name in ("get", "pop", "setdefault"):
            return Native(_environment, "os.environ.get")
        return None

    def item(self, key: Value, run: Interpreter) -> Value | None:
        return Setting(None)


def _join_path(site: Site, run: Interpreter) -> Value:
    run.emit(CallMade("os.path.join", site, run))
    return External("os.path.join()", site.sources)


def _import_by_name(site: Site, run: Interpreter) -> Value:
    given = site.argument(0, "name")
    if isinstance(given, Choice):
        return join(_import_by_name(Site([option, *site.positional[1:]], site.keywords, site.line, site.frame), run)
                    for option in given.options)  # fmt: skip
    name, package = literal(given), literal(site.argument(1, "package"))
    if not isinstance(name, str):
        return Unknown()
    level = len(name) - len(name.lstrip("."))
    if level and isinstance(package, str):
        outer = package.rsplit(".", level - 1)[0] if level > 1 else package
        name, level = f"{outer}.{name.lstrip('.')}", 0
    found = import_module(run, name.lstrip("."), site.frame.module, level)
    if isinstance(found, ModuleValue):
        follow_module(run, found.module)
    return found


CALLS: dict[str, Any] = {
    "os.getenv": _environment,
    "os.path.join": _join_path,
    "importlib.import_module": _import_by_name,
    "builtins.__import__": _import_by_name,
    "logging.getLogger": lambda site, run: External("logging.Logger"),
    **{
        f"logging.Logger.{name}": lambda site, run: Known(None)
        for name in ("debug", "info", "warning", "error", "critical", "exception", "log", "setLevel")
    },
}
SYMBOLS: dict[str, Any] = {
    "os.environ": lambda run: Environment(),
    "typing.TYPE_CHECKING": lambda run: Known(False),
    "sys.version_info": lambda run: Unknown(),
}
METHODS = [_environ_item]
