"""Many rows changed a few at a time, by the key, each batch in a transaction of its own."""

from __future__ import annotations

BATCH = 5000
"""How many rows one batch looks at: what it locks is released after a moment."""


def in_batches(table: str, key: str, statement: str, where: str = "") -> str:
    """Return a block that runs an UPDATE or DELETE over ranges of the key; `where` says which rows are meant."""
    condition = f" AND ({where})" if where else ""
    return (
        f"DO $$\nDECLARE\n    last {table}.{key}%TYPE;\n    upto {table}.{key}%TYPE;\nBEGIN\n    LOOP\n"
        f"        SELECT max({key}) INTO upto FROM (SELECT {key} FROM {table} WHERE (last IS NULL OR {key} > last)\n"
        f"            ORDER BY {key} LIMIT {BATCH}) AS batch;\n"
        f"        EXIT WHEN upto IS NULL;\n"
        f"        {statement} WHERE {key} <= upto AND (last IS NULL OR {key} > last){condition};\n"
        f"        last := upto;\n        COMMIT;\n    END LOOP;\nEND $$;"
    )


def backfill(table: str, column: str, value: str, key: str) -> str:
    """Return a block that gives a column a value where it holds none."""
    return in_batches(table, key, f"UPDATE {table} SET {column} = {value}", f"{column} IS NULL")


def refill(table: str, column: str, value: str, key: str) -> str:
    """Return a block that gives a column a value made of others, in every row."""
    return in_batches(table, key, f"UPDATE {table} SET {column} = {value}")
