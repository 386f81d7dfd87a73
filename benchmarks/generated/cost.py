"""CPU of a request, from what the system accounts to the processes: bounded load, in turns with a reference service."""

from __future__ import annotations

import http.client
import json
import threading
from collections import defaultdict
from dataclasses import dataclass
from urllib.parse import urlsplit

from backend_lead.gates.accounting import family, spent

REQUESTS = 2_000
ROUNDS = 9
CONNECTIONS = 4


@dataclass(frozen=True, slots=True)
class Cost:
    """Microseconds of CPU of one request: in the application's process and in the database server's."""

    application: float
    database: float


def measure(targets: dict[str, tuple[str, str, str | None, int]], postmaster: int) -> dict[str, Cost]:
    """Return the lowest cost of a request of each target over some rounds in turns: a busy neighbour only adds.

    A target is an address, a path, an access token or None, and the number of the application's process.
    """
    seen: dict[str, list[Cost]] = defaultdict(list)
    for each in targets.values():
        _load(*each[:3], REQUESTS // 4)
    for _ in range(ROUNDS):
        for name, (address, path, token, process) in targets.items():
            before = spent([process]), spent(family(postmaster))
            _load(address, path, token, REQUESTS)
            after = spent([process]), spent(family(postmaster))
            seen[name].append(Cost(*((late - soon) / REQUESTS * 1e6 for soon, late in zip(before, after, strict=True))))
    return {
        name: Cost(
            min(each.application for each in found), min(each.database for each in found)
        )
        for name, found in seen.items()
    }


def ask(address: str, method: str, path: str, sent: object = None, token: str | None = None) -> object:
    """Send one request and return the document of the answer.  Raises RuntimeError for anything but success."""
    at = urlsplit(address)
    connection = http.client.HTTPConnection(at.hostname or "", at.port, timeout=30)
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    connection.request(method, path, None if sent is None else json.dumps(sent), headers)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    if answer.status >= 300:
        raise RuntimeError(f"{method} {path}: {answer.status} {text[:200]!r}")
    return json.loads(text or b"null")


def _load(address: str, path: str, token: str | None, requests: int) -> None:
    at = urlsplit(address)
    failed: list[int] = []

    def run() -> None:
        connection = http.client.HTTPConnection(at.hostname or "", at.port, timeout=30)
        for _ in range(requests // CONNECTIONS):
            connection.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                failed.append(answer.status)
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(CONNECTIONS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    if failed:
        raise RuntimeError(f"{path} answered {failed[0]} to {len(failed)} requests")
