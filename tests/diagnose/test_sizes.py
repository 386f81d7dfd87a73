"""Sizes of indexes worked out from statistics, held against those that CREATE INDEX makes."""

from __future__ import annotations

import pytest

from backend_lead.prove.scratch import Scratch
from backend_lead.prove.shadow.sizes import KeyColumn, brin_size, btree_size, height_of, tuple_bytes

ROWS = 200_000
INT = ((4, 1.0),)


@pytest.fixture(scope="module")
def built(postgres: Scratch):
    """Pages of real indexes over made-up columns, by their definition."""
    name = postgres.create_database("sizes") and "sizes"
    postgres.execute(f"""
        CREATE TABLE t AS SELECT i AS id, 7 AS one, i / 10 AS ten, (hashint4(i) & 2147483647) % 8000 AS chance,
               (hashint8(i) & 2147483647) % 300 AS hundreds, md5(i::text) AS text, CASE WHEN i % 3 > 0 THEN i END AS gaps FROM generate_series(1, {ROWS}) i""",
                     database=name)

    def pages(columns: str) -> int:
        postgres.execute(f"CREATE INDEX x ON t ({columns})", database=name)
        [(count,)] = postgres.execute("SELECT pg_relation_size('x') / 8192", database=name)
        postgres.execute("DROP INDEX x", database=name)
        return int(count)

    return pages


@pytest.mark.parametrize(("definition", "columns", "distinct"), [
    ("id", [KeyColumn(INT, 4, distinct=ROWS)], ROWS),
    ("one", [KeyColumn(INT, 4, distinct=1, common_shares=(1.0,))], 1),
    ("ten", [KeyColumn(INT, 4, distinct=ROWS / 10)], ROWS / 10),
    ("chance", [KeyColumn(INT, 4, distinct=8000)], 8000),
    ("hundreds", [KeyColumn(INT, 4, distinct=300)], 300),
    ("text", [KeyColumn(((33, 1.0),), 1, distinct=ROWS)], ROWS),
    ("gaps", [KeyColumn(INT, 4, null_share=1 / 3, distinct=ROWS * 2 / 3)], ROWS * 2 / 3),
    ("id, one", [KeyColumn(INT, 4, distinct=ROWS), KeyColumn(INT, 4, distinct=1)], ROWS),
])
def test_a_btree_has_the_pages_that_create_index_makes(built, definition, columns, distinct):
    size = btree_size(ROWS, columns, distinct=distinct, deduplicates=True)
    assert size.pages == pytest.approx(built(definition), rel=0.03)


def test_posting_lists_are_laid_out_as_they_are_built(built):
    # 667 rows have the same key, by chance some more or less: five full lists and one that is not.
    size = btree_size(ROWS, [KeyColumn(INT, 4, distinct=300)], distinct=300, deduplicates=True)
    assert size.pages == pytest.approx(built("hundreds"), rel=0.015)


def test_included_columns_keep_every_copy():
    key = [KeyColumn(INT, 4, distinct=10)]
    alone = btree_size(ROWS, key, distinct=10, deduplicates=True)
    with_more = btree_size(ROWS, key, distinct=10, deduplicates=True, included=[KeyColumn(INT, 4)])
    assert with_more.pages > alone.pages * 3


def test_padding_is_counted_value_by_value():
    # Eight bytes of header and one to eight of a text: 16, whatever the length; nine make it 24.
    assert tuple_bytes([KeyColumn(((5, 0.5), (8, 0.5)), 1)]) == 16
    assert tuple_bytes([KeyColumn(((8, 0.5), (9, 0.5)), 1)]) == 20
    assert tuple_bytes([KeyColumn(((2, 1.0),), 1), KeyColumn(((8, 1.0),), 8)]) == 24


def test_an_empty_index_is_one_page_and_a_brin_index_is_small():
    assert btree_size(0, [KeyColumn(INT, 4)], distinct=0, deduplicates=True).pages == 1
    assert brin_size(100_000, 8.0).pages < 20
    assert height_of(1, [KeyColumn(INT, 4)]) == 0
    assert height_of(2745, [KeyColumn(INT, 4)]) == 2
