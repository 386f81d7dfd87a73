"""A live PostgreSQL → its schema as SQL, in an order in which it can be run, with the estimated rows of each table.

What pg_dump --schema-only writes, as far as migrations depend on it: privileges and rules are left out, policies are
written for everybody and publications with what was named in them.  Every name is written with its schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backend_lead.gates.database import DatabaseGate
from backend_lead.read.database.asking import Asking

_USERS = "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'"


def _own(catalog: str, oid: str) -> str:
    """A condition: of a user's schema, and no part of an extension."""
    return f"""{_USERS} AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = '{catalog}'::regclass
        AND d.objid = {oid} AND d.deptype = 'e')"""


@dataclass(frozen=True, slots=True)
class Definitions:
    """`statements` make the schema; `rows` are estimates by table, as queries name it (`orders`,
    `archive.orders`), 0 only for a table that has no page; `major` is the server's version; `missing` what the
    role could not read; `extensions` are those that the server could create."""

    statements: tuple[str, ...]
    rows: Mapping[str, int]
    major: int
    missing: tuple[str, ...]
    extensions: frozenset[str] = frozenset()


def read_definitions(gate: DatabaseGate) -> Definitions:
    """Read the catalogues of a database, never a row of a table.  Raises DatabaseUnreachable."""
    asking = Asking(gate)
    found: list[str] = []
    for what, sql in _PARTS:
        found += [str(text) for (text,) in asking.ask(what, sql)]
    rows = {
        str(name).removeprefix("public."): int(str(count))
        for name, count in asking.ask("rows", _ROWS)
        if count is not None
    }
    offered = asking.ask("extensions", "SELECT name FROM pg_available_extensions")
    extensions = frozenset(str(name) for (name,) in offered)
    version = asking.ask("version", "SELECT current_setting('server_version_num')::int / 10000")
    return Definitions(tuple(found), rows, int(str(version[0][0])) if version else 0, tuple(asking.missing), extensions)


# What a row of a table that was never analyzed is taken to be long, with its header.
_ROW_BYTES = 100
_ROWS = f"""
    SELECT n.nspname || '.' || c.relname,
        CASE WHEN pg_relation_size(c.oid) = 0 THEN 0 WHEN c.reltuples > 0 THEN c.reltuples::bigint
             ELSE 1 + pg_relation_size(c.oid) / {_ROW_BYTES} END
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm') AND {_own("pg_class", "c.oid")} ORDER BY 1"""

_SCHEMAS = f"""
    SELECT format('CREATE SCHEMA IF NOT EXISTS %I', n.nspname) FROM pg_namespace n
    WHERE {_own("pg_namespace", "n.oid")} AND n.nspname <> 'public' ORDER BY n.nspname"""

_EXTENSIONS = """
    SELECT format('CREATE EXTENSION IF NOT EXISTS %I SCHEMA %I', e.extname, n.nspname)
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname <> 'plpgsql' ORDER BY e.extname"""

_ENUMS = f"""
    SELECT format('CREATE TYPE %I.%I AS ENUM (%s)', n.nspname, t.typname,
        (SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid))
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typtype = 'e' AND {_own("pg_type", "t.oid")} ORDER BY n.nspname, t.typname"""

_COMPOSITES = f"""
    SELECT format('CREATE TYPE %I.%I AS (%s)', n.nspname, c.relname,
        (SELECT string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum)
         FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped))
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'c' AND {_own("pg_class", "c.oid")} ORDER BY c.oid"""

_RANGES = f"""
    SELECT format('CREATE TYPE %I.%I AS RANGE (subtype = %s)', n.nspname, t.typname, format_type(r.rngsubtype, NULL))
    FROM pg_range r JOIN pg_type t ON t.oid = r.rngtypid JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE {_own("pg_type", "t.oid")} ORDER BY t.oid"""

_DOMAINS = f"""
    SELECT format('CREATE DOMAIN %I.%I AS %s', n.nspname, t.typname, format_type(t.typbasetype, t.typtypmod))
        || coalesce(' DEFAULT ' || t.typdefault, '') || CASE WHEN t.typnotnull THEN ' NOT NULL' ELSE '' END
        || coalesce((SELECT string_agg(format(' CONSTRAINT %I %s', x.conname, pg_get_constraintdef(x.oid)), ''
                     ORDER BY x.conname) FROM pg_constraint x WHERE x.contypid = t.oid AND x.contype = 'c'), '')
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typtype = 'd' AND {_own("pg_type", "t.oid")} ORDER BY t.oid"""

