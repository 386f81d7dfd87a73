"""Many rows changed a few at a time, by the key, each batch in a transaction of its own."""

from __future__ import annotations

BATCH = 5000
"""How many rows one batch looks at: what it locks is released after a moment."""


FILLING = "backend_lead.filling"
"""The setting by which a session that fills a column says so to a trigger that keeps the rest of the row."""


def in_batches(table: str, key: str, statement: str, where: str = "", filling: str = "") -> str:
    """Return a block that runs an UPDATE or DELETE over ranges of the key; `where` says which rows are meant, `filling`
    what the session says of itself in each transaction."""
    condition = f" AND ({where})" if where else ""
    told = f"        PERFORM set_config('{FILLING}', '{filling}', true);\n" if filling else ""
    return (
        f"DO $$\nDECLARE\n    last {table}.{key}%TYPE;\n    upto {table}.{key}%TYPE;\nBEGIN\n    LOOP\n"
        # Not max(): there is none of uuid, and of other types that sort.
        f"        SELECT {key} INTO upto FROM (SELECT {key} FROM {table} WHERE (last IS NULL OR {key} > last)\n"
        f"            ORDER BY {key} LIMIT {BATCH}) AS batch ORDER BY {key} DESC LIMIT 1;\n"
        f"        EXIT WHEN upto IS NULL;\n{told}"
        f"        {statement} WHERE {key} <= upto AND (last IS NULL OR {key} > last){condition};\n"
        f"        last := upto;\n        COMMIT;\n    END LOOP;\nEND $$;"
    )


def backfill(table: str, column: str, value: str, key: str, filling: str = "") -> str:
    """Return a block that gives a column a value where it holds none."""
    return in_batches(table, key, f"UPDATE {table} SET {column} = {value}", f"{column} IS NULL", filling)


def refill(table: str, column: str, value: str, key: str, filling: str = "") -> str:
    """Return a block that gives a column a value made of others, in every row."""
    return in_batches(table, key, f"UPDATE {table} SET {column} = {value}", filling=filling)
