"""The map: what was read, from route to row, with no opinion on it."""

from __future__ import annotations

from backend_lead import __version__
from backend_lead.gates.files import Tree
from backend_lead.lead.masking import masked_backend, masker
from backend_lead.lead.options import Options
from backend_lead.lead.reading import read
from backend_lead.lead.sources import source_lines
from backend_lead.model.event import Listener, silent
from backend_lead.model.review import Report


def read_map(options: Options, listen: Listener = silent) -> Report:
    """Return the backend of a target as a report without findings."""
    backend = read(options, listen)
    values = masker(backend.literals)
    sources = source_lines(Tree(options.root, count_limit=0), backend, (), values) if options.sources else ()
    return Report("map", __version__, options.target, masked_backend(backend, values), sources=sources)
