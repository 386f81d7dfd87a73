"""Logs that a real PostgreSQL has written, in each of its forms, read as a workload."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import psycopg
import pytest

from backend_lead.doors.cli.main import main
from backend_lead.errors import WrongUse
from backend_lead.model.finding import EndpointRef
from backend_lead.prove.scratch import Scratch
from backend_lead.read.traffic.query_log import is_query_log, read_query_log

FORMS = {"stderr": ".log", "csvlog": ".csv", "jsonlog": ".json"}
_SETTINGS = {"logging_collector": "on", "log_destination": "stderr,csvlog,jsonlog", "log_filename": "pg.log",
             "log_rotation_age": "0", "log_statement": "none", "log_line_prefix": "%m [%p] %q%u@%d ",
             "shared_preload_libraries": "auto_explain"}
_ROWS = """
CREATE TABLE sale (id int PRIMARY KEY, person_id int, state text, at timestamptz);
INSERT INTO sale SELECT i, i % 50, CASE WHEN i % 40 = 0 THEN 'new' ELSE 'done' END,
    timestamptz '2024-01-01' + i * interval '1 min' FROM generate_series(1, 4000) i;
ANALYZE
"""


def _traffic(dsn: str, *settings: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        for setting in settings:
            connection.execute(setting.encode())
        for number in range(30):
            connection.execute("SELECT id FROM sale WHERE person_id = %s AND state = 'new' ORDER BY 1 LIMIT 5",
                               (number,))
            connection.execute(f"SELECT *\nFROM sale -- the newest\nWHERE at > '2024-01-0{1 + number % 3}'\n"
                               "/*route='/sales',method='GET'*/".encode())
            connection.execute("UPDATE sale SET state = %s WHERE id = %s", ("it's", number))
        connection.execute("SELECT count(*) FROM pg_class")
        for wrong in ("SELECT nothing FROM nowhere", "SELEC 1"):
            with pytest.raises(psycopg.Error):
                connection.execute(wrong.encode())


def _written(log: Path) -> None:
    """Wait until the collector has written the last statement into every file."""
    for _ in range(200):
        if all(b"SELEC 1" in (log / f"pg{ending}").read_bytes() for ending in FORMS.values()):
            return
        time.sleep(0.05)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Logs of durations (`durations`), of plans as text (`text`) and as JSON (`json`), each in three forms."""
    made = tmp_path_factory.mktemp("logs")
    plans = ("SET log_min_duration_statement = -1", "SET auto_explain.log_min_duration = 0")
    for name, settings in (("durations", ("SET log_min_duration_statement = 0",)), ("text", plans),
                           ("json", (*plans, "SET auto_explain.log_format = json"))):
        with Scratch(_SETTINGS) as server:
            dsn = server.create_database("logged")
            server.execute(_ROWS, database="logged")
            _traffic(dsn, *settings)
            _written(server.server.folder / "data" / "log")
            shutil.copytree(server.server.folder / "data" / "log", made / name)
    return made


@pytest.mark.parametrize("kind", ["durations", "text", "json"])
@pytest.mark.parametrize("form", sorted(FORMS))
def test_each_form_of_a_log_is_the_same_workload(folder: Path, kind: str, form: str):
    path = folder / kind / f"pg{FORMS[form]}"
    assert is_query_log(path)
    found = read_query_log(path)
    by_sql = {query.sql: query for query in found.queries}
    person = by_sql["SELECT id FROM sale WHERE person_id = $1 AND state = 'new' ORDER BY 1 LIMIT 5"]
    newest = by_sql["SELECT * FROM sale WHERE at > $1"]
    update = by_sql["UPDATE sale SET state = $1 WHERE id = $2"]
    assert (person.calls, newest.calls, update.calls) == (30, 30, 30)
    assert person.source == "query log"
    assert person.total_ms is not None
    assert newest.endpoint == EndpointRef("GET", "/sales")
    assert not any("pg_class" in sql for sql in by_sql)
    assert len(newest.samples) == 8
    assert {values[0] for values in newest.samples} <= {"'2024-01-01'", "'2024-01-02'", "'2024-01-03'"}
    assert all(values[0] == "'it''s'" for values in update.samples)


def test_the_command_takes_a_log_where_it_takes_traces(folder: Path, shop_database: str, tmp_path: Path):
    (tmp_path / "empty").mkdir()
    output = tmp_path / "o.json"
    assert main(["diagnose", str(tmp_path / "empty"), "--db", shop_database, "--allow-superuser", "--traces",
                 str(folder / "durations" / "pg.csv"), "-q", "--format", "json", "--output", str(output)]) in (0, 1)
    found = json.loads(output.read_bytes())
    assert {query["source"] for query in found["queries"]} == {"query log"}
    assert "executions in" in found["workload"]
    assert any(query["path"] == "/sales" for query in found["queries"])


def test_a_log_of_slow_statements_only_is_said_to_be_one(tmp_path: Path):
    lines = [f"2026-01-01 10:{number:02}:00.000 UTC [1] LOG:  duration: {200 + number}.5 ms  statement: SELECT * FROM t "
             f"WHERE a = {number}" for number in range(60)]
    (tmp_path / "slow.log").write_text("\n".join(lines), encoding="utf-8")
    found = read_query_log(tmp_path / "slow.log")
    assert "none is faster than 200 ms" in found.source
    [query] = found.queries
    assert query.sql == "SELECT * FROM t WHERE a = $1"
    assert query.per_hour == pytest.approx(60 / (59 / 60))


@pytest.mark.parametrize("text", ["", "no log\n", "\x00\x01", "{", '{"resourceSpans": []}', "a,b,c\n", "[1]"])
def test_what_is_no_log_is_none(tmp_path: Path, text: str):
    path = tmp_path / "x"
    path.write_text(text, encoding="utf-8")
    assert not is_query_log(path)


def test_a_log_without_statements_says_how_to_get_some(tmp_path: Path):
    path = tmp_path / "quiet.log"
    path.write_text("2026-01-01 10:00:00.000 UTC [1] LOG:  database system is ready to accept connections\n",
                    encoding="utf-8")
    with pytest.raises(WrongUse, match="holds no statement") as raised:
        read_query_log(path)
    assert "log_min_duration_statement" in str(raised.value.hint)


def test_a_log_that_was_cut_or_is_damaged_gives_what_it_holds(folder: Path, tmp_path: Path):
    for ending in FORMS.values():
        whole = (folder / "durations" / f"pg{ending}").read_bytes()
        cut = tmp_path / f"cut{ending}"
        cut.write_bytes(whole[: len(whole) * 2 // 3] + b"\xff\xfe\x00,\"")
        assert read_query_log(cut).queries
