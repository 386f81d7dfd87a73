"""The jobs that doors ask for: what each is told, and how the lead is asked.  A job runs in a `worker.py`."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from backend_lead.lead.before import Request
    from backend_lead.lead.options import Options
    from backend_lead.model.event import Listener
    from backend_lead.model.review import Report


class Job(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What every job is told.  `target` is the path as it was given, `dsn` the database to look at or None.

    `whole` asks for the report itself beside its document, with the source lines that it shows.
    """

    target: str = "."
    openapi: str | None = None
    exclude: tuple[str, ...] = ()
    preview: bool | None = None
    since: str | None = None
    only_new: bool = False
    dsn: str | None = None
    allow_superuser: bool = False
    cache: bool = False
    whole: bool = False

    def report(self, listen: Listener) -> Report:
        """Run the job."""
        raise NotImplementedError

    def options(self) -> Options:
        """Return the request for the lead."""
        from backend_lead.lead.options import options_for

        return options_for(self.target, typed={"exclude": self.exclude or None, "preview": self.preview},
                           openapi=_path(self.openapi), dsn=self.dsn, allow_superuser=self.allow_superuser,
                           since=self.since, cache=self.cache, sources=self.whole, only_new=self.only_new)


class ReviewJob(Job, frozen=True, kw_only=True):
    """`backend-lead review`."""

    def report(self, listen: Listener) -> Report:
        """Run the job."""
        from backend_lead.lead.review import review

        return review(self.options(), listen)


class MapJob(Job, frozen=True, kw_only=True):
    """`backend-lead map`."""

    def report(self, listen: Listener) -> Report:
        """Run the job."""
        from backend_lead.lead.map import read_map

        return read_map(self.options(), listen)


class AuditJob(Job, frozen=True, kw_only=True):
    """`backend-lead audit`."""

    def report(self, listen: Listener) -> Report:
        """Run the job."""
        from backend_lead.lead.audit import audit

        return audit(self.options(), listen)


class AskJob(Job, frozen=True, kw_only=True):
    """`backend-lead ask`, which writes nothing."""

    question: str

    def report(self, listen: Listener) -> Report:
        """Run the job."""
        from backend_lead.lead.ask import ask

        return ask(self.question, self.options(), _moment(), listen)


class DiagnoseJob(Job, frozen=True, kw_only=True):
    """`backend-lead diagnose`; `migrations` asks for the texts of migrations, which are not written."""

    schema: str | None = None
    stats: str | None = None
    workload: str | None = None
    traces: str | None = None
    budget: int | None = None
    postgres: int | None = None
    cores: int | None = None
    migrations: bool = False

    def report(self, listen: Listener) -> Report:
        """Run the job."""
        from backend_lead.lead.diagnose import Slow, diagnose

        slow = Slow(_path(self.schema), _path(self.stats), _path(self.workload), self.budget, self.postgres,
                    _path(self.traces), _moment() if self.migrations else None, self.cores)
        return diagnose(slow, self.options(), listen)


class WatchedJob(Job, frozen=True, kw_only=True):
    """`backend-lead watch report`: what a store of looks holds, with the endpoints of the code."""

    store: str

    def report(self, listen: Listener) -> Report:
        """Run the job."""
        from backend_lead.lead.watch import watch_report

        return watch_report(Path(self.store), self.options(), listen)


class MigrationJob(Job, frozen=True, kw_only=True):
    """What jobs on migrations are judged by."""

    files: tuple[str, ...] = ()
    schema: str | None = None
    queries: str | None = None
    code: str | None = None
    postgres: int | None = None
    transaction: str = "auto"

    def request(self) -> Request:
        """Return what is to be judged."""
        from backend_lead.lead.before import Request
        from backend_lead.migrate.formats import Transaction

        return Request(tuple(Path(file) for file in self.files), _path(self.schema), _path(self.queries), self.postgres,
                       Transaction(self.transaction), self.dsn, self.allow_superuser, _path(self.code), self.since,
                       self.cache)


class LintJob(MigrationJob, frozen=True, kw_only=True):
    """`backend-lead migration lint`."""

    def report(self, listen: Listener) -> Report:
        """Run the job."""
        from backend_lead.lead.migration import lint_migrations

        return lint_migrations(self.request(), self.options(), listen)


class ProveJob(MigrationJob, frozen=True, kw_only=True):
    """`backend-lead migration prove`; `keep` says whether the proof is kept, which `migration apply` believes."""

    rows: int = 20_000
    keep: bool = True

    def report(self, listen: Listener) -> Report:
        """Run the job."""
        from backend_lead.lead.migration_proofs import prove_migrations

        # The proof is what it is run for: it may be kept whether or not what was read is.
        return prove_migrations(self.request(), replace(self.options(), cache=self.keep), self.rows, listen)


class CreateJob(MigrationJob, frozen=True, kw_only=True):
    """`backend-lead migration create --dry-run`: the files come with the report, and are not written here."""

    change: str = ""
    tool: str = ""
    from_schema: str | None = None
    from_models: str | None = None
    renamed: dict[str, str] = {}
    gone: tuple[str, ...] = ()

    def report(self, listen: Listener) -> Report:
        """Run the job."""
        from backend_lead.errors import WrongUse
        from backend_lead.lead.creating import Wish, create_migration
        from backend_lead.migrate.create.difference import Answers

        if not self.change and self.from_schema is None and self.from_models is None:
            raise WrongUse("No change was given.", 'Say it in words: "add phone to users"')
        wish = Wish(self.change, Path(self.target), _moment(), self.tool, _path(self.from_schema),
                    _path(self.from_models), Answers(self.renamed, frozenset(self.gone)))
        return create_migration(wish, self.request(), self.options(), listen)


class DesignJob(Job, frozen=True, kw_only=True):
    """`backend-lead design`."""

    brief: str
    stack: str | None = None

    def report(self, listen: Listener) -> Report:
        """Run the job."""
        from backend_lead.lead.design import Wanted, design

        return design(Wanted(self.brief, self.stack))


class GenerateJob(DesignJob, frozen=True, kw_only=True):
    """`backend-lead design --generate`: writes the service into the folder `into`."""

    into: str
    blueprint: str | None = None

    def report(self, listen: Listener) -> Report:
        """Run the job."""
        from backend_lead.lead.generating import with_service

        return with_service(super().report(listen), Path(self.into), blueprint_file=_path(self.blueprint))


AnyJob = (ReviewJob | MapJob | AuditJob | AskJob | DiagnoseJob | WatchedJob | LintJob | ProveJob | CreateJob
          | DesignJob | GenerateJob)


def _path(text: str | None) -> Path | None:
    return Path(text) if text is not None else None


def _moment() -> str:
    return datetime.now(UTC).strftime("%Y%m%d%H%M%S")
