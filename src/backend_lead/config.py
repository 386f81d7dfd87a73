"""Settings and where each came from: option, environment, file, default, the first of these that says something."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from backend_lead.errors import WrongUse

FILE_NAME = "backend-lead.toml"
PYPROJECT = "pyproject.toml"
SECTION = "tool.backend-lead"
PREFIX = "BACKEND_LEAD_"

Value = str | bool | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Key:
    """One setting: its name in files (`rules.disable`), what it holds (text, flag, list, choice, rules), its default
    and its meaning in one sentence."""

    name: str
    holds: str
    default: Value
    meaning: str
    choices: tuple[str, ...] = ()

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return PREFIX + re.sub(r"\W", "_", self.name).upper()


KEYS = (
    Key("fail-on", "choice", "high", "The least severity that makes the exit code 1.",
        ("critical", "high", "medium", "low", "never")),
    Key("exclude", "list", (), "Globs of files that are left out, relative to the target."),
    Key("openapi", "text", None, "The OpenAPI document to compare with, relative to the target."),
    Key("preview", "flag", False, "Run the preview rules too."),
    Key("strict", "flag", False, "End with 70 when a rule of ours stopped with an exception."),
    Key("rules.disable", "rules", (), "Rules that are not run."),
    Key("rules.enable", "rules", (), "Preview rules that are run by name."),
)


@dataclass(frozen=True, slots=True)
class Setting:
    """One value with its origin: `default`, `backend-lead.toml:3`, `environment BACKEND_LEAD_FAIL_ON`, `--fail-on`."""

    key: Key
    value: Value
    origin: str


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one run, in the order of KEYS."""

    all: tuple[Setting, ...]

    def _value(self, name: str) -> Value:
        return next(setting.value for setting in self.all if setting.key.name == name)

    def _names(self, name: str) -> tuple[str, ...]:
        value = self._value(name)
        return value if isinstance(value, tuple) else ()

    @property
    def fail_on(self) -> str:
        """critical, high, medium, low or never."""
        return str(self._value("fail-on"))

    @property
    def exclude(self) -> tuple[str, ...]:
        """Globs of files that are left out."""
        return self._names("exclude")

    @property
    def openapi(self) -> str | None:
        """The OpenAPI document, relative to the target unless it was given as an option."""
        value = self._value("openapi")
        return value if isinstance(value, str) else None

    @property
    def preview(self) -> bool:
        """Whether preview rules run."""
        return self._value("preview") is True

    @property
    def strict(self) -> bool:
        """Whether a rule that stopped with an exception ends the run with 70."""
        return self._value("strict") is True

    @property
    def disabled(self) -> tuple[str, ...]:
        """Ids of rules that are not run."""
        return self._names("rules.disable")

    @property
    def enabled(self) -> tuple[str, ...]:
        """Ids of preview rules that are run by name."""
        return self._names("rules.enable")

    def origin(self, name: str) -> str:
        """Return where the setting of that name came from."""
        return next(setting.origin for setting in self.all if setting.key.name == name)


def load(root: Path, *, environment: Mapping[str, str], options: Mapping[str, Value],
         rule_ids: Callable[[], Iterable[str]]) -> Settings:
    """Return the settings for the target at `root`.

    `options` maps a key's name to what was typed; None means not typed.  `rule_ids` is called only when a rule is
    named.  WrongUse names the file and line, the variable or the option of what cannot be used.
    """
    in_file = _from_file(root if root.is_dir() else root.parent)
    settings = []
    for key in KEYS:
        typed = options.get(key.name)
        variable = environment.get(key.variable, "").strip()
        if typed is not None:
            found: tuple[object, str] = (typed, f"--{key.name.replace('.', '-')}")
        elif variable:
            found = (_from_text(key, variable), f"environment {key.variable}")
        else:
            found = in_file.get(key.name, (key.default, "default"))
        settings.append(Setting(key, _checked(key, *found, rule_ids), found[1]))
    return Settings(tuple(settings))


def nearest(word: str, words: Iterable[str]) -> str | None:
    """Return the word that was probably meant, or None."""
    import difflib

    return next(iter(difflib.get_close_matches(word, sorted(words), n=1, cutoff=0.6)), None)


def _from_file(root: Path) -> dict[str, tuple[object, str]]:
    """Return the value and origin of each key that the target's own settings file names."""
    own = _document(root / FILE_NAME)
    project = _document(root / PYPROJECT)
    section = project[0].get("tool", {}) if project else {}
    section = section.get("backend-lead") if isinstance(section, dict) else None
    if own and section is not None:
        raise WrongUse(f"Settings stand in {FILE_NAME} and in [{SECTION}] of {PYPROJECT}.",
                       f"Keep one of them: move the settings of {PYPROJECT} to {FILE_NAME}.")
    if own:
        return _flattened(own[0], own[1], FILE_NAME, "")
    if project and section is not None:
        if not isinstance(section, dict):
            raise WrongUse(f"{PYPROJECT}: {SECTION} is not a table.", f"Write a table: [{SECTION}]")
        return _flattened(section, project[1], PYPROJECT, SECTION)
    return {}


