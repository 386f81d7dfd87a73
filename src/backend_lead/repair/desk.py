"""Where a patch is written: copies of the files it changes, each with the place of every byte."""

from __future__ import annotations

from dataclasses import dataclass, field

from backend_lead.errors import Refused
from backend_lead.gates.files import Tree
from backend_lead.model.backend import Backend
from backend_lead.model.diagnosis import IndexChange
from backend_lead.model.endpoint import Endpoint
from backend_lead.model.finding import Finding
from backend_lead.read.code.editing import NotPatched, Source
from backend_lead.repair.document_text import DocumentText


@dataclass(frozen=True, slots=True)
class Change:
    """A file, its bytes before (None for a new one) and after."""

    path: str
    before: bytes | None
    after: bytes


@dataclass(frozen=True, slots=True)
class Patch:
    """What is to be changed for one finding.  `index_changes` still need a migration of the project's own tool."""

    what: str
    changes: tuple[Change, ...]
    index_changes: tuple[IndexChange, ...] = ()


@dataclass(slots=True)
class Desk:
    """The files that were opened for one patch, and the picture of the program that the finding was made from."""

    tree: Tree
    backend: Backend
    index_changes: list[IndexChange] = field(default_factory=list)
    _sources: dict[str, Source] = field(default_factory=dict)
    _documents: dict[str, DocumentText] = field(default_factory=dict)

    def python(self, path: str) -> Source:
        """Return a Python file to change.  Raises NotPatched for another one, and for one that cannot be read."""
        if not path.endswith(".py"):
            raise NotPatched(f"only Python is patched, and {path or 'the place'} is none")
        if path not in self._sources:
            self._sources[path] = Source(path, self._read(path))
        return self._sources[path]

    def document(self, path: str) -> DocumentText:
        """Return an OpenAPI document to change.  Raises NotPatched for one that is not YAML in blocks."""
        if path not in self._documents:
            self._documents[path] = DocumentText(path, self._read(path))
        return self._documents[path]

    def endpoint(self, finding: Finding) -> Endpoint:
        """Return the endpoint of a finding.  Raises NotPatched where it has none, or several share its name."""
        wanted = finding.endpoint
        found = [each for each in self.backend.endpoints
                 if wanted is not None and (each.method, each.path) == (wanted.method, wanted.path)]
        if len(found) != 1:
            raise NotPatched("no one handler answers the route")
        return found[0]

    def patch(self, what: str) -> Patch:
        """Return what was written.  Raises NotPatched where two changes meet."""
        new = {path: (source.data, source.changed_bytes()) for path, source in self._sources.items()}
        new |= {path: (text.data, text.changed()) for path, text in self._documents.items()}
        changes = tuple(Change(path, before, after) for path, (before, after) in sorted(new.items()) if before != after)
        return Patch(what, changes, tuple(self.index_changes))

    def _read(self, path: str) -> bytes:
        try:
            return self.tree.read(path)
        except Refused as error:
            raise NotPatched(error.message.rstrip(".")) from None
