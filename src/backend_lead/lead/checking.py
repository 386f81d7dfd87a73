"""Run the rules over a backend: one rule's fault never ends the run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from backend_lead.config import Settings
from backend_lead.gates.text import mask, one_line
from backend_lead.lead.masking import masked_finding, masker
from backend_lead.model.backend import Backend
from backend_lead.model.event import Finished, Listener, Progress, Started
from backend_lead.model.finding import Dimension, Finding
from backend_lead.model.place import Unresolved
from backend_lead.rules.rule import Rule, all_rules


@dataclass(frozen=True, slots=True)
class Checked:
    """Findings in the order of reports, the ids of the rules that ran, and those that stopped with an exception."""

    findings: tuple[Finding, ...]
    ran: frozenset[str]
    stopped: tuple[Unresolved, ...]


def chosen_rules(settings: Settings, backend: Backend, dimensions: Iterable[Dimension] = tuple(Dimension),
                 rules: Iterable[Rule] | None = None) -> tuple[Rule, ...]:
    """Return the rules that run: of these dimensions, not disabled, with what they need, preview only when asked."""
    wanted = frozenset(dimensions)
    there = {"source": True, "database": backend.server is not None, "document": bool(backend.documents)}
    return tuple(rule for rule in (all_rules() if rules is None else rules)
                 if rule.dimension in wanted and rule.id not in settings.disabled and there[rule.needs]
                 and (not rule.preview or settings.preview or rule.id in settings.enabled))


def merged(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield one finding where a rule says the same of a handler under several paths; it names them all."""
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        said = finding.message.replace(str(finding.endpoint), "") if finding.endpoint else finding.message
        method = finding.endpoint.method if finding.endpoint else ""
        groups.setdefault((finding.rule, finding.place, finding.symbol, method, said), []).append(finding)
    for group in groups.values():
        first = min(group, key=lambda finding: (str(finding.endpoint), finding.order))
        others = sorted({str(finding.endpoint) for finding in group} - {str(first.endpoint)})
        if first.endpoint is None or not others:
            yield from group
            continue
        touches = tuple(dict.fromkeys(key for finding in (first, *group) for key in finding.touches))
        shown = ", ".join(others[:3]) + (f" and {len(others) - 3} more" if len(others) > 3 else "")
        yield replace(first, message=f"{first.message} The same handler answers {shown}.", touches=touches)


def check(backend: Backend, rules: tuple[Rule, ...], listen: Listener, *, debug: bool = False) -> Checked:
    """Return what the rules find, each finding once and with its secrets masked.

    An exception inside a rule is kept as something that could not be read; with `debug` it is raised.
    """
    listen(Started("rules"))
    values = masker(backend.literals)
    found: dict[Finding, None] = {}
    stopped = []
    for number, rule in enumerate(rules, start=1):
        try:
            found.update((masked_finding(finding, values), None) for finding in merged(rule.check(backend)))
        except MemoryError:
            raise
        except Exception as error:
            if debug:
                raise
            said = mask(values(one_line(str(error))))
            stopped.append(Unresolved(f"rule {rule.id}", f"it stopped with {type(error).__name__}: {said}; this is a "
                                      "fault of ours, and its findings are missing"))
        listen(Progress("rules", number, len(rules)))
    findings = tuple(sorted(found, key=lambda finding: finding.order))
    listen(Finished("rules", f"{len(rules)} rules, {len(findings)} findings"))
    return Checked(findings, frozenset(rule.id for rule in rules), tuple(stopped))
