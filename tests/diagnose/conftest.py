"""A shop with rows for the tests here: made once, read by all."""

from __future__ import annotations

import pytest
from slow_shop import SCHEMA

from backend_lead.gates.database import DatabaseGate
from backend_lead.model.statistics import PlannerStatistics
from backend_lead.prove.scratch import Scratch
from backend_lead.read.database.planner_statistics import read_planner_statistics


@pytest.fixture(scope="session")
def shop_database(postgres: Scratch) -> str:
    """The address of the shop's database for its owner."""
    name = "slow_shop"
    dsn = postgres.create_database(name)
    postgres.execute(SCHEMA, database=name)
    postgres.execute("VACUUM", database=name)
    postgres.execute("ANALYZE", database=name)
    postgres.execute("REFRESH MATERIALIZED VIEW counts", database=name)
    postgres.execute("VACUUM", database=name)
    postgres.execute("ANALYZE", database=name)
    return dsn


@pytest.fixture(scope="session")
def shop_statistics(shop_database: str) -> PlannerStatistics:
    """What the planner of the shop knows."""
    with DatabaseGate(shop_database, allow_superuser=True) as gate:
        return read_planner_statistics(gate)
