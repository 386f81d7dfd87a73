"""The files of a generated service, as texts."""

import ast

import pytest
from small_blueprint import SMALL

from backend_lead.design.blueprint_files import archetypes, read_blueprint
from backend_lead.generate.python.columns import indexes
from backend_lead.generate.python.lists import shown_paths
from backend_lead.generate.python.service import Realtime, ServiceOptions, generate
from backend_lead.generate.python.template import render, templates
from backend_lead.migrate.formats import golang_migrate

EVERYTHING = ServiceOptions(mfa=True, api_keys=True, realtime=Realtime.WEBSOCKET, audit=True)
NAMES = sorted(archetypes())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("options", [ServiceOptions(), ServiceOptions(realtime=Realtime.SSE), EVERYTHING])
def test_every_python_file_is_python_without_marks_and_without_long_lines(name: str, options: ServiceOptions):
    for path, text in generate(archetypes()[name], options).items():
        assert "{{" not in text.replace("{{'", "") or path.endswith((".py", ".yaml")), path
        assert "%%" not in text, path
        if path.endswith(".py"):
            ast.parse(text)
            assert max(map(len, text.splitlines()), default=0) <= 120, path


@pytest.mark.parametrize("name", NAMES)
def test_the_same_blueprint_gives_the_same_bytes(name: str):
    assert list(generate(archetypes()[name], EVERYTHING).items()) == list(generate(archetypes()[name], EVERYTHING).items())


def test_nothing_is_generated_that_was_not_asked_for():
    files = generate(read_blueprint(SMALL, "notes.yaml"), ServiceOptions())
    assert not {"app/events.py", "app/auth/mfa.py", "app/auth/api_keys.py", "tests/test_events.py", "app/audit.py"} & set(files)
    everything = "\n".join(files.values()).lower()
    for word in ("websocket", "mfa", "api_key", "audit", "anyone", "key_after", "search_"):
        assert word not in everything, word


def test_events_need_somebody_to_tell_them():
    files = generate(read_blueprint(SMALL, "notes.yaml"), ServiceOptions(realtime=Realtime.SSE))
    assert "app/events.py" not in files


@pytest.mark.parametrize("name", NAMES)
def test_every_reference_and_every_list_has_its_index(name: str):
    blueprint = archetypes()[name]
    for entity in blueprint.entities:
        held = indexes(blueprint, entity, shown_paths(entity))
        for relation in entity.relations:
            assert any(each.columns[0] == relation.column for each in held), (entity.name, relation.name)
        assert len({each.name for each in held}) == len(held)


def test_the_owner_is_asked_for_in_the_statement_and_in_the_row_policy():
    files = generate(read_blueprint(SMALL, "notes.yaml"), ServiceOptions())
    assert "WHERE t.id = $1\n    AND t.author_id = $2" in files["app/notes/queries.py"]
    assert ("CREATE POLICY notes_read ON notes FOR SELECT\n    USING (notes.author_id = (SELECT caller_id()));"
            in files["db/migrations/000001_initial.up.sql"])
    assert "GRANT SELECT, INSERT ON notes TO notes_app;" in files["db/migrations/000001_initial.up.sql"]


def test_what_is_part_of_something_is_read_with_it():
    files = generate(archetypes()["learning"], ServiceOptions())
    assert "of_course.status = 'published' OR of_course.teacher_id = $2" in " ".join(files["app/lessons/queries.py"].split())


def test_the_migrations_are_of_a_format_that_we_read():
    assert golang_migrate._FILE.search("db/migrations/000001_initial.up.sql")
    assert "db/migrations/000001_initial.down.sql" in generate(archetypes()["chat"], EVERYTHING)


def test_a_mark_without_a_value_is_a_fault():
    assert render("a {{b}}\n%% if c\nd\n%% else\ne\n%% end\n", {"b": "x"}, {"c": False}) == "a x\ne\n"
    with pytest.raises(KeyError):
        render("{{missing}}", {}, {})
    with pytest.raises(KeyError):
        render("%% if missing\n%% end", {}, {})


def test_templates_come_with_the_package():
    assert {"app/main.py", "tests/conftest.py", "Makefile", "parts/accounts_up.sql"} <= set(templates())
