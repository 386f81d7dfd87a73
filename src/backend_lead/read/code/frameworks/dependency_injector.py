"""Dependency Injector (python-dependency-injector.ets-labs.org): what a container's provider gives in place of
`Provide[Container.service]`."""

from __future__ import annotations

from typing import Any

from backend_lead.read.code.calls import call
from backend_lead.read.code.frames import Frame, Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External, Member, Provided
from backend_lead.read.code.values import Unknown, Value

MARKERS = (b"dependency_injector",)
_PROVIDERS = "dependency_injector.providers."
# What each call makes, and what is kept: to a reader who follows one request they are alike.
_MAKING = ("Factory", "Singleton", "ThreadSafeSingleton", "ThreadLocalSingleton", "ContextLocalSingleton", "Callable",
           "Coroutine", "Resource")
_DEEPEST = 12


class Marker(Value):
    """`Provide`, of which an item stands for what a provider gives."""

    __slots__ = ()

    def item(self, key: Value, run: Interpreter) -> Value | None:
        """`Provide[Container.service]`; one that is called by a text is not known."""
        return Provided(lambda site, r: given_by(key, site.frame, r), "Provide")

    def signature(self) -> object:
        return ("dependency_injector.Provide",)


def given_by(provider: Value, frame: Frame, run: Interpreter, depth: int = 0) -> Value:
    """What a provider gives, its own dependencies given first; unknown for what is no provider."""
    if isinstance(provider, Member):
        # `db.provided.session` is an attribute of what `db` gives.
        owner = given_by(provider.owner, frame, run, depth)
        return owner if provider.member == "provided" else run.attribute(owner, provider.member)
    name = provider.name.removeprefix(_PROVIDERS) if type(provider) is External else ""
    if depth > _DEEPEST or not name or not isinstance(provider, External):
        return Unknown(provider.sources)
    given = [_argument(value, frame, run, depth) for value in provider.positional]
    if name == "Object" and given:
        return given[0]
    if name not in _MAKING or not given:
        return Unknown(provider.sources)
    keywords = {key: _argument(value, frame, run, depth) for key, value in provider.keywords.items()}
    return call(run, given[0], Site(given[1:], keywords, frame.line, frame))


def _argument(value: Value, frame: Frame, run: Interpreter, depth: int) -> Value:
    """A provider that is handed to another one is asked for what it gives; anything else is handed on as it is."""
    is_provider = isinstance(value, External) and value.name.startswith(_PROVIDERS)
    return given_by(value, frame, run, depth + 1) if is_provider else value


def _called(provider: Value, site: Site, run: Interpreter) -> Value:
    """`container.service()`."""
    return given_by(provider, site.frame, run)


def _of_container(owner: Value, member: str, site: Site, run: Interpreter) -> Value | None:
    """`container.orders.service()`: what a provider of a container within a container gives."""
    if type(owner) is not External or owner.name != f"{_PROVIDERS}Container" or not owner.positional:
        return None
    provider = run.attribute(owner.positional[0], member)
    return given_by(provider, site.frame, run) if isinstance(provider, External) else None


METHODS = [_of_container]
SYMBOLS: dict[str, Any] = {
    f"dependency_injector.{module}{name}": lambda run: Marker()
    for module in ("wiring.", "")
    for name in ("Provide", "Closing")
}
CALLS: dict[str, Any] = {
    "dependency_injector.wiring.inject": lambda site, run: site.argument(0),
    **{f"call:{_PROVIDERS}{name}": _called for name in (*_MAKING, "Object")},
}
