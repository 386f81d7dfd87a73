"""The settings of the pool where the program makes it: as many connections as the server serves well."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tree_sitter import Node

from backend_lead.model.backend import Backend
from backend_lead.model.diagnosis import Pool
from backend_lead.model.endpoint import Call
from backend_lead.model.place import Place
from backend_lead.read.code.editing import NotPatched, Source, arguments_of, walk

_ENGINES = ("create_engine", "create_async_engine")
_POOLS = {"asyncpg.create_pool": 10, "psycopg_pool.ConnectionPool": 4, "psycopg_pool.AsyncConnectionPool": 4}


def pools_of(backend: Backend, texts: Mapping[str, str]) -> Iterator[Call]:
    """Yield the calls that make a pool of connections to PostgreSQL, each place once.

    What an application does when its server starts is not followed; there the calls are found in `texts`, the files by
    their paths.
    """
    seen = set()
    for call in (*backend.calls, *(call for endpoint in backend.endpoints for call in endpoint.calls)):
        engine = call.name.rpartition(".")[2] in _ENGINES and call.name.startswith(("sqlalchemy", "sqlmodel"))
        address = call.arguments[0].value if call.arguments else None
        elsewhere = engine and address and not address.startswith(("postgres", "{"))
        if (engine or call.name in _POOLS) and not elsewhere and call.place not in seen:
            seen.add(call.place)
            yield call
    for path, text in sorted(texts.items()):
        imported = {name for name in _POOLS if re.search(
            rf"(?m)^[ \t]*from[ \t]+{name.partition('.')[0]}[ \t]+import\b[^\n]*\b{name.partition('.')[2]}\b", text)}
        for number, line in enumerate(text.splitlines(), 1):
            for name in _POOLS:
                module, _, function = name.partition(".")
                owner = rf"(?:{module}\.)?" if name in imported else rf"{module}\."
                written = rf"(?<![\w.]){owner}{function}\("
                if re.search(written, line.partition("#")[0]) and Place(path, number) not in seen:
                    seen.add(Place(path, number))
                    yield Call(name, Place(path, number))


def set_pool(source: Source, call: Call, pool: Pool) -> str:
    """Change the call so that it opens no more than `pool.size` connections; return what was done in words.

    Raises NotPatched where the size is computed, or is small enough already.
    """
    found = [node for node in walk(source.root) if node.type == "call"
             and node.start_point.row + 1 == call.place.line and _callee(node) == call.name.rpartition(".")[2]]
    if len(found) != 1:
        raise NotPatched("the call that makes it is not on that line")
    [node] = found
    given = {key.text.decode(): value for each in arguments_of(node) if each.type == "keyword_argument"
             and (key := each.child_by_field_name("name")) is not None and key.text is not None
             and (value := each.child_by_field_name("value")) is not None}
    if any(each.type in ("dictionary_splat", "list_splat") for each in arguments_of(node)):
        raise NotPatched("its settings are put together elsewhere")
    if "poolclass" in given:
        raise NotPatched("it has a pool of another class")
    if call.name in _POOLS:
        return _bounded(source, node, given, pool, _POOLS[call.name])
    size, overflow = _number(source, given, "pool_size", 5), _number(source, given, "max_overflow", 10)
    most = size + max(overflow, 0) if overflow >= 0 else None
    if most is not None and most <= pool.size:
        raise NotPatched(f"it opens {most} at most already")
    _set(source, node, given, {"pool_size": pool.size, "max_overflow": 0})
    return f"pool_size={pool.size}, max_overflow=0 (was {size} + {overflow})"


def _bounded(source: Source, node: Node, given: dict[str, Node], pool: Pool, usual: int) -> str:
    least = _number(source, given, "min_size", min(usual, 10))
    most = _number(source, given, "max_size", max(least, usual))
    if most <= pool.size:
        raise NotPatched(f"it opens {most} at most already")
    wanted = {"max_size": pool.size} | ({"min_size": pool.size} if least > pool.size else {})
    _set(source, node, given, wanted)
    return f"{', '.join(f'{name}={value}' for name, value in sorted(wanted.items()))} (was {least} to {most})"


def _set(source: Source, node: Node, given: dict[str, Node], wanted: dict[str, int]) -> None:
    added = []
    for name, value in wanted.items():
        if name in given:
            source.replace(given[name].start_byte, given[name].end_byte, str(value))
        else:
            added.append(f"{name}={value}")
    if not added:
        return
    arguments = arguments_of(node)
    if not arguments:
        raise NotPatched("the call that makes it has no arguments")
    last = arguments[-1]
    one_a_line = len(arguments) > 1 and last.start_point.row > arguments[-2].end_point.row
    between = f",\n{' ' * last.start_point.column}" if one_a_line else ", "
    source.replace(last.end_byte, last.end_byte, "".join(between + each for each in added))


def _number(source: Source, given: dict[str, Node], name: str, usual: int) -> int:
    if name not in given:
        return usual
    text = source.text(given[name])
    if not text.lstrip("-").isdigit():
        raise NotPatched(f"{name} is {text}: set that instead")
    return int(text)


def _callee(node: Node) -> str:
    function = node.child_by_field_name("function")
    return function.text.decode().rpartition(".")[2] if function is not None and function.text is not None else ""
