"""`httponly=True` where a cookie with a credential is set."""

from __future__ import annotations

from backend_lead.model.finding import Finding
from backend_lead.read.code.editing import NotPatched, arguments_of
from backend_lead.repair.calls import call_at, give_keyword, keyword_of
from backend_lead.repair.desk import Desk

# Where the flag stands when it is not named, counted from 0.
_POSITION = 7


def repair(finding: Finding, desk: Desk) -> str:
    """Keep the cookie from scripts; whether it may travel without TLS is left as it is."""
    source = desk.python(finding.place.file)
    call = call_at(source, finding.place.line, "set_cookie")
    if sum(each.type != "keyword_argument" for each in arguments_of(call)) > _POSITION:
        raise NotPatched("the flag is given by its position")
    there = keyword_of(source, call, "httponly")
    if there is not None and there.type != "false":
        raise NotPatched("the flag is computed")
    give_keyword(source, call, "httponly", "True")
    return "httponly=True on the cookie"
