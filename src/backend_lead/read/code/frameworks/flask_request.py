"""What Flask gives to a handler from outside: request, session, g, and the ways to answer."""

from __future__ import annotations

from typing import Any

from backend_lead.read.code.answering import Carrier
from backend_lead.read.code.calls import CallMade, call
from backend_lead.read.code.containers import Fields, Items
from backend_lead.read.code.credentials import ABSENT, Consulted, absent
from backend_lead.read.code.exceptions import as_status
from backend_lead.read.code.execution import raise_value
from backend_lead.read.code.frames import Aborted, Site
from backend_lead.read.code.frameworks.starlette import kept_in_bag, principal
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External
from backend_lead.read.code.operations import compare, relabel
from backend_lead.read.code.values import Known, Native, Unknown, Value, join
from backend_lead.read.code.wrapping import inner_function

MARKERS: tuple[bytes, ...] = ()
# Variables that are there only when somebody showed a credential, a client's certificate or a header.
_OF_CALLERS = ("REMOTE_USER", "AUTH_TYPE", "SSL_CLIENT_", "HTTP_AUTHORIZATION", "HTTP_COOKIE", "HTTP_X_")


# What Flask reads from a header that says nothing about who is calling.
_OF_HEADERS = {
    **dict.fromkeys(("is_json", "mimetype", "content_type", "mimetype_params"), "content-type"),
    **dict.fromkeys(("accept_mimetypes", "accept_languages", "accept_charsets", "accept_encodings"), "accept"),
    "content_length": "content-length", "referrer": "referer", "user_agent": "user-agent", "is_xhr": "x-requested-with",
}  # fmt: skip


class FlaskRequest(Value):
    """`flask.request`, for whichever route is being followed."""

    __slots__ = ()

    def signature(self) -> object:
        return ("flask.request",)

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name in ("method", "path", "endpoint", "url_rule", "blueprint", "url", "base_url", "full_path"):
            run.request_reads += 1
            known = {
                "method": run.request_method,
                "path": run.request_path,
                "full_path": run.request_path,
                "endpoint": run.request_endpoint,
                "blueprint": run.request_blueprint or None,
            }.get(name)
            if name == "blueprint" and run.request_blueprint == "":
                return Known(None)
            return Known(known) if known is not None else Unknown()
        if name in ("headers", "cookies"):
            return Carrier("header" if name == "headers" else "cookie")
        if name == "authorization":
            run.emit(Consulted("header"))
            return absent() if run.anonymous else Unknown(frozenset({"header:authorization", "credential"}))
        if name == "environ":
            return ServerVariables("header")
        labels = {"args": "query", "form": "form", "values": "query", "files": "file"}
        if name in labels:
            return Inputs(labels[name])
        if name in ("json", "data", "stream"):
            return Unknown(frozenset({"body"}))
        if name in ("get_json", "get_data"):
            return Native(lambda site, r: Unknown(frozenset({"body"})), name)
        if name == "view_args":
            return Unknown(frozenset({"path:*"}))
        if name in ("remote_addr", "access_route", "remote_user"):
            return Unknown(frozenset({"client"}))
        if name in _OF_HEADERS:
            return Unknown(frozenset({f"header:{_OF_HEADERS[name]}"}))
        return Unknown(name=f"flask.request.{name}")

    def truth(self) -> bool | None:
        return True


class ServerVariables(Carrier):
    """`request.environ`: what the server in front found out of who is calling, and the headers under other names."""

    __slots__ = ()

    def _read(self, key: Value | None, fallback: Value | None, run: Interpreter) -> Value:
        name = key.value if isinstance(key, Known) and isinstance(key.value, str) else ""
        if name.startswith(_OF_CALLERS):
            return super()._read(key, fallback, run)
        return Unknown(frozenset({"client"}))

    def compared(self, operator: str, other: Value, swapped: bool, run: Interpreter) -> Value | None:
        """`"REMOTE_USER" in request.environ`."""
        known = isinstance(other, Known) and isinstance(other.value, str) and other.value.startswith(_OF_CALLERS)
        return super().compared(operator, other, swapped, run) if known else Unknown(frozenset({"client"}))

    def labels(self, name: str) -> frozenset[str]:
        """A name that the server verified is a credential."""
        header = name.removeprefix("HTTP_").replace("_", "-").lower()
        return super().labels(header) if header != name.lower() else frozenset({f"environment:{name}", "credential"})


