"""From a workload and a shadow to the indexes to make, each with its reason, its size and what it costs writers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from backend_lead.diagnose.candidates import Candidate, candidates
from backend_lead.diagnose.costing import Costed, Costing
from backend_lead.diagnose.needs import Need, needs_of
from backend_lead.diagnose.parameters import Variant
from backend_lead.diagnose.search import Priced, Search
from backend_lead.diagnose.writes import TableWrites, entry_cost
from backend_lead.gates.grammar import SqlUnreadable, kind, parse, walk
from backend_lead.gates.scratch_session import ScratchError
from backend_lead.model.diagnosis import IndexChange
from backend_lead.model.finding import Evidence
from backend_lead.model.table import Table
from backend_lead.prove.shadow import Shadow
from backend_lead.rules._ddl import LONGEST_NAME, index_name, quoted

_LIKE_PARAMETER = re.compile(r"(?i)\blike\s+\$\d")
_SMALLEST_TABLE = 8
_MOST = 3_000
_PARTITIONS = """
    WITH RECURSIVE part (root, oid) AS (
        SELECT c.oid, c.oid FROM pg_class c WHERE c.relkind = 'p' AND NOT c.relispartition
        UNION ALL SELECT p.root, i.inhrelid FROM part p JOIN pg_inherits i ON i.inhparent = p.oid)
    SELECT cn.nspname::text, c.relname::text, rn.nspname::text, r.relname::text
    FROM part p JOIN pg_class c ON c.oid = p.oid JOIN pg_namespace cn ON cn.oid = c.relnamespace
        JOIN pg_class r ON r.oid = p.root JOIN pg_namespace rn ON rn.oid = r.relnamespace"""
_SIZES = """
    WITH RECURSIVE part (root, oid) AS (
        SELECT c.oid, c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition
          AND n.nspname NOT IN ('pg_catalog', 'information_schema')
        UNION ALL SELECT p.root, i.inhrelid FROM part p JOIN pg_inherits i ON i.inhparent = p.oid)
    SELECT n.nspname::text, r.relname::text, sum(pg_relation_size(p.oid) / 8192)::int8,
           sum(CASE WHEN c.relkind = 'p' THEN 0 ELSE greatest(c.reltuples, 0) END)::float8
    FROM part p JOIN pg_class r ON r.oid = p.root JOIN pg_class c ON c.oid = p.oid
        JOIN pg_namespace n ON n.oid = r.relnamespace
    GROUP BY 1, 2"""


@dataclass(frozen=True, slots=True)
class Advised:
    """The indexes to make, their numbers in the shadow, what each is and what it is called, and notes on what was not
    looked at.  `shown_as` is what an index will be called, by its name in the shadow."""

    changes: tuple[IndexChange, ...]
    chosen: frozenset[int]
    made: Mapping[int, Candidate]
    names: Mapping[int, str]
    notes: tuple[str, ...] = ()
    shown_as: Mapping[str, str] = field(default_factory=dict)


def advise(shadow: Shadow, costing: Costing, queries: Sequence[Costed], tables: Sequence[Table],
           writes: Mapping[str, TableWrites], *, budget: int | None = None) -> Advised:
    """Return the set of new indexes that lowers the workload's cost most, within `budget` bytes when one is given."""
    priced, notes = offered(shadow, costing, queries, tables, writes)
    search = Search(costing, queries, priced, budget)
    chosen = search.run()
    taken = {index.name for table in tables for index in table.indexes}
    partitioned = {(row[2], row[3]) for row in shadow.session.run(_PARTITIONS)}
    changes = {}
    for oid in sorted(chosen, key=lambda each: priced[each].candidate):
        changes[oid] = _change(search, priced[oid], chosen, taken, partitioned)
    return Advised(tuple(sorted(changes.values(), key=lambda each: (-each.gain, each.ddl))), chosen,
                   {oid: priced[oid].candidate for oid in chosen}, {oid: each.name for oid, each in changes.items()},
                   notes, {shadow.members[oid][oid]: changes[oid].name for oid in sorted(changes)})


