"""The 22 checks, as live probes: `python checks.py ADDRESS DSN PLAN` in a generated service's folder and environment.

PLAN is JSON: `make`, an entity whose rows are private, `hidden`, whether only those are that are not shown yet, `role`,
what its maker has to be, `at`, where it is read, and `lists`, an address that anybody who has signed in may list.
Without private rows there is no `make`, and the checks of another's row have nothing to find.  Prints JSON: for each
check its number, its name and what is wrong, or null.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx2
import jwt

sys.path.insert(0, os.getcwd())

PASSWORD = "a long enough passphrase"
_CALLS = re.compile(r"\.(?:fetch|fetchrow|fetchval|execute)\(\s*(f?['\"]|\w+\s*\+|\w+\.format)")


class Probe:
    """What the checks share: a client, the database, and people."""

    def __init__(self, address: str, dsn: str, plan: dict[str, str]) -> None:
        self.address, self.dsn, self.plan = address, dsn, plan
        self.client = httpx2.Client(base_url=address, timeout=30)
        conftest = importlib.import_module("tests.conftest")
        self.people = conftest.People(self.client, dsn)
        self.making = importlib.import_module("tests.making")
        self.me = self.people.new(plan["role"] or None)

    def sql(self, text: str, *parameters: object) -> object:
        async def run() -> object:
            connection = await asyncpg.connect(self.dsn)
            try:
                return await connection.fetchval(text, *parameters)
            finally:
                await connection.close()

        return asyncio.run(run())

    def private_row(self) -> dict[str, object]:
        make = getattr(self.making, f"make_{self.plan['make']}")
        made: dict[str, object] = make(
            self.client, self.people, self.me, **({"hidden": True} if self.plan["hidden"] else {})
        )
        return made

    def seen_by_row_policies(self, table: str, row: str, user: str) -> int:
        """Count what a statement that forgets whose rows it reads would find for a user."""
        database = importlib.import_module("app.database")

        async def run() -> int:
            connection = await asyncpg.connect(self.dsn, server_settings={"role": database.APPLICATION_ROLE})
            try:
                await connection.execute("SELECT set_config('app.user_id', $1, false)", user)
                return int(await connection.fetchval(f"SELECT count(*) FROM {table} WHERE id = $1", uuid.UUID(row)))
            finally:
                await connection.close()

        return asyncio.run(run())

    def login(self, email: str, password: str = PASSWORD) -> httpx2.Response:
        return self.client.post("/auth/login", json={"email": email, "password": password})

    def status(self, path: str, headers: dict[str, str] | None = None) -> int:
        return self.client.get(path, headers=headers or {}).status_code


def _says(wrong: bool, what: object) -> str | None:
    return str(what) if wrong else None


def login_limit(p: Probe) -> str | None:
    seen = [p.login("guessed@example.org", "a wrong guess").status_code for _ in range(15)]
    return _says(429 not in seen, seen)


def negative_limit(p: Probe) -> str | None:
    status = p.status(f"{p.plan['lists']}?limit=-1", p.me.headers)
    return _says(status != 422, status)


def negative_skip(p: Probe) -> str | None:
    seen = [p.status(f"{p.plan['lists']}?{query}", p.me.headers) for query in ("skip=-5", "cursor=-5", "cursor=%00")]
    return _says(max(seen) >= 500, seen)


def page_bound(p: Probe) -> str | None:
    status = p.status(f"{p.plan['lists']}?limit=1000000", p.me.headers)
    return _says(status != 422, status)


def password_change(p: Probe) -> str | None:
    one = p.people.new()
    sent = {"current_password": PASSWORD, "new_password": "another long passphrase"}
    changed = p.client.post("/auth/password", json=sent, headers=one.headers).status_code
    return _says(changed != 200 or p.status("/me", one.headers) != 401, changed)


def token_life(p: Probe) -> str | None:
    claims = jwt.decode(p.me.headers["Authorization"].split()[1], options={"verify_signature": False})
    return _says(claims["exp"] - claims["iat"] > 900, claims)


def refresh(p: Probe) -> str | None:
    one = p.people.new()
    seen = [p.client.post("/auth/refresh", json={"refresh_token": one.refresh_token}).status_code for _ in range(2)]
    return _says(seen != [200, 401] or p.status("/me", one.headers) != 401, seen)


def logout(p: Probe) -> str | None:
    one = p.people.new()
    p.client.post("/auth/logout", headers=one.headers)
    return _says(p.status("/me", one.headers) != 401, "the token lives on")


def bad_token(p: Probe) -> str | None:
    answer = p.client.get("/me", headers={"Authorization": "Bearer nonsense"})
    return _says(answer.status_code != 401 or "www-authenticate" not in answer.headers, answer.status_code)


def enumeration(p: Probe) -> str | None:
    seen = [p.client.post("/auth/sign-up", json={"email": email, "password": PASSWORD, "display_name": "X"})
            for email in (p.me.email, f"{secrets.token_hex(4)}@example.org")]
    return _says(seen[0].status_code != seen[1].status_code or seen[0].content != seen[1].content, seen)


def security_headers(p: Probe) -> str | None:
    wanted = ("x-content-type-options", "x-frame-options", "content-security-policy", "strict-transport-security",
              "referrer-policy")
    headers = p.client.get("/me").headers
    missing = [each for each in wanted if each not in headers]
    return _says(bool(missing), missing)


def long_body(p: Probe) -> str | None:
    at = urlsplit(p.address)
    with socket.create_connection((at.hostname, at.port), timeout=5) as raw:
        raw.sendall(
            b"POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 20000000\r\n\r\n{"
        )
        answer = raw.recv(200)
    return _says(b" 413 " not in answer, answer[:60])


def indexes(p: Probe) -> str | None:
    missing = p.sql("""
        SELECT string_agg(c.conrelid::regclass || '.' || a.attname, ', ')
        FROM pg_constraint AS c JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        WHERE c.contype = 'f' AND NOT EXISTS (
            SELECT 1 FROM pg_index AS i
            WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1] AND i.indpred IS NULL)
    """)
    return _says(missing is not None, missing)


def others_row(p: Probe) -> str | None:
    if not p.plan["make"]:
        return None
    made = p.private_row()
    stranger = p.people.new()
    others = p.client.get(f"{p.plan['at']}/{made['id']}", headers=stranger.headers)
    missing = p.client.get(f"{p.plan['at']}/00000000-0000-7000-8000-000000000000", headers=stranger.headers)
    if others.status_code != 404 or others.content != missing.content:
        return str(others.status_code)
    table = p.plan["at"].removeprefix("/").replace("-", "_")
    seen = p.seen_by_row_policies(table, str(made["id"]), stranger.id)
    return _says(seen != 0, f"row policies show {seen} rows of {table} to a stranger")


def closed_docs(p: Probe) -> str | None:
    seen = [p.status(path) for path in ("/docs", "/redoc", "/openapi.json")]
    return _says(seen != [404] * 3, seen)


def no_open_writes(p: Probe) -> str | None:
    main, settings = importlib.import_module("app.main"), importlib.import_module("app.settings")
    made = main.create_app(settings.Settings.from_environment({"ENVIRONMENT": "development"}))
    document = made.openapi()
    may = {"/auth/sign-up", "/auth/login", "/auth/refresh"}
    wrong = []
    for path, verbs in document["paths"].items():
        for verb in set(verbs) - {"get"}:
            filled = re.sub(r"\{\w+\}", "00000000-0000-7000-8000-000000000000", path)
            status = p.client.request(verb.upper(), filled, json={}).status_code
            if path not in may and status != 401:
                wrong.append(f"{verb} {path}: {status}")
    return _says(bool(wrong), wrong)


def ownership(p: Probe) -> str | None:
    if not p.plan["make"]:
        return None
    made = p.private_row()
    status = p.status(f"{p.plan['at']}/{made['id']}", p.me.headers)
    return _says(status != 200, status)


def deleted_user(p: Probe) -> str | None:
    one = p.people.new()
    p.client.delete("/me", headers=one.headers)
    status = p.status("/me", one.headers)
    return _says(status != 401, status)


def default_secret(p: Probe) -> str | None:
    kept = {name: value for name, value in os.environ.items() if name not in ("SECRET_KEY", "ENVIRONMENT")}
    for secret in ("", "changethis", "changethis-changethis-changethis-changethis"):
        ended = subprocess.run([sys.executable, "-m", "app"], env={**kept, "DATABASE_URL": p.dsn, "SECRET_KEY": secret},
                               capture_output=True, timeout=20, check=False)
        if ended.returncode == 0 or b"SECRET_KEY" not in ended.stderr:
            return f"{secret!r} was taken"
    return None


def no_built_sql(p: Probe) -> str | None:
    wrong = [
        str(path)
        for path in sorted(Path("app").rglob("*.py"))
        if _CALLS.search(path.read_text(encoding="utf-8"))
        and path.name != "migrate.py"
        and re.search(r"\(\s*f['\"]\s*(SELECT|INSERT|UPDATE|DELETE)", path.read_text("utf-8"))
    ]
    return _says(bool(wrong), wrong)


def password_hash(p: Probe) -> str | None:
    import argon2

    one = p.people.new()
    stored = str(p.sql("SELECT password_hash FROM users WHERE email = $1", one.email))
    if not stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$"):
        return stored[:40]
    weak = argon2.PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    p.sql("UPDATE users SET password_hash = $2 WHERE email = $1", one.email, weak)
    p.login(one.email)
    after = p.sql("SELECT password_hash FROM users WHERE email = $1", one.email)
    return _says(after == weak, "a weaker hash stays after signing in")


def timing(p: Probe) -> str | None:
    one = p.people.new()

    def seconds(email: str) -> float:
        began = time.perf_counter()
        p.login(email, "a wrong guess")
        return time.perf_counter() - began

    known, unknown = (min(seconds(each) for _ in range(3)) for each in (one.email, "x" + one.email))
    return _says(not 0.4 < known / unknown < 2.5, f"{known / unknown:.2f}")


CHECKS: list[Callable[[Probe], str | None]] = [
    login_limit,
    negative_limit,
    negative_skip,
    page_bound,
    password_change,
    token_life,
    refresh,
    logout,
    bad_token,
    enumeration,
    security_headers,
    long_body,
    indexes,
    others_row,
    closed_docs,
    no_open_writes,
    ownership,
    deleted_user,
    default_secret,
    no_built_sql,
    password_hash,
    timing,
]


def main() -> None:
    """Run every check; one that breaks is told as what is wrong."""
    probe = Probe(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))
    results: list[dict[str, object]] = []
    for number, check in enumerate(CHECKS, start=1):
        try:
            wrong = check(probe)
        except Exception as error:
            wrong = f"{type(error).__name__}: {error}"
        results.append({"number": number, "name": check.__name__, "wrong": wrong})
    print(json.dumps(results))


if __name__ == "__main__":
    main()
