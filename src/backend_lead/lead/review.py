"""The main job: one report over API, database, security and scalability, with one ordered plan."""

from __future__ import annotations

from backend_lead import __version__
from backend_lead.audit.verdicts import verdicts
from backend_lead.lead.findings import find
from backend_lead.lead.grades import grades
from backend_lead.lead.keeping import kept
from backend_lead.lead.options import Options
from backend_lead.lead.plan import plan
from backend_lead.lead.reading import read
from backend_lead.model.event import Listener, silent
from backend_lead.model.finding import Dimension
from backend_lead.model.review import Report


def review(options: Options, listen: Listener = silent) -> Report:
    """Return the review of a target: findings, verdicts, grades, plan, and what was read."""
    return kept("review", options, lambda: _review(options, listen))


def _review(options: Options, listen: Listener) -> Report:
    backend = read(options, listen)
    found = find(backend, options, listen)
    security = [finding for finding in found.all if finding.dimension is Dimension.SECURITY]
    judged = verdicts(backend, security)
    return Report(
        "review", __version__, options.target, found.backend, found.open, judged,
        grades(backend, found.open, judged), plan(found.open, options.target), found.ignored, found.baselined,
        found.unused_ignores, options.since, found.sources, found.stopped)
