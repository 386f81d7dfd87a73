"""A report kept for the next run: when nothing that it was made from has changed, it is not made again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from backend_lead.gates.cache import Cache
from backend_lead.gates.trail import Look, unchanged, watched
from backend_lead.lead.options import Options
from backend_lead.model.review import Report


@dataclass(frozen=True, slots=True)
class Kept:
    """A report, with what was seen of files while it was made."""

    trail: tuple[tuple[Look, str], ...]
    report: Report


def kept(job: str, options: Options, make: Callable[[], Report]) -> Report:
    """Return the report of this request that an earlier run kept, if it would be the same again, else make and keep it.

    What a database or a history of commits says is not kept, nor is a report that a fault of ours made incomplete.
    """
    if not options.cache or options.debug or options.dsn or options.since or not options.root.is_dir():
        return make()
    cache, name, key = Cache(options.root), f"{job}.json", _key(options)
    content = cache.read(name, key)
    if content is not None:
        try:
            found = msgspec.json.decode(content, type=Kept)
        except msgspec.MsgspecError:
            found = None
        if found is not None and unchanged(dict(found.trail)):
            return found.report
    with watched() as trail:
        report = make()
    if not report.stopped:
        cache.write(name, key, msgspec.json.encode(Kept(tuple(trail.items()), report)))
    return report


def _key(options: Options) -> str:
    """All of a request that a report depends on and that is no file of the target."""
    asked = (str(options.root.resolve()), options.target, options.openapi, options.settings, options.sources)
    return hashlib.sha256(repr(asked).encode("utf-8", "surrogateescape")).hexdigest()
