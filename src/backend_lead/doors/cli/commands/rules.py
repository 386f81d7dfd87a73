"""`backend-lead rules`: the list of rules."""

from __future__ import annotations

import click

from backend_lead.doors.cli.group import Nearest
from backend_lead.doors.cli.output import emit

_FORMATS = ("text", "json")


@click.command("rules")
@click.option("--format", "format_name", metavar="|".join(_FORMATS), type=Nearest(_FORMATS), default="text",
              help="text, or json for other programs.")
def command(format_name: str) -> None:
    """List the rules by the folder that they stand in: a dimension, or migration."""
    from backend_lead.rules.rule import Rule, all_rules

    def marks(rule: Rule) -> str:
        return " ".join([rule.severity.value, *([f"needs {rule.needs}"] if rule.needs != "source" else []),
                         *(["preview"] if rule.preview else [])])

    rules = all_rules()
    if format_name == "json":
        from backend_lead.lead.explaining import listed
        from backend_lead.report._encode import encoded

        emit(encoded([listed(rule) for rule in rules]))
        return
    width = max((len(rule.id) for rule in rules), default=0)
    beside = max((len(marks(rule)) for rule in rules), default=0)
    lines: list[str] = []
    for area in dict.fromkeys(rule.area for rule in rules):
        lines += ["", area] if lines else [area]
        lines += [f"  {rule.id:<{width}}  {marks(rule):<{beside}}  {rule.title}" for rule in rules
                  if rule.area == area]
    emit("\n".join([*lines, "", "What one finds and how to mend it: backend-lead explain RULE"]) + "\n")
