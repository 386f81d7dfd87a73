"""A host for the MCP door: the SDK's own client, over a real process and over HTTP, in both revisions."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import ElicitRequestParams, ElicitResult

TOKEN = "a token of the tests, long enough"
COMMAND = (sys.executable, "-P", "-m", "backend_lead", "mcp")
REVISIONS = {"2026-07-28": "auto", "2025-11-25": "legacy"}
"""The current and the previous revision, and how the client is told to speak them."""


def environment(**more: str) -> dict[str, str]:
    """The environment of a server: that of the tests, without variables of ours."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BACKEND_LEAD_")}
    return {**clean, **more}


@dataclass(slots=True)
class Person:
    """Who answers the server's questions: always the same; `asked` keeps what was asked."""

    action: str = "accept"
    write: bool = True
    asked: list[str] = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        self.asked = []

    async def answer(self, context: object, params: ElicitRequestParams) -> ElicitResult:
        self.asked.append(params.message)
        return ElicitResult(action=self.action, content={"write": self.write} if self.action == "accept" else None)


@contextlib.asynccontextmanager
async def stdio_host(root: Path, *options: str, revision: str = "2026-07-28", person: Person | None = None) -> AsyncIterator[Client]:
    """A host that starts the server itself and talks over its standard input and output."""
    server = StdioServerParameters(command=COMMAND[0], args=[*COMMAND[1:], *options], env=environment(), cwd=root)
    async with Client(stdio_client(server), mode=REVISIONS[revision],
                      elicitation_callback=person.answer if person else None) as client:
        yield client


@dataclass(frozen=True, slots=True)
class HttpServer:
    """A server that listens: where, and its process."""

    address: str
    port: int
    process: subprocess.Popen[str]


@contextlib.contextmanager
def http_server(root: Path, *options: str) -> Iterator[HttpServer]:
    """A server over HTTP in a process of its own, with the token of the tests."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([*COMMAND, "--http", "--port", str(port), *options], cwd=root, stderr=subprocess.PIPE,
                               text=True, env=environment(BACKEND_LEAD_MCP_TOKEN=TOKEN))
    try:
        assert process.stderr is not None
        said = process.stderr.readline()
        assert said == f"Listening on http://127.0.0.1:{port}/mcp\n", said + process.stderr.read()
        yield HttpServer(f"http://127.0.0.1:{port}/mcp", port, process)
    finally:
        process.terminate()
        process.wait(timeout=30)
        process.stderr.close()


@contextlib.asynccontextmanager
async def http_host(server: HttpServer, *, revision: str = "2026-07-28", person: Person | None = None) -> AsyncIterator[Client]:
    """A host that talks to a server over HTTP with the right token."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with (httpx2.AsyncClient(headers=headers, timeout=httpx2.Timeout(30, read=300)) as http,
                Client(streamable_http_client(server.address, http_client=http), mode=REVISIONS[revision],
                       elicitation_callback=person.answer if person else None) as client):
        yield client
