"""The schema of a live server as SQL, as far as plans depend on it, from catalogues alone.

pg_dump would lock every table and need SELECT on all of them.  Left out is what changes no plan: defaults, sequences,
triggers, privileges, comments.  A materialised view becomes a table, because plans read it as one.
"""

from __future__ import annotations

from backend_lead.read.database.asking import Asking

_NOT_OURS = """n.nspname IN ('pg_catalog', 'information_schema', 'pg_toast') OR n.nspname LIKE 'pg\\_temp%'
           OR n.nspname LIKE 'pg\\_toast\\_temp%'"""
_NOT_AN_EXTENSIONS = """NOT EXISTS (SELECT 1 FROM pg_depend d
           WHERE d.classid = '{0}'::regclass AND d.objid = {1}.oid AND d.deptype = 'e')"""
BEGINS = "-- backend-lead schema begins"
ENDS = "-- backend-lead schema ends"


def schema_sql(asking: Asking, number: int) -> str:
    """Return the statements that build the schema, each on its own, in an order that the server takes; `number` is the
    server's version as 180006."""
    parts = (_schemas, _extensions, _types, _functions, _tables, _keys, _indexes, _views, _statistics)
    return "\n".join(statement for part in parts for statement in part(asking, number))


def _texts(asking: Asking, what: str, sql: str) -> list[str]:
    return [f"{text};" for (text,) in asking.ask(what, sql) if text]


def _schemas(asking: Asking, number: int) -> list[str]:
    return _texts(asking, "schemas", f"""
        SELECT format('CREATE SCHEMA IF NOT EXISTS %I', n.nspname) FROM pg_namespace n
        WHERE NOT ({_NOT_OURS}) AND n.nspname <> 'public' AND n.nspname NOT LIKE 'pg\\_%'
          AND {_NOT_AN_EXTENSIONS.format('pg_namespace', 'n')} ORDER BY 1""")


def _extensions(asking: Asking, number: int) -> list[str]:
    return _texts(asking, "extensions", """
        SELECT format('CREATE EXTENSION IF NOT EXISTS %I WITH SCHEMA %I CASCADE', e.extname, n.nspname)
        FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
        WHERE e.extname NOT IN ('plpgsql', 'pg_stat_statements') ORDER BY e.oid""")


def _types(asking: Asking, number: int) -> list[str]:
    """Enumerations, composite types, ranges and domains, by the order of their making."""
    return _texts(asking, "types", f"""
        SELECT CASE t.typtype
            WHEN 'e' THEN format('CREATE TYPE %I.%I AS ENUM (%s)', n.nspname, t.typname,
                (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
                 FROM pg_enum e WHERE e.enumtypid = t.oid))
            WHEN 'c' THEN format('CREATE TYPE %I.%I AS (%s)', n.nspname, t.typname,
                (SELECT string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', '
                                   ORDER BY a.attnum)
                 FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped))
            WHEN 'r' THEN format('CREATE TYPE %I.%I AS RANGE (SUBTYPE = %s)', n.nspname, t.typname,
                (SELECT format_type(r.rngsubtype, NULL) FROM pg_range r WHERE r.rngtypid = t.oid))
            ELSE format('CREATE DOMAIN %I.%I AS %s%s', n.nspname, t.typname, format_type(t.typbasetype, t.typtypmod),
                coalesce((SELECT string_agg(' ' || pg_get_constraintdef(x.oid), '' ORDER BY x.conname)
                          FROM pg_constraint x WHERE x.contypid = t.oid AND x.contype = 'c'), ''))
            END
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
        WHERE NOT ({_NOT_OURS}) AND t.typtype IN ('e', 'c', 'r', 'd') AND (t.typtype <> 'c' OR c.relkind = 'c')
          AND {_NOT_AN_EXTENSIONS.format('pg_type', 't')}
        ORDER BY t.oid""")


def _functions(asking: Asking, number: int) -> list[str]:
    """Indexes, checks and views may call them."""
    return _texts(asking, "functions", f"""
        SELECT rtrim(pg_get_functiondef(p.oid), E'\\n')
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
        WHERE NOT ({_NOT_OURS}) AND p.prokind IN ('f', 'p') AND l.lanname IN ('sql', 'plpgsql')
          AND p.prorettype <> 'trigger'::regtype AND p.prorettype <> 'event_trigger'::regtype
          AND {_NOT_AN_EXTENSIONS.format('pg_proc', 'p')}
        ORDER BY p.oid""")


