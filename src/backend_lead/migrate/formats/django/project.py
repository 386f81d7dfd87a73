"""What of a Django project decides the meaning of its migrations: a few settings, and what its apps are called."""

from __future__ import annotations

from backend_lead.migrate.formats.django.meanings import AppSetting
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.names import follow_module, lookup
from backend_lead.read.code.program import CodeModule
from backend_lead.read.code.target_values import ClassValue
from backend_lead.read.code.values import Known, Value

_SETTINGS = (b"INSTALLED_APPS =", b"INSTALLED_APPS: ", b"INSTALLED_APPS=", b"INSTALLED_APPS +=", b"AUTH_USER_MODEL =")
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
        """Return a setting that is written out as a plain value; None for others, which a deployment may set."""
        found = self._found(name)
        if name in _DEFAULTS:
            return AppSetting(found or Known(_DEFAULTS[name]))
        return found

    def _value(self, name: str) -> str:
        found = self._found(name)
        return str(found.value) if found is not None else _DEFAULTS[name]

    def _found(self, name: str) -> Known | None:
        """The value that the settings give; the first that is written out counts, those nearer to the top first."""
        if self._settings is None:
            modules = sorted(self._run.program.modules.values(), key=lambda each: (each.path.count("/"), each.path))
            self._settings = [
                each for each in modules if any(word in each.source for word in _SETTINGS) and not is_migration(each)
            ]
        for module in self._settings:
            if name.encode() in module.source:
                follow_module(self._run, module)
                found = lookup(self._run, name, module.scope)
                if isinstance(found, Known) and isinstance(found.value, (str, int, bool)):
                    return found
        return None

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
