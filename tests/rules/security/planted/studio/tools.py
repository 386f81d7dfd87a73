import asyncio
import logging
from pathlib import Path

import httpx
from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse, RedirectResponse
from jinja2 import Template
from jinja2.sandbox import SandboxedEnvironment

from schemas import LinkIn
from security import Caller

router = APIRouter(prefix="/tools")
FOLDER = Path("/srv/studio")
HOSTS = {"https://a.example/", "https://b.example/"}
SLACK_TOKEN = "xoxb-2817364550-9283746501-kQ8vT2mZ4xB7nC1d"  # fault: hard-coded-secret
log = logging.getLogger(__name__)


@router.get("/files/{name:path}")
def download(name: str, account: Caller) -> FileResponse:
    return FileResponse(FOLDER / name)  # fault: path-traversal


@router.get("/kept/{name:path}")
def kept(name: str, account: Caller) -> FileResponse:
    path = (FOLDER / name).resolve()
    if not path.is_relative_to(FOLDER):
        raise HTTPException(404)
    return FileResponse(path)


@router.post("/links")
async def preview(body: LinkIn, account: Caller) -> str:
    async with httpx.AsyncClient() as client:
        return (await client.get(body.url)).text  # fault: server-side-request-forgery


@router.post("/known-links")
async def known(body: LinkIn, account: Caller) -> str:
    if body.url not in HOSTS:
        raise HTTPException(422)
    async with httpx.AsyncClient() as client:
        return (await client.get(body.url)).text


@router.post("/run")
async def run(name: str, account: Caller) -> int:
    process = await asyncio.create_subprocess_shell(f"render {name}")  # fault: command-injection
    return await process.wait()


@router.post("/run-kept")
async def run_kept(name: str, account: Caller) -> int:
    process = await asyncio.create_subprocess_exec("render", "--", name)
    return await process.wait()


@router.get("/greeting")
def greeting(text: str, account: Caller) -> str:
    return Template(text).render(name=account.email)  # fault: template-injection


@router.get("/kind-greeting")
def kind_greeting(text: str, account: Caller) -> str:
    return SandboxedEnvironment().from_string(text).render(name=account.email)


@router.get("/leave")
def leave(to: str) -> RedirectResponse:
    return RedirectResponse(to)  # fault: open-redirect


@router.get("/back")
def back(to: str) -> RedirectResponse:
    if to not in ("/", "/projects"):
        raise HTTPException(400)
    return RedirectResponse(to)


@router.post("/index")
def index(account: Caller) -> int:
    try:
        return len(list(FOLDER.iterdir()))
    except Exception as error:
        raise HTTPException(500, detail=f"indexing failed: {error}") from error  # fault: error-detail-leaked


@router.post("/count")
def count(account: Caller) -> int:
    try:
        return len(list(FOLDER.iterdir()))
    except Exception:
        log.exception("counting failed")
        raise HTTPException(500, detail="The files could not be counted.") from None
