"""Connexion: routes that an OpenAPI document in the target names, with the function of each operation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from backend_lead.errors import Refused
from backend_lead.read.code.containers import Fields
from backend_lead.read.code.frames import Site
from backend_lead.read.code.frameworks.flask import FRAMEWORK
from backend_lead.read.code.frameworks.flask_routers import MEMBERS, include, make_router
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External, Member
from backend_lead.read.code.literals import literal, text_of
from backend_lead.read.code.names import ModuleValue, import_module, member_of_module
from backend_lead.read.code.routing import Made, Route, Router
from backend_lead.read.code.target_values import FunctionValue
from backend_lead.read.code.values import Native, Unknown, Value
from backend_lead.read.code.wrapping import Wrapped, needs_credential
from backend_lead.read.openapi_nodes import DocumentUnreadable, Node, parse

MARKERS = (b"connexion",)
CONSTRUCTORS = (b"FlaskApp(", b"connexion.App(", b"AsyncApp(")
JOINERS = (b".add_api(", b"FlaskApi(")
_METHODS = ("get", "put", "post", "delete", "patch")
_SUFFIXES = (".yaml", ".yml", ".json")
_CONTROLLERS = ("x-openapi-router-controller", "x-swagger-router-controller")
_LARGEST = 2_000_000


@dataclass(frozen=True)
class Document:
    """An OpenAPI document: its file, its top, and the paths that its servers lie under."""

    path: str
    root: Node

    @property
    def bases(self) -> list[str]:
        """The path of each server, `/` where there is none."""
        servers = self.root.get("servers")
        urls = [node.string("url") for node in (servers.items or [] if servers is not None else [])]
        urls.append(self.root.string("basePath"))
        return [re.sub(r"^\w+://[^/]*", "", url).rstrip("/") for url in urls if url]


def _documents(run: Interpreter) -> list[Document]:
    """The documents of the target whose operations name functions."""
    found = run.shared_facts.get("connexion")
    if found is None:
        found = run.shared_facts["connexion"] = list(_find(run))
    return found


def _find(run: Interpreter) -> Iterator[Document]:
    for path in run.tree.files if run.tree is not None else ():
        if not path.endswith(_SUFFIXES):
            continue
        try:
            if not re.search(rb"openapi|swagger", run.tree.head(path)):
                continue
            text = run.tree.text(path)
            if len(text) < _LARGEST and ("operationId" in text or "paths" in text):
                root = parse(text, path)
                if root.is_map and (root.string("openapi") or root.string("swagger")):
                    yield Document(path, root)
        except (Refused, DocumentUnreadable):
            continue


def _chosen(site: Site, base: str | None, run: Interpreter) -> Document | None:
    """The document that a call means: by the name of its file, by the path it is served under, else the only one."""
    documents = _documents(run)
    named = [text for value in (*site.positional, *site.keywords.values()) for text in _texts(value, 0)]
    for text in named:
        tail = text.removeprefix("./").lstrip("/")
        hits = [d for d in documents if d.path == tail or d.path.endswith(f"/{tail}")]
        if len(hits) == 1:
            return hits[0]
    under = [d for d in documents if base and base.rstrip("/") in d.bases]
    return under[0] if len(under) == 1 else documents[0] if len(documents) == 1 else None


def _texts(value: Value, depth: int) -> Iterator[str]:
    """Texts that end like a document's file, in a value and in what it was made of."""
    text = text_of(value)
    if text is not None:
        if text.endswith(_SUFFIXES):
            yield text
    elif isinstance(value, External) and depth < 6:
        for part in (*value.positional, *value.keywords.values()):
            yield from _texts(part, depth + 1)
        if isinstance(value, Member):
            yield from _texts(value.owner, depth + 1)


def _application(site: Site, run: Interpreter) -> Value:
    """`connexion.FlaskApp(__name__)`: the application is its attribute `app`."""
    made = make_router("app", members=_MEMBERS)(site, run)
    made.attributes["app"] = made
    return made  # type: ignore[no-any-return]


def _api(site: Site, run: Interpreter) -> Value:
    """`FlaskApi(specification, base_path=...)`: its attribute `blueprint` is what gets registered."""
    router = _described(site, run)
    router.attributes["blueprint"] = router
    return router


def _add_api(router: Router, site: Site, run: Interpreter) -> Value:
    made = _described(site, run)
    include(router, made, Fields({}), site, run)
    return made


