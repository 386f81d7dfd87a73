"""`backend-lead config`: the settings and where each came from."""

from __future__ import annotations

import os

import click

from backend_lead.config import Value
from backend_lead.doors.cli.group import Nearest, Suggesting
from backend_lead.doors.cli.output import emit
from backend_lead.doors.cli.request import PATH, Asked

_FORMATS = ("text", "json")


@click.group("config", cls=Suggesting)
def command() -> None:
    """Show the settings that a run in PATH would use."""


@command.command("show")
@PATH
@click.option("--format", "format_name", metavar="|".join(_FORMATS), type=Nearest(_FORMATS), default="text",
              help="text, or json for other programs.")
def show(path: str, format_name: str) -> None:
    """Show each setting with its value and its origin: default, file and line, environment."""
    settings = Asked(path).settings
    rows = [(setting.key.name, setting.value, setting.origin) for setting in settings.all]
    if os.environ.get("BACKEND_LEAD_DB"):
        rows.append(("db", "set, and not shown", "environment BACKEND_LEAD_DB"))
    if format_name == "json":
        import msgspec

        fields = [{"key": key, "value": value, "origin": origin} for key, value, origin in rows]
        emit(msgspec.json.format(msgspec.json.encode(fields), indent=2).decode() + "\n")
        return
    width = max(len(key) for key, _, _ in rows)
    values = max(len(_shown(value)) for _, value, _ in rows)
    emit("".join(f"{key:<{width}}  {_shown(value):<{values}}  {origin}\n" for key, value, origin in rows))


def _shown(value: Value) -> str:
    """Return a value as it would stand in the file."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(f'"{item}"' for item in value) + "]"
    return "not set" if value is None else value
