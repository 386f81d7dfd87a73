"""`backend-lead explain`: the page of a rule."""

from __future__ import annotations

import sys

import click

from backend_lead.doors.cli.group import Nearest
from backend_lead.doors.cli.output import emit

_FORMATS = ("text", "json")


@click.command("explain")
@click.argument("rule")
@click.option("--format", "format_name", metavar="|".join(_FORMATS), type=Nearest(_FORMATS), default="text",
              help="text, or json for other programs.")
def command(rule: str, format_name: str) -> None:
    """Show what a rule finds, why it hurts and how to mend it."""
    from backend_lead.doors.cli.progress import interactive
    from backend_lead.lead.explaining import explained
    from backend_lead.report._encode import encoded

    found = explained(rule)
    if format_name == "json":
        emit(encoded(found))
    elif interactive(sys.stdout):
        from rich.console import Console
        from rich.markdown import Markdown

        Console(file=sys.stdout).print(Markdown(found.page))
    else:
        emit(found.page)
