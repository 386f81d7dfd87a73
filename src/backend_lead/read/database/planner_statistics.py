"""The planner's statistics of a live server: read from catalogues and pg_stats, never from a row of a table.

What pg_stats shows depends on the role: it needs SELECT on the columns, but no row is read with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

from backend_lead.gates.database import DatabaseGate, StatementFailed
from backend_lead.model.statistics import (
    ColumnStatistics,
    ExtendedStatistics,
    IndexUse,
    PlannerStatistics,
    RelationStatistics,
    TableUse,
)
from backend_lead.read.database import server_facts
from backend_lead.read.database.asking import Asking
from backend_lead.read.database.schema_sql import schema_sql

OF_USERS = "n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname NOT LIKE 'pg\\_temp%'"
_BATCH = 500
# Memory and processes change plans as the settings called "Query Tuning" do.
_SETTINGS = """
    SELECT name, reset_val FROM pg_settings
    WHERE (category LIKE 'Query Tuning /%' OR name IN (
        'work_mem', 'hash_mem_multiplier', 'max_parallel_workers', 'max_parallel_workers_per_gather',
        'parallel_leader_participation', 'max_worker_processes', 'effective_io_concurrency', 'temp_buffers',
        'search_path', 'max_connections', 'superuser_reserved_connections', 'reserved_connections'))
      AND name NOT IN ('default_statistics_target', 'geqo_seed') AND reset_val IS NOT NULL
    ORDER BY name"""
_OTHERS = ("most_common_elems", "most_common_elem_freqs", "elem_count_histogram")
_RANGES = ("range_length_histogram", "range_empty_frac", "range_bounds_histogram")
_MAY_READ = ("GRANT pg_read_all_data TO {role}; -- from PostgreSQL 14 on; before: GRANT SELECT ON ALL TABLES IN SCHEMA "
             "public")


def read_planner_statistics(gate: DatabaseGate) -> PlannerStatistics:
    """Return what a server's planner knows, its schema as SQL, and how its tables and indexes are used.

    What could not be read is named in `missing` with the statement that would permit it.
    """
    asking = Asking(gate)
    number = _version(asking)
    relations = _relations(asking)
    columns = tuple(_columns(asking, relations, number))
    hidden = _unseen(relations, columns)
    if hidden:
        asking.note(f"the statistics of {hidden:,} analysed tables", "pg_stats shows them to those who may read the "
                    "columns", _MAY_READ)
    replicas = asking.ask("replicas", "SELECT count(*) FROM pg_stat_replication")
    schema = schema_sql(asking, number)
    return PlannerStatistics(
        number, gate.database, _settings(asking), _collation(asking, number), tuple(r for _, r in relations), columns,
        tuple(_extended(asking, number)), _index_use(asking), _table_use(asking), server_facts.statements(asking),
        cast(int, replicas[0][0]) if replicas else None, server_facts.statistics_age(asking), schema,
        missing=tuple(sorted(asking.missing)))


def _version(asking: Asking) -> int:
    rows = asking.ask("version", "SELECT setting::int FROM pg_settings WHERE name = 'server_version_num'")
    return cast(int, rows[0][0]) if rows else 0


def _settings(asking: Asking) -> tuple[tuple[str, str], ...]:
    """Return the planner's settings as a session of this database starts with them; those of a single role are named,
    because we cannot know which role the application has."""
    found = {str(name): str(value) for name, value in asking.ask("planner settings", _SETTINGS)}
    own = asking.ask("settings of roles", """
        SELECT r.rolname::text, setting FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole,
               unnest(s.setconfig) AS setting
        WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database())) ORDER BY 1, 2""")
    for role, setting in own:
        name, _, value = str(setting).partition("=")
        if name in found:
            asking.note(f"{name} = {value} of the role {role}", "a setting of one role: plans are made without it")
    return tuple(sorted(found.items()))


def _collation(asking: Asking, number: int) -> tuple[tuple[str, str], ...]:
    provider = "datlocprovider::text" if number >= 150_000 else "'c'"
    locale = "datlocale" if number >= 170_000 else "daticulocale" if number >= 150_000 else "NULL"
    rows = asking.ask("collation", f"""
        SELECT pg_encoding_to_char(encoding)::text, datcollate::text, datctype::text, {provider}, {locale}
        FROM pg_database WHERE datname = current_database()""")
    names = ("encoding", "collate", "ctype", "provider", "locale")
    return tuple((name, str(value)) for row in rows for name, value in zip(names, row, strict=True)
                 if value is not None)


def _relations(asking: Asking) -> list[tuple[str, RelationStatistics]]:
    """Return (kind, statistics) of tables, partitions, indexes and materialised views."""
    question = f"""
        SELECT c.relkind::text, n.nspname::text, c.relname::text, c.relpages, c.reltuples::float8, c.relallvisible,
               {{blocks}}
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'i', 'm', 'f') AND c.relpersistence <> 't' AND {OF_USERS}
        ORDER BY n.nspname, c.relname"""
    # Measuring waits for a table that somebody has locked; then the last count of ANALYZE has to do.
    measured = ("CASE WHEN c.relkind IN ('r', 'i', 'm') "
                "THEN pg_relation_size(c.oid) / current_setting('block_size')::int END")
    try:
        rows = asking.gate.rows(question.format(blocks=measured))
    except StatementFailed:
        rows = asking.ask("sizes of relations", question.format(blocks="NULL::bigint"))
    return [(str(kind), RelationStatistics(str(schema), str(name), cast(int, pages), cast(float, count),
                                           cast(int, visible), cast("int | None", blocks)))
            for kind, schema, name, pages, count, visible, blocks in rows]


def _columns(asking: Asking, relations: Sequence[tuple[str, RelationStatistics]],
             number: int) -> Iterator[ColumnStatistics]:
    ranges = _RANGES if number >= 170_000 else ()
    others = ", ".join(f"{name}::text" for name in (*_OTHERS, *ranges))
    by_schema: dict[str, list[str]] = {}
    for _, relation in relations:
        by_schema.setdefault(relation.schema, []).append(relation.name)
    for schema, names in by_schema.items():
        for start in range(0, len(names), _BATCH):
            try:
                rows = asking.gate.rows(f"""
                    SELECT tablename::text, attname::text, inherited, null_frac::float8, avg_width, n_distinct::float8,
                           most_common_vals::text, most_common_freqs::text, histogram_bounds::text,
                           correlation::float8, {others}
                    FROM pg_stats WHERE schemaname = $1 AND tablename = ANY($2)
                    ORDER BY tablename, attname, inherited""", (schema, names[start : start + _BATCH]))
            except StatementFailed as error:
                asking.note(f"statistics of some tables of the schema {schema}", error.message)
                continue
            for row in rows:
                yield _column(schema, row, (*_OTHERS, *ranges))


def _column(schema: str, row: Sequence[Any], others: Sequence[str]) -> ColumnStatistics:
    relation, column, inherited, nulls, width, distinct, values, shares, histogram, correlation, *rest = row
    return ColumnStatistics(
        schema, str(relation), str(column), bool(inherited), float(nulls), int(width), float(distinct), values, shares,
        histogram, None if correlation is None else float(correlation),
        {name: str(value) for name, value in zip(others, rest, strict=True) if value is not None})


def _unseen(relations: Sequence[tuple[str, RelationStatistics]], columns: Sequence[ColumnStatistics]) -> int:
    """Return how many tables that the server has analysed show no statistics to our role."""
    seen = {(column.schema, column.relation) for column in columns}
    return sum(kind in "rm" and relation.rows > 0 and (relation.schema, relation.name) not in seen
               for kind, relation in relations)


def _extended(asking: Asking, number: int) -> Iterator[ExtendedStatistics]:
    """Yield extended statistics: counts and dependencies as everybody may see them, lists of common combinations only
    where the role may read the catalogue that holds them."""
    inherited = "inherited" if number >= 150_000 else "false"
    rows = asking.ask("extended statistics", f"""
        SELECT statistics_schemaname::text, statistics_name::text, {inherited}, encode(n_distinct::bytea, 'hex'),
               encode(dependencies::bytea, 'hex'), most_common_vals IS NOT NULL
        FROM pg_stats_ext ORDER BY 1, 2, 3""")
    lists = _common_combinations(asking, number) if any(row[5] for row in rows) else {}
    for schema, name, inherits, distinct, dependencies, common in rows:
        kinds = {"ndistinct": distinct, "dependencies": dependencies,
                 "mcv": lists.get((str(schema), str(name), bool(inherits))) if common else None}
        yield ExtendedStatistics(str(schema), str(name), bool(inherits),
                                 {kind: str(data) for kind, data in kinds.items() if data is not None})


def _common_combinations(asking: Asking, number: int) -> dict[tuple[str, str, bool], str]:
    inherited = "d.stxdinherit" if number >= 150_000 else "false"
    rows = asking.ask("lists of common combinations", f"""
        SELECT n.nspname::text, s.stxname::text, {inherited}, encode(d.stxdmcv::bytea, 'hex')
        FROM pg_statistic_ext_data d JOIN pg_statistic_ext s ON s.oid = d.stxoid
            JOIN pg_namespace n ON n.oid = s.stxnamespace
        WHERE d.stxdmcv IS NOT NULL""", grant="GRANT SELECT ON pg_catalog.pg_statistic_ext_data TO {role};")
    return {(str(schema), str(name), bool(inherits)): str(data) for schema, name, inherits, data in rows}


def _index_use(asking: Asking) -> tuple[IndexUse, ...]:
    rows = asking.ask("use of indexes", """
        SELECT schemaname::text, indexrelname::text, coalesce(idx_scan, 0) FROM pg_stat_user_indexes ORDER BY 1, 2""")
    return tuple(IndexUse(str(schema), str(name), cast(int, scans)) for schema, name, scans in rows)


def _table_use(asking: Asking) -> tuple[TableUse, ...]:
    rows = asking.ask("use of tables", """
        SELECT schemaname::text, relname::text, n_tup_ins, n_tup_upd, n_tup_del, n_tup_hot_upd
        FROM pg_stat_user_tables ORDER BY 1, 2""")
    return tuple(TableUse(str(schema), str(name), *(cast(int, count or 0) for count in counts))
                 for schema, name, *counts in rows)
