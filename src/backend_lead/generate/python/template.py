"""The files of a service that hardly differ from one to the next, as texts with a few marks.

`{{name}}` stands for a value; a line `%% if name`, `%% if not name`, `%% else` or `%% end` switches the lines between.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

_MARK = re.compile(r"\{\{(\w+)\}\}")
_SUFFIX = ".tmpl"


@cache
def templates() -> dict[str, str]:
    """Return the text of every template by the path that its file gets in the service."""
    return dict(sorted(_walk(files("backend_lead.generate.python") / "templates", "")))


def render(text: str, values: Mapping[str, str], switches: Mapping[str, bool]) -> str:
    """Return a template with its values put in.  Raises KeyError for a value or a switch that was not given."""
    lines: list[str] = []
    shown = [True]
    for line in text.splitlines():
        if line.startswith("%% if "):
            word = line.removeprefix("%% if ")
            on = not switches[word[4:]] if word.startswith("not ") else switches[word]
            shown.append(shown[-1] and on)
        elif line == "%% else":
            shown[-1] = shown[-2] and not shown[-1]
        elif line == "%% end":
            shown.pop()
        elif shown[-1]:
            lines.append(_MARK.sub(lambda match: values[match[1]], line))
    return "\n".join(lines) + "\n"


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for each in folder.iterdir():
        if each.is_dir():
            found += _walk(each, f"{prefix}{each.name}/")
        elif each.name.endswith(_SUFFIX):
            found.append((prefix + each.name.removesuffix(_SUFFIX), each.read_text(encoding="utf-8")))
    return found