def _described(site: Site, run: Interpreter) -> Router:
    """A router with the operations of a document."""
    given = text_of(site.keywords.get("base_path"))
    document = _chosen(site, given, run)
    base = given if given is not None else next(iter(document.bases), "") if document is not None else ""
    router = Router(FRAMEWORK, "router", base.rstrip("/"), [], site.place, MEMBERS, site.frame.module.name, {})
    run.emit(Made(router))
    if document is None:
        run.note("specification", "the document that describes these routes was not found in the target", site.place)
        return router
    paths = document.root.get("paths")
    for path, _, item in paths.every() if paths is not None else ():
        for method, _, operation in item.every():
            if method.lower() in _METHODS and operation.is_map:
                _add(router, document, path, method.lower(), item, operation, site, run)
    options = site.keywords.get("options")
    shown = literal(options.values.get("swagger_ui")) if isinstance(options, Fields) else True
    for page in ("/openapi.json", *(("/ui/",) if shown is not False else ())):
        answer = Native(lambda inner, r: External("starlette.responses.Response"), "documentation")
        router.routes.append(Route(("GET",), page, answer, site.place))
    return router


def _add(
    router: Router,
    document: Document,
    path: str,
    method: str,
    item: Node,
    operation: Node,
    site: Site,
    run: Interpreter,
) -> None:
    rule = re.sub(r"\{([^}]*)\}", r"<\1>", path)
    handler = _function(path, method, item, operation, site, run)
    if handler is None:
        run.note(f"{method.upper()} {path}", "the function that this operation names was not found", site.place)
        handler = Unknown()
    if _secured(document.root, operation):
        handler = Wrapped(handler, needs_credential, "security", site)
    router.routes.append(Route((method.upper(),), rule, handler, site.place))


def _function(
    path: str, method: str, item: Node, operation: Node, site: Site, run: Interpreter
) -> Value | None:
    """The function of an operation: `operationId` in the controller, else by the resolver's rule from the path."""
    name = operation.string("operationId")
    controller = next((n.string(k) for n in (operation, item) for k in _CONTROLLERS if n.string(k)), "")
    if not name:
        resolver = site.keywords.get("resolver")
        package = text_of(resolver.positional[0]) if isinstance(resolver, External) and resolver.positional else None
        if package is None and not controller:
            return None
        parts = [part for part in path.strip("/").split("/") if part and not part.startswith("{")]
        name = "search" if method == "get" and not path.rstrip("/").endswith("}") else method
        controller = controller or ".".join([package or "", *parts[:1]]).strip(".")
    dotted = f"{controller}.{name}" if controller else name
    module_name, _, member = dotted.rpartition(".")
    module = import_module(run, module_name, site.frame.module, 0) if module_name else None
    found = member_of_module(run, module.module, member) if isinstance(module, ModuleValue) else None
    return found if isinstance(found, (FunctionValue, Wrapped)) else None


def _secured(root: Node, operation: Node) -> bool:
    """Whether the document has every request to an operation verified by functions that it names."""
    required = operation.get("security") or root.get("security")
    alternatives = required.items if required is not None else None
    if not alternatives:
        return False
    schemes = _schemes(root)
    return all(
        bool(alternative.pairs)
        and all(name in schemes and _verified(schemes[name]) for name, _, _ in alternative.every())
        for alternative in alternatives
    )


def _schemes(root: Node) -> dict[str, Node]:
    components = root.get("components")
    holder = components.get("securitySchemes") if components is not None else root.get("securityDefinitions")
    return {name: node for name, _, node in holder.every()} if holder is not None else {}


def _verified(scheme: Node) -> bool:
    return any(name.startswith("x-") and name.endswith("Func") for name, _, _ in scheme.every())


_MEMBERS: dict[str, Any] = {**MEMBERS, "add_api": _add_api}
CALLS: dict[str, Any] = {
    **dict.fromkeys(("connexion.FlaskApp", "connexion.App", "connexion.AsyncApp"), _application),
    **dict.fromkeys(("connexion.FlaskApi", "connexion.apis.flask_api.FlaskApi"), _api),
}
ALIASES = {
    "connexion.apps.flask_app.FlaskApp": "connexion.FlaskApp",
    "connexion.apps.flask.FlaskApp": "connexion.FlaskApp",
    "connexion.resolver.RestyResolver": "connexion.RestyResolver",
}
