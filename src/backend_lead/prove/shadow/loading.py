"""The planner's statistics of one server written into the catalogues of another one, as its superuser.

PostgreSQL 18 has functions for it (pg_restore_attribute_stats), the others do not; rows of pg_statistic mean the same
from 12 to 18, so that one way serves all.  The slots are those of src/include/catalog/pg_statistic.h.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from backend_lead.gates.scratch_session import ScratchError, ScratchSession
from backend_lead.model.statistics import ColumnStatistics, ExtendedStatistics, PlannerStatistics, RelationStatistics

_SLOTS = 5
_MCV, _HISTOGRAM, _CORRELATION, _ELEMENTS, _COUNTS, _LENGTHS, _BOUNDS = range(1, 8)
_FIRST_OF_USERS = 16_384
# The operators are looked for once for each type: a schema has few types and many columns.
_COLUMNS = """
    WITH attribute AS MATERIALIZED (
        SELECT n.nspname, c.relname, a.attname, a.attrelid, a.attnum, a.attcollation,
               CASE WHEN d.typtype = 'd' THEN d.typbasetype ELSE d.oid END AS type
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_type d ON d.oid = a.atttypid
        WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND a.attnum > 0 AND NOT a.attisdropped
          AND c.relkind IN ('r', 'p', 'i', 'm')),
    type AS MATERIALIZED (
        SELECT t.oid, coalesce(e.oid, 0) AS element, eq.opr AS equal, lt.opr AS less,
               coalesce(ee.opr, 0) AS element_equal
        FROM pg_type t LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
            CROSS JOIN LATERAL ({equal}) eq CROSS JOIN LATERAL ({less}) lt CROSS JOIN LATERAL ({element}) ee
        WHERE t.oid IN (SELECT type FROM attribute)
          -- Reading a value of a composite type runs the checks of its fields, which are not ours.
          AND t.typtype <> 'c' AND coalesce(e.typtype, 'b') <> 'c')
    SELECT a.nspname::text, a.relname::text, a.attname::text, a.attrelid::int8, a.attnum::int, t.oid::int8,
           a.attcollation::int8, t.element::int8, t.equal, t.less, t.element_equal
    FROM attribute a JOIN type t ON t.oid = a.type"""
# The default btree operators of a type; arrays, enumerations, ranges and records share those of their kind.
_OPERATOR = """
    SELECT coalesce((
        SELECT o.amopopr FROM pg_opclass k JOIN pg_amop o ON o.amopfamily = k.opcfamily
            AND o.amoplefttype = k.opcintype AND o.amoprighttype = k.opcintype AND o.amopstrategy = {strategy}
            AND o.amopmethod = k.opcmethod
        WHERE k.opcdefault AND k.opcmethod = (SELECT oid FROM pg_am WHERE amname = 'btree')
          AND (k.opcintype = CASE WHEN {type}.typtype = 'e' THEN 'anyenum'::regtype
                                  WHEN {type}.typtype = 'r' THEN 'anyrange'::regtype
                                  WHEN {type}.typtype = 'm' THEN to_regtype('anymultirange')
                                  WHEN {type}.typcategory = 'A' AND {type}.typlen = -1 THEN 'anyarray'::regtype
                                  ELSE {type}.oid END
               OR EXISTS (SELECT 1 FROM pg_cast x WHERE x.castsource = {type}.oid AND x.casttarget = k.opcintype
                          AND x.castmethod = 'b' AND x.castcontext = 'i'))
        ORDER BY k.opcintype <> {type}.oid, k.oid LIMIT 1), 0)::int8 AS opr"""


@dataclass(frozen=True, slots=True)
class _Target:
    relation: int
    number: int
    type: int
    collation: int
    element: int
    equal: int
    less: int
    element_equal: int


def load_statistics(session: ScratchSession, statistics: PlannerStatistics) -> tuple[str, ...]:
    """Write the statistics of relations and columns; return what of them has no place in this schema."""
    missing = load_relations(session, statistics.relations)
    targets = _targets(session)
    missing += tuple(load_columns(session, statistics.columns, targets))
    return missing + tuple(_load_extended(session, statistics.extended))


def load_relations(session: ScratchSession, relations: Iterable[RelationStatistics]) -> tuple[str, ...]:
    """Write pages and rows into pg_class; return the names of relations that are not there."""
    wanted = {(relation.schema, relation.name): relation for relation in relations}
    known = {(str(schema), str(name)): int(oid) for schema, name, oid in session.run("""
        SELECT n.nspname, c.relname, c.oid::int8 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'i', 'm')""")}
    values = ", ".join(f"({known[key]}, {each.pages}, {each.rows!r}::real, {each.all_visible})"
                       for key, each in sorted(wanted.items()) if key in known)
    if values:
        session.run(f"""UPDATE pg_class c SET relpages = v.pages, reltuples = v.rows, relallvisible = v.visible
                        FROM (VALUES {values}) AS v (oid, pages, rows, visible) WHERE c.oid = v.oid::oid""")
    return tuple(f"{schema}.{name}" for schema, name in sorted(wanted) if (schema, name) not in known)


def load_columns(session: ScratchSession, columns: Iterable[ColumnStatistics],
                 targets: Mapping[tuple[str, str, str], _Target] | None = None) -> Iterator[str]:
    """Write rows of pg_statistic; yield what the server would not take."""
    known = _targets(session) if targets is None else targets
    statements = []
    for column in columns:
        target = known.get((column.schema, column.relation, column.column))
        if target is not None:
            statements.append((column, _row(column, target)))
    if not statements:
        return
    try:
        session.run(";\n".join(["BEGIN", *(sql for _, sql in statements), "COMMIT"]))
    except ScratchError:
        session.run("ROLLBACK")
        for column, sql in statements:
            try:
                session.run(sql)
            except ScratchError as error:
                yield f"the statistics of {column.relation}.{column.column}: {error.message}"


def _targets(session: ScratchSession) -> dict[tuple[str, str, str], _Target]:
    question = _COLUMNS.format(equal=_OPERATOR.format(strategy=3, type="t"),
                               less=_OPERATOR.format(strategy=1, type="t"),
                               element=_OPERATOR.format(strategy=3, type="e"))
    return {(str(schema), str(relation), str(name)): _Target(*map(int, numbers))
            for schema, relation, name, *numbers in session.run(question)}


def _row(column: ColumnStatistics, target: _Target) -> str:
    slots = list(_slots(column, target))[:_SLOTS]
    slots += [(0, 0, 0, "NULL", "NULL")] * (_SLOTS - len(slots))
    kinds, operators, collations, numbers, values = zip(*slots, strict=True)
    first = (target.relation, target.number, str(column.inherited), f"{column.null_share!r}::real", column.width,
             f"{column.distinct!r}::real")
    words = ", ".join(map(str, (*first, *kinds, *operators, *collations, *numbers, *values)))
    delete = (f"DELETE FROM pg_statistic WHERE starelid = {target.relation} AND staattnum = {target.number} "
              f"AND stainherit = {column.inherited}")
    return f"{delete}; INSERT INTO pg_statistic VALUES ({words})"


def _slots(column: ColumnStatistics, target: _Target) -> Iterator[tuple[int, int, int, str, str]]:
    """Yield (kind, operator, collation, numbers, values) of what is known of a column."""
    others = column.others
    collation = target.collation
    if column.common_values is not None and column.common_shares is not None:
        yield (_MCV, target.equal, collation, _numbers(column.common_shares),
               _values(column.common_values, target.type))
    if column.histogram is not None:
        yield _HISTOGRAM, target.less, collation, "NULL", _values(column.histogram, target.type)
    if column.correlation is not None:
        yield _CORRELATION, target.less, collation, _numbers(f"{{{column.correlation!r}}}"), "NULL"
    if "most_common_elems" in others and "most_common_elem_freqs" in others:
        element = target.element or _TEXT
        yield (_ELEMENTS, target.element_equal or _TEXT_EQUAL, collation, _numbers(others["most_common_elem_freqs"]),
               _values(others["most_common_elems"], element))
    if "elem_count_histogram" in others:
        yield (_COUNTS, target.element_equal or _TEXT_EQUAL, collation, _numbers(others["elem_count_histogram"]),
               "NULL")
    if "range_length_histogram" in others:
        yield (_LENGTHS, _FLOAT_LESS, 0, _numbers(f"{{{others.get('range_empty_frac', '0')}}}"),
               _values(others["range_length_histogram"], _FLOAT))
    if "range_bounds_histogram" in others:
        yield _BOUNDS, 0, 0, "NULL", _values(others["range_bounds_histogram"], target.type)


# Numbers of built-in types and operators, the same in every version (src/include/catalog/pg_type.dat, pg_operator.dat).
_TEXT, _FLOAT, _TEXT_EQUAL, _FLOAT_LESS = 25, 701, 98, 672


def _numbers(text: str) -> str:
    return f"{_quoted(text)}::real[]"


def _values(text: str, type_: int) -> str:
    return f"array_in({_quoted(text)}, {type_}, -1)::anyarray"


def _quoted(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"E'{doubled}'".replace("\\", "\\\\") if "\\" in doubled else f"'{doubled}'"


def _load_extended(session: ScratchSession, extended: Sequence[ExtendedStatistics]) -> Iterator[str]:
    """Write the bytes of extended statistics, which only a cast that nobody else has can bring in."""
    if not extended:
        return
    types = {"ndistinct": "pg_ndistinct", "dependencies": "pg_dependencies", "mcv": "pg_mcv_list"}
    for type_ in types.values():
        session.run(f"CREATE CAST (bytea AS {type_}) WITHOUT FUNCTION")
    inherits = session.version >= 150_000
    for each in extended:
        data = {kind: text for kind, text in each.data.items() if kind != "mcv" or _of_own_types(text)}
        if len(data) < len(each.data):
            yield f"the common combinations of {each.name}: they hold values of types that users made"
        columns = {f"stxd{kind}": f"'\\x{text}'::bytea::{types[kind]}" for kind, text in data.items()}
        if inherits:
            columns["stxdinherit"] = str(each.inherited)
        names, values = ", ".join(("stxoid", *columns)), ", ".join(("s.oid", *columns.values()))
        name, schema = _quoted(each.name), _quoted(each.schema)
        session.run(f"""DELETE FROM pg_statistic_ext_data d USING pg_statistic_ext s, pg_namespace n
                        WHERE s.oid = d.stxoid AND n.oid = s.stxnamespace AND s.stxname = {name}
                          AND n.nspname = {schema} {f"AND d.stxdinherit = {each.inherited}" if inherits else ""}""")
        session.run(f"""INSERT INTO pg_statistic_ext_data ({names})
                        SELECT {values} FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace
                        WHERE s.stxname = {name} AND n.nspname = {schema}""")


def _of_own_types(data: str) -> bool:
    """Say whether a list of combinations holds only built-in types, which have the same numbers everywhere.

    Behind four numbers of four bytes (the fourth has two) stand the numbers of the types.
    """
    raw = bytes.fromhex(data)
    count = int.from_bytes(raw[12:14], "little")
    return all(int.from_bytes(raw[14 + 4 * i : 18 + 4 * i], "little") < _FIRST_OF_USERS for i in range(count))