class Inputs(Value):
    """`request.args`, `request.form`: parameters by name."""

    __slots__ = ("label",)

    def __init__(self, label: str) -> None:
        super().__init__(frozenset({label}))
        self.label = label

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name in ("get", "getlist", "pop"):
            return Native(self._get, name)
        return Native(lambda site, r: Unknown(frozenset({self.label})), name)

    def _get(self, site: Site, run: Interpreter) -> Value:
        key = site.argument(0)
        found = self.item(key or Unknown(), run) or Unknown()
        kind = site.keywords.get("type") or site.argument(2)
        if getattr(kind, "name", "") in ("builtins.int", "builtins.float", "builtins.bool", "uuid.UUID"):
            found = Unknown(found.sources | {f"number:{s}" for s in found.sources})
        fallback = site.argument(1, "default")
        return join((found, fallback)) if fallback is not None else found

    def item(self, key: Value, run: Interpreter) -> Value | None:
        name = key.value if isinstance(key, Known) else "*"
        return Unknown(frozenset({f"{self.label}:{name}"}))

    def signature(self) -> object:
        return ("inputs", self.label)


class Globals(Value):
    """`flask.g`: free attributes for one request."""

    __slots__ = ()

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        run.request_reads += 1
        if name in ("get", "pop"):
            return Native(lambda site, r: self._get(site, r), name)
        found = run.request_values.get(name)
        if found is not None:
            return found
        if run.anonymous:
            run.emit(Consulted("g"))
            return absent()
        return Unknown(name=f"flask.g.{name}")

    def _get(self, site: Site, run: Interpreter) -> Value:
        key = site.argument(0)
        name = key.value if isinstance(key, Known) and isinstance(key.value, str) else "*"
        found = self.attribute(name, run) or Unknown()
        fallback = site.argument(1, "default")
        return fallback if fallback is not None and isinstance(found, Known) and found.value is None else found

    def assign(self, name: str, value: Value, run: Interpreter) -> None:
        """`g.user = user`."""
        run.request_reads += 1
        run.request_values[name] = kept_in_bag(run.request_values.get(name), principal(value), run)

    def compared(self, operator: str, other: Value, swapped: bool, run: Interpreter) -> Value | None:
        """`"user" in g`."""
        if swapped and operator in ("in", "not in") and isinstance(other, Known) and isinstance(other.value, str):
            if other.value in run.request_values:
                return Known(operator == "in")
            if run.anonymous:
                return Known(operator == "not in", ABSENT)
        return None

    def signature(self) -> object:
        return ("flask.g",)


