"""`backend-lead explain`: the page of a rule."""

from __future__ import annotations

import sys

import click

from backend_lead.config import nearest
from backend_lead.doors.cli.output import emit
from backend_lead.errors import WrongUse


@click.command("explain")
@click.argument("rule")
def command(rule: str) -> None:
    """Show what a rule finds, why it hurts and how to mend it."""
    from backend_lead.doors.cli.progress import interactive
    from backend_lead.rules.rule import all_rules, find_rule

    found = find_rule(rule)
    if found is None:
        meant = nearest(rule, [each.id for each in all_rules()])
        raise WrongUse(f"There is no rule {rule[:80]!r}.",
                       f"Did you mean {meant}? Type: backend-lead explain {meant}" if meant
                       else "See: backend-lead rules")
    page = found.page.rstrip() + "\n"
    if interactive(sys.stdout):
        from rich.console import Console
        from rich.markdown import Markdown

        Console(file=sys.stdout).print(Markdown(page))
    else:
        emit(page)