def offered(shadow: Shadow, costing: Costing, queries: Sequence[Costed], tables: Sequence[Table],
            writes: Mapping[str, TableWrites], *, prefix: str = "bl_candidate") -> tuple[dict[int, Priced],
                                                                                        tuple[str, ...]]:
    """Put every candidate for these queries into the shadow, hidden, under names that begin with `prefix`; return them
    with their prices by their numbers, and notes on what was not tried."""
    shadow.session.run("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    known = {(table.schema or "public", table.name.rpartition(".")[2]): table for table in tables}
    sizes = {(str(schema), str(name)): (int(pages), float(rows))
             for schema, name, pages, rows in shadow.session.run(_SIZES)}
    made_for: dict[Candidate, set[str]] = {}
    for candidate, sql in _wanted(shadow, queries, known, sizes):
        made_for.setdefault(candidate, set()).add(sql)
    wanted = list(made_for)
    notes = () if len(wanted) <= _MOST else (f"{len(wanted) - _MOST:,} candidates for indexes were not tried",)
    named = {f"{prefix}_{number}": candidate for number, candidate in enumerate(wanted[:_MOST])}
    made = shadow.add_indexes({name: candidate.ddl(name) for name, candidate in named.items()})
    partitions = {(row[0], row[1]): (row[2], row[3]) for row in shadow.session.run(_PARTITIONS)}
    priced = {oid: replace(_priced(shadow, oid, named[name], sizes, writes),
                           made_for=frozenset(made_for[named[name]])) for name, oid in made.items()}
    costing.made = {**costing.made, **{oid: each.candidate.table for oid, each in priced.items()}}
    _widen(queries, partitions)
    return priced, notes


def _wanted(shadow: Shadow, queries: Sequence[Costed], known: Mapping[tuple[str, str], Table],
            sizes: Mapping[tuple[str, str], tuple[int, float]]) -> Iterator[tuple[Candidate, str]]:
    """Yield every candidate with the statement it is made for, those of the dearest statements first."""
    roots = {(row[0], row[1]): (row[2], row[3]) for row in shadow.session.run(_PARTITIONS)}
    shares: dict[tuple[tuple[str, str], str], float] = {}
    for each in sorted(queries, key=lambda q: (-_plan_cost(q) * q.query.weight, q.query.sql)):
        for variant in each.variants:
            plan = shadow.plan(variant.sql, verbose=True)
            for need in needs_of(plan, roots):
                table = known.get(need.name)
                pages, rows = sizes.get(need.name, (0, 0.0))
                if table is None or pages < _SMALLEST_TABLE:
                    continue
                skewed = {comparison.condition: _share(shadow, need, comparison.condition, rows, shares)
                          for comparison in need.comparisons if comparison.condition and comparison.constant
                          and not _is_filled_in(comparison.condition, variant)}
                read = _columns_read(each.query.sql, table, need)
                for candidate in candidates(need, read, table, skewed):
                    if not _is_there(candidate, table):
                        yield candidate, each.query.sql


def _is_filled_in(condition: str, variant: Variant) -> bool:
    """Say whether a condition holds a value of ours, which no index may be limited to."""
    return any(re.search(rf"(?<!\w){re.escape(value)}(?!\w)", condition) for value in variant.values)


def _plan_cost(costed: Costed) -> float:
    return float(costed.plan.get("Total Cost", 0.0))


def _share(shadow: Shadow, need: Need, condition: str, rows: float,
           known: dict[tuple[tuple[str, str], str], float]) -> float:
    """Return the share of a table's rows that fulfil a condition, as the planner estimates it."""
    key = (need.name, condition)
    if key not in known:
        target = f"{quoted(need.schema)}.{quoted(need.table)}"
        try:
            plan = shadow.plan(f"SELECT 1 FROM {target} WHERE {condition}")
            known[key] = float(plan["Plan Rows"]) / max(rows, 1.0)
        except ScratchError:
            known[key] = 1.0
    return known[key]


def _columns_read(sql: str, table: Table, need: Need) -> frozenset[str]:
    """Return the columns of a table that a statement mentions, all of them where it reads `*`."""
    names = {column.name for column in table.columns}
    try:
        tree = parse(sql)[0].stmt
    except SqlUnreadable:
        return frozenset(names)
    if kind(tree) != "select_stmt":
        return frozenset(names)
    mentioned: set[str] = set()
    tables: set[str] = set()
    for node in walk(tree):
        what = type(node).__name__
        if what == "ColumnRef":
            parts = [part.string.sval if kind(part) == "string" else "*" for part in node.fields]
            if parts[-1] == "*":
                return frozenset(names)
            mentioned.add(parts[-1])
        elif what == "RangeVar":
            tables.add(node.relname)
    # Behind a view stand columns that the statement does not name.
    return frozenset(names & (mentioned | need.columns if need.table not in tables else mentioned))


def _is_there(candidate: Candidate, table: Table) -> bool:
    """Say whether the table has the index, or one that begins with the same keys and holds all that it holds."""
    if candidate.method != "btree" or candidate.predicate or any(" " in key for key in candidate.keys):
        return False
    keys = tuple(key.strip('"') for key in candidate.keys)
    held = [(index.columns, set(index.columns) | set(index.included)) for index in table.indexes
            if index.method == "btree" and index.valid and not index.predicate and not index.qualifiers]
    held += [(table.primary_key, set(table.primary_key))] if table.primary_key else []
    return any(columns[: len(keys)] == keys and {name.strip('"') for name in candidate.included} <= columns_held
               for columns, columns_held in held)


def _priced(shadow: Shadow, oid: int, candidate: Candidate, sizes: Mapping[tuple[str, str], tuple[int, float]],
            writes: Mapping[str, TableWrites]) -> Priced:
    size = shadow.size(oid)
    _, rows = sizes.get((candidate.schema, candidate.table), (0, 0.0))
    return Priced(candidate, oid, size.size_bytes,
                  _entries(candidate, writes) * entry_cost(rows, size.height) * _per_row(candidate))


def _entries(candidate: Candidate, writes: Mapping[str, TableWrites]) -> float:
    written = writes.get(candidate.table)
    if written is None:
        return 0.0
    words = " ".join((*candidate.keys, *candidate.included, candidate.predicate))
    return written.entries(column for column in written.set_columns if column in words) if words else 0.0


def _per_row(candidate: Candidate) -> float:
    """A row has several entries in a GIN index, ten of them taken as usual; of a BRIN index it changes none."""
    return {"gin": 10.0, "brin": 0.01}.get(candidate.method, 1.0)


def _widen(queries: Sequence[Costed], partitions: Mapping[tuple[str, str], tuple[str, str]]) -> None:
    """Let a query that reads a partition count as reading the table it is a part of."""
    roots = {name: root for (_, name), (_, root) in partitions.items()}
    for each in queries:
        each.tables = each.tables | {roots[name] for name in each.tables if name in roots}


def _change(search: Search, priced: Priced, chosen: frozenset[int], taken: set[str],
            partitioned: Collection[tuple[str, str]]) -> IndexChange:
    # PostgreSQL cannot build an index of a partitioned table while others write.
    candidate = priced.candidate
    name = _name(candidate, taken)
    taken.add(name)
    served = search.served(priced.oid, chosen)
    faster = sorted(((each, gain) for each, gain in served if gain > 0),
                    key=lambda pair: (-pair[1] * pair[0].query.weight, pair[0].query.name))
    slower = [each.query.name or each.query.sql for each, gain in served if gain < 0]
    gain = sum(gain * each.query.weight for each, gain in served)
    online = (candidate.schema, candidate.table) not in partitioned
    return IndexChange(
        "create", candidate.ddl(name), candidate.ddl(name, online=online),
        candidate.table, name, _reason(search, priced, faster, chosen),
        tuple(each.query.name or each.query.sql for each, _ in faster), tuple(slower), priced.size_bytes,
        round(priced.write_cost, 3), round(gain, 3), Evidence.MEASURED,
        tuple(f"CREATE EXTENSION IF NOT EXISTS {each}" for each in candidate.requires),
        candidate.schema)


def _reason(search: Search, priced: Priced, faster: Sequence[tuple[Costed, float]], chosen: frozenset[int]) -> str:
    if not faster:
        return "It serves together with the others of this set."
    each, _ = faster[0]
    without = search.costing.cost(each, chosen - {priced.oid})
    cost = search.costing.cost(each, chosen)
    most = f"{each.query.endpoint}: " if each.query.endpoint else ""
    others = f", and {len(faster) - 1} more" if len(faster) > 1 else ""
    return (f"{most}{each.query.name or each.query.sql[:60]} costs the planner {cost:,.1f} with it and {without:,.1f} "
            f"without{others}.{_of_prefixes(priced.candidate, [query for query, _ in faster])}")


def _of_prefixes(candidate: Candidate, served: Sequence[Costed]) -> str:
    """Nobody knows whether the pattern of `LIKE $1` begins with %; where it never does, a btree serves it better."""
    key = candidate.keys[0]
    if "gin_trgm_ops" not in key or not all(_LIKE_PARAMETER.search(each.query.sql) for each in served):
        return ""
    column = key.removesuffix(" gin_trgm_ops")
    better = f"CREATE INDEX ON {candidate.target} ({column} text_pattern_ops)"
    return f" Where the pattern never begins with %, {better} is smaller and quicker."


def _name(candidate: Candidate, taken: Collection[str]) -> str:
    """Return a name that nothing else has, made of the table and the columns."""
    ends = ("_partial" if candidate.predicate else "") + ("_covering" if candidate.included else "")
    name = index_name(candidate.table, candidate.columns).lower()
    if len(name) + len(ends) > LONGEST_NAME - 2:
        ends = "_" + hashlib.sha256(repr(candidate).encode()).hexdigest()[:8]
        name = name[: LONGEST_NAME - len(ends) - 2].rstrip("_")
    number, free = 1, f"{name}{ends}"
    while free in taken:
        number += 1
        free = f"{name}{ends}{number}"
    return free
