"""An application's calls against a database while something else happens to it: how long each of them took."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType

from backend_lead.gates.scratch_session import ScratchError, ScratchSession
from backend_lead.prove.scratch import Scratch

# Between two calls of one session: enough for the server to do something else on two cores.
_PAUSE = 0.004


@dataclass(frozen=True, slots=True)
class Call:
    """One call that is sent again and again: `kind` is select, insert or update."""

    kind: str
    sql: str


@dataclass(frozen=True, slots=True)
class Took:
    """One call as it went: from `start` to `end` on the clock of `time.perf_counter`, in seconds."""

    kind: str
    start: float
    end: float


@dataclass
class Load:
    """Sends calls from a few sessions, for as long as the `with` block lasts; each call is a transaction of its own."""

    scratch: Scratch
    database: str
    calls: Sequence[Call]
    took: list[Took] = field(default_factory=list)
    rounds: dict[str, int] = field(default_factory=dict)
    _threads: list[threading.Thread] = field(default_factory=list)
    _done: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Load:
        for kind in sorted({call.kind for call in self.calls}):
            mine = [call for call in self.calls if call.kind == kind]
            thread = threading.Thread(target=self._run, args=(mine,), daemon=True)
            self._threads.append(thread)
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join(20)

    def _run(self, calls: Sequence[Call]) -> None:
        with ScratchSession(self.scratch.server, self.database, guest=True) as session:
            session.run("SET statement_timeout = '60s'")
            number = 0
            broken: set[str] = set()
            while not self._done.is_set():
                call = calls[number % len(calls)]
                number += 1
                self.rounds[call.kind] = number // len(calls)
                if call.sql in broken and len(broken) < len(calls):
                    continue
                start = time.perf_counter()
                try:
                    session.run(call.sql)
                except ScratchError:
                    # It waited all the same; what does not work any more is found out after the migration, not here.
                    broken.add(call.sql)
                self.took.append(Took(call.kind, start, time.perf_counter()))
                time.sleep(_PAUSE)

    def ready(self, least: float, most: float) -> None:
        """Wait until every call was sent twice, for at least and at most so many seconds: then it is known what each of
        them takes by itself."""
        end = time.perf_counter() + most
        time.sleep(least)
        while time.perf_counter() < end and any(self.rounds.get(call.kind, 0) < 2 for call in self.calls):
            time.sleep(_PAUSE)

    def longest(self, start: float, end: float) -> dict[str, float]:
        """Return the longest call of each kind that overlapped a span, in milliseconds."""
        found: dict[str, float] = {}
        for took in list(self.took):
            if took.start <= end and took.end >= start:
                found[took.kind] = max(found.get(took.kind, 0.0), (took.end - took.start) * 1000)
        return found
