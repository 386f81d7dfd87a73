"""The verdict over every endpoint: scoped, broken, public by nature, or undecided, each with its evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable

from backend_lead.audit.scoping import Scoping
from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Authentication, Endpoint
from backend_lead.model.finding import Finding
from backend_lead.model.ownership import authentication_guards, is_principal
from backend_lead.model.query import Query
from backend_lead.model.verdict import Ruling, Verdict

BREAKING = ("missing-authentication", "jwt-not-verified", "missing-owner-check", "missing-role-check")
"""Rules whose finding on an endpoint makes it broken, the gravest first."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# The ways in that must be open, because who calls them has no credential yet.
_WAYS_IN = re.compile(
    r"(?i)(^|[/_-])(log-?in|sign-?in|sign-?up|register|registration|token|refresh|log-?out|sign-?out|oauth2?|sso|saml|"
    r"callback|forgot|reset|verify|confirm|activate|authorize)([/_-]|$)")


def verdicts(backend: Backend, findings: Iterable[Finding]) -> tuple[Verdict, ...]:
    """Return one verdict for each endpoint, sorted by path and method.

    `findings` are those of the security rules, before ignores and baseline: accepting a fault does not mend it.
    """
    breaking: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.rule in BREAKING:
            for name in _routes(finding):
                breaking.setdefault(name, []).append(finding)
    scoping = Scoping.of(backend)
    ruled = []
    for endpoint in backend.endpoints:
        faults = breaking.get(endpoint.name, [])
        ruling, because = _broken(faults) if faults else _rule(endpoint, scoping)
        if backend.is_blind and not endpoint.queries and ruling is Ruling.SCOPED:
            # There are tables, and the way to them was not seen from any route: guards alone do not tell whose rows.
            ruling, because = Ruling.UNDECIDED, ("A credential is required, but next to no query was found behind any "
                                                 "endpoint, so whose rows it reads or changes is not known.")
        ruled.append(Verdict(endpoint.method, endpoint.path, ruling, because, endpoint.handler.place))
    return tuple(sorted(ruled, key=lambda verdict: (verdict.path, verdict.method, verdict.place)))


def _routes(finding: Finding) -> set[str]:
    """Return the endpoints that a finding is about: its own, and the others that lead to the same place."""
    named = {key.removeprefix("route:") for key in finding.touches if key.startswith("route:")}
    return named | ({str(finding.endpoint)} if finding.endpoint is not None else set())


def _broken(faults: list[Finding]) -> tuple[Ruling, str]:
    worst = min(faults, key=lambda finding: (BREAKING.index(finding.rule), finding.order))
    return Ruling.BROKEN, f"{worst.message.rstrip('.')} ({worst.rule}, {worst.evidence.value}, {worst.place})."


def _rule(endpoint: Endpoint, scoping: Scoping) -> tuple[Ruling, str]:
    if endpoint.authentication is Authentication.REQUIRED:
        return _with_credential(endpoint, scoping)
    if endpoint.authentication is Authentication.UNKNOWN:
        why = endpoint.authentication_because.rstrip(".") or "the guards before the handler could not all be read"
        return Ruling.UNDECIDED, f"Whether a credential is required is not known: {why}."
    return _without_credential(endpoint, scoping)


def _with_credential(endpoint: Endpoint, scoping: Scoping) -> tuple[Ruling, str]:
    own = scoping.own_queries(endpoint)
    guard = scoping.role_guard(endpoint)
    if guard is not None:
        role = f"a role ({guard.detail})" if guard.detail else "a role"
        return Ruling.SCOPED, f"{guard.name} at {guard.place} asks for {role}."
    if not own:
        return _without_queries(endpoint, scoping)
    if not scoping.paths:
        return Ruling.UNDECIDED, ("A credential is required, but no table could be told as the one that principals are "
                                  "read from, so it is not known whose rows these are.")
    owned = scoping.owned(own)
    if not owned:
        return Ruling.SCOPED, "A credential is required, and no table is touched whose rows belong to a caller."
    loose = scoping.first_loose(owned)
    if loose is None:
        return Ruling.SCOPED, ("Every query on rows that belong to a caller is bound to this one; the first is on "
                               f"{_tables(owned[0])} at {owned[0].place}.")
    guard = scoping.owner_guard(endpoint, loose)
    if guard is not None:
        compared = f" compares {guard.detail} with the caller" if guard.detail else " refuses others"
        return Ruling.SCOPED, f"{guard.name} at {guard.place}{compared}."
    if scoping.is_of_a_system(endpoint):
        system = authentication_guards(endpoint)[0]
        return Ruling.SCOPED, (f"{system.name} at {system.place} compares a signature or a shared secret: the caller is"
                               " another system, and nothing behind it is done in a person's name.")
    path = " → ".join(scoping.paths[next(name for name in loose.tables if name in scoping.paths)])
    return Ruling.UNDECIDED, (f"A credential is required, but the {loose.operation} on {_tables(loose)} at "
                              f"{loose.place} is not seen to be bound to the caller (owner by {path}).")


