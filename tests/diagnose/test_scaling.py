"""Standbys, partitions and materialised views: where the facts carry them, and look-alikes for which nothing is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backend_lead.diagnose.costing import Costed, Costing
from backend_lead.diagnose.materialized import materialized_views
from backend_lead.diagnose.partitions import partitions
from backend_lead.diagnose.replicas import replica
from backend_lead.model.diagnosis import QueryCost
from backend_lead.model.finding import EndpointRef
from backend_lead.model.server import Statement
from backend_lead.model.statistics import ColumnStatistics, PlannerStatistics, RelationStatistics, TableUse
from backend_lead.model.table import Column, ForeignKey, Index, Table
from backend_lead.model.workload import WeightedQuery
from backend_lead.prove.shadow import Shadow
from backend_lead.read.reader import read_backend

SERVICE = '''
import asyncpg
from fastapi import Depends, FastAPI, Header, HTTPException, Request
app = FastAPI()

async def caller(request: Request, authorization: str = Header()):
    row = await request.app.state.pool.fetchrow("SELECT id, role FROM account WHERE key = $1", authorization)
    if row is None:
        raise HTTPException(401)
    return row

async def editor(user=Depends(caller)):
    if user["role"] != "editor":
        raise HTTPException(403)
    return user

@app.get("/articles/{topic}")
async def articles(topic: int, request: Request):
    return await request.app.state.pool.fetch("SELECT id, title FROM article WHERE topic = $1", topic)

@app.get("/comments/{article}")
async def comments(article: int, request: Request):
    return await request.app.state.pool.fetch("SELECT id, body FROM comment WHERE article_id = $1", article)

@app.post("/comments/{article}")
async def comment(article: int, request: Request):
    await request.app.state.pool.execute("INSERT INTO comment (article_id, body) VALUES ($1, 'x')", article)

@app.post("/articles")
async def publish(request: Request, user=Depends(editor)):
    await request.app.state.pool.execute("INSERT INTO article (topic, title) VALUES (1, 'x')")
'''


def busy(days: float, spent_hours: float, **settings: str) -> PlannerStatistics:
    statement = Statement("SELECT 1", 10, spent_hours * 3_600_000, 1.0, 1, 1)
    return PlannerStatistics(180000, settings=tuple(sorted({"max_connections": "100", **settings}.items())),
                             statements=(statement,), age_days=days)


def costs(before: float = 100.0, after: float = 100.0, article: float = 60.0) -> tuple[QueryCost, ...]:
    spent = {"/articles/{topic}": article, "/comments/{article}": 100.0 - article}
    return tuple(QueryCost(WeightedQuery("SELECT 1", 100.0, endpoint=EndpointRef("GET", path), total_ms=each), before, after)
                 for path, each in spent.items())


@pytest.fixture
def news(tmp_path: Path):
    (tmp_path / "main.py").write_text(SERVICE)
    return read_backend(tmp_path, cache=False)


def test_a_busy_server_gives_away_what_no_caller_has_written(news):
    found = replica(news, costs(), busy(2.0, 160.0))
    assert found is not None
    assert found.routes == ("GET /articles/{topic}",)
    given = {name: value for name, value, _ in found.inputs}
    assert given["busy connections"] == "3.33"
    assert given["share that moves"] == "60%"
    assert "83% busy" in found.why
    assert "33% busy" in found.why
    assert "utilization law" in found.source


def test_readers_of_what_they_write_stay(news):
    # Whoever comments reads comments; the rest takes too small a part of the time.
    assert replica(news, costs(article=20.0), busy(2.0, 160.0)) is None


@pytest.mark.parametrize("statistics", [
    busy(2.0, 40.0), busy(0.5, 80.0), busy(2.0, 160.0, max_worker_processes="32", max_parallel_workers="32"),
    PlannerStatistics(180000),
], ids=["idle", "too short", "many cores", "never counted"])
def test_a_server_that_keeps_up_needs_no_standby(news, statistics):
    assert replica(news, costs(), statistics) is None


def test_where_indexes_are_enough_no_standby_is_advised(news):
    assert replica(news, costs(before=100.0, after=10.0), busy(2.0, 160.0)) is None


def test_where_a_route_was_lost_no_standby_is_advised(news):
    assert replica(replace(news, unplaced_routes=1), costs(), busy(2.0, 160.0)) is None


EVENT = Table("event", (Column("id", "bigint"), Column("at", "timestamp with time zone"), Column("kind", "text")),
              (Index("event_pkey", ("id",), unique=True, constraint=True),), primary_key=("id",), schema="public")
CUT = WeightedQuery("DELETE FROM event WHERE at < $1", 1.0, name="retention")
LATEST = WeightedQuery("SELECT * FROM event WHERE at > $1 AND kind = $2", 600.0)
ONE = WeightedQuery("SELECT * FROM event WHERE id = $1", 600.0)


def recorded(*, pages: int = 800_000, correlation: float = 0.99, updated: int = 10, inserted: int = 5_000_000,
             schema: str = "") -> PlannerStatistics:
    return PlannerStatistics(
        180000, relations=(RelationStatistics("public", "event", pages, 60_000_000.0),),
        columns=(ColumnStatistics("public", "event", "at", correlation=correlation, histogram=(
            '{"2025-01-01 00:00:00+00","2025-02-15 00:00:00+00","2025-04-01 00:00:00+00"}')),),
        table_use=(TableUse("public", "event", inserted, updated, 4_000_000),), schema_sql=schema)


def costed(*queries: WeightedQuery) -> list[Costed]:
    return [Costed(query, (), frozenset({"event"}), {}, 1.0) for query in queries]


def test_a_log_with_retention_is_cut_into_parts():
    [found] = partitions((EVENT,), costed(CUT, LATEST), recorded())
    assert found.subject == "event"
    assert "PARTITION BY RANGE (at)" in found.fix
    assert "90 of them, 666,667 rows each" in found.why
    assert "primary key becomes (id, at)" in found.why
    assert {name for name, _, _ in found.inputs} == {
        "size", "memory", "correlation", "written", "span", "reads with the key"}
    assert "5.12" in found.source


@pytest.mark.parametrize(("table", "queries", "statistics"), [
    (EVENT, (LATEST,), recorded()),
    (EVENT, (CUT, LATEST), recorded(pages=200_000)),
    (EVENT, (CUT, LATEST), recorded(correlation=0.1)),
    (EVENT, (CUT, LATEST), recorded(updated=2_000_000)),
    (EVENT, (CUT, LATEST, ONE), recorded()),
    (EVENT, (WeightedQuery("DELETE FROM event WHERE at < $1 AND kind = $2", 1.0), LATEST), recorded()),
    (EVENT, (WeightedQuery("DELETE FROM event WHERE id < $1", 1.0), LATEST), recorded()),
    (EVENT, (CUT, LATEST), recorded(schema="CREATE TABLE public.event (id bigint, at timestamptz)\nPARTITION BY RANGE (at);")),
    (replace(EVENT, indexes=(*EVENT.indexes, Index("event_key", ("kind",), unique=True))), (CUT, LATEST), recorded()),
], ids=["kept for ever", "fits into memory", "in no order", "updated", "looked up by id", "a part of the old rows",
        "by another column", "has parts", "second unique key"])
def test_a_table_that_only_looks_like_a_log_is_left_alone(table, queries, statistics):
    assert list(partitions((table,), costed(*queries), statistics)) == []


def test_a_table_that_others_refer_to_is_left_alone():
    child = Table("note", (Column("event_id", "bigint"),), foreign_keys=(ForeignKey(("event_id",), "event", ("id",)),))
    assert list(partitions((EVENT, child), costed(CUT, LATEST), recorded())) == []


def views(statistics: PlannerStatistics, *queries: WeightedQuery, least_cost: float = 1000.0):
    with Shadow(statistics) as shadow:
        costing = Costing(shadow)
        found = costing.read(queries)
        after = {each.query.sql: costing.cost(each, frozenset()) for each in found}
        return list(materialized_views(found, after, statistics, least_cost=least_cost))


TOTALS = WeightedQuery("SELECT state, count(*), sum(total) FROM sale GROUP BY state", 3600, name="totals by state")
SELLING = "INSERT INTO sale (id, person_id, state, at) VALUES ($1, $2, 'new', now())"


def test_a_dear_aggregate_of_a_quiet_table_becomes_a_view(shop_statistics):
    [found] = views(shop_statistics, TOTALS, WeightedQuery(SELLING, 30, name="a sale"))
    assert found.subject == "totals by state"
    assert "CREATE MATERIALIZED VIEW totals_by_state AS" in found.fix
    assert "60,000 rows into" in found.why
    assert "refreshed 30.0 times an hour" in found.why
    assert ("μ", "30.0/h", "the workload's statements that write its tables") in found.inputs
    assert "SIGMOD 1996" in found.source


@pytest.mark.parametrize("queries", [
    (TOTALS, WeightedQuery(SELLING, 3600)),
    (replace(TOTALS, per_hour=None), WeightedQuery(SELLING, 1)),
    (WeightedQuery("SELECT * FROM sale ORDER BY total", 3600), WeightedQuery(SELLING, 1)),
    (WeightedQuery("SELECT id, count(*) FROM sale GROUP BY id", 3600), WeightedQuery(SELLING, 1)),
    (WeightedQuery("SELECT state, count(*) FROM sale WHERE at > $1 GROUP BY state", 3600), WeightedQuery(SELLING, 1)),
    (WeightedQuery("SELECT state, count(*) FROM sale WHERE at > now() - interval '900 days' GROUP BY state", 3600),
     WeightedQuery(SELLING, 1)),
    (TOTALS,),
], ids=["written as often", "rate unknown", "no aggregate", "folds nothing", "a parameter", "the clock",
        "written by nobody knows whom"])
def test_what_gains_nothing_from_a_view_gets_none(shop_statistics, queries):
    assert views(replace(shop_statistics, age_days=5.0), *queries) == []


def test_a_cheap_aggregate_stays(shop_statistics):
    assert views(shop_statistics, TOTALS, WeightedQuery(SELLING, 30), least_cost=10_000.0) == []
