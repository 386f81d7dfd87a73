"""The security checker on source alone: its findings, and a verdict over every endpoint."""

from __future__ import annotations

from backend_lead import __version__
from backend_lead.audit.verdicts import verdicts
from backend_lead.lead.findings import find
from backend_lead.lead.keeping import kept
from backend_lead.lead.options import Options
from backend_lead.lead.reading import read
from backend_lead.model.event import Listener, silent
from backend_lead.model.finding import Dimension
from backend_lead.model.review import Report


def audit(options: Options, listen: Listener = silent) -> Report:
    """Return the security findings of a target and the verdict of each endpoint."""
    return kept("audit", options, lambda: _audit(options, listen))


def _audit(options: Options, listen: Listener) -> Report:
    backend = read(options, listen)
    found = find(backend, options, listen, (Dimension.SECURITY,))
    return Report(
        "audit", __version__, options.target, found.backend, found.open, verdicts(backend, found.all),
        ignored=found.ignored, baselined=found.baselined, unused_ignores=found.unused_ignores, since=options.since,
        sources=found.sources, stopped=found.stopped)
