"""A job ends with the host that asked for it, and two jobs at once do not touch each other."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import anyio
import pytest
from mcp import Client
from mcp_types import CallToolResult

from backend_lead.doors.work.jobs import ReviewJob
from backend_lead.gates.worker import Worker
from mcp_hosts import COMMAND, REVISIONS, Person, environment, http_host, http_server, stdio_host
from worker_processes import alive, processes

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked at through /proc")

LONG = {"files": ["change.sql"], "schema": "schema.sql", "rows": 5_000_000}
PATIENCE = 60.0


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder with a migration whose proof takes long."""
    (tmp_path / "schema.sql").write_text("CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL);\n")
    (tmp_path / "change.sql").write_text("ALTER TABLE users ADD COLUMN phone text;\n")
    return tmp_path


def serves(command: str) -> bool:
    """Whether a process is the server of the proof; the one that makes its folder is of the same program."""
    return command.split(" ")[0].endswith("/bin/postgres") and "max_connections=60" in command


def wait_until(true: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return False


async def running(client: Client, folder: Path, then: Callable[[], object]) -> dict[int, str]:
    """Ask for the long proof; when its server runs, note all processes of the job and go."""
    seen: dict[int, str] = {}
    async with anyio.create_task_group() as tasks:
        async def call() -> None:
            with contextlib.suppress(Exception):
                await client.call_tool("prove_migration", LONG)

        tasks.start_soon(call)
        with anyio.fail_after(PATIENCE):
            while not any(serves(command) for command in seen.values()):
                await anyio.sleep(0.05)
                seen = processes(folder)
        then()
        tasks.cancel_scope.cancel()
    return seen


@contextlib.asynccontextmanager
async def over(way: str, revision: str, folder: Path) -> AsyncIterator[Client]:
    if way == "stdio":
        async with stdio_host(folder, revision=revision) as client:
            yield client
    else:
        with http_server(folder) as server:
            async with http_host(server, revision=revision) as client:
                yield client


@pytest.mark.parametrize("way", ["stdio", "http"])
@pytest.mark.parametrize("revision", REVISIONS)
def test_a_host_that_cancels_ends_the_job_and_the_server_stays(way: str, revision: str, shop: Path):
    async def look() -> None:
        async with over(way, revision, shop) as client:
            seen = await running(client, shop, lambda: None)
            assert len(seen) >= 3
            # Waiting has to leave the client room to say that it cancelled.
            with anyio.fail_after(PATIENCE):
                while alive(seen):
                    await anyio.sleep(0.05)
            assert (await client.call_tool("explain_rule", {"rule": "sql-injection"})).structured_content["rule"]

    anyio.run(look)


@pytest.mark.parametrize("way", ["stdio", "http"])
@pytest.mark.parametrize("revision", REVISIONS)
def test_a_host_that_goes_ends_the_job(way: str, revision: str, shop: Path):
    seen: dict[int, str] = {}

    async def look() -> None:
        class Gone(Exception):
            pass

        def go() -> None:
            seen.update(processes(shop))
            raise Gone

        async with over(way, revision, shop) as client:
            with contextlib.suppress(ExceptionGroup):
                await running(client, shop, go)

    anyio.run(look)
    assert len(seen) >= 3
    assert wait_until(lambda: not alive(seen)), alive(seen)


@pytest.mark.parametrize("how", ["its input ends", "killed"])
def test_a_server_that_ends_takes_its_jobs_along(how: str, shop: Path):
    # The client closes with an error when its server is gone: the process is started here and looked at from outside.
    server = subprocess.Popen(COMMAND, cwd=shop, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment())
    assert server.stdin is not None
    assert server.stdout is not None
    for line in ('{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},'
                 '"clientInfo":{"name":"test","version":"1"}}}',
                 '{"jsonrpc":"2.0","method":"notifications/initialized"}',
                 '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"prove_migration","arguments":'
                 '{"files":["change.sql"],"schema":"schema.sql","rows":5000000}}}'):
        server.stdin.write(line + "\n")
        server.stdin.flush()
    seen: dict[int, str] = {}
    assert wait_until(lambda: bool(seen.update(processes(shop))) or any(serves(command) for command in seen.values()))
    if how == "killed":
        server.kill()
    server.stdin.close()
    assert server.wait(timeout=PATIENCE) == (-9 if how == "killed" else 0)
    server.stdout.close()
    assert wait_until(lambda: not alive(seen)), alive(seen)


def test_two_jobs_at_once_on_one_repository_give_what_one_gives(orders: Path):
    async def look() -> None:
        async with stdio_host(orders, "--cache") as client:
            found: list[CallToolResult] = []

            async def call() -> None:
                found.append(await client.call_tool("review_backend", {"path": "orders"}))

            async with anyio.create_task_group() as tasks:
                for _ in range(3):
                    tasks.start_soon(call)
            alone = await client.call_tool("review_backend", {"path": "orders"})
            assert [each.content[0].text for each in found] == [alone.content[0].text] * 3
            assert not alone.is_error

    anyio.run(look)
    assert not [path.name for path in (orders / "orders" / ".backend-lead").iterdir() if path.suffix == ".part"]


def test_two_that_write_the_same_write_it_once(orders: Path):
    person = Person()
    brief = {"brief": "A tracker of projects and tasks for teams.", "into": "app"}

    async def look() -> list[CallToolResult]:
        async with stdio_host(orders, person=person) as client:
            found: list[CallToolResult] = []

            async def call(tool: str, arguments: dict[str, object]) -> None:
                found.append(await client.call_tool(tool, arguments))

            async with anyio.create_task_group() as tasks:
                for _ in range(2):
                    tasks.start_soon(call, "generate_service", brief)
                    tasks.start_soon(call, "create_migration", {"change": "add nickname to customers", "folder": "orders", "write": True})
            return found

    found = anyio.run(look)
    made = [each for each in found if not each.is_error and each.structured_content["schema"] == "backend-lead/design/1"]
    assert sorted(bool(each.structured_content["generated"]["written"]) for each in made) == [False, True]
    written = [each for each in found if not each.is_error and each.structured_content.get("written")]
    assert 1 <= len(written) <= 2
    assert len(list(orders.glob("orders/migrations/versions/*nickname*"))) == len(written)


def test_a_worker_runs_nothing_of_the_folder_it_works_in(orders: Path):
    canary = orders / "canary"
    for name in ("msgspec", "backend_lead", "json", "sitecustomize"):
        (orders / f"{name}.py").write_text(f"open({str(canary)!r}, 'w').write({name!r})\n")
    found = subprocess.run(COMMAND, cwd=orders, input="", text=True, capture_output=True, check=False, env=environment(), timeout=PATIENCE)
    assert found.returncode == 0

    async def look() -> None:
        async with stdio_host(orders) as client:
            assert not (await client.call_tool("audit_api", {"path": "."})).is_error

    anyio.run(look)
    assert not canary.exists()


def test_a_worker_is_told_no_password_by_its_environment(orders: Path, monkeypatch: pytest.MonkeyPatch):
    import msgspec

    monkeypatch.setenv("BACKEND_LEAD_DB", "postgresql://me:hidden@127.0.0.1/x")
    monkeypatch.setenv("BACKEND_LEAD_MCP_TOKEN", "hidden too, and long enough")
    worker = Worker("backend_lead.doors.work.worker", msgspec.json.encode(ReviewJob(target="orders")), orders)
    try:
        assert wait_until(lambda: b"backend_lead" in Path(f"/proc/{worker.number}/cmdline").read_bytes())
        seen = Path(f"/proc/{worker.number}/environ").read_bytes()
        assert b"hidden" not in seen
        lines = list(iter(worker.line, b""))
        assert lines[-1].startswith(b'{"type":"Answered"')
    finally:
        assert worker.end() == 0


def test_a_worker_that_dies_is_told(orders: Path):
    async def look() -> None:
        async with stdio_host(orders) as client:
            async with anyio.create_task_group() as tasks:
                async def kill() -> None:
                    while not (found := processes(orders)):
                        await anyio.sleep(0.01)
                    os.kill(min(found), 9)

                tasks.start_soon(kill)
                found = await client.call_tool("review_backend", {"path": "orders"})
            assert found.is_error
            assert "ended without an answer" in found.content[0].text
            assert not (await client.call_tool("audit_api", {"path": "orders"})).is_error

    anyio.run(look)
