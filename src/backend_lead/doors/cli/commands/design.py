"""`backend-lead design`: I need to build a backend."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from backend_lead.doors.cli.group import Nearest
from backend_lead.doors.cli.request import Asked, Decorated, with_options, writing
from backend_lead.errors import WrongUse

if TYPE_CHECKING:
    from backend_lead.migrate.create.regenerating import Said
    from backend_lead.model.review import Report
    from backend_lead.model.service_run import ServiceRun

_STACKS = ("node", "python", "go", "java")
_OPTIONS = (
    click.option("--out", metavar="DIR", type=click.Path(path_type=Path),
                 help="Write the documents that a team keeps into this folder."),
    click.option("--generate", metavar="DIR", is_flag=False, flag_value="", default=None,
                 help="Generate the service into this folder (service without a name), merging with what is there."),
    click.option("--blueprint", metavar="FILE", type=click.Path(path_type=Path),
                 help="Generate from this blueprint (YAML) instead of that of the kind of service."),
    click.option("--renamed", metavar="OLD=NEW", multiple=True,
                 help="What a table or a column (tasks.title=name) that was generated before is called now."),
    click.option("--gone", metavar="NAME", multiple=True,
                 help="A table or a column that is generated no more and goes, with what it holds."),
    click.option("--kept", metavar="NAME", multiple=True,
                 help="A table or a column that is generated no more, was not renamed, and stays."),
    click.option("--fill", metavar="NAME=VALUE", multiple=True,
                 help="What rows that are there get in a column (tasks.code=none) that may not be empty."),
    click.option("--run", is_flag=True,
                 help="Run what --generate wrote: the live checks, a load, and the numbers measured by it."),
    click.option("--stack", metavar="|".join(_STACKS), type=Nearest(_STACKS),
                 help="The stack, when it is settled."),
    click.option("--questions", is_flag=True, help="Only what is unknown and worth asking."),
    click.option("--force", is_flag=True,
                 help="Write over documents of --out, or generate into a folder that holds something else."),
    click.option("-q", "--quiet", is_flag=True, help="No hints on stderr."),
)


@dataclass(frozen=True, slots=True)
class DesignAsked(Asked):
    """What was typed for `backend-lead design`."""

    path: str = "."
    brief: str = ""
    out: Path | None = None
    generate: str | None = None
    blueprint: Path | None = None
    renamed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    fill: tuple[str, ...] = ()
    run: bool = False
    stack: str | None = None
    questions: bool = False
    force: bool = False


def _own(command: Decorated) -> Decorated:
    return with_options(_OPTIONS, command)


@click.command("design")
@click.argument("brief")
@_own
@writing
def command(**typed: object) -> int:
    """Decide how a backend is built: BRIEF is a text in quotes, or the path of a brief.toml.

    Example: backend-lead design "I need to build a backend for a social media app"
    """
    from backend_lead.doors.cli.exits import FINDINGS
    from backend_lead.doors.cli.output import deliver, emit, hint
    from backend_lead.doors.cli.progress import listener
    from backend_lead.lead.design import Wanted, design

    asked = DesignAsked.of(typed)
    if asked.force and asked.out is None and asked.generate is None:
        raise WrongUse("--force is about the folder of --out or --generate.", "Add: --out docs/architecture")
    if asked.blueprint is not None and asked.generate is None:
        raise WrongUse("--blueprint is about what --generate writes.", "Add: --generate ./app")
    if (asked.renamed or asked.gone or asked.kept or asked.fill) and asked.generate is None:
        raise WrongUse("--renamed, --gone, --kept and --fill are about a service that is generated again.",
                       "Add: --generate ./app")
    if asked.run and asked.generate is None:
        raise WrongUse("--run runs what --generate writes.", "Add: --generate ./app")
    report = design(Wanted(asked.brief, asked.stack))
    assert report.design is not None
    for note in report.design.notes:
        hint(note, quiet=asked.quiet)
    if asked.questions and asked.format_name == "text":
        emit("".join(f"{number}. {each.question}\n   assumed: {each.assumed}\n"
                     for number, each in enumerate(report.design.questions, 1))
             or "Nothing that would change a decision is unknown.\n")
        return 0
    if asked.generate is not None:
        from backend_lead.lead.generating import with_service

        into = Path(asked.generate or "service")
        report = with_service(report, into, blueprint_file=asked.blueprint, force=asked.force, run=asked.run,
                              said=_said(asked), listen=listener(quiet=asked.quiet))
        _told(report, into, asked)
    if asked.out is not None:
        report = _written(report, asked.out, force=asked.force, quiet=asked.quiet)
    code = deliver(report, asked, asked.options())
    wrong = report.generated is not None and report.generated.run is not None and report.generated.run.wrong
    return FINDINGS if wrong else code


def _said(asked: DesignAsked) -> Said:
    """Return what was said of names.  Raises WrongUse for an answer without a value."""
    from backend_lead.migrate.create.regenerating import Said

    for option, given in (("renamed", asked.renamed), ("fill", asked.fill)):
        for each in given:
            if "=" not in each:
                raise WrongUse(f"--{option} {each} has no =.", f"For example: --{option} tasks.title=name")
    return Said(dict(each.split("=", 1) for each in asked.renamed), frozenset(asked.gone), frozenset(asked.kept),
                dict(each.split("=", 1) for each in asked.fill))


def _told(report: Report, into: Path, asked: DesignAsked) -> None:
    """Say on stderr what happened to which file, what the review found, and how to start the service."""
    from backend_lead.doors.cli.output import hint

    made = report.generated
    assert made is not None
    for note in made.notes:
        hint(note, quiet=asked.quiet)
    counts = [f"{len(paths)} {what}" for what, paths in (("written", made.written), ("merged", made.merged),
                                                         ("kept as you have them", made.kept),
                                                         ("deleted", made.deleted)) if paths]
    hint(f"{into}: {', '.join(counts) or 'nothing changed'}.", quiet=asked.quiet)
    for path in made.conflicts:
        hint(f"{into / path}: you and the generator changed the same lines; both stand between marks.", quiet=False)
    if made.migrations:
        number = len(made.migrations) // 2
        hint(f"The schema changed: {number} new migration{'' if number == 1 else 's'}, from "
             f"{into / made.migrations[0]} on, "
             f"{made.proven}. Type: cd {into} && .venv/bin/python -m app.migrate up", quiet=False)
    for note in made.schema_notes:
        hint(note, quiet=False)
    found = ", ".join(f"{number} {severity}" for severity, number in made.reviewed)
    hint(f"Its review: {made.endpoints} endpoints, findings: {found}. See: backend-lead review {into}",
         quiet=asked.quiet)
    if made.run is not None:
        _told_of_run(made.run, quiet=asked.quiet)
    hint(f"Start it: cd {into} && make demo", quiet=asked.quiet)


def _told_of_run(ran: ServiceRun, *, quiet: bool) -> None:
    """Say on stderr which checks hold, how long answers took, and what a request costs."""
    from backend_lead.doors.cli.output import hint

    hint(f"It ran: {len(ran.checks) - len(ran.wrong)} of {len(ran.checks)} live checks hold.", quiet=quiet)
    for each in ran.wrong:
        hint(f"Check {each.number}, {each.name}: {each.wrong}", quiet=False)
    for left in ran.left:
        hint(f"Not part of the load: {left}.", quiet=quiet)
    if ran.steady is not None:
        took = ran.steady.latency
        hint(f"{ran.steady.requests:,} requests, {ran.steady.rate:.0f} a second ({', '.join(ran.sent)}): half within "
             f"{took.median:.0f} ms of their moment, 99 % within {took.p99:.0f} ms, {ran.steady.failed} failed.",
             quiet=quiet)
    if ran.bursts is not None and ran.bursts.application_ms and ran.bursts.database_ms:
        hint(f"A request costs {ran.bursts.application_ms:.2f} ms of processor in the application and "
             f"{ran.bursts.database_ms:.2f} ms in the database when the service is busy; the numbers rest on that.",
             quiet=quiet)
    elif ran.bursts is not None:
        hint("This system does not account processor time where we look for it, so the numbers rest on the default.",
             quiet=False)


def _written(report: Report, out: Path, *, force: bool, quiet: bool) -> Report:
    """Write the documents; what is there already is left alone unless it was asked for."""
    from backend_lead.doors.cli.output import hint
    from backend_lead.gates.new_files import write_file
    from backend_lead.lead.generating import api_document, blueprint_for
    from backend_lead.model.created import Created
    from backend_lead.report._papers_blueprint import blueprint_papers
    from backend_lead.report._papers_design import papers

    assert report.design is not None
    blueprint = blueprint_for(report.design)
    made = papers(report.design)
    if blueprint is not None:
        made = (*made, *blueprint_papers(blueprint), ("openapi.yaml", api_document(blueprint)))
    there = [path for path, _ in made if (out / path).exists() or (out / path).is_symlink()]
    if there and not force:
        raise WrongUse(f"{out} holds {there[0]} already, and was left alone.",
                       "Give another folder, or write over the documents with --force.")
    for path, text in made:
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        write_file(out / path, text)
    hint(f"{len(made)} documents are in {out}: begin with {out / 'ARCHITECTURE.md'}.", quiet=quiet)
    return replace(report, created=Created("design", tuple(made), written=True))
