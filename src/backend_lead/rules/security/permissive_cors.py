"""Every web site may speak to the service with the visitor's cookies."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Argument, Call
from backend_lead.model.finding import Evidence, Finding, Severity
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Permissive CORS", Severity.MEDIUM, owasp_api="API8:2023", cwe="CWE-942")
write = Writer(__name__, RULE)

_ANY_ORIGIN = re.compile(r"\^?(https?|https\?|\(http\|https\))?(://)?\(?\.[*+]\)?\$?")


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each CORS policy that lets every origin in together with credentials."""
    for call in backend.calls:
        origins = _starlette(call) or _flask(call)
        if origins is not None:
            yield _finding(call, origins)


def _starlette(call: Call) -> Argument | None:
    """Return the argument that opens Starlette's middleware: it answers a cookie from any origin with that origin."""
    if not any((each.reference or "").endswith(".CORSMiddleware") for each in call.arguments):
        return None
    credentials, origins, pattern = (call.keyword(name) for name in (
        "allow_credentials", "allow_origins", "allow_origin_regex"))
    if credentials is None or credentials.value != "True":
        return None
    if origins is not None and origins.value is not None and re.search(r"\['\*'|^\*$|, '\*'", origins.value):
        return origins
    if pattern is not None and pattern.value is not None and _ANY_ORIGIN.fullmatch(pattern.value):
        return pattern
    return None


def _flask(call: Call) -> Argument | None:
    if call.name not in ("flask_cors.CORS", "flask_cors.extension.CORS"):
        return None
    credentials, origins = call.keyword("supports_credentials"), call.keyword("origins")
    if credentials is None or credentials.value != "True" or call.keyword("resources") is not None:
        return None
    if origins is None:
        return credentials
    return origins if origins.value in ("*", "['*']", ".*", "['.*']") else None


def _finding(call: Call, origins: Argument) -> Finding:
    flask = call.name.startswith("flask_cors")
    setting = "environment" in origins.sources
    name = origins.name if origins.name != "supports_credentials" else "origins"
    return write(
        call.place, f"Every origin may send requests with credentials: {name} is "
        f"{'not given' if flask and name != origins.name else origins.value}"
        f"{' unless the environment says otherwise' if setting else ''}.",
        "A page on any site reads and changes what belongs to the visitor who is signed in here, from his own browser.",
        'CORS(app, supports_credentials=True, origins=["https://shop.example"])' if flask
        else 'allow_origins=["https://shop.example"]',
        evidence=Evidence.SUSPECTED if setting else Evidence.TRACED, symbol=call.symbol,
        snippet=f"{name}={origins.value}", effort=1)
