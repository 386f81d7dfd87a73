"""What of a backend is looked at: files left out by `exclude`, and what a change since a reference touches."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding
from backend_lead.model.place import Place


def matcher(globs: Iterable[str]) -> re.Pattern[str] | None:
    """Return a pattern for relative paths, or None for no globs.

    `*` stays within one folder, `**` crosses folders, a glob without a slash matches a name at any depth, and one
    that names a folder covers everything below it.
    """
    patterns = [_pattern(glob.strip().removeprefix("./")) for glob in globs if glob.strip()]
    return re.compile("|".join(patterns)) if patterns else None


def without(backend: Backend, globs: Iterable[str]) -> Backend:
    """Return the backend without what stands in the files that the globs name."""
    pattern = matcher(globs)
    if pattern is None:
        return backend

    def stays(place: Place | None) -> bool:
        return place is None or not pattern.fullmatch(place.file)

    return replace(
        backend,
        files=tuple(file for file in backend.files if not pattern.fullmatch(file.path)),
        endpoints=tuple(endpoint for endpoint in backend.endpoints if stays(endpoint.handler.place)),
        tables=tuple(table for table in backend.tables if stays(table.place)),
        calls=tuple(call for call in backend.calls if stays(call.place)),
        literals=tuple(literal for literal in backend.literals if stays(literal.place)),
        relationships=tuple(each for each in backend.relationships if stays(each.place)),
        shared_state=tuple(each for each in backend.shared_state if stays(each.place)),
        documents=tuple(document for document in backend.documents if not pattern.fullmatch(document.file)),
        unresolved=tuple(each for each in backend.unresolved if stays(each.place)))


def outside(findings: Iterable[Finding], globs: Iterable[str]) -> tuple[Finding, ...]:
    """Return the findings whose place is in none of the files that the globs name."""
    pattern = matcher(globs)
    return tuple(finding for finding in findings if pattern is None or not pattern.fullmatch(finding.place.file))


def touched(findings: Iterable[Finding], changed: Iterable[str]) -> tuple[Finding, ...]:
    """Return the findings whose place, or a step of whose path, stands in a changed file."""
    files = frozenset(changed)
    return tuple(finding for finding in findings
                 if finding.place.file in files or any(hop.place.file in files for hop in finding.path))


def _pattern(glob: str) -> str:
    if "/" not in glob.rstrip("/"):
        glob = f"**/{glob}"
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", glob.strip("/"))
    words = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(words.get(part, re.escape(part)) for part in parts) + "(?:/.*)?"
