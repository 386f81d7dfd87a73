"""Many rows changed a few at a time."""

from __future__ import annotations

_BATCH = 5000


def backfill(table: str, column: str, value: str, key: str) -> str:
    """Return a statement that fills a column in batches, each in a transaction of its own; it may be ended and run
    again."""
    return (
        f"DO $$\nDECLARE\n    last {table}.{key}%TYPE;\n    upto {table}.{key}%TYPE;\nBEGIN\n    LOOP\n"
        f"        SELECT max({key}) INTO upto FROM (SELECT {key} FROM {table} WHERE {column} IS NULL\n"
        f"            AND (last IS NULL OR {key} > last) ORDER BY {key} LIMIT {_BATCH}) AS batch;\n"
        f"        EXIT WHEN upto IS NULL;\n"
        f"        UPDATE {table} SET {column} = {value} WHERE {column} IS NULL AND {key} <= upto\n"
        f"            AND (last IS NULL OR {key} > last);\n"
        f"        last := upto;\n        COMMIT;\n    END LOOP;\nEND $$;"
    )
