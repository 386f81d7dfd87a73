"""The options that the jobs share, and the request they make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

import click

from backend_lead.config import KEYS
from backend_lead.doors.cli.group import Nearest
from backend_lead.report import format_names

if TYPE_CHECKING:
    from backend_lead.config import Settings, Value
    from backend_lead.lead.options import Options

Decorated = TypeVar("Decorated", bound=Callable[..., object])

_FAIL_ON = next(key for key in KEYS if key.name == "fail-on")

PATH = click.argument("path", default=".", required=False)

_READING = (
    click.option("--db", metavar="DSN", envvar="BACKEND_LEAD_DB",
                 help="Look at this PostgreSQL too, reading only (or set BACKEND_LEAD_DB)."),
    click.option("--openapi", metavar="FILE", type=click.Path(path_type=Path),
                 help="The OpenAPI document to compare the code with; else the one in the target is found."),
    click.option("--exclude", metavar="GLOB", multiple=True, help="Leave these files out; may be given several times."),
    click.option("--no-cache", is_flag=True, help="Read every file anew, and write no cache into the target."),
    click.option("--allow-superuser", is_flag=True, help="Look at the database even as a superuser."),
    click.option("-q", "--quiet", is_flag=True, help="No progress and no hints on stderr."),
)
_CHECKING = (
    click.option("--preview/--no-preview", default=None, help="Run the preview rules too."),
    click.option("--strict/--no-strict", default=None,
                 help="End with 70 when a rule of ours stopped with an exception."),
)
_WRITING = (
    click.option("--format", "format_name", metavar="|".join(format_names()), type=Nearest(format_names()),
                 default="text", help="The format of the report; text is the default."),
    click.option("--output", metavar="FILE", type=click.Path(path_type=Path), help="Write the report to this file."),
    click.option("--html", metavar="FILE", type=click.Path(path_type=Path),
                 help="Write the HTML report with the map to this file as well."),
    click.option("--verbose", is_flag=True, help="Show everything: nothing is cut from the text."),
)
_DECIDING = (
    click.option("--since", metavar="REF", help="Only what changed since this commit, branch or tag."),
    click.option("--fail-on", metavar="|".join(_FAIL_ON.choices), type=Nearest(_FAIL_ON.choices),
                 help=f"{_FAIL_ON.meaning} The default is {_FAIL_ON.default}."),
)
_REPAIRING = (
    click.option("--fix", "fix", is_flag=True,
                 help="Apply the safe patches one by one in a clean git tree, and keep those that hold."),
    click.option("--test-command", "test_command", metavar="CMD",
                 help="With --fix: run this in PATH after each patch, and take back what it fails with."),
    click.option("--run-code", "run_code", is_flag=True, help="Let --test-command run code of the target."),
)


_ONLY_NEW = click.option("--only-new", is_flag=True,
                         help="With --since: leave out what was found at that commit too.")


def reading(command: Decorated) -> Decorated:
    """Add the options that say what is read."""
    return with_options(_READING, command)


def checking(command: Decorated) -> Decorated:
    """Add the options that say which rules run."""
    return with_options(_CHECKING, command)


def writing(command: Decorated) -> Decorated:
    """Add the options that say what is written."""
    return with_options(_WRITING, command)


def deciding(command: Decorated) -> Decorated:
    """Add the options that say what is new, and what ends in exit code 1."""
    return with_options(_DECIDING, command)


def bringing(command: Decorated) -> Decorated:
    """Add the option that leaves out what was there before a change."""
    return with_options((_ONLY_NEW,), command)


def repairing(command: Decorated) -> Decorated:
    """Add the options that apply patches."""
    return with_options(_REPAIRING, command)


def deciding_severity(command: Decorated) -> Decorated:
    """Add the option that says what ends in exit code 1."""
    return with_options(_DECIDING[1:], command)


def with_options(options: tuple[Callable[[Decorated], Decorated], ...], command: Decorated) -> Decorated:
    """Add some options to a command, in their order."""
    for option in reversed(options):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed, as click hands it over; a command without an option leaves its default."""

    path: str
    db: str | None = None
    openapi: Path | None = None
    exclude: tuple[str, ...] = ()
    no_cache: bool = False
    allow_superuser: bool = False
    quiet: bool = False
    preview: bool | None = None
    strict: bool | None = None
    format_name: str = "text"
    output: Path | None = None
    html: Path | None = None
    verbose: bool = False
    since: str | None = None
    only_new: bool = False
    fail_on: str | None = None
    fix: bool = False
    test_command: str | None = None
    run_code: bool = False

    @classmethod
    def of(cls, typed: Mapping[str, object]) -> Self:
        """Return what click hands a command as keyword arguments, each checked for its type."""
        import msgspec

        return msgspec.convert(typed, cls)

    @property
    def typed(self) -> dict[str, Value]:
        """What was typed of the settings, by the name of each key."""
        return {"fail-on": self.fail_on, "exclude": self.exclude or None, "preview": self.preview,
                "strict": self.strict}

    @property
    def settings(self) -> Settings:
        """The settings for the target, with what was typed before all else."""
        from backend_lead.lead.options import settings_of

        return settings_of(self.path, self.typed)

    def options(self) -> Options:
        """Return the request for the lead."""
        from backend_lead.lead.options import options_for

        return options_for(self.path, typed=self.typed, openapi=self.openapi, dsn=self.db,
                           allow_superuser=self.allow_superuser, since=self.since, cache=not self.no_cache,
                           sources=self.html is not None or self.format_name == "html", only_new=self.only_new)
