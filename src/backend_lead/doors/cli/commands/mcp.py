"""`backend-lead mcp`: the jobs as tools of an MCP host."""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING

import click

from backend_lead.doors.cli.group import Nearest
from backend_lead.errors import WrongUse

if TYPE_CHECKING:
    from backend_lead.doors.mcp.door import Allowed

TOKEN = "BACKEND_LEAD_MCP_TOKEN"
_WRITES = ("ask", "allow", "never")
_PORT = 8931


@click.command("mcp")
@click.option("--root", "roots", metavar="DIR", multiple=True,
              help="A folder that the tools may look into; the current one without it. May be given several times.")
@click.option("--db", metavar="DSN", envvar="BACKEND_LEAD_DB",
              help="The PostgreSQL that tools may look at, reading only (or set BACKEND_LEAD_DB).")
@click.option("--allow-superuser", is_flag=True, help="Look at the database even as a superuser.")
@click.option("--writes", metavar="|".join(_WRITES), type=Nearest(_WRITES), default="ask",
              help="Before a tool writes: ask the person (the default), allow it as the host asks, or never write.")
@click.option("--cache", is_flag=True, help="Keep what was read in .backend-lead/ of the target, for the next time.")
@click.option("--http", is_flag=True, help="Serve streamable HTTP instead of standard input and output.")
@click.option("--host", metavar="ADDRESS", default="127.0.0.1",
              help="With --http: the address; 127.0.0.1 is the default.")
@click.option("--port", metavar="N", type=click.IntRange(1, 65_535), default=_PORT,
              help=f"With --http: the port; {_PORT} is the default.")
@click.option("--allow-host", "hosts", metavar="HOST:PORT", multiple=True,
              help="With --http: another value of the Host header that is answered.")
@click.option("--allow-origin", "origins", metavar="ORIGIN", multiple=True,
              help="With --http: an origin whose pages may talk to the server; none without it.")
def command(roots: tuple[str, ...], db: str | None, allow_superuser: bool, writes: str, cache: bool, http: bool,
            host: str, port: int, hosts: tuple[str, ...], origins: tuple[str, ...]) -> int:
    """Serve the jobs as tools of an MCP host, over standard input and output.

    Register it in your host with the command: backend-lead mcp --root DIR
    """
    # Garbage is left where it is in a process that ends soon; this one stays.
    gc.enable()
    _check_installed()
    from backend_lead.doors.mcp.door import Allowed, Writes
    from backend_lead.doors.places import roots_of

    allowed = Allowed(roots_of(roots), db, allow_superuser, cache, Writes(writes))
    if http:
        _serve_http(allowed, host, port, hosts, origins)
        return 0
    if hosts or origins:
        raise WrongUse("--allow-host and --allow-origin are about HTTP.", "Add: --http")
    from backend_lead.doors.mcp.server import serve

    serve(allowed)
    return 0


def _serve_http(allowed: Allowed, host: str, port: int, hosts: tuple[str, ...], origins: tuple[str, ...]) -> None:
    from backend_lead.doors.cli.output import hint
    from backend_lead.doors.guarded import Listening, token_of
    from backend_lead.doors.mcp.http import PATH, serve_http

    given = os.environ.get(TOKEN, "")
    listening = Listening(host, port, hosts, origins, token_of(given, TOKEN), PATH)

    def say() -> None:
        hint(f"Listening on {listening.address}", quiet=False)
        hint(f"The token is that of {TOKEN}." if given else f"Token of this run: {listening.token}", quiet=False)

    serve_http(allowed, listening, say)


def _check_installed() -> None:
    from importlib.util import find_spec

    if find_spec("mcp") is None:
        raise WrongUse("The package mcp is not installed.", "Type: pip install 'backend-lead[mcp]'")
