"""What was read of the source, kept by the content of the files, so that an unchanged target is not read twice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import msgspec

from backend_lead.gates.cache import Cache
from backend_lead.model.endpoint import Call, Endpoint
from backend_lead.model.query import Query
from backend_lead.read.code.reading import Code

NAME = "facts.json"
T = TypeVar("T")


@dataclass
class Document:
    """`Code` with each call and query written once; endpoints refer to them by number."""

    code: Code
    calls: list[Call]
    queries: list[Query]
    numbers: list[tuple[list[int], list[int]]]


def remembered(root: Path, contents: Iterable[tuple[str, bytes]], read: Callable[[], Code]) -> Code:
    """Return what is kept for exactly these files and this version of the tool, else read and keep it."""
    key = key_of(contents)
    cache = Cache(root)
    kept = cache.read(NAME, key)
    if kept is not None:
        try:
            return _unpacked(msgspec.json.decode(kept, type=Document))
        except (msgspec.MsgspecError, IndexError):
            pass
    code = read()
    cache.write(NAME, key, msgspec.json.encode(_packed(code)))
    return code


def key_of(contents: Iterable[tuple[str, bytes]]) -> str:
    """A digest of every file that the reading depends on."""
    digest = hashlib.sha256()
    for path, data in contents:
        digest.update(f"\0{path}\0".encode("utf-8", "surrogateescape"))
        digest.update(hashlib.sha256(data).digest())
    return digest.hexdigest()


def _packed(code: Code) -> Document:
    calls: dict[int, int] = {}
    queries: dict[int, int] = {}
    call_list: list[Call] = []
    query_list: list[Query] = []
    numbers = []
    for endpoint in code.endpoints:
        numbers.append(
            (
                [_number(c, calls, call_list) for c in endpoint.calls],
                [_number(q, queries, query_list) for q in endpoint.queries],
            )
        )
    bare = tuple(replace(e, calls=(), queries=()) for e in code.endpoints)
    return Document(replace(code, endpoints=bare), call_list, query_list, numbers)


def _number(item: T, known: dict[int, int], items: list[T]) -> int:
    found = known.get(id(item))
    if found is None:
        found = known[id(item)] = len(items)
        items.append(item)
    return found


def _unpacked(document: Document) -> Code:
    endpoints: list[Endpoint] = [
        replace(
            endpoint, calls=tuple(document.calls[i] for i in calls), queries=tuple(document.queries[i] for i in queries)
        )
        for endpoint, (calls, queries) in zip(document.code.endpoints, document.numbers, strict=True)
    ]
    return replace(document.code, endpoints=tuple(endpoints))
