"""`configparser`: what stands in a file of settings belongs to a deployment; a fallback in the code is the default."""

from __future__ import annotations

from typing import Any

from backend_lead.read.code.frames import Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.values import Known, Native, Setting, Value


class SettingsFile(Value):
    """A parser, or with `section` one of its sections."""

    __slots__ = ("section",)

    def __init__(self, section: bool = False) -> None:
        super().__init__()
        self.section = section

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name in ("get", "getint", "getfloat", "getboolean"):
            return Native(self._get, name)
        return Native(lambda site, r: Known(None), name) if name.startswith(("read", "set", "add_")) else None

    def item(self, key: Value, run: Interpreter) -> Value | None:
        return Setting(None) if self.section else SettingsFile(True)

    def _get(self, site: Site, run: Interpreter) -> Value:
        """`section.get(name, fallback)`, `parser.get(section, name, fallback=...)`."""
        return Setting(site.keywords.get("fallback") or (site.argument(1) if self.section else None))

    def signature(self) -> object:
        return ("settings file", self.section)


CALLS: dict[str, Any] = dict.fromkeys(
    ("configparser.ConfigParser", "configparser.RawConfigParser", "configparser.SafeConfigParser"),
    lambda site, run: SettingsFile(),
)
