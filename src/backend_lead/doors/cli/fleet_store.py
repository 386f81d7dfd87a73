"""The option that names the store of a fleet."""

from __future__ import annotations

import click

STORE = click.option("--store", metavar="FOLDER|DSN", envvar="BACKEND_LEAD_FLEET", default=None,
                     help="Where the fleet is kept: a folder, or a PostgreSQL that several machines reach.")


def named(store: str | None) -> str:
    """Return the store that was typed, else the usual one of this user."""
    from backend_lead.gates.fleet_store import usual_store

    return store or usual_store()
