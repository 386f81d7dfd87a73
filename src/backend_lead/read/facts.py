"""What was read of the source, kept by the content of the files, so that an unchanged target is not read twice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from backend_lead.gates.cache import Cache
from backend_lead.model.endpoint import Call
from backend_lead.model.place import Hop
from backend_lead.model.query import Query
from backend_lead.read.code.reading import Code

NAME = "facts.json"
T = TypeVar("T", Call, Query)


@dataclass
class Reached(Generic[T]):
    """The calls or queries of all endpoints: each `what` once and without its path, each path and hop once.

    `by_endpoint` are pairs of numbers, of what is reached and of the path that leads there.
    """

    what: list[T]
    hops: list[Hop]
    paths: list[list[int]]
    by_endpoint: list[list[tuple[int, int]]]


@dataclass
class Document:
    """`Code` with what its endpoints reach set apart: many endpoints share it."""

    code: Code
    calls: Reached[Call]
    queries: Reached[Query]


def remembered(root: Path, contents: Iterable[tuple[str, bytes]], read: Callable[[], Code]) -> Code:
    """Return what is kept for exactly these files and this version of the tool, else read and keep it."""
    key = key_of(contents)
    cache = Cache(root)
    kept = cache.read(NAME, key)
    if kept is not None:
        try:
            return _unpacked(msgspec.json.decode(kept, type=Document))
        except (msgspec.MsgspecError, IndexError, ValueError):
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
    bare = tuple(replace(endpoint, calls=(), queries=()) for endpoint in code.endpoints)
    return Document(
        replace(code, endpoints=bare),
        _apart([endpoint.calls for endpoint in code.endpoints], _told_by),
        _apart([endpoint.queries for endpoint in code.endpoints], lambda query: replace(query, path=())),
    )


def _told_by(call: Call) -> object:
    """What tells one call from another, its path left out; the arguments of one call are the same object everywhere."""
    return (*(getattr(call, name) for name in _PLAIN), id(call.arguments))


_PLAIN = tuple(field.name for field in fields(Call) if field.name not in ("arguments", "path"))


def _apart(groups: list[tuple[T, ...]], told_by: Callable[[T], object]) -> Reached[T]:
    what: dict[object, int] = {}
    hops: dict[int, int] = {}
    paths: dict[tuple[int, ...], int] = {}
    made: Reached[T] = Reached([], [], [], [])
    for group in groups:
        numbers = []
        for item in group:
            number = what.setdefault(told_by(item), len(what))
            if number == len(made.what):
                made.what.append(replace(item, path=()))
            for hop in item.path:
                if id(hop) not in hops:
                    hops[id(hop)] = len(hops)
                    made.hops.append(hop)
            path = tuple([hops[id(hop)] for hop in item.path])
            numbers.append((number, paths.setdefault(path, len(paths))))
        made.by_endpoint.append(numbers)
    made.paths.extend(map(list, paths))
    return made


def _unpacked(document: Document) -> Code:
    calls, queries = _together(document.calls), _together(document.queries)
    endpoints = [
        replace(endpoint, calls=tuple(calls), queries=tuple(queries))
        for endpoint, calls, queries in zip(document.code.endpoints, calls, queries, strict=True)
    ]
    return replace(document.code, endpoints=tuple(endpoints))


def _together(reached: Reached[T]) -> Iterator[list[T]]:
    paths = [tuple([reached.hops[number] for number in path]) for path in reached.paths]
    for numbers in reached.by_endpoint:
        yield [replace(reached.what[what], path=paths[path]) for what, path in numbers]
