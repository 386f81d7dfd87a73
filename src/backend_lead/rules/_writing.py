"""How a rule writes its findings: what is the same for all of them is said once, in `RULE`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from backend_lead.model.endpoint import Endpoint
from backend_lead.model.finding import EndpointRef, Evidence, Finding, Job, Severity
from backend_lead.model.place import Hop, Place
from backend_lead.rules.rule import RuleInfo, dimension_of


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the findings of one rule.  `module` is the rule's `__name__`, which holds its id and its dimension."""

    module: str
    info: RuleInfo
    job: Job = Job.AUDIT

    def __call__(self, place: Place, message: str, why: str, fix: str, *, severity: Severity | None = None,
                 evidence: Evidence = Evidence.TRACED, endpoint: Endpoint | EndpointRef | None = None,
                 symbol: str = "", snippet: str = "", path: tuple[Hop, ...] = (), touches: Iterable[str] = (),
                 effort: int = 2) -> Finding:
        """Return a finding; the severity is the rule's own unless it is given, `touches` are kept once each."""
        folder, _, name = self.module.rpartition(".")
        if isinstance(endpoint, Endpoint):
            endpoint = EndpointRef(endpoint.method, endpoint.path)
        return Finding(
            rule=name.replace("_", "-"), title=self.info.title, dimension=dimension_of(folder.rpartition(".")[2]),
            severity=severity or self.info.severity, evidence=evidence, place=place, message=message, why=why,
            fix=fix, endpoint=endpoint, symbol=symbol, snippet=snippet, path=path,
            touches=tuple(dict.fromkeys(touches)), job=self.job, effort=effort, owasp_api=self.info.owasp_api,
            cwe=self.info.cwe)


def listed(names: Iterable[str], most: int = 3) -> str:
    """Return `a`, `a and b`, `a, b and c`, or `a, b, c and 4 more`; each name once, in the order given."""
    found = list(dict.fromkeys(names))
    if len(found) > most:
        return f"{', '.join(found[:most])} and {len(found) - most} more"
    return " and ".join([", ".join(found[:-1]), found[-1]] if len(found) > 1 else found)


def counted(number: int, one: str, many: str = "") -> str:
    """Return `1 row` or `2,000 rows`; the plural is `one` with an s unless it is given."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