def _without_queries(endpoint: Endpoint, scoping: Scoping) -> tuple[Ruling, str]:
    """Rule on an endpoint behind whose handler no query was found: it may send none, or one that could not be read."""
    guard = scoping.owner_guard(endpoint)
    if guard is not None:
        return Ruling.SCOPED, f"{guard.name} at {guard.place} refuses others than the owner."
    names = _chosen_by(endpoint)
    if names:
        return Ruling.UNDECIDED, (f"A credential is required, but no query was found behind the handler, so whose rows "
                                  f"{names[-1]} leads to is not known.")
    if endpoint.method not in _SAFE:
        return Ruling.UNDECIDED, ("A credential is required, but no query was found behind the handler, so what it "
                                  "changes is not known.")
    answers = [response for response in endpoint.responses if not response.error]
    if any(is_principal(source) for response in answers for source in response.sources):
        return Ruling.SCOPED, "A credential is required, and the answer is made of the caller's own row."
    if answers and not any(source.startswith("row:") for response in answers for source in response.sources):
        return Ruling.SCOPED, "A credential is required, nothing in the path chooses a row, and none is answered."
    return Ruling.UNDECIDED, ("A credential is required, but no query was found behind the handler, so what it answers "
                              "is not known.")


def _without_credential(endpoint: Endpoint, scoping: Scoping) -> tuple[Ruling, str]:
    missing = ("A missing credential is let through" if endpoint.authentication is Authentication.OPTIONAL
               else "No credential is required")
    own = scoping.own_queries(endpoint)
    signed_up = next((query for query in own if query.operation == "insert" and scoping.makes_principals(query)), None)
    if signed_up is not None:
        return Ruling.PUBLIC, (f"{missing}: the insert on {_tables(signed_up)} at {signed_up.place} makes the row that "
                               "callers are known by, so this is how they sign up.")
    if _WAYS_IN.search("/".join(endpoint.path.rstrip("/").split("/")[-2:])):
        return Ruling.PUBLIC, f"{missing}: {endpoint.path} is a way in for callers who have no credential yet."
    if not own:
        names = _chosen_by(endpoint)
        if endpoint.method in _SAFE and names and all(response.error for response in endpoint.responses):
            return Ruling.UNDECIDED, (f"{missing}, and no query was found behind the handler, so what {names[-1]} "
                                      "leads to is not known.")
        if endpoint.method in _SAFE:
            return Ruling.PUBLIC, f"{missing}, and no query was found behind the handler."
        return Ruling.UNDECIDED, f"{missing}, and what {endpoint.name} changes could not be told: it sends no query."
    writes = next((query for query in own if query.operation != "select"), None)
    if writes is not None:
        return Ruling.UNDECIDED, (f"{missing}, and the {writes.operation} on {_tables(writes)} at {writes.place} "
                                  "may be meant for everybody or not.")
    if not any(query.tables for query in own):
        return Ruling.PUBLIC, f"{missing}, and no table is read."
    if not scoping.paths:
        return Ruling.UNDECIDED, (f"{missing}, and no table could be told as the one that principals are read from, "
                                  f"so it is not known whose rows {_tables(own[0])} holds.")
    private = next((query for query in scoping.owned(own) if not scoping.is_about_something_public(query)), None)
    if private is not None:
        name = next(name for name in private.tables if name in scoping.paths)
        path = " → ".join(scoping.paths[name])
        return Ruling.UNDECIDED, f"{missing}, and rows of {name} belong to a caller (by {path})."
    about = next(iter(scoping.owned(own)), None)
    if about is not None:
        return Ruling.PUBLIC, (f"{missing}, and rows of {_tables(about)} are read by what they are about, which "
                               "belongs to nobody, not by whose they are.")
    return Ruling.PUBLIC, f"{missing}, and only tables are read whose rows belong to nobody: {_all_tables(own)}."


def _chosen_by(endpoint: Endpoint) -> list[str]:
    """Return the names of the parameters in the path: they choose what is answered."""
    return re.findall(r"{(\w+)[^}]*}", endpoint.path)


def _tables(query: Query) -> str:
    return ", ".join(query.tables) or "an unknown table"


def _all_tables(queries: Iterable[Query]) -> str:
    return ", ".join(sorted({name for query in queries for name in query.tables})) or "none known"
