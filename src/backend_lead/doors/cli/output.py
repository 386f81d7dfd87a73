"""Results on stdout or in a file, hints on stderr, and the exit code that findings make."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from backend_lead.doors.cli.exits import CLEAN, FAULT, FINDINGS
from backend_lead.doors.cli.progress import interactive
from backend_lead.errors import WrongUse

if TYPE_CHECKING:
    from backend_lead.doors.cli.request import Asked
    from backend_lead.lead.options import Options
    from backend_lead.model.review import Report

_PIPE_WIDTH = 100


def deliver(report: Report, asked: Asked, options: Options) -> int:
    """Write the report where it was asked for and return the exit code."""
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


def write_file(path: Path, text: str) -> None:
    """Write a file whole or not at all.  A link that stands there is replaced, never followed."""
    import tempfile

    folder = path.parent
    if path.is_dir():
        raise WrongUse(f"{path} is a folder.", "Give the name of a file.")
    if not folder.is_dir():
        raise WrongUse(f"There is no folder {folder} to write {path.name} into.", f"Make it first: mkdir -p {folder}")
    try:
        handle, name = tempfile.mkstemp(dir=folder, prefix=f".{path.name}.")
    except OSError as error:
        raise WrongUse(f"{path} cannot be written: {(error.strerror or str(error)).lower()}.",
                       "Give a file in a folder that you may write to.") from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet, with the folders that lead to it; one that is there is never written over."""
    if path.exists() or path.is_symlink():
        raise WrongUse(f"{path} is there already, and was left alone.",
                       "Move it away, or give the migration another name.")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, text)


def written(report: Report, folder: Path, *, quiet: bool) -> Report:
    """Write the files of a report that created some, each named on stderr, and return the report that says so.

    Raises WrongUse for a file that is there already.
    """
    from dataclasses import replace

    if report.created is None or not report.created.files:
        return report
    for path, text in report.created.files:
        write_new(folder / path, text)
        hint(f"{folder / path} is written.", quiet=quiet)
    return replace(report, created=replace(report.created, written=True))


def hint(text: str, *, quiet: bool) -> None:
    """Say something on stderr unless it was asked to be quiet."""
    if not quiet:
        print(text, file=sys.stderr)


def _coloured() -> bool:
    return interactive(sys.stdout) and not os.environ.get("NO_COLOR")


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
