"""What is known of a brief: facts that it says, those that its kind of service usually has, and the numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from backend_lead.design.knowledge_files import archetypes, fact_kinds
from backend_lead.design.likeness import Likenesses
from backend_lead.design.quantity_words import STAFF
from backend_lead.design.rates import Rates, rates
from backend_lead.design.reading import BriefRead, read_brief, with_implied
from backend_lead.model.design import Fact, Likeness, Origin, Quantity

# Below this confidence nothing is assumed from the kind of service.  Chosen on the development briefs.
SURE_ENOUGH = .36
# People below which the scale is tiny.
_TINY = 60.0
# Writes a second below which nobody needs more than one machine: some two hundred a day.
_RARE = .0025
# People who may be all staff, and the facts that say there are others whom it is for.
_STAFF = 300.0
_AUDIENCE = ("anonymous_access", "public_cacheable", "public_api", "card_payments", "mobile_clients",
             "social_relations", "devices", "tenants")
# What a brief of more than a few words would have said itself.
_GRAVE = ("sensitive_data", "sensitive_operations", "fine_policy", "regulated", "mfa", "four_eyes", "ledger")
# What makes another kind of system of it is assumed only of a brief that is much like its kind.
_WEIGHTY = ("devices", "time_series", "append_events", "analytics", "live_location", "video", "entitlements",
            "key_lookup", "two_way", "chat", "high_throughput", "stateless_work")
_MUCH_LIKE = .5
# People use it themselves, so it is no service that only services call.
_FOR_PEOPLE = ("mobile_clients", "tiny_scale", "password_login", "social_login", "anonymous_access")
_FEW_FACTS = 2
# A text of so few words that says nothing but these is too little, unless its kind is beyond doubt.
_VAGUE = 45
_BLAND = ("accounts", "personal_data", "web_client", "mobile_clients", "relations", "internal_only", "high_throughput",
          "availability_first", "roles")
_SURE_OF_A_WORD = .55
_SPARSE = 30
# Kinds that vote on what is usual, and the distance at which a vote counts a third.
_VOTERS = 5
_SOFTNESS = .03
_MACHINES = ("anonymous_access", "service_to_service", "machine_clients", "devices", "batch", "stateless_work",
             "append_events", "key_lookup", "embedded_store")


@dataclass(frozen=True, slots=True)
class Understood:
    """The facts by id with their origin, the quantities, the rates, and the kind of service that the brief is like."""

    read: BriefRead
    likeness: Likeness | None
    facts: Mapping[str, Fact]
    rates: Rates

    def holds(self) -> frozenset[str]:
        """Return the ids of the facts that hold."""
        return frozenset(id for id, fact in self.facts.items() if fact.holds)


def understand(text: str, likenesses: Likenesses | None) -> Understood:
    """Read a brief and add what its kind of service usually has; what the brief denies stays denied."""
    read = read_brief(text, likenesses)
    ranked = _ranked(text, read, likenesses)
    likeness = Likeness(ranked[0][1], archetypes()[ranked[0][1]].title, max(0.0, ranked[0][0])) if ranked else None
    facts = dict(read.facts)
    usual: Mapping[str, float] = {}
    if likeness is not None and likeness.confidence >= SURE_ENOUGH:
        usual = archetypes()[likeness.id].numbers
        for id in _usual_facts(ranked, sparse=len(text.split()) <= _SPARSE):
            if id not in facts and (len(text.split()) <= _SPARSE or _assumed(id, likeness.confidence, read)):
                facts[id] = Fact(id, fact_kinds()[id].says, True, Origin.ASSUMED, f"usual for {likeness.title}")
    if "accounts" not in facts and not any(id in facts and facts[id].holds for id in _MACHINES):
        facts["accounts"] = Fact("accounts", fact_kinds()["accounts"].says, True, Origin.ASSUMED,
                                 "most services that people use")
    facts = with_implied(facts)
    counted = _without_staff(read.quantities, facts)
    facts = _by_size(facts, counted)
    facts |= {id: Fact(id, fact_kinds()[id].says, True, Origin.IMPLIED, "the brief") for id in _unsaid(read, likeness)}
    held = frozenset(id for id, fact in facts.items() if fact.holds)
    return Understood(read, likeness, facts, rates(counted, held, usual))


def _assumed(id: str, confidence: float, read: BriefRead) -> bool:
    """Say whether a fact may be assumed of a brief of more than a few words, by how like its kind it is."""
    if id in _GRAVE or (id in _WEIGHTY and confidence < _MUCH_LIKE):
        return False
    return id not in ("service_to_service", "machine_clients") or not read.holds().intersection(_FOR_PEOPLE)


def _ranked(text: str, read: BriefRead, likenesses: Likenesses | None) -> list[tuple[float, str]]:
    """Return the kinds of service by how like the brief is: by its sentences, and by how many of its facts it says."""
    alike = likenesses.archetypes(text, read.sentences) if likenesses is not None else {}
    said = read.holds()
    if not said and not alike:
        return []
    ranked = []
    for id, kind in archetypes().items():
        shared = len(said.intersection(kind.facts)) / len(kind.facts)
        missed = sum(1 for fact in kind.facts if fact in read.facts and not read.facts[fact].holds)
        score = (.8 * alike[id] + .2 * shared if alike else .55 * shared) - .1 * missed
        ranked.append((round(score, 4), id))
    return sorted(ranked, reverse=True)


def _usual_facts(ranked: list[tuple[float, str]], *, sparse: bool) -> list[str]:
    """Return the facts on which the nearest kinds agree: each votes with a weight that falls with its distance."""
    nearest = ranked[:_VOTERS]
    weights = {id: math.exp((score - ranked[0][0]) / _SOFTNESS) for score, id in nearest}
    votes: dict[str, float] = {}
    for id, weight in weights.items():
        kind = archetypes()[id]
        for fact in (*kind.facts, *(kind.sparse if sparse else ())):
            votes[fact] = votes.get(fact, 0.0) + weight
    return [fact for fact, vote in votes.items() if vote >= sum(weights.values()) * .5]


def _without_staff(quantities: Mapping[str, Quantity], facts: Mapping[str, Fact]) -> Mapping[str, Quantity]:
    """Leave out a number of people who run the service where others use it: six editors, and the public reads."""
    users = quantities.get("users")
    if users is None or users.value > _STAFF or not STAFF.search(users.words):
        return quantities
    if not any(id in facts and facts[id].holds and facts[id].origin is not Origin.ASSUMED for id in _AUDIENCE):
        return quantities
    return {id: each for id, each in quantities.items() if id != "users"}


def _by_size(facts: dict[str, Fact], quantities: Mapping[str, Quantity]) -> dict[str, Fact]:
    """A number of users decides whether the scale is tiny: it is surer than any word for small."""
    users = quantities.get("users") or quantities.get("daily_users") or quantities.get("concurrent_users")
    large = any(quantities[id].value > limit for id, limit in
                (("tenants", 5.0), ("devices", 200.0), ("requests_per_second", 5.0), ("writes_per_second", 5.0),
                 ("records", 5e6)) if id in quantities)
    says = fact_kinds()["tiny_scale"].says
    if large or (users is not None and users.value > 300):
        found = facts.get("tiny_scale")
        if found is None or found.holds:
            words = users.words if users else "its numbers"
            facts["tiny_scale"] = Fact("tiny_scale", says, False, Origin.STATED, words)
    elif users is None and "writes_per_second" in quantities and quantities["writes_per_second"].value < _RARE:
        facts["tiny_scale"] = Fact("tiny_scale", says, True, Origin.STATED, quantities["writes_per_second"].words)
    elif users is not None and users.value <= _TINY and not facts.get("public_api"):
        facts["tiny_scale"] = Fact("tiny_scale", says, True, Origin.STATED, users.words)
    return facts


def _unsaid(read: BriefRead, likeness: Likeness | None) -> list[str]:
    """Return what the brief leaves open, as facts about it."""
    said = read.quantities
    open_if = {
        "not_said_users": not {"users", "daily_users", "monthly_users", "concurrent_users"} & set(said),
        "not_said_peak": not {"peak_factor", "burst_per_second"} & set(said),
        "not_said_writes": "writes_per_second" not in said,
        "not_said_devices": "devices" not in said,
        "not_said_retention": "retention_seconds" not in said,
        "not_said_latency": "latency_seconds" not in said,
        "not_said_availability": "availability_percent" not in said,
        "not_said_bytes": not {"item_bytes", "stored_bytes", "bytes_per_day"} & set(said),
        "not_said_budget": "budget_per_month" not in said}
    sure = likeness is not None and likeness.confidence >= SURE_ENOUGH
    told = [id for id, fact in read.facts.items() if fact.origin is not Origin.IMPLIED]
    words = sum(len(sentence.text.split()) for sentence in read.sentences)
    bland = words <= _VAGUE and all(id in _BLAND for id in told) \
        and (likeness is None or likeness.confidence < _SURE_OF_A_WORD)
    found = [id for id, is_open in open_if.items() if is_open]
    return ["too_little", *found] if (bland or (len(told) < _FEW_FACTS and not sure)) and not said else found
