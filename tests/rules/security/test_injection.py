"""Rules on what a request may become, each on a small service, beside what only looks like the fault."""

from __future__ import annotations

import pytest
from reading import in_shop, read

from backend_lead.model.finding import Severity

WEB = """
import asyncio, os, json, pickle, shlex, shutil, subprocess
from pathlib import Path
from typing import Literal
import aiofiles, httpx, jinja2, requests, yaml
from fastapi import Body, FastAPI, HTTPException, Request
from fastapi.responses import FileResponse, RedirectResponse
from jinja2.sandbox import SandboxedEnvironment
from pydantic import BaseModel
from sqlalchemy import create_engine, text
from urllib.parse import urlsplit
from werkzeug.utils import secure_filename

app = FastAPI()
engine = create_engine("postgresql:///shop")
FOLDER = Path("/srv/files")


class Form(BaseModel):
    url: str
    data: str
"""

FAULTS = [
    ("sql-injection", """
        @app.get("/orders")
        def orders(sort: str):
            with engine.connect() as c:
                return c.execute(text(f"SELECT id FROM orders ORDER BY {sort}")).all()
        """, "sort (query)"),
    ("sql-injection", """
        @app.get("/orders")
        def orders(sort: str):
            column = sort if sort else "id"
            with engine.connect() as c:
                return c.execute(text("SELECT id FROM orders ORDER BY " + column)).all()
        """, "sort (query)"),
    ("command-injection", """
        @app.post("/x/{name}")
        def x(name: str):
            os.system("convert " + name)
        """, "name (path)"),
    ("command-injection", """
        @app.post("/x")
        async def x(form: Form):
            await asyncio.create_subprocess_shell(f"convert {form.data}")
        """, "data (body)"),
    ("template-injection", """
        @app.post("/x")
        def x(form: Form):
            return jinja2.Template(form.data).render()
        """, "data (body)"),
    ("template-injection", """
        @app.post("/x")
        def x(form: Form):
            return jinja2.Environment().from_string("Dear " + form.data).render()
        """, "data (body)"),
    ("path-traversal", """
        @app.get("/x")
        def x(name: str):
            return FileResponse(FOLDER / name)
        """, "name (query)"),
    ("path-traversal", """
        @app.delete("/x")
        def x(name: str):
            shutil.rmtree("/srv/files/" + name)
        """, "name (query)"),
    ("server-side-request-forgery", """
        @app.post("/x")
        async def x(form: Form):
            async with httpx.AsyncClient() as client:
                return (await client.get(form.url)).text
        """, "url (body)"),
    ("server-side-request-forgery", """
        @app.get("/x")
        def x(host: str):
            return requests.get(f"https://{host}/status", timeout=3).text
        """, "host (query)"),
    ("server-side-request-forgery", """
        @app.get("/x")
        def x(host: str):
            base = "https://" + host
            return requests.get(f"{base}/status?from={os.environ['NAME']}", timeout=3).text
        """, "host (query)"),
    ("open-redirect", """
        @app.get("/x")
        def x(next: str):
            return RedirectResponse(next)
        """, "next (query)"),
    ("unsafe-deserialization", """
        @app.post("/x")
        async def x(request: Request):
            return pickle.loads(await request.body())
        """, "the body"),
    ("unsafe-deserialization", """
        @app.post("/x")
        def x(form: Form):
            return yaml.load(form.data, Loader=yaml.UnsafeLoader)
        """, "data (body)"),
]

