"""Which shapes of code get a cache and which must not; where a patch is written and where it is refused."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from backend_lead.diagnose.patching.cache_module import cache_module
from backend_lead.diagnose.patching.patches import patch_of
from backend_lead.errors import WrongUse
from backend_lead.gates.files import Tree
from backend_lead.gates.working_tree import write_committed
from backend_lead.model.diagnosis import Cache, Diagnosis, Patch, Pool
from backend_lead.read.reader import read_backend

TOTALS = "SELECT kind, count(*) FROM sale WHERE shop_id = $1 GROUP BY kind"
HEAD = """
import asyncpg
from fastapi import Depends, FastAPI, Header, HTTPException, Request
app = FastAPI()
"""
READ = '''
@app.get("/shops/{shop_id}")
async def shop(shop_id: int, request: Request):
    return [dict(row) for row in await request.app.state.pool.fetch(
        "SELECT kind, count(*) FROM sale WHERE shop_id = $1 GROUP BY kind", shop_id)]
'''
USER = '''
async def caller(request: Request, token: str = Header()):
    row = await request.app.state.pool.fetchrow("SELECT id, shop_id FROM account WHERE key = $1", token)
    if row is None:
        raise HTTPException(401)
    return row
'''
FLASK = """
import os
from flask import Flask, jsonify, request, g
from psycopg_pool import ConnectionPool
app = Flask(__name__)
pool = ConnectionPool(os.environ["DATABASE_URL"])
"""


def patched(folder: Path, text: str, sql: str = TOTALS, *, schema: str = "", tables: tuple[str, ...] = ("sale",),
            more: dict[str, str] | None = None) -> Patch:
    for name, content in {"main.py": text, **(more or {})}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    cache = Cache("totals", "q", 30.0, 0.9, "", (), "", "", (), sql=sql, tables=tables)
    found = patch_of(Diagnosis(caches=(cache,)), read_backend(folder, cache=False), Tree(folder), schema)
    assert found is not None
    return found


def why(found: Patch) -> str:
    [part] = found.parts
    assert not part.done
    assert found.files == ()
    return part.why


def test_the_read_is_moved_and_the_module_stands_beside_it(tmp_path: Path):
    found = patched(tmp_path, HEAD + READ)
    assert [path for path, _ in found.files] == ["main.py", "query_cache.py"]
    assert 'ttl=30,\n        tables=("sale",),\n    )]' in dict(found.files)["main.py"]
    assert "SELECT kind" in found.diff
    compile(dict(found.files)["query_cache.py"], "query_cache.py", "exec")
    compile(dict(found.files)["main.py"], "main.py", "exec")


def test_the_caller_stands_in_the_key_where_the_answer_is_theirs(tmp_path: Path):
    found = patched(tmp_path, HEAD + USER + '''
@app.get("/mine")
async def mine(request: Request, user=Depends(caller)):
    return await request.app.state.pool.fetchval("SELECT count(*) FROM sale WHERE seller_id = $1", user["id"])
''', "SELECT count(*) FROM sale WHERE seller_id = $1")
    assert found.parts[0].done
    call = " ".join(dict(found.files)["main.py"].split())
    assert 'query_cache.fetchval( request.app.state.pool, "SELECT count(*) FROM sale WHERE seller_id = $1", user["id"],' in call


@pytest.mark.parametrize(("code", "sql", "reason"), [
    (USER + '\n@app.get("/me")\nasync def me(user=Depends(caller)):\n    return dict(user)\n',
     "SELECT id, shop_id FROM account WHERE key = $1", "before the handler"),
    (USER + '''
@app.get("/sales/{sale_id}")
async def sale(sale_id: int, request: Request, user=Depends(caller)):
    row = await request.app.state.pool.fetchrow("SELECT id, seller_id FROM sale WHERE id = $1", sale_id)
    if row["seller_id"] != user["id"]:
        raise HTTPException(404)
    return dict(row)
''', "SELECT id, seller_id FROM sale WHERE id = $1", "decides by sale.seller_id who may see"),
    ('''
@app.post("/shops/{shop_id}")
async def shop(shop_id: int, request: Request):
    await request.app.state.pool.execute("INSERT INTO sale (shop_id) VALUES ($1)", shop_id)
    return await request.app.state.pool.fetch(
        "SELECT kind, count(*) FROM sale WHERE shop_id = $1 GROUP BY kind", shop_id)
''', TOTALS, "must see what it has written"),
    ('''
@app.get("/shops/{shop_id}")
async def shop(shop_id: int, column: str, request: Request):
    return await request.app.state.pool.fetch(
        f"SELECT kind, count(*) FROM sale WHERE shop_id = $1 GROUP BY {column}", shop_id)
''', TOTALS, "put together"),
    (READ.replace("shop_id = $1", "shop_id = $1 AND at > now()"),
     TOTALS.replace("shop_id = $1", "shop_id = $1 AND at > now()"), "clock"),
    (READ + READ.replace("/shops/", "/again/").replace("def shop", "def again"), TOTALS, "more than one"),
    (READ.replace(", shop_id)]", ", shop_id, timeout=3)]"), TOTALS, "options by name"),
    (READ + '''
async def lent(request: Request):
    async with request.app.state.pool.acquire() as connection:
        async with connection.transaction():
            yield connection

@app.post("/sales")
async def sell(request: Request, connection=Depends(lent)):
    await connection.execute("INSERT INTO sale (shop_id) VALUES (1)")
''', TOTALS, "commit is in another function"),
    (READ + '''
@app.get("/safe")
async def safe(request: Request):
    async with request.app.state.pool.acquire() as connection:
        async with connection.transaction(isolation="repeatable_read"):
            return await connection.fetchval("SELECT 1")
''', TOTALS, "isolation"),
    (READ + '''
@app.post("/run")
async def run(table: str, request: Request):
    await request.app.state.pool.execute(f"UPDATE {table} SET a = 1")
''', TOTALS, "is not known"),
], ids=["credential", "owner", "own write", "built", "clock", "two places", "options", "lent transaction", "snapshot",
        "unknown write"])
def test_what_may_not_be_kept_says_why(tmp_path: Path, code: str, sql: str, reason: str):
    tables = ("account",) if "FROM account" in sql else ("sale",)
    assert reason in why(patched(tmp_path, HEAD + code, sql, tables=tables))


@pytest.mark.parametrize(("body", "reason"), [
    ("cursor.execute({sql}, (1,))\n        rows = cursor.fetchmany(5)", "fetchall"),
    ("cursor.execute({sql}, (1,))\n        rows = [row for row in cursor]", "fetchall"),
    ("cursor.execute({sql}, (1,))\n        names = cursor.description\n        rows = cursor.fetchall()", "fetchall"),
    ("rows = list(connection.execute({sql}, (1,)))", "right behind"),
], ids=["some rows", "a loop", "names of columns", "a list"])
def test_rows_that_are_taken_another_way_stay(tmp_path: Path, body: str, reason: str):
    sql = '"SELECT kind, count(*) FROM sale WHERE shop_id = %s GROUP BY kind"'
    code = f"""{FLASK}
