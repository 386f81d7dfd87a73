"""Blueprints as files: what is read, and what is said of a mistake."""

from pathlib import Path

import msgspec
import pytest
from small_blueprint import SMALL

from backend_lead.design import blueprint_files
from backend_lead.design.blueprint_files import archetypes, plural_of, read_blueprint
from backend_lead.errors import WrongUse
from backend_lead.model.blueprint import Audience, FieldType, OnDelete, Personal, Who


def changed(old: str, new: str) -> str:
    assert old in SMALL
    return SMALL.replace(old, new)


def test_a_small_blueprint_is_read_with_what_it_leaves_out():
    blueprint = read_blueprint(SMALL, "notes.yaml")
    note = blueprint.entity("note")
    assert note.plural == "notes"
    assert note.relation("author").on_delete is OnDelete.CASCADE
    assert note.field("body").type is FieldType.TEXT
    assert note.policy.read == (Who(Audience.OWNER),)
    assert note.policy.update == ()
    assert blueprint.limit("requests") == 600


def test_entities_come_after_those_that_they_require():
    more = SMALL + """
  tag:
    says: A word.
    relations: {page: {to: page}}
    policy: {read: [signed-in]}
  page:
    says: A page.
    policy: {read: [signed-in]}
"""
    names = [each.name for each in read_blueprint(more, "x.yaml").entities]
    assert names.index("page") < names.index("tag")


@pytest.mark.parametrize(("text", "said", "hint"), [
    (changed("type: text", "type: blob"), "entities.note.fields.body.type", "docs/blueprint.md"),
    (changed("owner: author", "owner: author\n    colour: red"), "colour", "docs/blueprint.md"),
    (changed("  note:", "  class:"), "class is a word of Python", "class_entry"),
    (changed("  note:", "  order:"), "order is a word of SQL", "order_entry"),
    (changed("  note:", "  session:"), "every service has something called session", "session_entry"),
    (changed("  note:", "  Note:"), "'Note' is no name", "order_line"),
    (changed("max_length: 500", "required: true"), "a text needs a length", "max_length: 200"),
    (changed("read: [owner]", "read: [boss]"), "'boss', which is nobody we know", "role:NAME"),
    (changed("read: [owner]", 'read: [owner, "role:boss"]'), "there is no role boss", "member"),
    (changed("read: [owner]", "read: [member]"), "nothing leads to members", "members:"),
    (changed("read: [owner]", "read: []"), "nobody may read it", "at least one"),
    (changed("create: [signed-in]", "create: [public]"), "the public may write", "signed-in"),
    (changed("filters: [owner]", "filters: [colour]"), "there is no colour to filter by", "author, body"),
    (changed("order: newest", "order: -body"), "a text is ordered from the first", "order: body"),
    (changed("fields:", "relations: {topic: {to: topic}}\n    fields:"), "there is no entity topic", "note"),
    (changed("fields:", "relations: {twin: {to: note}}\n    fields:"), "note → note refer to one another", "Take the relation"),
    ("name: [", "is not YAML", "spaces"),
    ("- just\n- a list\n", "Expected `object`", "docs/blueprint.md"),
    ("", "Expected `object`", "docs/blueprint.md"),
])
def test_a_mistake_is_told_with_its_place_and_what_to_type(text: str, said: str, hint: str):
    with pytest.raises(WrongUse) as told:
        read_blueprint(text, "notes.yaml")
    assert told.value.message.startswith("notes.yaml")
    assert said in told.value.message
    assert hint in told.value.hint


def test_a_circle_of_required_relations_is_named():
    circle = SMALL + """
  hen:
    says: A hen.
    relations: {egg: {to: egg}}
    policy: {read: [signed-in]}
  egg:
    says: An egg.
    relations: {hen: {to: hen}}
    policy: {read: [signed-in]}
"""
    with pytest.raises(WrongUse, match="hen → egg → hen refer to one another"):
        read_blueprint(circle, "farm.yaml")


def test_two_hundred_entities_are_read_and_one_more_is_not():
    def many(number: int) -> str:
        return SMALL + "".join(f"  thing_{each}: {{says: A thing., policy: {{read: [signed-in]}}}}\n" for each in range(number - 1))

    assert len(read_blueprint(many(200), "x.yaml").entities) == 200
    with pytest.raises(WrongUse, match="there are 201 of them"):
        read_blueprint(many(201), "x.yaml")


def test_there_are_twenty_archetypes_and_all_are_read():
    assert len(archetypes()) >= 20
    assert {"social_media", "online_shop", "project_tracker"} <= set(archetypes())


@pytest.mark.parametrize(("one", "many"), [("category", "categories"), ("box", "boxes"), ("day", "days"), ("task", "tasks")])
def test_plurals_follow_the_regular_rules(one: str, many: str):
    assert plural_of(one) == many


PAGE = Path(__file__).parents[2] / "docs" / "blueprint.md"
KINDS = [each for each in vars(blueprint_files).values() if isinstance(each, type) and issubclass(each, msgspec.Struct)
         and each is not msgspec.Struct]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_key_is_told(kind: type[msgspec.Struct]):
    page = PAGE.read_text(encoding="utf-8")
    assert [each for each in kind.__struct_encode_fields__ if f"`{each}`" not in page] == []


@pytest.mark.parametrize("words", [list(Audience), list(FieldType), list(OnDelete), list(Personal)])
def test_every_word_is_told(words: list[str]):
    page = PAGE.read_text(encoding="utf-8")
    named = {Audience.ROLE: "role:NAME", Audience.RELATION: "relation:NAME"}
    assert [each for each in words if f"`{named.get(each, each)}`" not in page] == []


def test_the_example_of_the_page_is_read():
    example = PAGE.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    assert read_blueprint(example, "notes.yaml").entity("note").through == "notebook"