def _document(path: Path) -> tuple[dict[str, object], str] | None:
    """Return a TOML file as a table with its text, or None when there is none."""
    import tomllib

    from backend_lead.gates.files import Tree

    if path.is_symlink():
        raise WrongUse(f"{path.name} is a link, and links are not followed.", "Put the file itself there.")
    if not path.is_file():
        return None
    text = Tree(path).text(path.name)
    try:
        return tomllib.loads(text), text
    except RecursionError:
        raise WrongUse(f"{path.name} is nested too deeply to be read.", "Mend it, and run the command again.") from None
    except tomllib.TOMLDecodeError as error:
        if path.name == PYPROJECT and SECTION not in text:
            return None
        raise WrongUse(f"{path.name} is not TOML: {error}.", "Mend that line, and run the command again.") from None


def _flattened(table: dict[str, object], text: str, file: str, section: str) -> dict[str, tuple[object, str]]:
    names = [key.name for key in KEYS]
    groups = {name.partition(".")[0] for name in names if "." in name}
    found: dict[str, tuple[object, str]] = {}
    pending = list(table.items())
    while pending:
        name, value = pending.pop(0)
        if name in groups and isinstance(value, dict):
            pending.extend((f"{name}.{inner}", deeper) for inner, deeper in value.items())
            continue
        origin = f"{file}:{_line_of(text, section, name)}"
        if name not in names:
            meant = nearest(name, names)
            hint = f"Did you mean {meant}?" if meant else "The settings are: " + ", ".join(names) + "."
            raise WrongUse(f"{origin}: there is no setting {name[:80]!r}.", hint)
        found[name] = (value, origin)
    return found


def _line_of(text: str, section: str, name: str) -> int:
    """Return the line on which a key stands; tomllib does not tell."""
    wanted = f"{section}.{name}" if section else name
    table = ""
    for number, line in enumerate(text.split("\n"), start=1):
        header = re.match(r"\s*\[([^\[\]]+)\]\s*(#.*)?$", line)
        if header:
            table = re.sub(r"[\s\"']", "", header[1])
        key = re.match(r"\s*([\w.\"'\- ]+?)\s*=", line)
        if key:
            full = ".".join(part for part in (table, re.sub(r"[\s\"']", "", key[1])) if part)
            if full == wanted or wanted.startswith(f"{full}."):
                return number
        if header and table == wanted:
            return number
    return 1


def _from_text(key: Key, text: str) -> object:
    """Return what an environment variable says, in the type of its key."""
    if key.holds == "flag":
        return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}.get(text.lower(), text)
    if key.holds in ("list", "rules"):
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


_WANTED = {"flag": "true or false", "list": "a list of texts", "rules": "a list of rule ids", "text": "a text"}


def _checked(key: Key, value: object, origin: str, rule_ids: Callable[[], Iterable[str]]) -> Value:
    """Return the value in its type, or raise WrongUse with what the setting wants."""
    if value is None and key.default is None:
        return None
    if key.holds == "choice":
        if isinstance(value, str) and value in key.choices:
            return value
        meant = nearest(str(value), key.choices)
        raise WrongUse(f"{origin}: {key.name} is {str(value)[:60]!r}; it must be one of {', '.join(key.choices)}.",
                       f"Did you mean {meant}?" if meant else f"The default is {key.default}.")
    if key.holds == "flag" and isinstance(value, bool):
        return value
    if key.holds == "text" and isinstance(value, str) and value:
        return value
    if key.holds in ("list", "rules") and isinstance(value, list | tuple) and all(isinstance(v, str) for v in value):
        names = tuple(sorted({str(name) for name in value}))
        if key.holds == "rules" and names:
            _known_rules(key, names, origin, rule_ids())
        return names
    raise WrongUse(f"{origin}: {key.name} must be {_WANTED[key.holds]}, and it is {str(value)[:60]!r}.",
                   f"See: backend-lead config show. {key.meaning}")


def _known_rules(key: Key, names: tuple[str, ...], origin: str, rule_ids: Iterable[str]) -> None:
    known = set(rule_ids)
    for name in names:
        if name not in known:
            meant = nearest(name, known)
            raise WrongUse(f"{origin}: {key.name} names {name[:80]!r}, and there is no such rule.",
                           f"Did you mean {meant}?" if meant else "See: backend-lead rules")
