"""What a person asked for, as every job of the lead takes it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from backend_lead.config import Settings, Value, load
from backend_lead.errors import WrongUse


@dataclass(frozen=True, slots=True)
class Options:
    """One request.  `target` is the path as typed, for messages and commands; `root` is the same as a path.

    `dsn` is the database to look at, `since` a git reference, `sources` whether source lines are wanted (for the HTML
    report), `debug` whether an exception inside a rule ends the run with its traceback, `only_new` whether findings
    that were there at `since` are left out.
    """

    root: Path
    target: str
    settings: Settings
    openapi: Path | None = None
    dsn: str | None = None
    allow_superuser: bool = False
    since: str | None = None
    cache: bool = True
    sources: bool = False
    debug: bool = False
    only_new: bool = False


def settings_of(target: str, typed: Mapping[str, Value]) -> Settings:
    """Return the settings for a target: what was typed by the name of its key, environment, file, default."""
    # The rules are imported only when a setting names one.
    from backend_lead.rules.rule import all_rules

    return load(Path(target), environment=os.environ, options=typed, rule_ids=lambda: [rule.id for rule in all_rules()])


def options_for(target: str, *, typed: Mapping[str, Value] | None = None, openapi: Path | None = None,
                dsn: str | None = None, allow_superuser: bool = False, since: str | None = None, cache: bool = True,
                sources: bool = False, only_new: bool = False) -> Options:
    """Return the request about a target, with its settings.

    Raises WrongUse for settings that cannot be used, and for `only_new` without `since`.
    """
    if only_new and since is None:
        raise WrongUse("--only-new is about what a change brought.", "Add what it is compared with: --since main")
    return Options(root=Path(target), target=target, settings=settings_of(target, typed or {}), openapi=openapi,
                   dsn=dsn, allow_superuser=allow_superuser, since=since, cache=cache, sources=sources,
                   debug=bool(os.environ.get("BACKEND_LEAD_DEBUG")), only_new=only_new)
