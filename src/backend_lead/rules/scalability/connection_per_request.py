"""A connection that is opened for one request and thrown away."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Call, Endpoint
from backend_lead.model.finding import Finding, Severity
from backend_lead.rules._reached import Reached, also, reached_calls
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Connection per request", Severity.MEDIUM)
write = Writer(__name__, RULE)

# What each opens, and how much that costs.
_POOLS = dict.fromkeys((
    "sqlalchemy.create_engine", "sqlalchemy.ext.asyncio.create_async_engine", "sqlmodel.create_engine",
    "asyncpg.create_pool", "aiopg.create_pool", "aiomysql.create_pool", "psycopg_pool.ConnectionPool",
    "psycopg_pool.AsyncConnectionPool", "psycopg2.pool.SimpleConnectionPool", "psycopg2.pool.ThreadedConnectionPool",
    "pymongo.MongoClient", "motor.motor_asyncio.AsyncIOMotorClient"), "a pool of database connections")
_CONNECTIONS = {
    **dict.fromkeys(("psycopg.connect", "psycopg.Connection.connect", "psycopg.AsyncConnection.connect",
                     "psycopg2.connect", "asyncpg.connect", "aiopg.connect", "pymysql.connect", "aiomysql.connect",
                     "MySQLdb.connect", "mysql.connector.connect"), "a database connection"),
    **dict.fromkeys(("redis.Redis", "redis.StrictRedis", "redis.from_url", "redis.Redis.from_url",
                     "redis.asyncio.Redis", "redis.asyncio.from_url", "redis.asyncio.Redis.from_url"),
                    "a connection to Redis"),
    **dict.fromkeys(("pika.BlockingConnection", "aio_pika.connect", "aio_pika.connect_robust", "kafka.KafkaProducer",
                     "aiokafka.AIOKafkaProducer"), "a connection to the message broker"),
}
_CLIENTS = dict.fromkeys(("httpx.Client", "httpx.AsyncClient", "aiohttp.ClientSession", "requests.Session"),
                         "an HTTP client with connections of its own")
_KINDS = {**_POOLS, **_CONNECTIONS, **_CLIENTS}
_INPUTS = ("path:", "query:", "body", "form", "header:", "row:")


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each place that opens a connection, a pool or a client while a request is answered.

    What is kept for later requests is left out, and so are connections to an address that comes with the request.
    """
    for reached in reached_calls(backend, _opens):
        yield _finding(reached)


def _opens(endpoint: Endpoint, call: Call) -> bool:
    if call.name not in _KINDS or call.once:
        return False
    if any(source.startswith(_INPUTS) for argument in call.arguments for source in argument.sources):
        return False
    # When it is not known whether the result is kept, only what the handler itself opens and names is sure.
    return call.once is False or (call.symbol == endpoint.handler.name and not _is_kept(call.statement))


def _is_kept(statement: str) -> bool:
    """Say whether the line stores the result in an attribute or in a container."""
    target = statement.partition("=")[0].strip() if "=" in statement else ""
    return "." in target.partition("(")[0] or "[" in target.partition("(")[0] if target else False


def _finding(reached: Reached[Call]) -> Finding:
    call, endpoint = reached.what, reached.endpoint
    short = call.name.rpartition(".")[2]
    if call.name in _CLIENTS:
        why = (f"Each request shakes hands with the other side anew (one round trip for TCP, one or two for TLS) and "
               f"leaves its port behind; a {short} that lives as long as the process keeps its connections open.")
        severity = Severity.LOW
    else:
        why = ("Opening costs several round trips and a process on the server, many times what a query costs, and "
               "under load the server runs out of connections while others are being closed.")
        severity = Severity.HIGH if call.name in _POOLS else Severity.MEDIUM
    name = "engine" if short.endswith("engine") else "client" if call.name in _CLIENTS else "connections"
    return write(
        call.place, f"{endpoint.name} opens {_KINDS[call.name]} for each request ({short}).{also(reached.endpoints)}",
        why, f"{name} = {short}(...)  # once, at module level or in the lifespan; the handler uses it",
        severity=severity, endpoint=endpoint, symbol=call.symbol, snippet=call.statement or call.name, path=call.path,
        touches=reached.touches)
