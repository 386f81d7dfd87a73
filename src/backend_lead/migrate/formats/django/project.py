"""What of a Django project decides the meaning of its migrations: a few settings, and what its apps are called."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend_lead.migrate.formats.django.meanings import AppSetting
from backend_lead.model.place import Place, Unresolved
from backend_lead.read.code.containers import Fields, Items
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.names import follow_module, lookup
from backend_lead.read.code.program import CodeModule
from backend_lead.read.code.target_values import ClassValue
from backend_lead.read.code.values import Known, Value

_SETTINGS = (b"INSTALLED_APPS =", b"INSTALLED_APPS: ", b"INSTALLED_APPS=", b"INSTALLED_APPS +=", b"AUTH_USER_MODEL =")
_PROGRAMS = ("manage.py", "wsgi.py", "asgi.py")
_NAMED = re.compile(rb"""DJANGO_SETTINGS_MODULE["']\]?\s*[,=]\s*["']([\w.]+)["']""")
_UNHEEDED = {
    "MIGRATION_MODULES": "it says where migrations lie, and is not heeded: each is taken as that of the app around it",
    "DATABASE_ROUTERS": "routers may keep a migration from a database; they are not asked, and all are taken as run",
}
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
        """The value that the settings give; of several files the first that writes it out counts."""
        for module in self._modules():
            follow_module(self._run, module)
            found = lookup(self._run, name, module.scope)
            if isinstance(found, Known) and isinstance(found.value, (str, int, bool)):
                return found
        return None

    def _modules(self) -> list[CodeModule]:
        """The settings of the project: those that its programs name, and the files beside them; where none is named,
        the ones nearest to the top.  Settings further down are those of an app's own tests."""
        if self._settings is None:
            every = self._run.program.modules.values()
            modules = sorted(every, key=lambda each: (each.path.count("/"), each.path))
            named = [found for each in modules if (found := self._named_in(each)) is not None][:1]
            written = [
                each for each in modules if any(word in each.source for word in _SETTINGS) and not is_migration(each)
            ]
            first = (named or written)[:1]
            homes = {_folder(each.path) for each in first}
            beside = [each for each in written if _folder(each.path) in homes]
            self._settings = [*named, *(each for each in beside if each not in named)]
        return self._settings

    def _named_in(self, module: CodeModule) -> CodeModule | None:
        """The settings that `manage.py`, `wsgi.py` or `asgi.py` names."""
        folder, _, own = module.path.rpartition("/")
        match = _NAMED.search(module.source) if own in _PROGRAMS else None
        if match is None:
            return None
        wanted = match[1].decode().replace(".", "/")
        for home in _upwards(folder):
            for path in (f"{home}{wanted}.py", f"{home}{wanted}/__init__.py"):
                if path in self._run.program.modules:
                    return self._run.program.modules[path]
        return None

    def unheeded(self) -> list[Unresolved]:
        """Return what the settings say and what is not heeded when migrations are read."""
        found: list[Unresolved] = []
        for module in self._modules():
            follow_module(self._run, module)
            for name, why in _UNHEEDED.items():
                value = lookup(self._run, name, module.scope)
                empty = isinstance(value, (Items, Fields)) and value.complete and not value.values
                if value is None or empty or any(each.what == name for each in found):
                    continue
                found.append(Unresolved(name, why, _place(self._run, module, name)))
        return found

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
        found = [each for each in module.scope.names.values() if isinstance(each, ClassValue) and each.module is module]
        found.sort(key=lambda each: not _said(each, "default"))
        return next((str(label) for each in found if isinstance(label := _said(each, "label"), str)), "")


def _said(cls: ClassValue, name: str) -> object:
    """What a class, or one that it is made of, says in a plain value."""
    value = next((each.attributes[name] for each in cls.line_of_bases() if name in each.attributes), None)
    return value.value if isinstance(value, Known) else None


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _upwards(folder: str) -> Iterator[str]:
    while folder:
        yield f"{folder}/"
        folder = _folder(folder)
    yield ""


def _place(run: Interpreter, module: CodeModule, name: str) -> Place:
    """Where a setting is written: in the file itself, or in the one that it imports it from."""
    word = name.encode()
    for each in (module, *run.program.modules.values()):
        if word in each.source and (each is module or each.scope.names.get(name) is module.scope.names.get(name)):
            return Place(each.path, each.source.count(b"\n", 0, each.source.find(word)) + 1)
    return Place(module.path, 1)
