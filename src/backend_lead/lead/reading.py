"""Read the target once, with the database when one is named, and as it was at `--since`."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from backend_lead.errors import NothingToLookAt, WrongUse
from backend_lead.lead.options import Options
from backend_lead.lead.scope import without
from backend_lead.model.backend import Backend
from backend_lead.model.event import Finished, Listener, Started, silent


def read(options: Options, listen: Listener) -> Backend:
    """Return the backend of a request: files left out by `exclude` are gone, `previous` is the one at `since`.

    Raises NothingToLookAt, Unreachable for the database, WrongUse for a path or a reference that does not exist.
    """
    if not options.root.exists():
        raise WrongUse(f"{options.target} does not exist.",
                       "Give the folder of a backend's source, for example: backend-lead review .")
    from backend_lead.read.reader import read_backend

    openapi = _document(options)
    exclude = options.settings.exclude
    with ExitStack() as stack:
        gate = None
        if options.dsn:
            from backend_lead.gates.database import DatabaseGate

            gate = stack.enter_context(DatabaseGate(options.dsn, allow_superuser=options.allow_superuser))
        backend = without(read_backend(options.root, openapi=openapi, database=gate, cache=options.cache,
                                       listen=listen), exclude)
    if options.since is None:
        return backend
    listen(Started(f"the target at {options.since}"))
    try:
        previous = without(read_backend(options.root, cache=options.cache, listen=silent, only_at=options.since),
                           exclude)
    except NothingToLookAt:
        previous = None
    listen(Finished(f"the target at {options.since}"))
    return replace(backend, previous=previous)


def changed(options: Options) -> tuple[str, ...] | None:
    """Return the files that changed since the reference, or None when none was given."""
    if options.since is None:
        return None
    from backend_lead.gates.process import changed_files

    return changed_files(options.root, options.since)


def _document(options: Options) -> Path | None:
    """Return the OpenAPI document: the option's as typed, the setting's relative to the target."""
    if options.openapi is not None:
        found = options.openapi
    elif options.settings.openapi is not None:
        folder = options.root if options.root.is_dir() else options.root.parent
        found = folder / options.settings.openapi
    else:
        return None
    if not found.is_file():
        origin = "--openapi" if options.openapi is not None else options.settings.origin("openapi")
        raise WrongUse(f"{origin}: there is no file {found}.", "Give the path of an OpenAPI document, YAML or JSON.")
    return found