_SEQUENCES = f"""
    SELECT format('CREATE SEQUENCE %I.%I AS %s', n.nspname, c.relname, format_type(s.seqtypid, NULL))
    FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE {_own("pg_class", "c.oid")}
        AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'i')
    ORDER BY n.nspname, c.relname"""

_OF_ROWS = """EXISTS (SELECT 1 FROM pg_type t JOIN pg_class c ON c.oid = t.typrelid AND c.relkind <> 'c'
        WHERE t.oid = p.prorettype OR t.oid = ANY (p.proargtypes)
              OR t.typarray = p.prorettype OR t.typarray = ANY (p.proargtypes))"""


def _functions(condition: str) -> str:
    return f"""
    SELECT pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE p.prokind IN ('f', 'p') AND {_own("pg_proc", "p.oid")} AND {condition} ORDER BY p.oid"""


_COLUMNS = """(SELECT string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod))
            || CASE WHEN a.attcollation <> 0 AND a.attcollation <> t.typcollation
                    THEN ' COLLATE ' || a.attcollation::regcollation::text ELSE '' END
            || CASE WHEN a.attidentity = 'a' THEN ' GENERATED ALWAYS AS IDENTITY'
                    WHEN a.attidentity = 'd' THEN ' GENERATED BY DEFAULT AS IDENTITY'
                    WHEN a.attgenerated <> '' THEN ' GENERATED ALWAYS AS (' || pg_get_expr(f.adbin, f.adrelid)
                        || CASE a.attgenerated WHEN 's' THEN ') STORED' ELSE ') VIRTUAL' END
                    WHEN f.adbin IS NOT NULL THEN ' DEFAULT ' || pg_get_expr(f.adbin, f.adrelid) ELSE '' END
            || CASE WHEN a.attnotnull AND NOT EXISTS (
                   SELECT 1 FROM pg_constraint x WHERE x.conrelid = a.attrelid AND x.contype = 'n'
                   AND a.attnum = ANY (x.conkey) AND NOT x.convalidated) THEN ' NOT NULL' ELSE '' END,
               ', ' ORDER BY a.attnum)
        FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
            LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attislocal)"""

_TABLES = f"""
    WITH RECURSIVE depth (oid, level) AS (
        SELECT c.oid, 0 FROM pg_class c WHERE NOT EXISTS (SELECT 1 FROM pg_inherits i WHERE i.inhrelid = c.oid)
        UNION ALL SELECT i.inhrelid, d.level + 1 FROM depth d JOIN pg_inherits i ON i.inhparent = d.oid)
    SELECT format('CREATE %sTABLE %I.%I', CASE WHEN c.relpersistence = 'u' THEN 'UNLOGGED ' ELSE '' END, n.nspname,
                  c.relname)
        || CASE WHEN c.relispartition
           THEN (SELECT format(' PARTITION OF %s %s', i.inhparent::regclass, pg_get_expr(c.relpartbound, c.oid))
                 FROM pg_inherits i WHERE i.inhrelid = c.oid)
           ELSE ' (' || coalesce({_COLUMNS}, '') || ')' || coalesce(
                (SELECT ' INHERITS (' || string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno) || ')'
                 FROM pg_inherits i WHERE i.inhrelid = c.oid), '') END
        || CASE WHEN c.relkind = 'p' THEN ' PARTITION BY ' || pg_get_partkeydef(c.oid) ELSE '' END
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND {_own("pg_class", "c.oid")}
    ORDER BY (SELECT max(level) FROM depth WHERE depth.oid = c.oid), n.nspname, c.relname"""

_OWNED = f"""
    SELECT format('ALTER SEQUENCE %I.%I OWNED BY %s.%I', n.nspname, c.relname, d.refobjid::regclass, a.attname)
    FROM pg_depend d JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S'
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.deptype = 'a' AND d.classid = 'pg_class'::regclass AND {_USERS} ORDER BY n.nspname, c.relname"""


