"""Runs inside a server's own environment: lists its routes and asks each one without a credential.

    python probe.py START OUT HOME

START is a file with code that leaves the applications in `apps`; OUT receives
`{"routes": [[method, path], ...], "framework": [...], "anonymous": {"METHOD path": [status, location, reason]}}`;
the reason is "csrf" when a refusal says that it is for want of a token against forged requests, else null.
It imports nothing of this project.  The server can reach this machine only.
"""

from __future__ import annotations

import json
import os
import re
import socket
import sys
import threading
import warnings
from pathlib import Path

SECONDS = 8
DOCUMENTATION = re.compile(r"(^|/)(docs|redoc|openapi\.json|docs/oauth2-redirect)$")
FORGERY = re.compile(
    r"[cx]srf[-_ ]?(session |refresh )?(token|cookie|header|check|verification|protection|validation)?[ :]*"
    r"(is |was |has )?(missing|invalid|failed|expired|incorrect|required|not |error|do(es)? not)"
    r"|(missing|invalid|no|bad|expired) [\w -]{0,20}[cx]srf", re.IGNORECASE)
UNASKED = {"HEAD", "OPTIONS", "TRACE"}


def stay_home():
    """Refuse every connection that leaves the machine."""
    connect, resolve = socket.socket.connect, socket.getaddrinfo

    def local(host):
        return host in (None, "", "localhost", "::1", b"localhost") or str(host).startswith("127.")

    def guarded(self, address):
        if self.family != socket.AF_UNIX and not local(address[0]):
            raise ConnectionRefusedError("the benchmark stays on this machine")
        return connect(self, address)

    def looked_up(host, *rest, **options):
        if not local(host):
            raise socket.gaierror("the benchmark stays on this machine")
        return resolve(host, *rest, **options)

    socket.socket.connect, socket.getaddrinfo = guarded, looked_up


def plain(path):
    """`/files/{name:path}` and `/files/<path:name>` as `/files/{name}`."""
    return re.sub(r"\{(\w+):[^}]*\}", r"{\1}", re.sub(r"<(?:[^<>]*:)?([^<>:]+)>", r"{\1}", path))


def starlette_routes(routes, prefix=""):
    """Yield (method, path, made by the framework) for a list of routes, mounted applications included."""
    for route in routes:
        contexts = getattr(route, "effective_route_contexts", None)
        if callable(contexts):
            for context in contexts():
                if getattr(context, "path", None) and getattr(context, "methods", None):
                    yield from ((method, plain(prefix + context.path), False) for method in context.methods)
            continue
        path, methods = getattr(route, "path", ""), getattr(route, "methods", None)
        inner = getattr(getattr(route, "app", None), "routes", None)
        if inner is not None and methods is None:
            yield from starlette_routes(inner, prefix + path)
        elif methods:
            made = getattr(getattr(route, "endpoint", None), "__module__", "") == "fastapi.applications"
            made = made or bool(DOCUMENTATION.search(path) and getattr(route, "dependant", None) is None)
            yield from ((method, plain(prefix + path), made) for method in methods)


def routes_of(app):
    """Every (method, path, made by the framework) of an application."""
    if hasattr(app, "url_map"):
        for rule in app.url_map.iter_rules():
            for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}:
                yield method, plain(rule.rule), rule.endpoint.rpartition(".")[2] == "static"
        return
    yield from starlette_routes(app.routes)
    try:
        document = app.openapi()["paths"]
    except Exception as fault:
        print("no OpenAPI document:", repr(fault)[:300])
        return
    for path, operations in document.items():
        yield from ((method.upper(), plain(path), False) for method in operations if method not in ("parameters",))


def asker(app):
    """A function (method, path) -> response that sends a request without any credential."""
    if hasattr(app, "url_map"):
        client = app.test_client()
        return lambda method, path: client.open(path, method=method, base_url="http://localhost")
    from starlette.testclient import TestClient

    client = TestClient(app, base_url="http://localhost", raise_server_exceptions=False, follow_redirects=False)
    return lambda method, path: client.request(method, path)


def ask(send, method, path):
    """[status, location, reason] of one request; status 0 with the fault's name when no answer came in time.

    A request that never ends is left behind in its thread: some servers stream for ever, and wait for it if asked to.
    """
    got = [0, "no answer", None]

    def run():
        try:
            answer = send(method, re.sub(r"\{[^}]*\}", "1", path))
            got[:] = [int(answer.status_code), answer.headers.get("location"), None]
            if 400 <= got[0] < 500 and FORGERY.search(answer.text[:20_000]):
                got[2] = "csrf"
        except BaseException as fault:
            got[1] = type(fault).__name__

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(SECONDS)
    return list(got)


def main():
    """List, write, ask, write."""
    warnings.simplefilter("ignore")
    start, out, home = sys.argv[1:4]
    sys.path[0] = os.getcwd()
    stay_home()
    space = {"home": home}
    exec(compile(Path(start).read_text(encoding="utf-8"), start, "exec"), space)  # our own text, from servers.py
    routes, framework, anonymous = set(), set(), {}
    for app in space["apps"]:
        listed = sorted(set(routes_of(app)))
        made = {(method, path) for method, path, own in listed if own}
        own = [(method, path) for method, path, _ in listed if (method, path) not in made and method not in UNASKED]
        framework |= made
        routes.update(own)
        send = asker(app)
        for position, (method, path) in enumerate(own):
            if position % 25 == 0:
                write(out, routes, framework, anonymous)
            anonymous[f"{method} {path}"] = ask(send, method, path)
    write(out, routes, framework, anonymous)
    print(len(routes), "routes,", len(anonymous), "asked")
    sys.stdout.flush()
    os._exit(0)  # servers leave threads behind


def write(out, routes, framework, anonymous):
    """What is known so far: a route that ends the process must not take the list with it."""
    Path(out).write_text(json.dumps({"routes": sorted(routes), "framework": sorted(framework - routes),
                                     "anonymous": anonymous}), encoding="utf-8")


if __name__ == "__main__":
    main()
