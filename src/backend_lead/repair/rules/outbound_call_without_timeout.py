"""A timeout for a call to another service that has none."""

from __future__ import annotations

from backend_lead.model.finding import Finding
from backend_lead.read.code.editing import NotPatched
from backend_lead.repair.calls import call_at, give_keyword, keyword_of
from backend_lead.repair.desk import Desk
from backend_lead.rules.scalability.outbound_call_without_timeout import may_wait

SECONDS = 30
"""Long enough for an answer that comes at all; the process is held for so long and no longer."""


def repair(finding: Finding, desk: Desk) -> str:
    """Give the call a timeout."""
    names = {call.name for endpoint in desk.backend.endpoints for call in endpoint.calls if call.place == finding.place
             and may_wait(call, adapted=False)}
    if len(names) != 1:
        raise NotPatched("several calls stand on the line")
    [name] = names
    source = desk.python(finding.place.file)
    call = call_at(source, finding.place.line, name.rpartition(".")[2])
    there = keyword_of(source, call, "timeout")
    if there is not None and there.type != "none":
        raise NotPatched("the timeout is computed")
    give_keyword(source, call, "timeout", str(SECONDS))
    return f"timeout={SECONDS} on {'.'.join(name.split('.')[-2:])}"
