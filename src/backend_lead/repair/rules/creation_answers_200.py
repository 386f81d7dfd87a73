"""`status_code=201` where a route of FastAPI is registered that creates a row."""

from __future__ import annotations

from backend_lead.model.finding import Finding
from backend_lead.read.code.editing import NotPatched
from backend_lead.repair.calls import give_keyword, keyword_of
from backend_lead.repair.desk import Desk
from backend_lead.repair.documented import spell_status
from backend_lead.repair.handlers import route_of


def repair(finding: Finding, desk: Desk) -> str:
    """Write the status into the route, and into the document that promises the other one."""
    endpoint = desk.endpoint(finding)
    source = desk.python(endpoint.handler.place.file)
    route = route_of(source, endpoint)
    if keyword_of(source, route, "status_code") is not None:
        raise NotPatched("the route names its status already, and the handler answers another one")
    give_keyword(source, route, "status_code", "201")
    told = spell_status(desk, endpoint, "200", "201")
    return f"status_code=201 on {endpoint.handler.name.rpartition('.')[2]}{told}"
