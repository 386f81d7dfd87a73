"""What stands for a name in a statement may have been looked up; what stands for a value may not be pasted at all."""

from __future__ import annotations

import pytest
from reading import in_shop

SORTS = """
        SORTS = {"name": "name", "stock": "stock", "id": "id", "old": "id desc", "new": "id asc", "more": "stock desc"}

        def known(sort):
            found = SORTS.get(sort)
            if not found:
                raise HTTPException(422)
            return found

        class Listing:
            def __init__(self, sort):
                self.sort, self.order = sort, known(sort)

        @app.get("/listing")
        def listing(sort: str, session: SessionDep):
            one = Listing(sort)
            return session.execute(text(f"select name from products order by {%s}")).all()
        """


@pytest.mark.parametrize("pasted", ["one.sort", "one.order", "known(sort)"])
def test_name_that_was_looked_up_is_one_of_those_there_are(tmp_path, pasted):
    assert in_shop(tmp_path, "sql-injection", SORTS % pasted) == []


@pytest.mark.parametrize("where", ["name = '{name}'", "stock > {name}", "name in ({name})", "name like '%{name}%'"])
def test_value_is_not_better_for_having_been_looked_up(tmp_path, where):
    [found] = in_shop(tmp_path, "sql-injection", f"""
        NAMES = {{"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6}}

        @app.get("/listing")
        def listing(name: str, session: SessionDep):
            NAMES.get(name)
            return session.execute(text(f"select id from products where {where}")).all()
        """)
    assert "name (query)" in found.message


def test_name_that_nobody_looks_up_is_pasted(tmp_path):
    [found] = in_shop(tmp_path, "sql-injection", """
        @app.get("/listing")
        def listing(sort: str, session: SessionDep):
            return session.execute(text(f"select name from products order by {sort}")).all()
        """)
    assert "sort (query)" in found.message


def test_column_that_the_database_was_asked_for_is_there(tmp_path):
    assert in_shop(tmp_path, "sql-injection", """
        @app.get("/listing")
        def listing(sort: str, session: SessionDep):
            found = session.execute(text("select 1 from information_schema.columns where column_name = :sort"),
                                    {"sort": sort}).first()
            if found is None:
                raise HTTPException(422)
            return session.execute(text(f"select name from products order by {sort}")).all()
        """) == []


@pytest.mark.parametrize(("type_", "pasted"), [
    ("str", True), ("str | None", True), ("int", False), ("date | None", False), ("UUID", False),
    ('Literal["a", "b"]', False), ("Kind", False)])
def test_field_of_a_body_that_holds_no_text_of_any_form(tmp_path, type_, pasted):
    found = in_shop(tmp_path, "sql-injection", f"""
        from datetime import date
        from enum import Enum
        from uuid import UUID

        class Kind(str, Enum):
            A = "a"

        class Wanted(BaseModel):
            given: {type_}

        @app.post("/listing")
        def listing(wanted: Wanted, session: SessionDep):
            return session.execute(text(f"select id from products where name = '{{wanted.given}}'")).all()
        """)
    assert len(found) == pasted
