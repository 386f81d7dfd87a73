"""Work elsewhere: `asyncio`, `anyio`, threads, and what runs after the answer is sent."""

from __future__ import annotations

from typing import Any

from backend_lead.read.code.calls import call
from backend_lead.read.code.containers import Items
from backend_lead.read.code.frames import Aborted, Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External
from backend_lead.read.code.standard_library.functions import through
from backend_lead.read.code.standard_library.objects import sources_only
from backend_lead.read.code.target_values import FunctionValue
from backend_lead.read.code.values import Unknown, Value


def _gather(site: Site, run: Interpreter) -> Value:
    return Items(list(site.positional), "list", not site.open, site.sources)


def _off_loop(first: int) -> Any:
    """Run a function elsewhere than on the event loop (a thread pool), with the arguments that follow it."""

    def make(site: Site, run: Interpreter) -> Value:
        function = site.argument(first)
        if function is None:
            return Unknown(site.sources)
        saved, run.on_loop = run.on_loop, False
        try:
            return call(
                run,
                function,
                Site(site.positional[first + 1 :], site.keywords, site.line, site.frame, site.node, True, site.open),
            )
        finally:
            run.on_loop = saved

    return make


def _later(first: int) -> Any:
    """Run a function after the answer is sent, or in a thread of its own."""

    def make(site: Site, run: Interpreter) -> Value:
        function = site.argument(first, "target")
        arguments = site.positional[first + 1 :]
        given = site.keywords.get("args")
        if isinstance(given, Items):
            arguments = list(given.values)
        if function is None or not run.requesting:
            return External("deferred")
        saved, run.deferred = (run.deferred, run.on_loop), True
        run.on_loop = isinstance(function, FunctionValue) and function.definition.is_async
        try:
            call(run, function, Site(arguments, {}, site.line, site.frame, site.node, True, True))
        except Aborted:
            pass
        finally:
            run.deferred, run.on_loop = saved
        return External("deferred")

    return make


CALLS: dict[str, Any] = {
    "starlette.background.BackgroundTasks.add_task": _later(0),
    "starlette.background.BackgroundTask": _later(0),
    "threading.Thread": _later(-1),
    "concurrent.futures.ThreadPoolExecutor.submit": _later(0),
    "concurrent.futures.ProcessPoolExecutor.submit": _later(0),
    "asyncio.gather": _gather,
    "asyncio.create_task": through(),
    "asyncio.ensure_future": through(),
    "asyncio.wait_for": through(),
    "asyncio.shield": through(),
    "asyncio.run": through(),
    "anyio.run": _off_loop(0),
    "asyncio.timeout": sources_only,
    "asyncio.to_thread": _off_loop(0),
    "anyio.to_thread.run_sync": _off_loop(0),
    "starlette.concurrency.run_in_threadpool": _off_loop(0),
    "fastapi.concurrency.run_in_threadpool": _off_loop(0),
    "asgiref.sync.sync_to_async": through(),
    "asgiref.sync.async_to_sync": through(),
    "asyncio.get_event_loop.run_in_executor": _off_loop(1),
    "asyncio.get_running_loop.run_in_executor": _off_loop(1),
}
ALIASES: dict[str, str] = {"asyncio.get_event_loop().run_in_executor": "asyncio.get_event_loop.run_in_executor"}
