"""`backend-lead diagnose`: my API is slow."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from backend_lead.doors.cli.request import PATH, Asked, Decorated, checking, deciding, reading, with_options, writing
from backend_lead.errors import WrongUse

if TYPE_CHECKING:
    from backend_lead.lead.diagnose import Slow
    from backend_lead.model.review import Report

_FILE = click.Path(path_type=Path)
_SIZE = re.compile(r"(?i)^(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?$")
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_OPTIONS = (
    click.option("--schema", metavar="FILE", type=_FILE, help="The schema as SQL, as pg_dump --schema-only writes it."),
    click.option("--stats", metavar="FILE", type=_FILE,
                 help="Planner statistics from --export-stats, or from pg_dump --statistics-only."),
    click.option("--workload", metavar="FILE", type=_FILE,
                 help="What the application sends, as SQL with weights (-- weight: 120/h); else pg_stat_statements."),
    click.option("--traces", metavar="FILE", type=_FILE,
                 help="Traces as OTLP JSON, or a log of PostgreSQL (text, CSV, JSON): what the application sends."),
    click.option("--budget", metavar="SIZE", help="The most room that new indexes may take, for example 500MB."),
    click.option("--postgres", metavar="MAJOR", type=click.IntRange(12, 30), default=None,
                 help="Plan on this major version; that of the source is the default."),
    click.option("--cores", metavar="N", type=click.IntRange(1, 4096), default=None,
                 help="How many cores the database's machine has; else its settings tell, or 4 are assumed."),
    click.option("--export-stats", "export_stats", metavar="FILE", type=_FILE,
                 help="Write all that a diagnosis needs elsewhere into a file, and stop: no row is in it."),
    click.option("--mask", is_flag=True, help="Replace every value in the file of --export-stats."),
    click.option("--write-migrations", "write_migrations", is_flag=True,
                 help="Write the changes of indexes into PATH, as migrations of its own tool."),
    click.option("--write", is_flag=True,
                 help="Write the patch of caches and pool into PATH, where git holds everything that could be lost."),
)


@dataclass(frozen=True, slots=True)
class DiagnoseAsked(Asked):
    """What was typed for `backend-lead diagnose`."""

    path: str = "."
    schema: Path | None = None
    stats: Path | None = None
    workload: Path | None = None
    traces: Path | None = None
    budget: str | None = None
    postgres: int | None = None
    cores: int | None = None
    export_stats: Path | None = None
    mask: bool = False
    write_migrations: bool = False
    write: bool = False

    def slow(self) -> Slow:
        """Return what the diagnosis is made from.  Raises WrongUse for a size that is none."""
        from backend_lead.lead.diagnose import Slow

        return Slow(self.schema, self.stats, self.workload, _bytes(self.budget), self.postgres, self.traces,
                    datetime.now(UTC).strftime("%Y%m%d%H%M%S") if self.write_migrations else None, self.cores)


def _bytes(text: str | None) -> int | None:
    if text is None:
        return None
    found = _SIZE.match(text.strip())
    if not found:
        raise WrongUse(f"--budget {text} is not a size.", "Write it as 500MB or 2GB.")
    return int(float(found[1]) * _UNITS[found[2].lower()])


def changed_by(report: Report) -> tuple[str, ...]:
    """Return the files that were changed by a patch."""
    patch = report.diagnosis.patch if report.diagnosis is not None else None
    return tuple(path for path, _ in patch.files) if patch is not None and patch.written else ()


def _own(command: Decorated) -> Decorated:
    return with_options(_OPTIONS, command)


@click.command("diagnose")
@PATH
@_own
@reading
@checking
@deciding
@writing
def command(**typed: object) -> int:
    """Say what makes a service slow, and what to do first: indexes, rewrites, caches, pools."""
    from backend_lead.doors.cli.output import deliver, emit, hint, written
    from backend_lead.doors.cli.progress import listener
    from backend_lead.gates.new_files import write_file
    from backend_lead.lead.diagnose import diagnose, export, write_patch

    asked = DiagnoseAsked.of(typed)
    options = asked.options()
    if asked.export_stats is not None:
        text = export(options, masked=asked.mask)
        if str(asked.export_stats) == "-":
            emit(text)
        else:
            write_file(asked.export_stats, text)
            hint(f"{asked.export_stats} holds the schema, sizes, "
                 + ("masked " if asked.mask else "common values, ") + "distributions and counted statements. Use it "
                 f"anywhere: backend-lead diagnose --stats {asked.export_stats}", quiet=asked.quiet)
        return 0
    if asked.mask:
        raise WrongUse("--mask is about the file that --export-stats writes.", "Add: --export-stats FILE")
    report = diagnose(asked.slow(), options, listener(quiet=asked.quiet))
    if asked.write:
        report = write_patch(report, options)
        for path in changed_by(report):
            hint(f"{options.root / path} is changed.", quiet=asked.quiet)
    return deliver(written(report, options.root, quiet=asked.quiet), asked, options)
