"""The schema that was generated, what the migrations leave, and what is generated now: what has to change."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.create.naming import Unclear
from backend_lead.migrate.create.regenerating import NOTHING_SAID, Regenerated, Said, regenerated
from backend_lead.migrate.create.row_security import Access, access_change, access_of
from backend_lead.migrate.create.wanted import (
    AddColumns,
    AddIndex,
    Backfill,
    CopyTable,
    DropColumns,
    DropIndex,
    DropTable,
    NewColumn,
    RenameColumn,
    RenameTable,
    SetDefault,
    SetExpression,
    SetNullable,
)
from backend_lead.migrate.formats._sql import one_text
from backend_lead.migrate.lint import replay
from backend_lead.migrate.script import Script

BASE = """
CREATE TABLE users (id uuid PRIMARY KEY, role text NOT NULL CHECK (role IN ('member')));
CREATE TABLE tasks (id uuid PRIMARY KEY, owner_id uuid NOT NULL REFERENCES users (id), title text NOT NULL,
    due date, search tsvector NOT NULL GENERATED ALWAYS AS (to_tsvector('simple', title)) STORED);
CREATE INDEX tasks_owner_id_idx ON tasks (owner_id);
"""


def script(sql: str) -> Script:
    sent, notes = one_text(sql, "x.sql")
    assert notes == ()
    return Script("x.sql", "golang-migrate", sent)


def catalog(*texts: str) -> Catalog:
    found = Catalog(complete=True)
    assert replay([script(text) for text in texts], found, 18) == []
    return found


def changed(*pairs: tuple[str, str], by_hand: str = "", said: Said = NOTHING_SAID) -> Regenerated:
    new = BASE
    for old, text in pairs:
        assert old in new
        new = new.replace(old, text)
    return regenerated(catalog(BASE), catalog(BASE, by_hand) if by_hand else catalog(BASE), catalog(new), said)


def test_nothing_has_changed():
    assert changed() == Regenerated((), (), frozenset(), ())


def test_what_is_new_is_added():
    found = changed(("due date,", "due date, size bigint DEFAULT 0 NOT NULL, note text,"))
    assert found.wanted == (AddColumns("tasks", (NewColumn("size", "bigint", False, "0"), NewColumn("note", "text"))),)
    assert found.last == ()


def test_what_is_generated_no_more_stays_with_its_rows():
    found = changed(("title text NOT NULL,", ""), ("'simple', title", "'simple', 'x'"))
    assert SetNullable("tasks", "title", True) in found.wanted
    assert not [each for each in found.last if isinstance(each, DropColumns)]
    assert found.notes == ("tasks.title is generated no more; the column stays with what it holds. Drop it with: --gone tasks.title",)
    found = changed(("due date,", ""))
    assert (found.wanted, found.last) == ((), ())


def test_a_table_that_is_generated_no_more_stays():
    table = BASE[BASE.index("CREATE TABLE tasks"):]
    found = changed((table, ""))
    assert (found.wanted, found.last, found.staying) == ((), (), frozenset({"tasks"}))
    assert changed((table, ""), said=Said(gone=frozenset({"tasks"}))).last == (DropTable("tasks"),)


def test_what_a_person_lets_go_is_dropped_last():
    found = changed(("due date,", "size bigint,"), said=Said(gone=frozenset({"tasks.due"})))
    assert found.wanted == (AddColumns("tasks", (NewColumn("size", "bigint"),)),)
    assert found.last == (DropColumns("tasks", ("due",)),)


def test_a_name_that_goes_while_another_comes_is_asked_about():
    with pytest.raises(Unclear, match="was it renamed") as asked:
        changed(("due date,", "deadline date,"))
    assert "--renamed tasks.due=deadline" in asked.value.hint
    assert changed(("due date,", "deadline date,"), said=Said(renamed={"tasks.due": "deadline"})).wanted == (
        RenameColumn("tasks", "due", "deadline"),)
    kept = changed(("due date,", "deadline date,"), said=Said(kept=frozenset({"tasks.due"})))
    assert kept.wanted == (AddColumns("tasks", (NewColumn("deadline", "date"),)),)
    assert kept.last == ()
    with pytest.raises(Unclear, match="tasks is generated no more, and jobs is new"):
        changed(("TABLE tasks", "TABLE jobs"), ("ON tasks", "ON jobs"))
    renamed = changed(("TABLE tasks", "TABLE jobs"), ("ON tasks", "ON jobs"), said=Said(renamed={"tasks": "jobs"}))
    assert renamed.wanted == (RenameTable("tasks", "jobs"),)


def test_what_a_generated_column_is_made_of_is_renamed_with_it():
    found = changed(("title text", "subject text"), ("'simple', title", "'simple', subject"),
                    said=Said(renamed={"tasks.title": "subject"}))
    assert found.wanted == (RenameColumn("tasks", "title", "subject"),)
    found = changed(("'simple', title", "'english', title"))
    assert found.wanted == (SetExpression("tasks", "search", "to_tsvector('english', title)"),)


def test_rows_that_are_there_have_to_get_something():
    with pytest.raises(Unclear, match="what the rows that are there get is not said") as asked:
        changed(("due date,", "due date, code text NOT NULL,"))
    assert "--fill tasks.code=VALUE" in asked.value.hint
    found = changed(("due date,", "due date, code text NOT NULL,"), said=Said(fills={"tasks.code": "it's"}))
    assert found.wanted == (AddColumns("tasks", (NewColumn("code", "text", False, "'it''s'"),)),
                            SetDefault("tasks", "code", None))
    found = changed(("due date,", "due date NOT NULL,"), said=Said(fills={"tasks.due": "2030-01-01"}))
    assert found.wanted == (Backfill("tasks", "due", "'2030-01-01'"), SetNullable("tasks", "due", False))
    with pytest.raises(Unclear, match="unique, so no value fits"):
        changed(("due date,", "due date, code text NOT NULL UNIQUE,"), said=Said(fills={"tasks.code": "x"}))
    with pytest.raises(Unclear, match=r"Nothing has to be filled in tasks\.due"):
        changed(said=Said(fills={"tasks.due": "2030-01-01"}))


def test_what_people_made_by_migrations_of_their_own_stays():
    by_hand = ("ALTER TABLE tasks ADD COLUMN reference text NOT NULL DEFAULT ''; CREATE INDEX by_hand ON tasks (reference); "
               "ALTER TABLE tasks ALTER COLUMN due SET NOT NULL; ALTER TABLE tasks ADD CONSTRAINT short CHECK (length(title) < 9); "
               "CREATE TABLE notes (id uuid PRIMARY KEY)")
    assert changed(by_hand=by_hand) == Regenerated((), (), frozenset(), ())
    found = changed(("due date,", "due date, size bigint,"), by_hand=by_hand)
    assert found.wanted == (AddColumns("tasks", (NewColumn("size", "bigint"),)),)
    assert found.last == ()


def test_what_is_there_already_is_not_made_again():
    assert changed(("due date,", "due date, size bigint,"), by_hand="ALTER TABLE tasks ADD COLUMN size bigint").wanted == ()
    with pytest.raises(Unclear, match=r"tasks\.size is there already, as text"):
        changed(("due date,", "due date, size bigint,"), by_hand="ALTER TABLE tasks ADD COLUMN size text")


def test_indexes_follow_the_lists():
    found = changed(("tasks (owner_id)", "tasks (owner_id, due)"), ("tasks_owner_id_idx", "tasks_owner_id_due_idx"))
    assert found.wanted == (AddIndex("tasks", ("owner_id", "due"), name="tasks_owner_id_due_idx"),)
    assert found.last == (DropIndex("tasks", "tasks_owner_id_idx"),)


def test_a_new_table_comes_with_all_that_belongs_to_it():
    [made] = changed(("CREATE INDEX", "CREATE TABLE labels (id uuid PRIMARY KEY, task_id uuid REFERENCES tasks (id)); "
                      "CREATE INDEX labels_task_id_idx ON labels (task_id); CREATE INDEX")).wanted
    assert isinstance(made, CopyTable)
    assert [each.name for each in made.indexes] == ["labels_task_id_idx"]


POLICIES = """
CREATE FUNCTION caller_ids() RETURNS SETOF uuid LANGUAGE sql STABLE AS $$ SELECT id FROM users $$;
ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
CREATE POLICY tasks_read ON tasks FOR SELECT USING (owner_id IN (SELECT caller_ids()));
CREATE POLICY tasks_delete ON tasks FOR DELETE USING (owner_id IN (SELECT caller_ids()));
GRANT SELECT, DELETE ON tasks TO app;
"""


def access(*texts: str) -> Access:
    return access_of([script(text) for text in texts])


def step(new: str, by_hand: str = "", renamed: dict[str, str] | None = None, staying: Sequence[str] = ()):
    now = access(POLICIES, by_hand) if by_hand else access(POLICIES)
    return access_change(access(POLICIES), now, access(new), renamed or {}, frozenset(staying))


def test_the_same_access_is_no_change_however_it_is_spelled():
    found = step(POLICIES.replace("FOR SELECT USING", "FOR SELECT\n    USING"))
    assert (found.step, found.kept) == (None, ())


def test_policies_grants_and_functions_are_exchanged_and_come_back():
    new = POLICIES.replace("FOR DELETE USING (owner_id IN (SELECT caller_ids()))", "FOR DELETE USING (false)")
    new = new.replace("FROM users $$", "FROM users WHERE true $$").replace("SELECT, DELETE ON", "SELECT, UPDATE ON")
    found = step(new).step
    assert found is not None
    assert found.up == (
        "DROP POLICY tasks_delete ON tasks;",
        "CREATE OR REPLACE FUNCTION caller_ids() RETURNS SETOF uuid LANGUAGE sql STABLE AS $$ SELECT id FROM users WHERE true $$;",
        "CREATE POLICY tasks_delete ON tasks FOR DELETE TO public USING (false);",
        "GRANT UPDATE ON tasks TO app;", "REVOKE DELETE ON tasks FROM app;")
    assert "CREATE POLICY tasks_delete ON tasks FOR DELETE TO public USING (owner_id IN (SELECT caller_ids()));" in found.down
    assert "GRANT DELETE ON tasks TO app;" in found.down
    assert found.down.index("DROP POLICY tasks_delete ON tasks;") < found.down.index(
        "CREATE POLICY tasks_delete ON tasks FOR DELETE TO public USING (owner_id IN (SELECT caller_ids()));")


def test_a_policy_that_people_changed_is_left_and_told():
    new = POLICIES.replace("FOR DELETE USING (owner_id IN (SELECT caller_ids()))", "FOR DELETE USING (false)")
    found = step(new, by_hand="DROP POLICY tasks_delete ON tasks; CREATE POLICY tasks_delete ON tasks FOR DELETE USING (true)")
    assert found.step is None
    assert "the policy tasks_delete of tasks was changed by a migration of yours and stays so" in found.kept[0]
    assert "was dropped by" in step(new, by_hand="DROP POLICY tasks_delete ON tasks").kept[0]
    assert step(POLICIES, by_hand="ALTER POLICY tasks_delete ON tasks USING (true)").kept == ()


def test_a_table_that_stays_keeps_its_policies():
    assert step("", staying=["tasks"]).step is None
    dropped = step("").step
    assert dropped is not None
    assert "DROP POLICY tasks_read ON tasks;" in dropped.up


def test_policies_move_with_a_renamed_table():
    new = POLICIES.replace("tasks", "jobs")
    found = step(new, renamed={"tasks": "jobs"}).step
    assert found is not None
    assert found.up[0] == "DROP POLICY tasks_delete ON jobs;"
    assert not [sql for sql in found.up if sql.startswith(("GRANT", "REVOKE"))]
