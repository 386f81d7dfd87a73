"""The patch of a finding: looked up by its rule, written in memory, and read once more before it is given out.

A file of `rules/` is named like the rule and holds `repair`, from a finding and a desk to a sentence that says what was
changed.  It raises NotPatched for a place that is not of a shape whose patch is known to be right.
"""

from __future__ import annotations

import difflib
import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping

from backend_lead.gates.files import Tree, decode
from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding
from backend_lead.read.code.editing import NotPatched
from backend_lead.read.code.languages.python import tree as parsed
from backend_lead.repair import rules
from backend_lead.repair.desk import Change, Desk, Patch

Repairer = Callable[[Finding, Desk], str]


@functools.cache
def repairers() -> Mapping[str, Repairer]:
    """Return what writes patches, by the id of the rule, sorted."""
    names = sorted(entry.name for entry in pkgutil.iter_modules(rules.__path__) if not entry.name.startswith("_"))
    return {name.replace("_", "-"): importlib.import_module(f"{rules.__name__}.{name}").repair for name in names}


def patch_for(finding: Finding, backend: Backend, tree: Tree) -> Patch:
    """Return the patch of a finding; nothing is written.  Raises NotPatched."""
    desk = Desk(tree, backend)
    what = repairers()[finding.rule](finding, desk)
    patch = desk.patch(what)
    if not patch.changes and not patch.index_changes:
        raise NotPatched("there is nothing to change")
    for change in patch.changes:
        if change.path.endswith(".py") and parsed(change.after).has_error:
            raise NotPatched(f"{change.path} could not be read any more")
    return patch


def diff_of(changes: tuple[Change, ...]) -> str:
    """Return the changes as a unified diff."""
    return "".join(_diff(change) for change in changes)


def _diff(change: Change) -> str:
    before = _lines(change.before, change.path) if change.before is not None else []
    lines = difflib.unified_diff(before, _lines(change.after, change.path),
                                 f"a/{change.path}" if change.before is not None else "/dev/null", f"b/{change.path}")
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def _lines(data: bytes, path: str) -> list[str]:
    return [f"{line}\n" for line in decode(data, path).replace("\r\n", "\n").split("\n")]
