"""What a project's env.py and alembic.ini say: where revisions lie, and how they are run."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from backend_lead.errors import Refused
from backend_lead.gates.files import Tree
from backend_lead.migrate.formats.alembic.expressions import exact
from backend_lead.migrate.formats.alembic.naming import Naming
from backend_lead.read.code.containers import Fields
from backend_lead.read.code.frames import Aborted, Frame
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External, Member
from backend_lead.read.code.names import follow_module, lookup
from backend_lead.read.code.target_values import ClassValue, Instance
from backend_lead.read.code.values import Value

_OPTION = r"(?m)^\s*{}\s*=\s*(.+?)\s*$"


@dataclass
class Environment:
    """One env.py: its folder, the folders of its revisions, and whether each revision is a transaction of its own."""

    home: str
    env: str = ""
    folders: tuple[str, ...] = ()
    apart: bool = False
    naming: Naming = field(default_factory=Naming)
    followed: bool = False

    def holds(self, path: str) -> bool:
        """Say whether a file is one of its revisions'."""
        return any(path.startswith(f"{folder}/" if folder else "") for folder in (self.home, *self.folders))

    def naming_of(self, run: Interpreter) -> Naming:
        """Return the naming convention of the metadata that env.py hands to Alembic."""
        module = run.program.modules.get(self.env)
        if self.followed or module is None:
            return self.naming
        self.followed = True
        try:
            follow_module(run, module)
            run.frame = Frame(module, module.scope)
            found = lookup(run, "target_metadata", module.scope)
            templates = _convention(found, run)
        except (Aborted, RecursionError):
            templates = None
        if templates is not None:
            self.naming = Naming({**self.naming.templates, **templates})
        return self.naming


def _convention(metadata: Value | None, run: Interpreter) -> dict[str, str] | None:
    """The templates of a MetaData; None when it has none, or none that can be read."""
    if isinstance(metadata, Member) and metadata.member == "metadata":
        return _convention(metadata.owner.keywords.get("metadata"), run)
    if isinstance(metadata, (ClassValue, Instance)):
        return _convention(run.attribute(metadata, "metadata"), run)
    given = metadata.keywords.get("naming_convention") if isinstance(metadata, External) else None
    if not isinstance(given, Fields) or not given.complete:
        return None
    found = {str(key): exact(value) for key, value in given.values.items()}
    return {key: value for key, value in found.items() if value is not None}


def homes(tree: Tree) -> list[str]:
    """Return the folders of the env.py files that are Alembic's."""
    found = []
    for path in tree.files:
        if path.rpartition("/")[2] == "env.py" and b"alembic" in _bytes(tree, path):
            found.append(path.rpartition("/")[0])
    return found


def environment_of(tree: Tree, home: str) -> Environment:
    """Return what is said beside an env.py, and in the alembic.ini that names its folder."""
    env = f"{home}/env.py" if home else "env.py"
    text = _bytes(tree, env).decode("utf-8", "replace")
    apart = bool(re.search(r"transaction_per_migration[\"']?\s*[=:]\s*True", text))
    return Environment(home, env, tuple(_locations(tree, home)), apart)


def _locations(tree: Tree, home: str) -> list[str]:
    """The folders of `version_locations`, for the alembic.ini whose script_location is this folder."""
    found = []
    for path in tree.files:
        folder, _, name = path.rpartition("/")
        if not name.endswith(".ini") or "alembic" not in name:
            continue
        text = _bytes(tree, path).decode("utf-8", "replace")
        place = re.search(_OPTION.format("script_location"), text)
        listed = re.search(_OPTION.format("version_locations"), text)
        if place is None or listed is None or _within(folder, place[1]) != home:
            continue
        found += [_within(folder, each) for each in re.split(r"[\s,:;]+", listed[1].replace("%(here)s", ".")) if each]
    return found


def _within(folder: str, written: str) -> str:
    """A path of an alembic.ini, which may begin with %(here)s."""
    parts: list[str] = folder.split("/") if folder else []
    for part in written.replace("%(here)s", ".").split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _bytes(tree: Tree, path: str) -> bytes:
    try:
        return tree.read(path)
    except Refused:
        return b""
