"""`backend-lead audit`: security alone."""

from __future__ import annotations

import click

from backend_lead.doors.cli.request import PATH, Asked, bringing, checking, deciding, reading, repairing, writing


@click.command("audit")
@PATH
@reading
@checking
@deciding
@bringing
@repairing
@writing
def command(**typed: object) -> int:
    """Give a verdict over every endpoint, with the security findings."""
    from backend_lead.doors.cli.output import deliver
    from backend_lead.doors.cli.progress import listener
    from backend_lead.doors.cli.repairs import done
    from backend_lead.lead.audit import audit

    asked = Asked.of(typed)
    options = asked.options()
    return deliver(done(audit, asked, options, listener(quiet=asked.quiet)), asked, options)
