"""The parts of a fleet's document: the services, and the inventory of their APIs."""

from __future__ import annotations

import msgspec

from backend_lead.model.endpoint import Authentication
from backend_lead.model.fleet import Fleet, FleetEndpoint, Read, Service


class FleetEndpointFields(msgspec.Struct, frozen=True):
    """One route of a service; `shape` is its path without its version and the names of its parameters."""

    method: str
    path: str
    shape: str
    version: str
    authentication: Authentication
    verdict: str
    file: str
    line: int
    deprecated: bool


class ServiceFields(msgspec.Struct, frozen=True):
    """One service as it was read last; `findings` are numbers by severity, `grades` letters by dimension."""

    name: str
    path: str
    outcome: Read
    why: str
    tables: int
    findings: dict[str, int]
    grades: dict[str, str]
    endpoints: list[FleetEndpointFields]


class OpenRouteFields(msgspec.Struct, frozen=True):
    """A route that answers without a credential; `verdict` says whether that is its nature (`public`)."""

    service: str
    method: str
    path: str
    verdict: str


class SharedRouteFields(msgspec.Struct, frozen=True):
    """An operation that several services answer."""

    operation: str
    services: list[str]


class OldRouteFields(msgspec.Struct, frozen=True):
    """A route that `newer` replaces in the same service; null for one that a document calls deprecated."""

    service: str
    method: str
    path: str
    version: str
    newer: str | None


def services(fleet: Fleet) -> list[ServiceFields]:
    """Return the services, by name."""
    return [ServiceFields(each.name, each.path, each.outcome, each.why, each.tables, dict(each.findings),
                          dict(each.grades), [_endpoint(one) for one in each.endpoints]) for each in fleet.services]


def open_routes(fleet: Fleet) -> list[OpenRouteFields]:
    """Return the routes without a credential."""
    return [OpenRouteFields(service.name, each.method, each.path, each.verdict) for service, each in
            fleet.open_endpoints]


def shared_routes(fleet: Fleet) -> list[SharedRouteFields]:
    """Return the operations of several services."""
    return [SharedRouteFields(name, _names(holders)) for name, holders in fleet.shared]


def old_routes(fleet: Fleet) -> list[OldRouteFields]:
    """Return the routes of old versions."""
    return [OldRouteFields(service.name, each.method, each.path, each.version, newer or None)
            for service, each, newer in fleet.old]


def _names(holders: tuple[Service, ...]) -> list[str]:
    return [each.name for each in holders]


def _endpoint(each: FleetEndpoint) -> FleetEndpointFields:
    return FleetEndpointFields(each.method, each.path, each.shape, each.version, Authentication(each.authentication),
                               each.verdict, each.file, each.line, each.deprecated)
