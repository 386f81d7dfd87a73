"""Caches and pools by their formulas; the health of a real server that was made ill."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest

from backend_lead.diagnose.caches import caches, hit_rate
from backend_lead.diagnose.costing import Costing
from backend_lead.diagnose.health import health
from backend_lead.diagnose.parameters import distinct_values
from backend_lead.diagnose.pool import pool
from backend_lead.gates.database import DatabaseGate
from backend_lead.gates.scratch_session import ScratchSession
from backend_lead.model.server import Statement
from backend_lead.model.statistics import PlannerStatistics
from backend_lead.model.workload import WeightedQuery
from backend_lead.prove.scratch import Scratch
from backend_lead.prove.shadow import Shadow
from backend_lead.read.database.asking import Asking
from backend_lead.read.database.health_facts import read_health


def simulated(reads: float, writes: float, ttl: float, *, lease: float = 200_000.0) -> float:
    """The hit rate of one key with Poisson reads and writes, counted."""
    chance = random.Random(7)
    now = hits = total = 0.0
    until = 0.0
    next_write = chance.expovariate(writes) if writes else math.inf
    while now < lease:
        now += chance.expovariate(reads)
        while next_write < now:
            until = min(until, next_write)
            next_write += chance.expovariate(writes)
        total += 1
        if now < until:
            hits += 1
        else:
            until = now + ttl
    return hits / total


@pytest.mark.parametrize(("reads", "writes", "ttl"), [(0.5, 0.0, 10), (0.05, 0.0, 60), (1.0, 0.05, 30), (0.2, 0.2, 60)])
def test_the_formula_is_what_a_simulation_counts(reads, writes, ttl):
    assert hit_rate(reads, writes, ttl) == pytest.approx(simulated(reads, writes, ttl), abs=0.02)


def advised(statistics: PlannerStatistics, *queries: WeightedQuery):
    with Shadow(statistics) as shadow:
        costing = Costing(shadow)
        found = costing.read(queries)
        return list(caches(found, {each.query.sql: costing.cost(each, frozenset()) for each in found},
                           {each.query.sql: distinct_values(each.query, shadow.session) for each in found}))


def test_a_dear_and_frequent_answer_is_cached_with_the_writes_that_delete_it(shop_statistics):
    [found] = advised(
        shop_statistics, WeightedQuery("SELECT state, count(*) FROM sale GROUP BY state", 3600, name="totals"),
        WeightedQuery("INSERT INTO sale (id, person_id, state, at) VALUES ($1, $2, 'new', now())", 30, name="a sale"))
    assert found.name == "totals"
    assert found.invalidated_by == ("a sale",)
    assert found.ttl_seconds == 10
    assert found.hit_rate == pytest.approx(hit_rate(1, 30 / 3600, 10), abs=0.001)
    assert found.key.startswith("q:")


@pytest.mark.parametrize("sql", [
    "SELECT * FROM sale WHERE person_id = $1",  # 20,000 keys share the reads
    "SELECT * FROM sale WHERE a + b = $1",  # nobody knows how many keys
    "SELECT count(*) FROM sale FOR UPDATE",
    "SELECT random() FROM sale",
    "SELECT * FROM person WHERE id = 1",
    "UPDATE sale SET a = 1",
])
def test_what_gains_nothing_or_must_be_fresh_is_not_cached(shop_statistics, sql):
    assert advised(shop_statistics, WeightedQuery(sql, 3600)) == []


def test_balances_and_permissions_are_never_cached(postgres):
    dsn = postgres.create_database("money")
    postgres.execute("CREATE TABLE wallet (id int, balance int); CREATE TABLE user_roles (id int, role text);"
                     "INSERT INTO wallet SELECT i, i FROM generate_series(1, 50000) i;"
                     "INSERT INTO user_roles SELECT i, 'x' FROM generate_series(1, 50000) i; ANALYZE", database="money")
    from backend_lead.read.database.planner_statistics import read_planner_statistics

    with DatabaseGate(dsn, allow_superuser=True) as gate:
        statistics = read_planner_statistics(gate)
    for sql in ("SELECT sum(balance) FROM wallet", "SELECT * FROM user_roles WHERE id > 0"):
        assert advised(statistics, WeightedQuery(sql, 7200)) == []


def test_a_pool_keeps_below_the_server_and_says_its_inputs():
    statistics = PlannerStatistics(180000, settings=(("max_connections", "100"),
                                                     ("superuser_reserved_connections", "3")))
    found = pool(statistics, 3)
    assert (found.size, found.total, found.largest) == (3, 9, 96)
    assert {name for name, _, _ in found.inputs} == {"cores", "connections left", "processes"}
    tight = pool(replace(statistics, settings=(("max_connections", "8"),)), 6)
    assert tight.total > tight.largest
    assert "pooler" in tight.why
    assert pool(PlannerStatistics(180000), 3) is None


@pytest.mark.parametrize(("settings", "given", "cores", "source"), [
    ({"max_worker_processes": "16", "max_parallel_workers": "16"}, None, 16, "PGTune"),
    ({"max_worker_processes": "16", "max_parallel_workers": "16"}, 2, 2, "--cores"),
    ({"max_worker_processes": "8", "max_parallel_workers": "8"}, None, 4, "assumed"),
    ({"max_worker_processes": "24", "max_parallel_workers": "8"}, None, 4, "assumed"),
    ({}, None, 4, "assumed"),
])
def test_the_cores_come_from_who_knows_them(settings, given, cores, source):
    statistics = PlannerStatistics(180000, settings=tuple(sorted({"max_connections": "100", **settings}.items())))
    found = pool(statistics, 1, given)
    [(value, said)] = [(value, said) for name, value, said in found.inputs if name == "cores"]
    assert (value, found.total) == (str(cores), cores * 2 + 1)
    assert source in said


def test_busy_connections_are_by_littles_law():
    # 2 hours of statements in a day: 1/12 of a connection.
    statistics = PlannerStatistics(180000, settings=(("max_connections", "100"),), age_days=1.0,
                                   statements=(Statement("SELECT 1", 10, 7_200_000.0, 1.0, 1, 1),))
    assert ("busy", "0.08", "time in pg_stat_statements over the time it has counted") in pool(statistics, 1).inputs


def test_an_ill_server_is_told_what_to_run(postgres: Scratch):
    dsn = postgres.create_database("ill")
    postgres.execute("CREATE TABLE never (id int); CREATE TABLE dead (id int) WITH (autovacuum_enabled = false);"
                     "CREATE TABLE broken (id int)", database="ill")
    postgres.execute("INSERT INTO never SELECT i FROM generate_series(1, 50000) i", database="ill")
    postgres.execute("INSERT INTO dead SELECT i FROM generate_series(1, 30000) i", database="ill")
    postgres.execute("ANALYZE dead", database="ill")
    postgres.execute("DELETE FROM dead WHERE id > 10000", database="ill")
    postgres.execute("INSERT INTO broken VALUES (1), (1)", database="ill")
    with ScratchSession(postgres.server, "ill") as session:
        from backend_lead.gates.scratch_session import ScratchError

        with pytest.raises(ScratchError):
            session.run("CREATE UNIQUE INDEX CONCURRENTLY twice ON broken (id)")
    postgres.execute("SELECT pg_stat_force_next_flush()", database="ill")
    with DatabaseGate(dsn, allow_superuser=True) as gate:
        facts = read_health(Asking(gate), 180000)
    assert facts.missing == ()
    found = {each.id: each for each in health(facts)}
    assert found["missing_statistics"].fix == "ANALYZE never;"
    assert found["autovacuum_lag"].fix == "VACUUM (ANALYZE) dead;"
    assert found["autovacuum_off_for_table"].fix == "ALTER TABLE dead RESET (autovacuum_enabled);"
    assert found["invalid_index"].fix == "REINDEX INDEX CONCURRENTLY twice;"
    assert found["fsync_off"].severity == "critical"
    # The server of the tests runs without them on purpose; nothing else is wrong with it.
    assert set(found) <= {"missing_statistics", "autovacuum_lag", "autovacuum_off_for_table", "invalid_index", "fsync_off",
                          "autovacuum_off", "full_page_writes_off", "stale_statistics", "checkpoint_pressure"}


def test_a_sound_server_gets_no_remark():
    with Scratch({"fsync": "on", "full_page_writes": "on", "autovacuum": "on"}) as server:
        dsn = server.create_database("sound")
        server.execute("CREATE TABLE t AS SELECT generate_series(1, 5000) AS id; ANALYZE t", database="sound")
        with DatabaseGate(dsn, allow_superuser=True) as gate:
            assert health(read_health(Asking(gate), 180000)) == ()
