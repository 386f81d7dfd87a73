"""Makes rows in a running service and prints what to send it: `python load_requests.py ADDRESS DSN` in its folder.

On standard input: JSON, for each entity that clients make its `name`, its `address`, the `role` that its maker has to
have or "", and `lists`, addresses in which `{column}` stands for a value of the row.  Rows are made as the service's
own tests make them (`tests/making.py`).  Prints JSON: `requests`, each with `kind` (list, row or create), `method`,
`path`, `body` and `token`; every one was answered with success once.  `left` are those that were not, with what was
answered.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import re
import sys
from typing import Any

import asyncpg
import httpx2

sys.path.insert(0, os.getcwd())

# Several people with a page of rows each: what one person has would grow with every write of the load.
_PEOPLE = 8
_ROWS = 25
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MARK = re.compile(r"\{(\w+)\}")


class Recorder:
    """A client that remembers what was sent last to each address."""

    def __init__(self, client: httpx2.Client) -> None:
        self._client = client
        self.sent: dict[str, tuple[Any, dict[str, str]]] = {}

    def post(self, path: str, **given: Any) -> httpx2.Response:
        """Send it on, and remember it."""
        self.sent[path] = given.get("json"), given.get("headers", {})
        return self._client.post(path, **given)


class Maker:
    """Makes rows and finds out what can be sent again and again."""

    def __init__(self, address: str, dsn: str) -> None:
        self.client = httpx2.Client(base_url=address, timeout=30)
        self.people = importlib.import_module("tests.conftest").People(self.client, dsn)
        self.making = importlib.import_module("tests.making")
        self.requests: list[dict[str, Any]] = []
        self.left: list[str] = []
        self._by_role: dict[str, list[Any]] = {}

    def entity(self, plan: dict[str, Any]) -> None:
        """Make some rows of one entity for each of some people, and keep the requests answered with success."""
        role = str(plan["role"])
        if role not in self._by_role:
            self._by_role[role] = [self.people.new(role or None) for _ in range(_PEOPLE)]
        for me in self._by_role[role]:
            self._rows_of(me, plan)

    def _rows_of(self, me: Any, plan: dict[str, Any]) -> None:
        recorder = Recorder(self.client)
        make = getattr(self.making, f"make_{plan['name']}")
        row = make(recorder, self.people, me)
        body, headers = recorder.sent[plan["address"]]
        again = 0
        while again < _ROWS and self.client.post(plan["address"], json=body, headers=headers).status_code == 201:
            again += 1
        if again == _ROWS:
            self.keep("create", "POST", plan["address"], me, body)
        else:
            self.leave(f"POST {plan['address']}: the same row cannot be made again and again")
            self._make_more(make, me, body)
        self.keep("row", "GET", f"{plan['address']}/{row['id']}", me)
        for each in plan["lists"]:
            path = _MARK.sub(lambda mark: str(row.get(mark[1]) or me.id), each)
            self.keep("list", "GET", f"{path}?limit=20", me)

    def _make_more(self, make: Any, me: Any, body: dict[str, Any]) -> None:
        """Make rows beside the first one, below the same parents where that is possible."""
        parents = {name: value for name, value in body.items() if name.endswith("_id")}
        for given in (parents, {}):
            try:
                for _ in range(_ROWS):
                    make(self.client, self.people, me, **given)
                return
            except AssertionError:
                continue

    def keep(self, kind: str, method: str, path: str, me: Any, body: object = None) -> None:
        """Ask once, and keep what is answered with success."""
        answer = self.client.request(method, path, headers=me.headers, json=body)
        if answer.is_success:
            token = me.headers["Authorization"].split()[1]
            self.requests.append({"kind": kind, "method": method, "path": path, "body": body, "token": token})
        else:
            self.leave(f"{method} {path.partition('?')[0]}: answered {answer.status_code}")

    def leave(self, what: str) -> None:
        """Keep what is not sent, once for each address whatever the rows are called."""
        said = _ID.sub("…", what)
        if said not in self.left:
            self.left.append(said)


async def _analyse(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


def main() -> None:
    """Make rows of every entity and print what to send."""
    maker = Maker(sys.argv[1], sys.argv[2])
    for plan in json.load(sys.stdin):
        try:
            maker.entity(plan)
        except Exception as error:
            maker.leave(f"{plan['address']}: {type(error).__name__}: {error}"[:300])
    asyncio.run(_analyse(sys.argv[2]))
    print(json.dumps({"requests": maker.requests, "left": maker.left}))


if __name__ == "__main__":
    main()
