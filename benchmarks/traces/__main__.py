"""`python -m benchmarks.traces [fastapi|flask|express …] [--show]`: three services with OpenTelemetry in them.

Each service really runs on a PostgreSQL of its own and is asked for every route twice; its traces go through a
diagnosis.  A route is labelled with what a person calls what it sends, "" for what only looks like N + 1.  Prints how
many of the traces with N + 1 were found, how many of those found are some, and how often the kind is the labelled one.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from backend_lead.diagnose.repeated import repeated
from backend_lead.prove.scratch import Scratch
from backend_lead.read.traffic.spans import read_spans

HERE = Path(__file__).parent
CACHE = Path(os.environ.get("BACKEND_LEAD_BENCH_CACHE", HERE.parent / ".cache")).absolute() / "traces"
# The instrumentation of SQLAlchemy leaves a newer one alone, and says nothing.
_PACKAGES = ("fastapi", "uvicorn", "sqlalchemy<2.1", "psycopg[binary]", "flask", "httpx", "requests",
             "strawberry-graphql", "opentelemetry-sdk", *(f"opentelemetry-instrumentation-{name}" for name in (
                 "fastapi", "flask", "sqlalchemy", "psycopg", "httpx", "requests")))
_NODE_PACKAGES = {"express": "5", "pg": "8", **{f"@opentelemetry/{name}": "*" for name in (
    "sdk-trace-node", "sdk-trace-base", "instrumentation", "instrumentation-http", "instrumentation-express",
    "instrumentation-pg", "otlp-transformer", "api")}}
_LIMITS = (10, 14)


@dataclass
class Counts:
    """What was found of what is there; `others` are the traces that were told wrongly."""

    there: int = 0
    found: int = 0
    right: int = 0
    kinds: int = 0
    traces: int = 0
    others: list[str] = field(default_factory=list)


def python() -> Path:
    """Return the Python of an environment that holds the frameworks and their instrumentation."""
    program = CACHE / "venv" / "bin" / "python"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", str(CACHE / "venv")], check=True)
        subprocess.run([str(program), "-m", "pip", "install", "--quiet", *_PACKAGES], check=True)
    return program


def node() -> Path | None:
    """Return the folder that holds the packages of Node.js, None where there is no Node.js."""
    if shutil.which("npm") is None:
        return None
    home = CACHE / "node"
    if not (home / "node_modules" / "pg").exists():
        home.mkdir(parents=True, exist_ok=True)
        wanted = json.dumps({"private": True, "dependencies": _NODE_PACKAGES})
        (home / "package.json").write_text(wanted, encoding="utf-8")
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"], cwd=home,
                       check=True)
    return home


def command(name: str) -> tuple[list[str], dict[str, str]] | None:
    """Return how a service is started and its environment, None where this machine cannot."""
    if name == "express":
        home = node()
        found = None if home is None else (["node", str(HERE / "express_service.mjs")], {"SERVICE_HOME": str(home)})
    else:
        found = ([str(python()), str(HERE / f"{name}_service.py")], {})
    return found


def labels(name: str) -> dict[str, str]:
    """Return the label of each route, as the service's own `KINDS` has them."""
    if name == "express":
        text = (HERE / "express_service.mjs").read_text(encoding="utf-8")
        body = re.search(r"KINDS = \{(.*?)\};", text, re.DOTALL)
        return dict(re.findall(r'"([^"]+)": "([^"]*)"', body[1] if body else ""))
    for node_ in ast.parse((HERE / f"{name}_service.py").read_text(encoding="utf-8")).body:
        if isinstance(node_, ast.Assign) and getattr(node_.targets[0], "id", "") == "KINDS":
            return dict(ast.literal_eval(node_.value))
    return {}


@contextmanager
def running(name: str, dsn: str, file: Path) -> Iterator[int]:
    """Start a service on a free port, which is yielded once it answers; stop it at the end."""
    found = command(name)
    if found is None:
        raise SystemExit(f"{name}: node and npm are not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    words, extra = found
    environment = {**os.environ, **extra, "OTEL_SEMCONV_STABILITY_OPT_IN": os.environ.get("SEMCONV", "")}
    process = subprocess.Popen([*words, dsn, str(port), str(file)], env=environment, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, start_new_session=True)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def asked(port: int, route: str, limit: int) -> None:
    """Send one request to a route."""
    path = re.sub(r"\{\w+\}|<int:\w+>|:\w+", "5", route)
    url = f"http://127.0.0.1:{port}{path}?limit={limit}"
    request = urllib.request.Request(url)
    if route == "/graphql":
        query = json.dumps({"query": f"{{ writers(limit: {limit}) {{ name titles }} }}"}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", query,
                                         {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        answer.read()


def measure(name: str, scratch: Scratch, folder: Path) -> Counts:
    """Ask a service for everything, and compare what its traces show with the labels."""
    database = f"library_{name}"
    scratch.create_database(database)
    scratch.execute((HERE / "library.sql").read_text(encoding="utf-8"), database=database)
    counts = Counts()
    for limit in _LIMITS:
        for number, (route, kind) in enumerate(sorted(labels(name).items())):
            file = folder / f"{name}-{limit}-{number}.json"
            with running(name, scratch.dsn(database), file) as port:
                asked(port, route, limit)
                time.sleep(0.2)
            # A route that others call answers them as well, in the same traces.
            seen = {each.kind for each in repeated(read_spans(file))
                    if each.endpoint is None or _same(each.endpoint.path, route)}
            counts.traces += 1
            counts.there += bool(kind)
            counts.found += bool(seen)
            counts.right += bool(kind and seen)
            counts.kinds += kind in seen if kind else 0
            if bool(kind) != bool(seen) or (kind and kind not in seen):
                told = ", ".join(sorted(seen)) or "none"
                counts.others.append(f"{name} {route} ({limit}): {kind or 'none'}, told {told}")
    return counts


def _same(path: str, route: str) -> bool:
    one, other = (re.sub(r"\{\w+\}|<[\w:]+>|:\w+", "*", each).rstrip("/") for each in (path, route))
    return one == other


def main() -> int:
    """Print the figures of each service and of all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.traces")
    parser.add_argument("services", nargs="*", help="fastapi, flask, express; all without a name")
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args()
    total = Counts()
    print("| service | traces | with N + 1 | found | of those found, some | kind as labelled |\n"
          "|---|---|---|---|---|---|")
    with Scratch({"max_connections": "100"}) as scratch, tempfile.TemporaryDirectory() as folder:
        for name in given.services or ("fastapi", "flask", "express"):
            counts = measure(name, scratch, Path(folder))
            print(_row(name, counts), flush=True)
            for key in ("there", "found", "right", "kinds", "traces"):
                setattr(total, key, getattr(total, key) + getattr(counts, key))
            total.others += counts.others
    print(_row("all", total))
    if given.show:
        print("\n".join(total.others))
    return 0


def _row(name: str, c: Counts) -> str:
    return (f"| {name} | {c.traces} | {c.there} | {c.right} = {c.right / max(c.there, 1):.3f} | "
            f"{c.right} of {c.found} = {c.right / max(c.found, 1):.3f} | {c.kinds} of {c.there} |")


if __name__ == "__main__":
    raise SystemExit(main())
