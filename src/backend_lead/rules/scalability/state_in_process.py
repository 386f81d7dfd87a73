"""State that one process keeps for itself, so that a second one answers differently."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend, SharedState
from backend_lead.model.endpoint import Endpoint
from backend_lead.model.finding import Evidence, Finding, Severity
from backend_lead.rules._writing import Writer, counted, listed
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("State kept in the process", Severity.MEDIUM, preview=True)
write = Writer(__name__, RULE)

_CALLER = ("principal", "credential", "header:", "cookie:", "session")
_SENT = ("body", "form", "query:")


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each module-level container in which requests keep something of their callers.

    What is stored under a name of its own, or under a part of the path, may be a cache, a registry or a pool, of which
    every process can have its own.  Where it is not known what is stored, the finding is only suspected.
    """
    endpoints = {endpoint.name: endpoint for endpoint in backend.endpoints}
    by_container: dict[tuple[object, str], list[SharedState]] = {}
    for state in sorted(backend.shared_state, key=lambda each: (each.place, each.name, each.endpoint, each.written)):
        if state.sources is None or _is_of_caller(state.endpoint, state.sources):
            by_container.setdefault((state.place, state.name), []).append(state)
    for states in by_container.values():
        yield _finding(states, endpoints, backend.processes)


def _is_of_caller(endpoint: str, sources: tuple[str, ...]) -> bool:
    """Say whether something of the caller is stored; what a GET asks for may be the key of a cache."""
    told = _CALLER if endpoint.startswith(("GET ", "HEAD ")) else _CALLER + _SENT
    return any(source.startswith(told) for source in sources)


def _finding(states: list[SharedState], endpoints: dict[str, Endpoint], processes: int | None) -> Finding:
    first = states[0]
    name = first.name.rpartition(".")[2]
    writers = list(dict.fromkeys(state.endpoint for state in states))
    several = processes is not None and processes > 1
    count = f"each of the {counted(processes or 1, 'process', 'processes')}" if several else "each process"
    return write(
        first.place, f"{name} is written by {listed(writers)} and lives in the memory of one process.",
        f"{count.capitalize()} has a {name} of its own: what one request wrote, the next one may not find, and a "
        f"restart forgets it. A second instance cannot be started without changing what callers see.",
        f"# keep it where all processes see it, for example in Redis:\n"
        f'redis.set(f"{name}:{{key}}", value, ex=3600)',
        evidence=Evidence.SUSPECTED if all(state.sources is None for state in states) else Evidence.TRACED,
        endpoint=endpoints.get(writers[0]), symbol=first.symbol, snippet=first.name,
        touches=tuple(f"route:{name}" for name in writers), effort=3)
