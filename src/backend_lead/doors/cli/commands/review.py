"""`backend-lead review`: the main job."""

from __future__ import annotations

import click

from backend_lead.doors.cli.request import PATH, Asked, bringing, checking, deciding, reading, repairing, writing


@click.command("review")
@PATH
@reading
@checking
@deciding
@bringing
@repairing
@writing
def command(**typed: object) -> int:
    """Grade API, database, security and scalability, with one plan of what to do first."""
    from backend_lead.doors.cli.output import deliver
    from backend_lead.doors.cli.progress import listener
    from backend_lead.doors.cli.repairs import done
    from backend_lead.lead.review import review

    asked = Asked.of(typed)
    options = asked.options()
    return deliver(done(review, asked, options, listener(quiet=asked.quiet)), asked, options)
