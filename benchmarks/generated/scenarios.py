"""What people do to a generated service, and what then changes in its blueprint: one scenario each.

A scenario says what is written by hand into which file, how the blueprint (as YAML, a dictionary) or the options
change, what has to be answered, and what is expected: a refusal before it was answered, files in conflict, columns
whose values are others by wish.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from backend_lead.migrate.create.regenerating import Said

Blueprint = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Edit:
    """Lines written by hand into a file: before the first line that begins with `before`, or at the end."""

    path: str
    lines: tuple[str, ...]
    before: str = ""


@dataclass(frozen=True, slots=True)
class Scenario:
    """`refused`: a part of what is said when nothing is answered.  `conflicts`: files in conflict.  `touched`: columns
    whose values change by wish (`tasks.code`)."""

    name: str
    archetype: str
    change: Callable[[Blueprint], object]
    edits: tuple[Edit, ...] = ()
    said: Said = field(default_factory=Said)
    refused: str = ""
    conflicts: tuple[str, ...] = ()
    touched: tuple[str, ...] = ()
    mfa: bool | None = None
    api_keys: bool | None = None
    audit: bool = False
    then: Callable[[Blueprint], object] | None = None
    then_said: Said = field(default_factory=Said)
    deleted: str = ""
    migrates: bool = True


def _fields(blueprint: Blueprint, entity: str) -> dict[str, Any]:
    found: dict[str, Any] = blueprint["entities"][entity].setdefault("fields", {})
    return found


def _set(entity: str, name: str, **traits: object) -> Callable[[Blueprint], object]:
    """Change a field, or add one."""
    return lambda b: _fields(b, entity).update({name: {**_fields(b, entity).get(name, {}), **traits}})


def _moved(entity: str, old: str, new: str) -> Callable[[Blueprint], object]:
    """Rename a field, in its place and wherever it is listed by."""

    def change(blueprint: Blueprint) -> None:
        fields = _fields(blueprint, entity)
        blueprint["entities"][entity]["fields"] = {new if name == old else name: each for name, each in fields.items()}
        for path in blueprint["entities"][entity].get("lists", []):
            for key in ("filters", "search"):
                if key in path:
                    path[key] = [new if each == old else each for each in path[key]]

    return change


def _route(plural: str) -> Edit:
    lines = ('', '', f'@router.get("/{plural}-by-hand")', "async def by_hand(me: SignedIn) -> dict[str, str]:",
             f'    """Say who asks for {plural}."""', '    return {"by_hand": str(me.id)}')
    return Edit(f"app/{plural}/routes.py", lines)


def _query(plural: str) -> Edit:
    lines = ("", "", f'_BY_HAND = "SELECT count(*) FROM {plural}"', "", "",
             "async def count_by_hand(connection: Connection) -> int:",
             '    """Return how many there are."""', "    return int(await connection.fetchval(_BY_HAND))")
    return Edit(f"app/{plural}/queries.py", lines)


_README = Edit("README.md", ("## Written by hand", "", "Ask Ada before you change the limits.", ""), "## Settings")
_SETTING = Edit("app/settings.py", ("# By hand: the mail gateway of the office.", 'MAIL_GATEWAY = "mail.internal"', ""),
                "_TOO_WELL_KNOWN")
_POLICY = Edit("app/policy.py", ("", "", "def by_hand(role: str) -> bool:",
                                 '    """Say whether a role is the office\'s."""', '    return role == "office"'))
_TEST = Edit("tests/test_by_hand.py", ('"""Written by hand."""', "", "from app.settings import Settings", "", "",
                                       "def test_by_hand(settings: Settings) -> None:",
                                       "    assert settings.pool_size == 5"))
_LABEL = {
    "says": "A word on a task.", "relations": {"task": {"to": "task"}}, "through": "task",
    "fields": {"word": {"type": "text", "max_length": 40}},
    "policy": {"read": ["member"], "create": ["member"], "delete": ["member"]},
    "lists": [{"filters": ["task"], "order": "oldest"}, {"filters": ["task"], "search": ["word"], "order": "newest"}],
}
_OWN_MIGRATION = (
    Edit("db/migrations/000002_by_hand.up.sql", (
        "ALTER TABLE tasks ADD COLUMN external_reference text;",
        "CREATE INDEX tasks_external_reference_idx ON tasks (external_reference);",
        "DROP POLICY tasks_delete ON tasks;",
        "CREATE POLICY tasks_delete ON tasks FOR DELETE USING (tasks.reporter_id = (SELECT caller_id()) AND "
        "tasks.external_reference IS NULL);")),
    Edit("db/migrations/000002_by_hand.down.sql", (
        "DROP POLICY tasks_delete ON tasks;",
        "CREATE POLICY tasks_delete ON tasks FOR DELETE USING (tasks.reporter_id = (SELECT caller_id()));",
        "ALTER TABLE tasks DROP COLUMN external_reference;")),
)

