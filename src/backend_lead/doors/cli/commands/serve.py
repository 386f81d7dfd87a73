"""`backend-lead serve`: the jobs as pages in a browser on this machine."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import click

from backend_lead.doors.cli.request import PATH
from backend_lead.errors import WrongUse

_PORT = 8932
_NEEDED = ("starlette", "jinja2", "uvicorn", "markdown_it")


@click.command("serve")
@PATH
@click.option("--db", metavar="DSN", envvar="BACKEND_LEAD_DB",
              help="The PostgreSQL that reviews and diagnoses may look at, reading only (or set BACKEND_LEAD_DB).")
@click.option("--allow-superuser", is_flag=True, help="Look at the database even as a superuser.")
@click.option("--no-cache", is_flag=True,
              help="Write nothing into the target: what was read and the history of runs are gone with the server.")
@click.option("--host", metavar="ADDRESS", default="127.0.0.1", help="The address; 127.0.0.1 is the default.")
@click.option("--port", metavar="N", type=click.IntRange(1, 65_535), default=_PORT,
              help=f"The port; {_PORT} is the default.")
@click.option("--allow-host", "hosts", metavar="HOST:PORT", multiple=True,
              help="Another value of the Host header that is answered.")
@click.option("--allow-origin", "origins", metavar="ORIGIN", multiple=True,
              help="Another origin that pages are sent from, as behind a proxy that speaks TLS.")
def command(path: str, db: str | None, allow_superuser: bool, no_cache: bool, host: str, port: int,
            hosts: tuple[str, ...], origins: tuple[str, ...]) -> int:
    """Serve pages over a backend on this machine: review, findings, map, history.

    Open the address that it prints.
    """
    # Garbage is left where it is in a process that ends soon; this one stays.
    gc.enable()
    _check_installed()
    if not Path(path).is_dir():
        raise WrongUse(f"{path} is no folder.", "Give the folder of a backend's source: backend-lead serve .")
    from backend_lead.doors.cli.output import hint
    from backend_lead.doors.guarded import Listening, token_of
    from backend_lead.doors.web.app import TOKEN, serve
    from backend_lead.doors.web.door import Allowed

    given = os.environ.get(TOKEN, "")
    listening = Listening(host, port, hosts, origins, token_of(given, TOKEN), "/enter")

    def say() -> None:
        entrance = listening.address if given else f"{listening.address}?token={listening.token}"
        hint(f"Open {entrance}", quiet=False)
        hint(f"The token is that of {TOKEN}." if given else "The address holds the token of this run.", quiet=False)

    serve(Allowed(path, db, allow_superuser, not no_cache), listening, say)
    return 0


def _check_installed() -> None:
    from importlib.util import find_spec

    for name in _NEEDED:
        if find_spec(name) is None:
            raise WrongUse(f"The package {name} is not installed.", "Type: pip install 'backend-lead[web]'")
