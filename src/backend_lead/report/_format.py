"""What a report format is: a function from a report and a view to the text of a document."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass

from backend_lead.model.review import Report


@dataclass(frozen=True, slots=True)
class View:
    """How a person wants to see a report: everything, in colour, and within how many columns."""

    verbose: bool = False
    colour: bool = False
    width: int = 100


Render = Callable[[Report, View], str]


def renderer(name: str) -> Render:
    """Return the `render` function of a format: a report and a view in, the text of the document out."""
    render: Render = importlib.import_module(f"backend_lead.report.{name}").render
    return render