SCENARIOS = (
    Scenario("a field is added", "project_tracker", _set("task", "estimate", type="integer", required=False, least=0),
             (_route("tasks"), _README)),
    Scenario("a field with a default is added", "project_tracker",
             _set("project", "colour", type="choice", choices=["blue", "red"], default="blue"),
             (_query("projects"), _SETTING)),
    Scenario("a required field is added", "helpdesk", _set("ticket", "code", type="text", max_length=20),
             (_route("tickets"),), Said(fills={"tickets.code": "none"}), refused="--fill tickets.code=VALUE"),
    Scenario("a field is removed", "project_tracker", lambda b: _fields(b, "task").pop("due_on"),
             (_TEST, _query("tasks")), touched=()),
    Scenario("a required field is removed", "project_tracker", lambda b: _fields(b, "project").pop("name"),
             (_route("projects"), _README)),
    Scenario("a field is renamed", "project_tracker", _moved("task", "due_on", "deadline"), (_route("tasks"), _POLICY),
             Said(renamed={"tasks.due_on": "deadline"}), refused="was it renamed?"),
    Scenario("a field that is searched is renamed", "project_tracker", _moved("task", "title", "subject"),
             (_query("tasks"),), Said(renamed={"tasks.title": "subject"}), refused="was it renamed?"),
    Scenario("one field goes and another comes beside it", "project_tracker", _moved("task", "due_on", "estimate_on"),
             (_route("tasks"),), Said(kept=frozenset({"tasks.due_on"})), refused="--kept tasks.due_on"),
    Scenario("a field goes with what it holds", "project_tracker", lambda b: _fields(b, "task").pop("due_on"),
             (_SETTING, _README), Said(gone=frozenset({"tasks.due_on"}))),
    Scenario("a field is made required", "project_tracker", _set("task", "due_on", required=True), (_route("tasks"),),
             Said(fills={"tasks.due_on": "2030-01-01"}), refused="--fill tasks.due_on=VALUE",
             touched=("tasks.due_on",)),
    Scenario("a field is made optional", "project_tracker", _set("project", "name", required=False),
             (_route("projects"),)),
    Scenario("a text may be longer", "forum", _set("thread", "title", max_length=400), (_route("threads"), _README)),
    Scenario("a choice is added", "project_tracker",
             _set("task", "priority", choices=["low", "normal", "high", "urgent"]), (_query("tasks"), _POLICY)),
    Scenario("an entity is added", "project_tracker", lambda b: b["entities"].update(label=_LABEL),
             (_route("tasks"), _POLICY, _SETTING)),
    Scenario("an entity is removed", "project_tracker", lambda b: b["entities"].pop("comment"),
             (_route("comments"), _route("tasks"))),
    Scenario("a list is added", "project_tracker",
             lambda b: b["entities"]["comment"]["lists"].append({"filters": ["owner"], "order": "newest"}),
             (_route("comments"), _query("comments"))),
    Scenario("a list is removed", "project_tracker", lambda b: b["entities"]["task"]["lists"].pop(2),
             (_route("tasks"),)),
    Scenario("a role is added", "helpdesk", lambda b: b["roles"].update(auditor="may look"), (_POLICY, _README)),
    Scenario("who may change a row is another", "project_tracker",
             lambda b: b["entities"]["task"]["policy"].update(update=["owner"], delete=["owner", "member"]),
             (_route("tasks"), _POLICY)),
    Scenario("limits are others", "project_tracker", lambda b: b["limits"].update(requests=900, writes=200),
             (_SETTING, _README), migrates=False),
    Scenario("a second factor and keys for programs", "project_tracker", lambda b: None, (_route("tasks"), _SETTING),
             mfa=True, api_keys=True),
    Scenario("who did what is kept", "project_tracker", lambda b: None, (_route("comments"), _README), audit=True),
    Scenario("a relation is added", "online_shop",
             lambda b: b["entities"]["product"].setdefault("relations", {}).update(
                 supplier={"to": "user", "required": False, "on_delete": "set null"}), (_query("products"),)),
    Scenario("a unique field is added", "project_tracker",
             _set("project", "slug", type="text", max_length=60, required=False, unique=True), (_route("projects"),)),
    Scenario("after a migration by hand", "project_tracker", _set("task", "estimate", type="integer", required=False),
             (*_OWN_MIGRATION, _route("tasks"))),
    Scenario("twice, one after the other", "project_tracker",
             _set("task", "estimate", type="integer", required=False), (_route("tasks"), _README),
             then=_moved("task", "estimate", "effort"), then_said=Said(renamed={"tasks.estimate": "effort"})),
    Scenario("both change the same lines", "project_tracker", lambda b: b["limits"].update(requests=900),
             (Edit("README.md", ("| `REQUESTS_PER_MINUTE` | by hand: ask Ada |",), "| `REQUESTS_PER_MINUTE`"),),
             conflicts=("README.md",), migrates=False),
    Scenario("a file was deleted by hand", "project_tracker", _set("task", "estimate", type="integer", required=False),
             (_route("tasks"),), deleted="AGENTS.md"),
)
