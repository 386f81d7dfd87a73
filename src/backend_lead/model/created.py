"""What was written for somebody: a migration, the files of a service."""

from __future__ import annotations

from dataclasses import dataclass

from backend_lead.model.service_run import ServiceRun


@dataclass(frozen=True, slots=True)
class Created:
    """The files, in the order in which they run: (path, text); what was taken for granted; and what people have to do.

    `kept` are statements of a migration that was rewritten which stay as harmful as they were, with the reason.
    """

    tool: str
    files: tuple[tuple[str, str], ...]
    assumed: tuple[str, ...] = ()
    checklist: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    written: bool = False


@dataclass(frozen=True, slots=True)
class GeneratedService:
    """What happened to each file of the folder `into`: written anew, merged, left as people have it, deleted, or in
    conflict.

    `migrations` are new files for a schema that has changed, `proven` says how they were proven, `schema_notes` what
    stays, what to know before they run, and what was left as people have it.  `endpoints` and `reviewed`, (severity,
    findings), are what the review of what was written found; `run` is what was seen when it ran, None where that was
    not asked for.
    """

    into: str
    written: tuple[str, ...]
    merged: tuple[str, ...]
    kept: tuple[str, ...]
    deleted: tuple[str, ...]
    conflicts: tuple[str, ...]
    schema_changed: bool
    notes: tuple[str, ...]
    endpoints: int = 0
    reviewed: tuple[tuple[str, int], ...] = ()
    run: ServiceRun | None = None
    migrations: tuple[str, ...] = ()
    proven: str = ""
    schema_notes: tuple[str, ...] = ()
