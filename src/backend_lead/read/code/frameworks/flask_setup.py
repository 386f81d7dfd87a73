"""The moment in which a blueprint is put into an application: Flask's setup state, and what a program makes of it."""

from __future__ import annotations

from dataclasses import replace

from backend_lead.read.code.calls import call
from backend_lead.read.code.containers import Fields
from backend_lead.read.code.frames import Aborted, Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.literals import text_of
from backend_lead.read.code.routing import Inclusion, Route, Router, routers_of
from backend_lead.read.code.target_values import FunctionValue, Instance
from backend_lead.read.code.values import Known, Native, Unknown, Value

MARKERS: tuple[bytes, ...] = ()


class SetupState(Value):
    """What a function kept by `blueprint.record` is given when the blueprint is registered.

    `ruled` gathers the rules that a class of the program, made on top of this one, hands on, with the prefix that it
    wants before each.
    """

    __slots__ = ("inner", "options", "outer", "ruled", "seen_as")

    def __init__(self, outer: Router, inner: Router, options: Fields) -> None:
        super().__init__()
        self.outer = outer
        self.inner = inner
        self.options = options
        self.seen_as: Value | None = None
        self.ruled: list[tuple[str | None, str]] | None = None

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name == "app":
            return self.outer
        if name == "blueprint":
            return self.inner
        if name == "options":
            return self.options
        if name == "url_prefix":
            return self.options.values.get(name) or self.inner.attributes.get(name)
        if name == "add_url_rule":
            return self.inner.attribute(name, run) if self.ruled is None else Native(self._hand_on, name)
        return Known(True) if name == "first_registration" else None

    def _hand_on(self, site: Site, run: Interpreter) -> Value:
        rule = text_of(site.argument(0, "rule"))
        prefix = run.attribute(self.seen_as or self, "url_prefix")
        none = isinstance(prefix, Known) and prefix.value is None
        if rule is not None and self.ruled is not None:
            self.ruled.append(("" if none else text_of(prefix), rule))
        return Known(None)


def setup_state(outer: Router, inner: Router, options: Fields, site: Site, run: Interpreter) -> Value:
    """The state of this registration; a blueprint's own `make_setup_state` may change where its rules go."""
    plain = SetupState(outer, inner, options)
    maker = inner.seen_as.cls.find("make_setup_state") if isinstance(inner.seen_as, Instance) else None
    if not isinstance(maker, FunctionValue) or inner.seen_as is None:
        return plain
    try:
        made = call(run, maker.bind(inner.seen_as), Site([outer, options, Known(True)], {}, site.line, site.frame))
    except Aborted:
        return plain
    if not isinstance(made, Instance) or not isinstance(made.native, SetupState):
        return plain
    if isinstance(made.cls.find("add_url_rule"), FunctionValue):
        _rule_again(made, made.native, site, run)
    return made


def _rule_again(state: Instance, native: SetupState, site: Site, run: Interpreter) -> None:
    """Each rule of the blueprint goes through the program's own `add_url_rule`; one with another prefix moves."""
    inner, usual = native.inner, text_of(native.attribute("url_prefix", run)) or ""
    kept: list[Route] = []
    for route in inner.routes:
        native.ruled = []
        name = Known(route.name) if route.name is not None else Unknown()
        given = [Known(route.path), name, route.handler]
        try:
            call(run, run.attribute(state, "add_url_rule"), Site(list(given), {}, site.line, site.frame))
        except Aborted:
            native.ruled = []
        for prefix, rule in native.ruled or [(usual, route.path)]:
            moved = replace(route, path=rule)
            if prefix is None or prefix == usual:
                kept.append(moved)
            else:
                _beside(native.outer, inner, prefix).routes.append(moved)
    native.ruled = None
    inner.routes[:] = kept


def _beside(outer: Router, inner: Router, prefix: str) -> Router:
    """The same blueprint under another prefix: what asks of every request stays with the first."""
    made = Router(
        inner.framework, inner.kind, prefix, inner.guards, inner.place, inner.members, inner.module, inner.options
    )
    made.included = True
    made.hooks, made.exception_handlers, made.attributes = inner.hooks, inner.exception_handlers, inner.attributes
    outer.inclusions.append(Inclusion(made, "", [], False, inner.place))
    return made


def _made(site: Site, run: Interpreter) -> Value | None:
    """`BlueprintSetupState(blueprint, app, options, first_registration)`."""
    inner = next(routers_of(site.argument(0, "blueprint")), None)
    outer = next(routers_of(site.argument(1, "app")), None)
    options = site.argument(2, "options")
    if inner is None or outer is None:
        return None
    return SetupState(outer, inner, options if isinstance(options, Fields) else Fields({}))


CALLS = {"flask.blueprints.BlueprintSetupState": _made}
ALIASES = {"flask.sansio.blueprints.BlueprintSetupState": "flask.blueprints.BlueprintSetupState"}
