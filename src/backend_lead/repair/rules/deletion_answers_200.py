"""`status_code=204` where a route of FastAPI is registered that deletes and answers with nothing."""

from __future__ import annotations

from backend_lead.model.finding import Finding
from backend_lead.read.code.editing import NotPatched
from backend_lead.repair.calls import give_keyword, keyword_of
from backend_lead.repair.desk import Desk
from backend_lead.repair.documented import spell_status
from backend_lead.repair.handlers import handler_of, route_of


def repair(finding: Finding, desk: Desk) -> str:
    """Write the status into the route, and into the document that promises the other one.

    FastAPI refuses to start a route that answers 204 and names a model of its body.
    """
    endpoint = desk.endpoint(finding)
    source = desk.python(endpoint.handler.place.file)
    route = route_of(source, endpoint)
    if any(keyword_of(source, route, name) is not None for name in ("status_code", "response_model")):
        raise NotPatched("the route names its status or its body")
    promised = handler_of(source, endpoint).child_by_field_name("return_type")
    if promised is not None and source.text(promised) != "None":
        raise NotPatched("the handler's return type promises a body")
    give_keyword(source, route, "status_code", "204")
    told = spell_status(desk, endpoint, "200", "204", empty=True)
    return f"status_code=204 on {endpoint.handler.name.rpartition('.')[2]}{told}"
