"""The debugger of the framework switched on in the source."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Argument, Call
from backend_lead.model.finding import Evidence, Finding, Severity
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Debug mode enabled", Severity.MEDIUM, owasp_api="API8:2023", cwe="CWE-489")
write = Writer(__name__, RULE)

_APPLICATIONS = ("fastapi.FastAPI", "starlette.applications.Starlette")
_SETTINGS = ("flask.Config.update", "flask.Config.from_mapping")


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each application that is made with debug on.

    `app.run(debug=True)` is left out: it mostly stands in a block that only runs on a developer's machine.
    """
    for call in backend.calls:
        debug = switch_of(call)
        if debug is not None and debug.value == "True":
            yield _finding(call, debug)


def switch_of(call: Call) -> Argument | None:
    """Return the argument that switches the debugger on."""
    if call.name in _SETTINGS:
        return call.keyword("DEBUG")
    made = call.name in _APPLICATIONS or any(
        (each.reference or "").endswith(".ServerErrorMiddleware") for each in call.arguments)
    return call.keyword("debug") if made else None


def _finding(call: Call, debug: Argument) -> Finding:
    flask = call.name in _SETTINGS
    setting = "environment" in debug.sources
    what = "app.config" if flask else call.name.rpartition(".")[2]
    return write(
        call.place,
        f"{what} gets {debug.name}=True{' unless the environment says otherwise' if setting else ''}.",
        "Every error ends in the debugger: with the development server, whoever causes one runs Python in it." if flask
        else "Every error answers with the traceback: source lines, paths and values go to whoever causes one.",
        "debug: bool = False  # in the settings" if setting else
        "flask --app app run --debug  # for development, on the command line, and DEBUG left out here" if flask
        else "debug=settings.debug  # with debug: bool = False in the settings",
        evidence=Evidence.SUSPECTED, symbol=call.symbol, snippet=call.statement or call.name, effort=1)
