"""A fleet as lines of text: how many services and routes, what is open, what is old, what several services answer."""

from __future__ import annotations

from collections.abc import Sequence

from backend_lead.model.fleet import Fleet, Read, Service
from backend_lead.report import _words as words
from backend_lead.report._format import View
from backend_lead.report._layout import Line, Span, headed, wrapped

_SHOWN = 10
_SEVERITIES = ("critical", "high", "medium", "low")


def fleet_lines(fleet: Fleet, view: View) -> list[Line]:
    """Return all that is known."""
    counts = ", ".join(f"{fleet.count(each)} {each.value}" for each in Read if fleet.count(each))
    routes = sum(len(service.endpoints) for service in fleet.services)
    lines = wrapped(f"{words.count(len(fleet.services), 'service')} ({counts}), {words.count(routes, 'route')}, run "
                    f"{fleet.run}", view.width, indent=10, head=(Span("Fleet", "title"),))
    lines += [(), *_services(fleet, view)]
    undecided = [(service, each) for service, each in fleet.open_endpoints if each.verdict != "public"]
    lines += _list("Open", f"{len(fleet.open_endpoints)} routes answer without a credential; these are not public by "
                   "nature", [f"{service.name} · {each.name}" for service, each in undecided], view)
    lines += _list("Old", "a later version answers the same, or the document calls it deprecated",
                   [f"{service.name} · {each.name}{f' → {newer}' if newer else ' (deprecated)'}"
                    for service, each, newer in fleet.old], view)
    lines += _list("Answered by several services", "the same operation, whatever its version",
                   [f"{name} · {', '.join(holder.name for holder in holders)}" for name, holders in fleet.shared], view)
    lines += _list("Not read", "", [f"{each.name}: {each.why}" for each in fleet.services
                                    if each.outcome in (Read.FAILED, Read.NOTHING)], view)
    return lines


def _services(fleet: Fleet, view: View) -> list[Line]:
    def harm(service: Service) -> tuple[int, ...]:
        found = dict(service.findings)
        return tuple(-found.get(name, 0) for name in _SEVERITIES)

    read = [each for each in fleet.services if each.outcome is Read.DONE]
    read.sort(key=lambda each: (harm(each), each.name))
    entries = [f"{each.name} · {_found(each)} · {words.count(len(each.endpoints), 'route')} · "
               f"{words.count(each.tables, 'table')}" for each in read]
    return _list("Services", "those with most harm first", entries, view)


def _found(service: Service) -> str:
    found = dict(service.findings)
    return ", ".join(f"{found[name]} {name}" for name in _SEVERITIES if found.get(name)) or "no findings"


def _list(title: str, said: str, entries: Sequence[str], view: View) -> list[Line]:
    if not entries:
        return []
    shown = entries if view.verbose else entries[:_SHOWN]
    lines = headed(Span(title, "title"), said, view.width)
    for entry in shown:
        lines += wrapped(words.clean(entry), view.width, indent=6, head=(Span("  "),))
    if len(entries) > len(shown):
        lines.append((Span(f"      …and {len(entries) - len(shown):,} more (--verbose)", "dim"),))
    return [*lines, ()]
