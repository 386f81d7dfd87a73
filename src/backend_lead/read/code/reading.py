"""Source files into endpoints, tables and what else a program says."""

from __future__ import annotations

from dataclasses import dataclass

from backend_lead.gates.files import Tree
from backend_lead.model.backend import Literal, Relationship, SharedState
from backend_lead.model.endpoint import Call, Endpoint
from backend_lead.model.event import Listener, Progress
from backend_lead.model.place import Place, Unresolved
from backend_lead.model.table import Table
from backend_lead.read.code.calls import CallMade
from backend_lead.read.code.conversion import call_of
from backend_lead.read.code.endpoints import endpoints_of, unplaced_routes
from backend_lead.read.code.execution import SharedWrite
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.languages import python
from backend_lead.read.code.libraries import gather, library_modules
from backend_lead.read.code.program import CodeModule, Program, module_name
from backend_lead.read.code.querying import plain
from backend_lead.read.code.remembering import unfold
from backend_lead.read.code.routing import Made
from backend_lead.read.code.startup import start


@dataclass(frozen=True, slots=True)
class Code:
    """What the source says."""

    frameworks: tuple[str, ...]
    endpoints: tuple[Endpoint, ...]
    tables: tuple[Table, ...]
    calls: tuple[Call, ...]
    literals: tuple[Literal, ...]
    relationships: tuple[Relationship, ...]
    shared_state: tuple[SharedState, ...]
    unplaced_routes: int
    unresolved: tuple[Unresolved, ...]


def read_code(tree: Tree, sources: dict[str, bytes], listen: Listener) -> Code:
    """Follow the program in these files; `tree` gives the migrations and SQL files beside them."""
    run, modules = _started(tree, sources)
    events = [*run.start_events, *run.events]
    routers = [event.router for event in events if isinstance(event, Made)]
    listen(Progress("endpoints", 0, sum(len(r.routes) for r in routers)))
    calls = [call_of(event, path, run.program) for event, path in unfold(events) if isinstance(event, CallMade)]
    endpoints, writes = endpoints_of(run, routers)
    unplaced = unplaced_routes(run, routers)
    listen(Progress("endpoints", len(endpoints), len(endpoints)))
    tables, relationships = _harvested(run, tree)
    return Code(
        tuple(sorted({e.framework for e in endpoints})),
        tuple(sorted(endpoints, key=lambda e: (e.path, e.method, e.handler.place))),
        tuple(sorted(tables, key=lambda t: (t.schema or "", t.name))),
        tuple(dict.fromkeys(calls)),
        _literals(run),
        tuple(sorted(relationships, key=lambda r: (r.model, r.attribute))),
        _shared(run, writes),
        unplaced,
        _unresolved(run, modules),
    )


def read_models(tree: Tree, sources: dict[str, bytes]) -> tuple[Table, ...]:
    """Return the tables that models declare, without what migrations and SQL files say of them."""
    run, _ = _started(tree, sources)
    tables, _ = _harvested(run, tree, models_only=True)
    # A model inside a migration is that of its day.
    old = {module.path for module in run.program.modules.values() if module.is_revision}
    found = [table for table in tables if table.place is None or table.place.file not in old]
    return tuple(sorted(found, key=lambda t: (t.schema or "", t.name)))


def _started(tree: Tree, sources: dict[str, bytes]) -> tuple[Interpreter, list[CodeModule]]:
    """Follow what the program does when it is loaded."""
    modules = [CodeModule(module_name(path), path, data, python.parse) for path, data in sorted(sources.items())]
    hooks = gather()
    libraries = frozenset(name.split(".")[0] for name in (*hooks.calls, *hooks.symbols))
    run = Interpreter(Program(modules, libraries, tree.root.name), hooks)
    run.tree = tree
    start(run)
    return run, modules


def _harvested(
    run: Interpreter, tree: Tree, *, models_only: bool = False
) -> tuple[list[Table], list[Relationship]]:
    tables: list[Table] = []
    relationships: list[Relationship] = []
    for library in sorted(library_modules(), key=lambda module: getattr(module, "HARVEST_ORDER", 0)):
        harvest = getattr(library, "harvest", None)
        if harvest is not None and (getattr(library, "DECLARES_MODELS", False) or not models_only):
            tables, more = harvest(run, tree, tables)
            relationships.extend(more)
    return tables, relationships


def _literals(run: Interpreter) -> tuple[Literal, ...]:
    found = {(place, name): Literal(name, value, place, symbol) for name, value, place, symbol in run.literals}
    return tuple(found[key] for key in sorted(found))


def _shared(run: Interpreter, writes: list[tuple[str, SharedWrite]]) -> tuple[SharedState, ...]:
    defined = dict(run.shared.values())
    found: dict[tuple[str, Place], SharedState] = {}
    for endpoint, write in writes:
        name, place = write.name, write.place
        key = (name, place)
        if key not in found or endpoint < found[key].endpoint:
            declared = defined.get(name) or place
            found[key] = SharedState(name, declared, place, write.symbol, endpoint, plain(write.sources))
    return tuple(found[key] for key in sorted(found))


def _unresolved(run: Interpreter, modules: list[CodeModule]) -> tuple[Unresolved, ...]:
    found = {Unresolved(what, why, place) for what, why, place in run.unresolved}
    for module in modules:
        if module.parsed:
            found |= {
                Unresolved(
                    module.path, "the syntax could not be read here; the rest of the file was", Place(module.path, line)
                )
                for line in module.tree.faults
            }
    return tuple(found)
