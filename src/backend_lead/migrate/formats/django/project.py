"""What of a Django project decides the meaning of its migrations: a few settings, and what its apps are called."""

from __future__ import annotations

from backend_lead.migrate.formats.django.meanings import AppSetting
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.names import follow_module, lookup
from backend_lead.read.code.program import CodeModule
from backend_lead.read.code.target_values import ClassValue
from backend_lead.read.code.values import Known, Value

_DEFAULTS = {"AUTH_USER_MODEL": "auth.User", "DEFAULT_AUTO_FIELD": "django.db.models.AutoField"}


def is_migration(module: CodeModule) -> bool:
    """Say whether a file is a migration of Django."""
    name = module.path.rpartition("/")[2]
    return b"class Migration(" in module.source and b"django" in module.source and name[0] not in "_~"


class Project:
    """The settings and apps of a project; nothing is read before it is asked for."""

    def __init__(self, run: Interpreter) -> None:
        self._run = run
        self._labels: dict[str, str] = {}
        self._settings: list[CodeModule] | None = None

    def setting(self, name: str) -> Value | None:
        """Return a setting that decides what migrations mean; None for others, which a deployment may set."""
        if name not in _DEFAULTS:
            return None
        return AppSetting(Known(self._value(name)))

    def _value(self, name: str) -> str:
        """The value that the settings give; the first that is written out counts, in the order of their files."""
        if self._settings is None:
            self._settings = [
                module
                for module in sorted(
                    self._run.program.modules.values(), key=lambda each: (each.path.count("/"), each.path)
                )
                if any(word in module.source for word in (b"INSTALLED_APPS", *(each.encode() for each in _DEFAULTS)))
                and not is_migration(module)
                and not module.path.rpartition("/")[2].startswith(("apps", "models", "test", "conftest"))
            ]
        for module in self._settings:
            if name.encode() in module.source:
                follow_module(self._run, module)
                found = lookup(self._run, name, module.scope)
                if isinstance(found, Known) and isinstance(found.value, str):
                    return found.value
        return _DEFAULTS[name]

    @property
    def user(self) -> str:
        """The model of users."""
        return self._value("AUTH_USER_MODEL")

    @property
    def key_kind(self) -> str:
        """The class of the keys that Django makes."""
        return self._value("DEFAULT_AUTO_FIELD").rpartition(".")[2]

    def app(self, path: str) -> str:
        """Return the label of the app that a migration belongs to: its folder, unless `apps.py` says else."""
        parts = path.split("/")
        folder = "/".join(parts[:-2])
        if folder not in self._labels:
            self._labels[folder] = self._label(folder) or (parts[-3] if len(parts) > 2 else self._run.program.folder)
        return self._labels[folder]

    def _label(self, folder: str) -> str:
        module = self._run.program.modules.get(f"{folder}/apps.py" if folder else "apps.py")
        if module is None or b"label" not in module.source:
            return ""
        follow_module(self._run, module)
        for value in module.scope.names.values():
            label = value.attributes.get("label") if isinstance(value, ClassValue) else None
            if isinstance(label, Known) and isinstance(label.value, str):
                return label.value
        return ""