SOUND = [
    ("sql-injection", """
        @app.get("/orders")
        def orders(status: str, page: int):
            with engine.connect() as c:
                statement = text(f"SELECT id FROM orders WHERE status = :status OFFSET {page}")
                return c.execute(statement, {"status": status}).all()
        """),
    ("sql-injection", """
        @app.get("/orders")
        def orders(sort: Literal["id", "total"]):
            with engine.connect() as c:
                return c.execute(text(f"SELECT id FROM orders ORDER BY {sort}")).all()
        """),
    ("sql-injection", """
        @app.get("/orders")
        def orders(sort: str = None, down: str = ""):
            column = sort if sort in ["id", "total"] else "id"
            direction = down if down.lower() in ("asc", "desc") else "asc"
            with engine.connect() as c:
                return c.execute(text(f"SELECT id FROM orders ORDER BY {column} {direction}")).all()
        """),
    ("sql-injection", """
        BOARDS = os.environ.get("BOARDS")

        @app.get("/orders")
        def orders(board: str = None):
            if board is not None:
                if BOARDS is None or board not in BOARDS:
                    raise HTTPException(404)
            with engine.connect() as c:
                return c.execute(text("SELECT id FROM orders_%s" % board)).all()
        """),
    ("sql-injection", """
        def column_of(name):
            if name == "total":
                return "orders.total"
            return "orders.id"

        @app.get("/orders/by/{name}")
        def orders(name: str):
            with engine.connect() as c:
                return c.execute(text(f"SELECT id FROM orders ORDER BY {column_of(name)}")).all()
        """),
    ("sql-injection", """
        COLUMNS = {"id": "orders.id", "total": "orders.total"}

        @app.get("/orders")
        def orders():
            with engine.connect() as c:
                return c.execute(text(f"SELECT id FROM orders ORDER BY {COLUMNS['id']}")).all()
        """),
    ("command-injection", """
        @app.post("/x/{name}")
        def x(name: str):
            subprocess.run(["convert", name], check=True)
        """),
    ("command-injection", """
        @app.post("/x/{number}")
        def x(number: int):
            os.system(f"convert {number}.png")
        """),
    ("command-injection", """
        @app.post("/x/{name}")
        def x(name: str):
            os.system("convert " + shlex.quote(name))
        """),
    ("template-injection", """
        @app.post("/x")
        def x(form: Form):
            return jinja2.Template("Dear {{ name }}").render(name=form.data)
        """),
    ("template-injection", """
        @app.post("/x")
        def x(form: Form):
            return SandboxedEnvironment().from_string(form.data).render()
        """),
    ("path-traversal", """
        @app.get("/x")
        def x(name: str):
            return FileResponse(FOLDER / secure_filename(name))
        """),
    ("path-traversal", """
        @app.get("/x")
        def x(name: str):
            path = (FOLDER / name).resolve()
            if not path.is_relative_to(FOLDER):
                raise HTTPException(404)
            return FileResponse(path)
        """),
    ("path-traversal", """
        @app.get("/x/{number}")
        def x(number: int):
            return FileResponse(FOLDER / f"{number}.pdf")
        """),
    ("server-side-request-forgery", """
        @app.get("/x")
        def x(name: str):
            return requests.get("https://rates.example/" + name, timeout=3).text
        """),
    ("server-side-request-forgery", """
        @app.post("/x")
        def x(form: Form):
            return requests.post("https://rates.example/", json={"url": form.url}, timeout=3).text
        """),
    ("server-side-request-forgery", """
        @app.post("/x")
        def x(form: Form):
            if urlsplit(form.url).hostname not in ("a.example", "b.example"):
                raise HTTPException(422)
            return requests.get(form.url, timeout=3).text
        """),
    ("server-side-request-forgery", """
        rates = os.environ.get("RATES_URL")

        @app.post("/x")
        def x(form: Form):
            return requests.post(f"{rates}/accounts/{form.data}/messages", timeout=3).text
        """),
    ("open-redirect", """
        @app.get("/x/{name}")
        def x(name: str):
            return RedirectResponse(f"/files/{name}")
        """),
    ("open-redirect", """
        @app.get("/x")
        def x(next: str):
            if urlsplit(next).netloc:
                next = "/"
            return RedirectResponse(next)
        """),
    ("unsafe-deserialization", """
        @app.post("/x")
        def x(form: Form):
            return yaml.load(form.data, Loader=yaml.SafeLoader)
        """),
    ("unsafe-deserialization", """
        @app.get("/x")
        def x():
            return pickle.loads((FOLDER / "model.bin").read_bytes())
        """),
]


def code(body: str) -> str:
    from textwrap import dedent
    return WEB + "\n\n" + dedent(body)


@pytest.mark.parametrize(("rule", "body", "named"), FAULTS)
def test_fault(tmp_path, rule, body, named):
    [found] = read(tmp_path, rule, code(body))
    assert named in found.message
    assert found.snippet
    assert found.fix
    assert found.touches
    assert found.endpoint is not None


@pytest.mark.parametrize(("rule", "body"), SOUND)
def test_look_alike(tmp_path, rule, body):
    assert read(tmp_path, rule, code(body)) == []


@pytest.mark.parametrize(("segment", "kind", "count"), [
    ("{name}", "str", 0), ("{name:path}", "str", 1), ("{name:path}", "Name", 0)])
def test_one_segment_of_the_route_leads_nowhere(tmp_path, segment, kind, count):
    found = read(tmp_path, "path-traversal", code(f"""
        import enum

        class Name(enum.StrEnum):
            SMALL = "small"

        @app.get("/x/{segment}")
        def x(name: {kind}):
            return FileResponse(FOLDER / name)
        """))
    assert [each.severity for each in found] == [Severity.HIGH] * count


def test_object_of_a_class_of_routes_is_no_input(tmp_path):
    assert read(tmp_path, "path-traversal", code("""
        class Files:
            folder = FOLDER

            @app.get("/x")
            def x(self):
                return FileResponse(self.folder)
        """)) == []


def test_one_statement_reached_by_two_routes_is_one_finding(tmp_path):
    [found] = read(tmp_path, "sql-injection", code("""
        def ordered(sort):
            with engine.connect() as c:
                return c.execute(text(f"SELECT id FROM orders ORDER BY {sort}")).all()

        @app.get("/a")
        def a(sort: str):
            return ordered(sort)

        @app.get("/b")
        def b(sort: str):
            return ordered(sort)
        """))
    assert "Reached from GET /b as well." in found.message
    assert {"route:GET /a", "route:GET /b"} <= set(found.touches)
    assert found.path


def test_role_may_name_the_host(tmp_path):
    assert in_shop(tmp_path, "server-side-request-forgery", """
        import requests

        @app.post("/probe", dependencies=[Depends(manager)])
        def probe(url: str):
            return requests.get(url, timeout=3).text
        """) == []
