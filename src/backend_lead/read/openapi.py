"""OpenAPI documents: 3.0, 3.1 and Swagger 2.0, in JSON or YAML, read with line numbers and forgiven what can be."""

from __future__ import annotations

import re

from backend_lead.errors import Refused, WrongUse
from backend_lead.gates.files import Tree, decode
from backend_lead.gates.text import one_line
from backend_lead.model.document import ApiDocument, DocumentFault
from backend_lead.model.place import Place
from backend_lead.read.openapi_document import DocumentReader
from backend_lead.read.openapi_nodes import DocumentUnreadable, parse

_SUFFIXES = (".yaml", ".yml", ".json")
_ELSEWHERE = frozenset({"test", "tests", "testing", "__tests__", "testdata", "fixtures", "cassettes", "snapshots",
                        "__snapshots__", "vendor", "third_party"})
_MARK = re.compile(r"""(?m)(?:^|[{,]\s*)["']?(?:openapi|swagger)["']?\s*:\s*["']?[123]\.\d""")
_TOLD_BY_NAME = re.compile(r"(?i)(?:openapi|swagger)[^/]*\.json$")
_YAML_LIMIT = 2_000_000


def find_documents(tree: Tree) -> tuple[ApiDocument, ...]:
    """Return the OpenAPI documents among the files of a target, by file name; those of its tests are not its own.

    A file that says it is one and cannot be read gives a document with a fault and no operations.
    """
    found = []
    for path in tree.files:
        parts = path.lower().split("/")
        if not path.endswith(_SUFFIXES) or _ELSEWHERE.intersection(parts[:-1]) or not _looks_like_one(tree, path):
            continue
        try:
            document = _read(tree, path, limit=_YAML_LIMIT)
        except DocumentUnreadable as error:
            fault = DocumentFault(Place(path, error.line), f"{one_line(error.message)}: the document is not read")
            document = ApiDocument(path, "", faults=(fault,))
        except Refused:
            continue
        if document is not None:
            found.append(document)
    return tuple(found)


def read_document(tree: Tree, path: str) -> ApiDocument:
    """Return the OpenAPI document that a person named.  Raises WrongUse with the line for a file that is none."""
    shown = one_line(path)
    try:
        document = _read(tree, path)
    except DocumentUnreadable as error:
        raise WrongUse(f"{shown}:{error.line} cannot be read as an OpenAPI document: {one_line(error.message)}.",
                       "Mend that line, or leave --openapi out to look at the code alone.") from None
    except Refused as error:
        raise WrongUse(error.message, "Give a file of at most 5 MB that is not a link.") from None
    if document is None:
        raise WrongUse(f"{shown}:1 is no OpenAPI document: it has no `openapi: 3.x` and no `swagger: 2.0` at its top.",
                       "Give the document itself: backend-lead review . --openapi openapi.yaml")
    return document


def _looks_like_one(tree: Tree, path: str) -> bool:
    if _TOLD_BY_NAME.search(path):
        return True
    try:
        return _MARK.search(decode(tree.head(path), path)) is not None
    except Refused:
        return False


def _read(tree: Tree, path: str, limit: int | None = None) -> ApiDocument | None:
    """Return the document, or None when the file is something else."""
    text = tree.text(path)
    if limit is not None and len(text) > limit and not path.endswith(".json"):
        raise DocumentUnreadable(f"this is larger than {limit // 1_000_000} MB of YAML; name it by --openapi", 1)
    root = parse(text, path)
    version = root.string("openapi") or root.string("swagger")
    if not root.is_map or not re.match(r"[123]\.\d", version):
        return None
    return DocumentReader(root, path, one_line(version, 20)).read()