@app.get("/kinds")
def kinds():
    with pool.connection() as connection, connection.cursor() as cursor:
        {body.format(sql=sql)}
    return jsonify(rows)
"""
    assert reason in why(patched(tmp_path, code))


def test_a_write_whose_commit_is_elsewhere_keeps_the_cache_away(tmp_path: Path):
    code = FLASK + """
def connection():
    if "connection" not in g:
        g.connection = pool.getconn()
    return g.connection

@app.get("/kinds")
def kinds():
    return jsonify(connection().execute(
        "SELECT kind, count(*) FROM sale WHERE shop_id = %s GROUP BY kind", (1,)).fetchall())

@app.post("/sales")
def sell():
    connection().execute("INSERT INTO sale (shop_id) VALUES (1)")
    return {}

@app.teardown_appcontext
def done(error):
    g.connection.commit()
"""
    assert "commit is in another function" in why(patched(tmp_path, code))


def test_a_service_that_was_patched_is_not_patched_again(tmp_path: Path):
    assert "app/query_cache.py is there already" in why(
        patched(tmp_path, HEAD + READ, more={"app/query_cache.py": "def fetch():\n    return 1\n"}))


@pytest.mark.parametrize(("schema", "reason"), [
    ("ALTER TABLE public.sale ENABLE ROW LEVEL SECURITY;", "row level security"),
    ("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN UPDATE sale SET a = 1; RETURN NEW; END$$;",
     "a function of the database"),
])
def test_the_schema_has_its_say(tmp_path: Path, schema: str, reason: str):
    assert reason in why(patched(tmp_path, HEAD + READ, schema=schema))


def test_deleting_a_parent_is_a_write_of_its_children(tmp_path: Path):
    code = HEAD + READ + '''
@app.delete("/shops/{shop_id}")
async def close(shop_id: int, request: Request):
    await request.app.state.pool.execute("DELETE FROM shop WHERE id = $1", shop_id)
'''
    found = patched(tmp_path, code, more={"schema.sql": (
        "CREATE TABLE shop (id bigint PRIMARY KEY);\n"
        "CREATE TABLE sale (id bigint PRIMARY KEY, kind text, shop_id bigint REFERENCES shop ON DELETE CASCADE);\n")})
    assert 'query_cache.changing("sale"):\n        await request.app.state.pool.execute("DELETE' in dict(
        found.files)["main.py"]


def test_only_the_parts_that_are_called_are_in_the_module():
    text = cache_module({"psycopg-sync"})
    assert "asyncio" not in text
    assert "sqlalchemy" not in text
    assert "def fetchall(" in text
    for parts in ({"asyncpg"}, {"sqlalchemy-sync"}, {"sqlalchemy-async", "async"}, {"psycopg-async"},
                  {"asyncpg", "psycopg-sync", "sqlalchemy-async"}):
        compile(cache_module(parts), "query_cache.py", "exec")


@pytest.mark.parametrize(("call", "done", "told"), [
    ('create_engine("postgresql://x")', True, "was 5 + 10"),
    ('create_engine("postgresql://x", pool_size=4, max_overflow=2)', False, "6 at most"),
    ('create_engine("postgresql://x", pool_size=SIZE)', False, "pool_size is SIZE"),
    ('create_engine("postgresql://x", poolclass=NullPool)', False, "another class"),
    ('create_engine("postgresql://x", **OPTIONS)', False, "put together"),
])
def test_a_pool_is_bounded_where_its_size_is_written(tmp_path: Path, call: str, done: bool, told: str):
    (tmp_path / "main.py").write_text(
        "from fastapi import FastAPI\nfrom sqlalchemy import create_engine, NullPool\nSIZE = int(input())\n"
        f"OPTIONS = dict(a=input())\nengine = {call}\napp = FastAPI()\n@app.get('/')\ndef root():\n    return 1\n")
    found = patch_of(Diagnosis(pool=Pool(9, 1, 9, 96, "", "", ())), read_backend(tmp_path, cache=False), Tree(tmp_path), "")
    assert found is not None
    [part] = found.parts
    assert part.done is done
    assert told in (part.told or part.why)
    assert ("pool_size=9, max_overflow=0)" in found.diff) is done


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(folder), "-c", "user.name=t", "-c", "user.email=t@x", *words], check=True,
                   capture_output=True)


def test_a_patch_is_written_only_where_git_holds_what_was(tmp_path: Path):
    (tmp_path / "main.py").write_text("a = 1\n")
    with pytest.raises(WrongUse, match="not in a git repository"):
        write_committed(tmp_path, [("main.py", "a = 2\n")])
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "all")
    (tmp_path / "main.py").write_text("a = 3\n")
    with pytest.raises(WrongUse) as refused:
        write_committed(tmp_path, [("main.py", "a = 2\n")])
    assert "main.py changed since the last commit" in refused.value.message
    assert "git -C" in refused.value.hint
    (tmp_path / "main.py").write_text("a = 1\n")
    (tmp_path / "query_cache.py").write_text("mine\n")
    with pytest.raises(WrongUse, match="in no commit"):
        write_committed(tmp_path, [("main.py", "a = 2\n"), ("query_cache.py", "x")])
    assert (tmp_path / "main.py").read_text() == "a = 1\n"
    (tmp_path / "query_cache.py").unlink()
    (tmp_path / "notes.txt").write_text("of no commit, and not touched\n")
    write_committed(tmp_path, [("main.py", "a = 2\n"), ("query_cache.py", "x\n")])
    assert (tmp_path / "main.py").read_text() == "a = 2\n"
    assert (tmp_path / "query_cache.py").read_text() == "x\n"


def test_the_diff_is_what_git_applies(tmp_path: Path):
    found = patched(tmp_path, HEAD + READ, more={"requirements.txt": "asyncpg\nfastapi\n"})
    git(tmp_path, "init", "-q")
    (tmp_path / "the.patch").write_text(found.diff)
    git(tmp_path, "apply", "the.patch")
    for path, text in found.files:
        assert (tmp_path / path).read_text() == text
    assert "redis>=5" in (tmp_path / "requirements.txt").read_text()
    assert json.dumps(found.needs).count("REDIS_URL") == 1
