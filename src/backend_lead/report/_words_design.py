"""The words that reports of a design share: names of topics, numbers with their unit, where a fact came from."""

from __future__ import annotations

from backend_lead.model.design import Decision, Design, Estimate, Fact, Origin, Quantity

TOPICS = {"primary_db": "Primary store", "auth": "Authentication", "authz": "Authorization", "tenancy": "Tenancy",
          "realtime": "Real time", "api_style": "API style", "async_processing": "Async work", "search": "Search",
          "cache": "Cache", "scaling": "Scaling", "stack": "Stack", "shape": "Shape"}
"""What a topic is called, in the order in which decisions are made."""

SHOWN_ORDER = ("api_style", "realtime", "stack", "primary_db", "cache", "search", "auth", "authz", "tenancy",
               "async_processing", "scaling", "shape")
"""The order in which decisions are read."""

_NAMES = {
    "rest": "REST", "graphql": "GraphQL", "grpc": "gRPC", "websocket": "WebSocket", "sse": "server-sent events",
    "graphql_subscriptions": "GraphQL subscriptions", "mqtt": "MQTT", "node": "Node.js with Express",
    "python": "Python with FastAPI", "go": "Go", "java": "Java with Spring Boot", "postgresql": "PostgreSQL",
    "postgresql_timeseries": "PostgreSQL, partitioned by time", "postgresql_jsonb": "PostgreSQL with jsonb",
    "mysql": "MySQL", "mongodb": "MongoDB", "sqlite": "SQLite", "columnar": "a columnar store (ClickHouse)",
    "key_value": "a key-value store", "elasticsearch": "Elasticsearch", "oracle": "Oracle",
    "pg_fts": "PostgreSQL full-text search", "postgis": "PostGIS", "jwt_refresh": "JWT with rotating refresh tokens",
    "sessions": "sessions", "oauth2_oidc": "OAuth 2 / OpenID Connect",
    "oauth2_client_credentials": "OAuth 2 client credentials", "api_keys": "API keys", "mfa": "a second factor",
    "mtls": "mutual TLS", "service_tokens": "service tokens", "opaque_tokens": "opaque tokens", "rbac": "roles (RBAC)",
    "abac": "attributes (ABAC)", "ownership": "ownership", "tenant": "tenant", "membership": "membership",
    "scopes": "scopes", "acl": "access lists", "plan": "plan", "entitlement": "entitlements",
    "service_identity": "service identity", "job_queue": "a job queue", "message_queue": "a message queue",
    "stream": "a log of events", "single": "one organisation", "shared_schema": "shared schema with row-level security",
    "schema_per_tenant": "a schema per tenant", "database_per_tenant": "a database per tenant",
    "single_instance": "one instance", "horizontal": "several instances", "read_replicas": "read replicas",
    "partitioning": "partitions by time", "sharding": "shards", "cdn": "a content delivery network",
    "monolith": "one program", "modular_monolith": "one program with modules", "services": "several services"}


def named(option: str) -> str:
    """Return an option as people call it."""
    return _NAMES.get(option, option.replace("_", " "))


def chosen(decision: Decision) -> str:
    """Return what was chosen for a topic, as people call it."""
    if decision.topic == "cache":
        return "Redis" if "yes" in decision.choice else "none"
    if decision.topic == "search" and decision.choice == ("no",):
        return "none"
    return " + ".join(named(option) for option in decision.choice)


def chained(decision: Decision) -> str:
    """Return which other decisions ask for this one, as people call them: `realtime.websocket` is the chain's way."""
    told = []
    for each in decision.chain:
        ground, _, rest = each.partition(" ")
        topic, _, option = ground.partition(".")
        told.append(f"{TOPICS.get(topic, topic).lower()} by {named(option)} {rest}")
    return "; ".join(told)


def ordered(design: Design) -> list[Decision]:
    """Return the decisions in the order in which they are read."""
    return [design.decision(topic) for topic in SHOWN_ORDER]


def where_from(fact: Fact) -> str:
    """Return the words or the fact that a fact came from."""
    if fact.origin is Origin.STATED:
        return f"“{_short(fact.words)}”"
    if fact.origin is Origin.SIMILAR:
        return f"like “{_short(fact.words)}”"
    return f"{'follows from' if fact.origin is Origin.IMPLIED else 'assumed:'} {fact.words}"


def amount(value: float) -> str:
    """Return a number with as many digits as it needs."""
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:,.2f}".rstrip("0").rstrip(".") if abs(value) >= 1 else f"{value:.2g}"


def ranged(each: Estimate) -> str:
    """Return an estimate as a range with its unit."""
    if each.low == each.high:
        return f"{amount(each.mid)} {each.unit}"
    return f"{amount(each.low)} … {amount(each.mid)} … {amount(each.high)} {each.unit}"


def counted(each: Quantity) -> str:
    """Return a quantity with its unit."""
    return f"{each.id.replace('_', ' ')} {amount(each.value)} {each.unit}"


def told(design: Design) -> list[Fact]:
    """Return the facts worth telling: those of the brief and of its kind, not those about what it leaves open."""
    return [fact for fact in design.facts if (fact.words != "the brief" and fact.id != "tiny_scale") or
            (fact.id == "tiny_scale" and fact.holds)]


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 70 else f"{text[:67]}…"
