"""Requests sent to a service of this machine at moments that are set beforehand, however long its answers take.

A client that waits for an answer before it sends the next request asks less of a service that is slow, and measures it
at its best (coordinated omission).  Here every request is due at a moment, and how long it took is counted from then,
so that what had to queue, at the service or before it, is in the figure.  Rate, duration and connections are bounded.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from backend_lead.errors import Refused

MOST_A_SECOND = 5_000.0
LONGEST = 60.0
CONNECTIONS = 64
_HERE = ("127.0.0.1", "::1", "localhost")
_GRACE = 10.0
_LARGEST_ANSWER = 50_000_000


@dataclass(frozen=True, slots=True)
class Sendable:
    """One request: `kind` says what it is for; `body` is a JSON document or None; `token` an access token or None."""

    kind: str
    method: str
    path: str
    body: object = None
    token: str | None = None

    def message(self, host: str) -> bytes:
        """Return the request as HTTP/1.1 sends it."""
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {host}", "Accept: application/json"]
        if self.token:
            lines.append(f"Authorization: Bearer {self.token}")
        sent = b"" if self.body is None else json.dumps(self.body).encode()
        if sent:
            lines += ["Content-Type: application/json", f"Content-Length: {len(sent)}"]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + sent


@dataclass(slots=True)
class Outcome:
    """One request as it went: moments in seconds since the load began.

    `given` is when we came to it: later than `due` when this machine was too busy to send in time.  `status` is 0 when
    no answer came.
    """

    kind: str
    due: float
    given: float = -1.0
    done: float = -1.0
    status: int = 0

    @property
    def took(self) -> float:
        """Seconds from the moment at which it was due to the end of its answer."""
        return self.done - self.due


def send(address: str, requests: Sequence[Sendable], due: Sequence[float]) -> list[Outcome]:
    """Send each request at its moment, in seconds from now, and return how each went.

    Raises Refused for a service of another machine, and for more than the bounds allow.
    """
    at = urlsplit(address)
    if at.hostname not in _HERE:
        raise Refused(f"{at.hostname} is another machine, and no load is sent to it.",
                      "Load goes to a service of this machine.")
    if due and (due[-1] > LONGEST or len(due) > max(1.0, due[-1]) * MOST_A_SECOND):
        raise Refused(f"{len(due):,} requests within {due[-1]:.0f} seconds are more than is sent.",
                      f"At most {MOST_A_SECOND:,.0f} a second for {LONGEST:.0f} seconds.")
    messages = {id(each): each.message(at.netloc) for each in requests}
    outcomes = [Outcome(request.kind, moment) for request, moment in zip(requests, due, strict=True)]
    waiting = [(messages[id(request)], outcome) for request, outcome in zip(requests, outcomes, strict=True)]
    asyncio.run(_Load(at.hostname or "", at.port or 80).run(waiting))
    return outcomes


@dataclass(slots=True)
class _Load:
    host: str
    port: int
    began: float = 0.0
    open: int = 0
    idle: list[_Connection] = field(default_factory=list)
    queue: deque[tuple[bytes, Outcome]] = field(default_factory=deque)
    left: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)
    opening: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self, waiting: Sequence[tuple[bytes, Outcome]]) -> None:
        self.left = len(waiting)
        self.began = time.perf_counter()
        for message, outcome in waiting:
            ahead = outcome.due - self.now()
            if ahead > 0:
                await asyncio.sleep(ahead)
            self.give(message, outcome)
        if self.left:
            # What has no answer by then is told as that.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.over.wait(), _GRACE)
        for each in self.idle:
            each.close()

    def now(self) -> float:
        return time.perf_counter() - self.began

    def give(self, message: bytes, outcome: Outcome) -> None:
        """Hand a request to a connection that is free; open another when there is none; else it queues."""
        outcome.given = self.now()
        if self.idle:
            self.idle.pop().ask(message, outcome)
            return
        self.queue.append((message, outcome))
        self._open_another()

    def _open_another(self) -> None:
        if self.queue and self.open < CONNECTIONS:
            self.open += 1
            task = asyncio.get_running_loop().create_task(self._open())
            self.opening.add(task)
            task.add_done_callback(self.opening.discard)

    async def _open(self) -> None:
        try:
            _, connection = await asyncio.get_running_loop().create_connection(
                lambda: _Connection(self), self.host, self.port)
        except OSError:
            self.open -= 1
            self._fail_when_alone()
            return
        self.free(connection)

    def _fail_when_alone(self) -> None:
        while self.queue and not self.open:
            self.finished(self.queue.popleft()[1], 0)

    def free(self, connection: _Connection) -> None:
        if self.queue:
            connection.ask(*self.queue.popleft())
        else:
            self.idle.append(connection)

    def lost(self, connection: _Connection, outcome: Outcome | None) -> None:
        self.open -= 1
        if connection in self.idle:
            self.idle.remove(connection)
        if outcome is not None:
            self.finished(outcome, 0)
        self._open_another()

    def finished(self, outcome: Outcome, status: int) -> None:
        outcome.done, outcome.status = self.now(), status
        self.left -= 1
        if not self.left:
            self.over.set()


class _Connection(asyncio.Protocol):
    """One connection that is asked one thing at a time.  Answers have a length or come in chunks."""

    def __init__(self, load: _Load) -> None:
        self._load = load
        self._transport: asyncio.Transport | None = None
        self._outcome: Outcome | None = None
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def ask(self, message: bytes, outcome: Outcome) -> None:
        assert self._transport is not None
        self._outcome, self._got = outcome, b""
        self._transport.write(message)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._got += data
        if len(self._got) > _LARGEST_ANSWER:
            self.close()
            return
        status, ends = _ended(self._got)
        if status and self._outcome is not None:
            outcome, self._outcome = self._outcome, None
            self._load.finished(outcome, status)
            if ends:
                self.close()
            else:
                self._load.free(self)

    def connection_lost(self, error: Exception | None) -> None:
        outcome, self._outcome = self._outcome, None
        self._load.lost(self, outcome)


def _ended(got: bytes) -> tuple[int, bool]:
    """Return the status of an answer that is there to its end, else 0, and whether the connection ends with it."""
    head, between, body = got.partition(b"\r\n\r\n")
    if not between:
        return 0, False
    status = int(head[9:12])
    lower = head.lower()
    ends = b"\r\nconnection: close" in lower
    if status in (204, 304):
        return status, ends
    at = lower.find(b"\r\ncontent-length:")
    if at >= 0:
        length = int(lower[at + 17:].split(b"\r\n", 1)[0])
        return (status if len(body) >= length else 0), ends
    if b"\r\ntransfer-encoding: chunked" in lower:
        return (status if body.endswith(b"0\r\n\r\n") else 0), ends
    return status, True
