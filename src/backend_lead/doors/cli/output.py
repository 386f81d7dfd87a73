"""Results on stdout or in a file, hints on stderr, and the exit code that findings make."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from backend_lead.doors.cli.exits import CLEAN, FAULT, FINDINGS
from backend_lead.doors.cli.progress import interactive

if TYPE_CHECKING:
    from backend_lead.doors.cli.request import Asked
    from backend_lead.lead.options import Options
    from backend_lead.model.review import Report

_PIPE_WIDTH = 100


def deliver(report: Report, asked: Asked, options: Options) -> int:
    """Write the report where it was asked for and return the exit code."""
    from backend_lead.gates.new_files import write_file
    from backend_lead.report._format import View, renderer

    colour = asked.output is None and _coloured()
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _PIPE_WIDTH
    text = renderer(asked.format_name)(report, View(asked.verbose, colour, width))
    if asked.html is not None:
        write_file(asked.html, renderer("html")(report, View()))
    if asked.output is None:
        emit(text)
    else:
        write_file(asked.output, text)
        hint(f"The report is in {asked.output}.", quiet=asked.quiet)
    if asked.html is not None:
        hint(f"The map and the findings are in {asked.html}: open it in a browser.", quiet=asked.quiet)
    for rule in report.stopped:
        hint(f"The rule {rule} stopped with an exception, a fault of ours: its findings are missing. "
             "BACKEND_LEAD_DEBUG=1 shows the traceback.", quiet=False)
    return exit_code(report, options.settings.fail_on, strict=options.settings.strict)


def exit_code(report: Report, fail_on: str, *, strict: bool) -> int:
    """Return 1 for a finding at or above `fail_on`, 70 for a rule that stopped when the run is strict, else 0."""
    from backend_lead.model.finding import Severity

    if strict and report.stopped:
        return FAULT
    if fail_on == "never":
        return CLEAN
    least = Severity(fail_on).rank
    return FINDINGS if any(finding.severity.rank <= least for finding in report.findings) else CLEAN


def emit(text: str) -> None:
    """Write a result to stdout.  When its reader has gone (`| head`), the rest is dropped: nothing went wrong."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def written(report: Report, folder: Path, *, quiet: bool) -> Report:
    """Write the files of a report that created some, each named on stderr, and return the report that says so.

    Raises WrongUse for a file that is there already.
    """
    from backend_lead.lead.writing import with_files_written

    report, paths = with_files_written(report, folder)
    for path in paths:
        hint(f"{path} is written.", quiet=quiet)
    return report


def noted(report: Report, file: Path, *, quiet: bool) -> None:
    """Put a report, as Markdown, at the end of a file: what was asked before stays above it."""
    from backend_lead.gates.new_files import write_file
    from backend_lead.report._format import View, renderer

    before = file.read_text(encoding="utf-8") if file.exists() else ""
    write_file(file, f"{before.rstrip()}\n\n{renderer('markdown')(report, View())}".lstrip())
    hint(f"Question and answer are at the end of {file}.", quiet=quiet)


def hint(text: str, *, quiet: bool) -> None:
    """Say something on stderr unless it was asked to be quiet."""
    if not quiet:
        print(text, file=sys.stderr)


def _coloured() -> bool:
    return interactive(sys.stdout) and not os.environ.get("NO_COLOR")