class CurrentUser(Value):
    """`current_user`: nobody for an anonymous request; else what the application's loader gives."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(frozenset({"principal"}))

    def _loaded(self, run: Interpreter) -> Value:
        loader = run.user_loaders[-1] if run.user_loaders else None
        principal = frozenset({"principal"})
        if loader is None or run.frame is None:
            return Unknown(principal)
        try:
            # One of JWT-Extended takes the token's header and what stands in it.
            function = inner_function(loader)
            count = max(1, len(function.definition.parameters)) if function is not None else 1
            made = call(run, loader, Site([Unknown(principal)] * count, {}, 0, run.frame, open_=True))
        except Aborted:
            return Unknown(principal)
        kept = [o for o in getattr(made, "options", (made,)) if not isinstance(o, Known)]
        return relabel(join(kept), principal) if kept else Unknown(principal)

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        run.emit(Consulted("session"))
        if run.anonymous:
            if name in ("is_authenticated", "is_active"):
                return Known(False, ABSENT)
            if name == "is_anonymous":
                return Known(True, ABSENT)
            return Unknown(ABSENT)
        if name == "is_authenticated":
            return Known(True)
        if name == "is_anonymous":
            return Known(False)
        return run.attribute(self._loaded(run), name)

    def call(self, site: Site, run: Interpreter) -> Value | None:
        run.emit(Consulted("session"))
        return absent() if run.anonymous else self._loaded(run)

    def compared(self, operator: str, other: Value, swapped: bool, run: Interpreter) -> Value | None:
        """`post.owner == current_user`: the row that stands behind the proxy is compared."""
        return None if run.anonymous else compare(run, operator, other, self._loaded(run), 0)

    def truth(self) -> bool | None:
        return None

    def signature(self) -> object:
        return ("current_user",)


def abort(site: Site, run: Interpreter) -> Value:
    """`abort(404)`: raises here, always."""
    first = site.argument(0)
    if isinstance(first, External):
        raise_value(run, first, site.line)
        raise Aborted
    keywords = {k: v for k, v in site.keywords.items() if k in ("description", "message")}
    if len(site.positional) > 1:
        keywords["detail"] = site.positional[1]
    raise_value(run, External("fastapi.HTTPException", site.sources, (first or Known(500),), keywords), site.line)
    raise Aborted


def _jsonify(site: Site, run: Interpreter) -> Value:
    content = site.positional[0] if site.positional else Fields(dict(site.keywords), True, site.sources)
    return External("starlette.responses.JSONResponse", site.sources, (content,), {})


def _make_response(site: Site, run: Interpreter) -> Value:
    first = site.argument(0)
    status = site.argument(1)
    if isinstance(first, Items) and first.kind == "tuple" and len(first.values) > 1:
        parts = first.values
        first, status = parts[0], parts[1]
    keywords = {"status_code": status} if status is not None and as_status(status) is not None else {}
    if isinstance(first, External) and first.name.endswith("Response"):
        return External(first.name, first.sources, first.positional, {**first.keywords, **keywords})
    return External("starlette.responses.Response", site.sources, (first,) if first is not None else (), keywords)


def _response(site: Site, run: Interpreter) -> Value:
    keywords = dict(site.keywords)
    status = keywords.pop("status", None) or site.argument(1)
    if status is not None:
        keywords["status_code"] = status
    content = site.argument(0, "response")
    return External("starlette.responses.Response", site.sources, (content,) if content is not None else (), keywords)


def _redirect(site: Site, run: Interpreter) -> Value:
    status = site.argument(1, "code")
    return External(
        "starlette.responses.RedirectResponse",
        site.sources,
        tuple(site.positional[:1]),
        {"status_code": status if status is not None else Known(302)},
    )


def _template(site: Site, run: Interpreter) -> Value:
    run.emit(CallMade("flask.render_template_string" if site.frame is None else "flask.render_template", site, run))
    return External("starlette.responses.HTMLResponse", frozenset())


def _template_string(site: Site, run: Interpreter) -> Value:
    run.emit(CallMade("flask.render_template_string", site, run))
    return External("starlette.responses.HTMLResponse", site.sources)


def _send_file(name: str) -> Any:
    def make(site: Site, run: Interpreter) -> Value:
        run.emit(CallMade(name, site, run))
        return External("starlette.responses.FileResponse", site.sources)

    return make


CALLS: dict[str, Any] = {
    "flask.abort": abort,
    "werkzeug.exceptions.abort": abort,
    "flask_restful.abort": abort,
    "flask_restx.abort": abort,
    "flask_smorest.abort": abort,
    "flask.jsonify": _jsonify,
    "flask.json.jsonify": _jsonify,
    "flask.make_response": _make_response,
    "flask.Response": _response,
    "flask.wrappers.Response": _response,
    "werkzeug.Response": _response,
    "werkzeug.wrappers.Response": _response,
    "flask.redirect": _redirect,
    "werkzeug.utils.redirect": _redirect,
    "flask.render_template": _template,
    "flask.render_template_string": _template_string,
    "flask.send_file": _send_file("flask.send_file"),
    "flask.send_from_directory": _send_file("flask.send_from_directory"),
    "flask.url_for": lambda site, run: Unknown(),
    "flask.flash": lambda site, run: Known(None),
}
SYMBOLS: dict[str, Any] = {
    "flask.request": lambda run: FlaskRequest(),
    "flask.session": lambda run: Carrier("session"),
    "flask.g": lambda run: Globals(),
    "flask_login.current_user": lambda run: CurrentUser(),
    "flask_security.current_user": lambda run: CurrentUser(),
    "flask_jwt_extended.current_user": lambda run: CurrentUser(),
    "connexion.request": lambda run: FlaskRequest(),
}
ALIASES = {
    "flask.globals.request": "flask.request",
    "flask.globals.g": "flask.g",
    "flask.globals.session": "flask.session",
    "flask.wrappers.Request": "flask.Request",
    "flask_login.utils.current_user": "flask_login.current_user",
}
