"""A report whose every text was written by somebody who wants to break out of it."""

from __future__ import annotations

from dataclasses import replace

import samples
from backend_lead.model.finding import EndpointRef
from backend_lead.model.place import Hop, Place, Unresolved
from backend_lead.model.review import Report

SCRIPT = "</script><script>window.broken = 1</script>"
MARKUP = "<img src=x onerror=alert(1)> \"'><b>&amp;"
ESCAPES = "\x1b]0;owned\x07\x1b[31mred\x1b[0m\x00\x08\r\x9b2J\u202egnp.exe\u2066\ufeff"
SURROGATE = "half \ud800 a pair"
BAD = f"{SCRIPT}{MARKUP}{ESCAPES}{SURROGATE}|`tick` [a](javascript:b) @everyone #1 ]]> --> \n## heading\n"


def report(job: str = "review") -> Report:
    """Return the sample report with hostile text wherever the target's own text can stand."""
    plain = samples.report(job)
    findings = tuple(replace(
        each, title=f"{each.title}{BAD}", message=f"{each.message}{BAD}", why=f"{each.why}{BAD}", fix=f"{each.fix}{BAD}",
        symbol=BAD, path=(Hop(BAD, Place(f"a{BAD}", 3)),), endpoint=EndpointRef("GET", f"/orders/{BAD}"))
        for each in plain.findings)
    backend = replace(
        plain.backend,
        endpoints=tuple(replace(each, path=f"{each.path}/{BAD}", authentication_because=BAD)
                        for each in plain.backend.endpoints),
        tables=tuple(replace(each, name=f"{each.name}{BAD}") for each in plain.backend.tables),
        unresolved=(Unresolved(BAD, BAD, Place(BAD, 1)),))
    return replace(
        plain, target=f"shop{BAD}", backend=backend, findings=findings,
        verdicts=tuple(replace(each, path=f"{each.path}/{BAD}", because=BAD) for each in plain.verdicts),
        plan=tuple(replace(each, title=BAD, targets=(BAD,), actions=(BAD,), because=BAD, command=BAD)
                   for each in plain.plan),
        sources=((samples.ORDERS, ((22, BAD),)),))
