"""Files that are written for Flyway, Liquibase and golang-migrate, run up and down by the real tool."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.rewrite import golang_migrate, java
from benchmarks.rewrite.tool_cache import NoTool
from node_tools import FORMATS, read
from test_node_writing import STEPS

from backend_lead.gates.files import Tree
from backend_lead.prove.sameness import schema_text
from backend_lead.prove.scratch import Scratch

TOOLS = {"flyway": java.packages, "liquibase": java.packages, "golang-migrate": golang_migrate.program}
OWN = "DROP TABLE IF EXISTS flyway_schema_history, schema_migrations, databasechangelog, databasechangeloglock"
FOLDER = "src/main/resources/db/migration"
LOCK_APART = "flyway.postgresql.transactional.lock=false\n"


@pytest.fixture(scope="module")
def scratch():
    with Scratch(tcp=True) as server:
        server.create_database("base")
        server.execute("CREATE TABLE users (id int PRIMARY KEY, name text); INSERT INTO users VALUES (1, 'ann')",
                       database="base")
        yield server


def need(tool: str) -> None:
    try:
        TOOLS[tool]()
    except NoTool as error:
        pytest.skip(f"the real tool cannot be run: {error}")


def lay(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def run(tool: str, project: Path, dsn: str, direction: str) -> None:
    if tool == "golang-migrate":
        golang_migrate.run(project, dsn, direction)
    elif tool == "liquibase":
        java.run_liquibase(project, dsn, direction)
    elif direction == "up":
        java.run_flyway(project, dsn)
    else:
        # Only the paid editions undo: the files that take back are given to Flyway as versions that follow.
        for number, path in enumerate(sorted((project / FOLDER).glob("U*.sql"), reverse=True), start=100):
            for ending in ("", ".conf"):
                there = Path(f"{path}{ending}")
                if there.exists():
                    there.rename(project / FOLDER / f"V{number}__undo.sql{ending}")
        java.run_flyway(project, dsn)


@pytest.mark.parametrize("tool", sorted(TOOLS))
def test_the_tool_runs_what_was_written_up_and_down(tool: str, scratch: Scratch, tmp_path: Path):
    need(tool)
    lay(tmp_path, **{"flyway.conf": LOCK_APART})
    lay(tmp_path, **{file.path: file.text for file in FORMATS[tool].write(Tree(tmp_path), STEPS, "20260102030405")})
    name = tool.replace("-", "_")
    scratch.create_database(name, template="base")
    dsn = scratch.dsn(name, tcp=True)
    run(tool, tmp_path, dsn, "up")
    assert scratch.execute("SELECT name, phone FROM users", database=name) == [("x", "a?b ?? \\d `x` ${y} $1\n?")]
    assert scratch.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = 'users_phone_idx'::regclass",
                           database=name) == [(True,)]
    run(tool, tmp_path, dsn, "down")
    scratch.execute(OWN, database=name)
    assert schema_text(scratch, name) == schema_text(scratch, "base")


@pytest.mark.parametrize(("statement", "alone"), [
    ("CREATE INDEX CONCURRENTLY i ON users (name)", True), ("DROP INDEX CONCURRENTLY known", True),
    ("VACUUM users", True), ("REINDEX INDEX CONCURRENTLY known", False),
    ("ALTER TABLE parts DETACH PARTITION first CONCURRENTLY", False)], ids=lambda each: str(each)[:20])
def test_flyway_runs_outside_a_transaction_what_is_read_as_such(
    statement: str, alone: bool, scratch: Scratch, tmp_path: Path
):
    need("flyway")
    lay(tmp_path, **{"flyway.conf": LOCK_APART, f"{FOLDER}/V1__x.sql": f"{statement};\n"})
    [script] = read("flyway", tmp_path)
    assert [each.transaction is None for each in script.up] == [alone]
    scratch.create_database("flyway_alone", template="base")
    try:
        scratch.execute("CREATE INDEX known ON users (name); CREATE TABLE parts (x int) PARTITION BY RANGE (x); "
                        "CREATE TABLE first PARTITION OF parts FOR VALUES FROM (1) TO (2)", database="flyway_alone")
        if alone:
            java.run_flyway(tmp_path, scratch.dsn("flyway_alone", tcp=True))
        else:
            with pytest.raises(RuntimeError, match="cannot run inside a transaction block"):
                java.run_flyway(tmp_path, scratch.dsn("flyway_alone", tcp=True))
    finally:
        scratch.drop_database("flyway_alone")


@pytest.mark.parametrize(("statement", "waits"), [
    ("CREATE INDEX CONCURRENTLY i ON users (name);", True), ("DROP INDEX CONCURRENTLY known;", False)])
def test_what_waits_for_flyway_itself_is_what_is_said_to_wait(
    statement: str, waits: bool, scratch: Scratch, tmp_path: Path
):
    need("flyway")
    lay(tmp_path, **{f"{FOLDER}/V1__x.sql": statement})
    [script] = read("flyway", tmp_path)
    assert bool(script.held_open) is waits
    name = f"flyway_waits_{waits}".lower()
    scratch.create_database(name, template="base")
    scratch.execute("CREATE INDEX known ON users (name)", database=name)
    # The server ends what waits: nothing but the statement itself is given a limit.
    scratch.execute(f"ALTER DATABASE {name} SET statement_timeout = '4s'", database=name)
    if waits:
        with pytest.raises(RuntimeError, match="statement timeout"):
            java.run_flyway(tmp_path, scratch.dsn(name, tcp=True))
    else:
        java.run_flyway(tmp_path, scratch.dsn(name, tcp=True))


@pytest.mark.parametrize(("name", "text"), [
    ("flyway.conf", "flyway.url=x\nflyway.postgresql.transactional.lock=false\n"),
    ("flyway.toml", "[flyway.postgresql]\ntransactional.lock = false\n"),
    ("conf/flyway.toml", "[flyway.postgresql.transactional]\nlock = false\n"),
    ("src/main/resources/application.properties", "spring.flyway.postgresql.transactional-lock=false\n"),
    ("src/main/resources/application.yml", "spring:\n  flyway:\n    postgresql:\n      transactional-lock: false\n"),
    ("pom.xml", "<configuration><postgresqlTransactionalLock>false</postgresqlTransactionalLock></configuration>"),
    ("compose.yaml", "environment:\n  - FLYWAY_POSTGRESQL_TRANSACTIONAL_LOCK=false\n"),
    ("src/main/java/FlywaySetup.java", "extension.setTransactionalLock(false);"),
])
def test_the_setting_is_found_where_projects_of_flyway_keep_it(name: str, text: str, tmp_path: Path):
    lay(tmp_path, **{"sql/V1__x.sql": "CREATE INDEX CONCURRENTLY i ON users (name);"})
    [script] = read("flyway", tmp_path)
    assert "transactional.lock=false" in script.held_open
    assert "waits for Flyway itself" in index_file(tmp_path)
    lay(tmp_path, **{name: text})
    [script] = read("flyway", tmp_path)
    assert script.held_open == ""
    assert "waits for Flyway itself" not in index_file(tmp_path)


def index_file(project: Path) -> str:
    written = FORMATS["flyway"].write(Tree(project), [STEPS[2]], "20260102030405")
    return next(file.text for file in written if file.path.endswith("V2__index_users_phone.sql"))
