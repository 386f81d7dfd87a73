"""Files that a job made for somebody, written where they belong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from backend_lead.gates.new_files import write_new
from backend_lead.model.review import Report


def with_files_written(report: Report, folder: Path) -> tuple[Report, tuple[Path, ...]]:
    """Write the files of a report that created some below `folder`; return the report that says so, and their paths.

    Raises WrongUse for a file that is there already; those before it stay.
    """
    if report.created is None or not report.created.files:
        return report, ()
    paths = []
    for path, text in report.created.files:
        write_new(folder / path, text)
        paths.append(folder / path)
    return replace(report, created=replace(report.created, written=True)), tuple(paths)