def _constraints(kinds: str, more: str = "") -> str:
    # Those of partitions before those of what they are partitions of, which then take them in.
    return f"""
    WITH RECURSIVE depth (oid, level) AS (
        SELECT c.oid, 0 FROM pg_class c WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
        UNION ALL SELECT i.inhrelid, d.level + 1 FROM depth d JOIN pg_inherits i ON i.inhparent = d.oid
            JOIN pg_class p ON p.oid = i.inhrelid AND p.relispartition)
    SELECT format('ALTER TABLE %I.%I ADD CONSTRAINT %I %s', n.nspname, c.relname, x.conname,
                  pg_get_constraintdef(x.oid))
    FROM pg_constraint x JOIN pg_class c ON c.oid = x.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN depth ON depth.oid = c.oid
    WHERE x.contype IN ({kinds}) AND {_own("pg_class", "c.oid")} {more}
    ORDER BY depth.level DESC NULLS LAST, n.nspname, c.relname, x.conname"""


_INDEXES = f"""
    SELECT pg_get_indexdef(i.indexrelid)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_class ic ON ic.oid = i.indexrelid
    WHERE c.relkind IN ('r', 'p', 'm') AND {_own("pg_class", "c.oid")} AND {{kind}}
        AND NOT EXISTS (SELECT 1 FROM pg_constraint x WHERE x.conindid = i.indexrelid AND x.contype IN ('p', 'u', 'x'))
    ORDER BY n.nspname, c.relname, ic.relname"""

_ATTACHED = f"""
    SELECT format('ALTER INDEX %s ATTACH PARTITION %s', h.inhparent::regclass, h.inhrelid::regclass)
    FROM pg_inherits h JOIN pg_index i ON i.indexrelid = h.inhrelid JOIN pg_class c ON c.oid = i.indrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE {_own("pg_class", "c.oid")}
        AND NOT EXISTS (SELECT 1 FROM pg_constraint x WHERE x.conindid = h.inhparent AND x.contype IN ('p', 'u', 'x'))
    ORDER BY h.inhrelid"""

_VIEWS = f"""
    SELECT format('CREATE %sVIEW %I.%I AS %s', CASE WHEN c.relkind = 'm' THEN 'MATERIALIZED ' ELSE '' END, n.nspname,
                  c.relname, rtrim(pg_get_viewdef(c.oid), ';'))
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('v', 'm') AND {_own("pg_class", "c.oid")} ORDER BY c.oid"""

_TRIGGERS = f"""
    SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT t.tgisinternal AND NOT c.relispartition AND {_own("pg_class", "c.oid")} ORDER BY t.oid"""

_STATISTICS = f"""
    SELECT pg_get_statisticsobjdef(s.oid) FROM pg_statistic_ext s JOIN pg_class c ON c.oid = s.stxrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE {_own("pg_class", "c.oid")} ORDER BY s.oid"""

_POLICIES = f"""
    SELECT format('CREATE POLICY %I ON %s', p.polname, p.polrelid::regclass)
        || coalesce(' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', '')
        || coalesce(' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', '')
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE {_USERS} ORDER BY p.polrelid::regclass::text, p.polname"""

_PUBLICATIONS = f"""
    SELECT format('CREATE PUBLICATION %I FOR TABLE %s', u.pubname,
                  string_agg(r.prrelid::regclass::text, ', ' ORDER BY r.prrelid::regclass::text))
    FROM pg_publication u JOIN pg_publication_rel r ON r.prpubid = u.oid
        JOIN pg_class c ON c.oid = r.prrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE {_USERS} GROUP BY u.pubname ORDER BY u.pubname"""

_PARTS = (
    ("schemas", _SCHEMAS),
    ("extensions", _EXTENSIONS),
    ("enumerations", _ENUMS),
    ("domains", _DOMAINS),
    ("composite types", _COMPOSITES),
    ("ranges", _RANGES),
    ("sequences", _SEQUENCES),
    ("functions", _functions(f"NOT {_OF_ROWS}")),
    ("tables", _TABLES),
    ("sequences of columns", _OWNED),
    ("functions on rows", _functions(_OF_ROWS)),
    ("keys", _constraints("'p', 'u', 'x'")),
    ("checks", _constraints("'c'", "AND x.conislocal")),
    ("columns that are being made NOT NULL", _constraints("'n'", "AND NOT x.convalidated AND x.conislocal")),
    ("indexes", _INDEXES.format(kind="c.relkind <> 'm'")),
    ("indexes of partitions", _ATTACHED),
    ("foreign keys", _constraints("'f'", "AND x.conparentid = 0")),
    ("statistics", _STATISTICS),
    ("views", _VIEWS),
    ("indexes of views", _INDEXES.format(kind="c.relkind = 'm'")),
    ("triggers", _TRIGGERS),
    ("policies", _POLICIES),
    ("publications", _PUBLICATIONS),
)