def _tables(asking: Asking, number: int) -> list[str]:
    generated = """CASE WHEN a.attgenerated <> '' THEN ' GENERATED ALWAYS AS (' || pg_get_expr(def.adbin, def.adrelid)
                   || ') ' || CASE a.attgenerated WHEN 's' THEN 'STORED' ELSE 'VIRTUAL' END ELSE '' END"""
    # A partition or a child takes its columns from its parent; parents are older than their children.
    return _texts(asking, "tables", f"""
        SELECT format('CREATE %sTABLE %I.%I %s%s%s', CASE WHEN c.relpersistence = 'u' THEN 'UNLOGGED ' ELSE '' END,
            n.nspname, c.relname,
            CASE WHEN c.relispartition THEN (
                    SELECT format('PARTITION OF %I.%I ', pn.nspname, p.relname)
                    FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent
                        JOIN pg_namespace pn ON pn.oid = p.relnamespace WHERE i.inhrelid = c.oid)
                    || pg_get_expr(c.relpartbound, c.oid)
                 ELSE '(' || coalesce((
                    SELECT string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod))
                        || coalesce((SELECT format(' COLLATE %I.%I', ln.nspname, l.collname) FROM pg_collation l
                                     JOIN pg_namespace ln ON ln.oid = l.collnamespace
                                     WHERE l.oid = a.attcollation AND a.attcollation <> ty.typcollation), '')
                        || {generated} || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END, ', ' ORDER BY a.attnum)
                    FROM pg_attribute a JOIN pg_type ty ON ty.oid = a.atttypid
                        LEFT JOIN pg_attrdef def ON def.adrelid = a.attrelid AND def.adnum = a.attnum
                    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attislocal), '') || ')' END,
            CASE WHEN NOT c.relispartition THEN coalesce((
                SELECT ' INHERITS (' || string_agg(format('%I.%I', pn.nspname, p.relname), ', ' ORDER BY i.inhseqno)
                       || ')'
                FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent
                    JOIN pg_namespace pn ON pn.oid = p.relnamespace WHERE i.inhrelid = c.oid), '') ELSE '' END,
            CASE WHEN c.relkind = 'p' THEN ' PARTITION BY ' || pg_get_partkeydef(c.oid) ELSE '' END
            || CASE WHEN c.reloptions IS NOT NULL AND c.relkind = 'r'
                    THEN ' WITH (' || array_to_string(c.reloptions, ', ') || ')' ELSE '' END)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'm', 'f') AND c.relpersistence <> 't' AND NOT ({_NOT_OURS})
          AND {_NOT_AN_EXTENSIONS.format('pg_class', 'c')}
        ORDER BY (SELECT count(*) FROM pg_partition_ancestors(c.oid)), c.oid""")


def _keys(asking: Asking, number: int) -> list[str]:
    """Constraints: keys first, then what refers to them."""
    return _texts(asking, "constraints", f"""
        SELECT format('ALTER TABLE %s%I.%I ADD CONSTRAINT %I %s',
                      CASE WHEN c.relkind = 'p' OR x.contype = 'c' THEN '' ELSE 'ONLY ' END, n.nspname, c.relname,
                      x.conname, pg_get_constraintdef(x.oid))
        FROM pg_constraint x JOIN pg_class c ON c.oid = x.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE NOT ({_NOT_OURS}) AND c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND x.conparentid = 0
          AND x.contype IN ('p', 'u', 'x', 'c', 'f') AND x.coninhcount = 0
          AND {_NOT_AN_EXTENSIONS.format('pg_class', 'c')}
        ORDER BY array_position(ARRAY['c', 'p', 'u', 'x', 'f'], x.contype::text), x.oid""")


def _indexes(asking: Asking, number: int) -> list[str]:
    return _texts(asking, "indexes", f"""
        SELECT CASE WHEN h.inhrelid IS NULL THEN replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') END
        FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_inherits h ON h.inhrelid = i.indexrelid
        WHERE NOT ({_NOT_OURS}) AND c.relkind IN ('r', 'p', 'm') AND c.relpersistence <> 't' AND i.indisvalid
          AND NOT EXISTS (SELECT 1 FROM pg_constraint x
                          WHERE x.conindid = i.indexrelid AND x.contype IN ('p', 'u', 'x'))
          AND {_NOT_AN_EXTENSIONS.format('pg_class', 'c')}
        ORDER BY i.indexrelid""")


def _views(asking: Asking, number: int) -> list[str]:
    return _texts(asking, "views", f"""
        SELECT format('CREATE VIEW %I.%I AS %s', n.nspname, c.relname, rtrim(pg_get_viewdef(c.oid), ';'))
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'v' AND c.relpersistence <> 't' AND NOT ({_NOT_OURS})
          AND {_NOT_AN_EXTENSIONS.format('pg_class', 'c')}
        ORDER BY c.oid""")


def _statistics(asking: Asking, number: int) -> list[str]:
    return _texts(asking, "statistics objects", f"""
        SELECT pg_get_statisticsobjdef(s.oid) FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace
        WHERE NOT ({_NOT_OURS}) ORDER BY s.oid""")
