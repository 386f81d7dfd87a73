"""The whole way: from a database and a workload to indexes, and nothing written on it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backend_lead.doors.cli.main import main
from backend_lead.prove.scratch import Scratch

WORKLOAD = """
-- name: of a person
-- weight: 500/h
SELECT * FROM sale WHERE person_id = $1 ORDER BY at DESC LIMIT 20;
-- name: both
-- weight: 300/h
SELECT count(*) FROM sale WHERE a = $1 AND b = $2;
-- name: by mail
-- weight: 200/h
SELECT id FROM person WHERE lower(mail) = $1;
-- name: tagged
-- weight: 50/h
SELECT id FROM person WHERE tags @> ARRAY['u100'];
-- name: by key
-- weight: 9000/h
SELECT * FROM person WHERE id = $1;
-- name: visits of a number
-- weight: 1/day
SELECT * FROM visit WHERE x = $1;
-- name: a visit
-- weight: 90000/h
INSERT INTO visit (id, day, x) VALUES ($1, $2, $3);
"""


@pytest.fixture(scope="module")
def answered(shop_database: str, tmp_path_factory: pytest.TempPathFactory):
    """The JSON document of a diagnosis with a workload file."""
    folder = tmp_path_factory.mktemp("answered")
    (folder / "w.sql").write_text(WORKLOAD, encoding="utf-8")
    (folder / "empty").mkdir()
    output = folder / "out.json"
    assert main(["diagnose", str(folder / "empty"), "--db", shop_database, "--allow-superuser", "--workload",
                 str(folder / "w.sql"), "--format", "json", "--output", str(output), "-q"]) == 0
    return json.loads(output.read_text(encoding="utf-8"))


def test_the_missing_indexes_are_advised_as_one_set(answered):
    made = {change["ddl"].partition(" ON ")[2]: change for change in answered["index_changes"]
            if change["action"] == "create"}
    assert {"sale (person_id)", "sale (a, b)", "person ((lower(mail::text)))", "person USING gin (tags)"} >= set(made)
    assert len(made) >= 3
    for change in made.values():
        assert change["serves"]
        assert change["size_bytes"] >= 8192
        assert change["gain"] > 0
        assert change["evidence"] == "measured"
        assert change["unit"] == "planner cost"
        assert "CONCURRENTLY" in change["ddl_online"]


def test_a_duplicate_goes_and_what_keeps_a_rule_stays(answered):
    gone = {change["name"] for change in answered["index_changes"] if change["action"] == "drop"}
    assert "sale_at_again" in gone
    assert not gone & {"person_pkey", "person_mail_key", "sale_pkey", "visit_pkey"}


def test_nothing_is_advised_on_the_table_that_is_only_written(answered):
    assert not [change for change in answered["index_changes"]
                if change["action"] == "create" and "visit" in change["table"]]


def test_costs_stand_before_and_after_with_their_rung(answered):
    before = {each["query"]: each for each in answered["before"]}
    after = {each["query"]: each for each in answered["after"]}
    assert set(before) == set(after) == {"of a person", "both", "by mail", "tagged", "by key", "visits of a number",
                                         "a visit"}
    assert after["of a person"]["cost"] < before["of a person"]["cost"] / 10
    assert after["by key"]["cost"] == before["by key"]["cost"]
    assert all(each["unit"] == "planner cost" and each["evidence"] == "measured" for each in before.values())


def test_the_first_line_names_what_costs_most(answered):
    assert answered["headline"].startswith("of a person (w.sql:4) takes ")
    assert "CREATE INDEX" in answered["headline"]


def test_the_shadow_was_compared_first(answered):
    assert answered["self_check"] == "The shadow plans 6 of 6 statements as the source does."


def state(postgres: Scratch) -> object:
    """Everything stored in the database: rows by their hash, definitions, and the catalogue of statistics."""
    tables = ("person", "sale", "visit", "counts", "pg_class", "pg_index", "pg_statistic", "pg_proc", "pg_authid",
              "pg_extension", "pg_attribute", "pg_settings")
    return [postgres.execute(f"SELECT count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t",
                             database="slow_shop") for table in tables]


def test_nothing_is_written_on_the_database(postgres, shop_database, tmp_path: Path):
    postgres.execute("DROP ROLE IF EXISTS slow_reader")
    postgres.execute("CREATE ROLE slow_reader LOGIN; GRANT pg_monitor, pg_read_all_data TO slow_reader")
    (tmp_path / "w.sql").write_text(WORKLOAD, encoding="utf-8")
    (tmp_path / "empty").mkdir()
    before = state(postgres)
    for extra in (["--workload", str(tmp_path / "w.sql")], [], ["--export-stats", str(tmp_path / "s.sql"), "--mask"]):
        assert main(["diagnose", str(tmp_path / "empty"), "--db", postgres.dsn("slow_shop", "slow_reader"), "-q",
                     "--format", "json", "--output", str(tmp_path / "o"), "--fail-on", "never", *extra]) == 0
    assert state(postgres) == before


def test_a_role_that_sees_no_statistics_is_told_the_grant(postgres, shop_database, tmp_path: Path, capsys):
    postgres.execute("DROP ROLE IF EXISTS blind_reader")
    postgres.execute("CREATE ROLE blind_reader LOGIN; GRANT pg_monitor TO blind_reader")
    (tmp_path / "w.sql").write_text(WORKLOAD, encoding="utf-8")
    (tmp_path / "empty").mkdir()
    main(["diagnose", str(tmp_path / "empty"), "--db", postgres.dsn("slow_shop", "blind_reader"), "-q", "--verbose",
          "--workload", str(tmp_path / "w.sql"), "--fail-on", "never"])
    said = " ".join(capsys.readouterr().out.split())
    assert 'GRANT pg_read_all_data TO "blind_reader"' in said
    assert "The shadow could not be compared with the source" in said


def test_the_same_file_gives_the_same_bytes_elsewhere(shop_database, tmp_path: Path):
    stats = tmp_path / "stats.sql"
    (tmp_path / "w.sql").write_text(WORKLOAD, encoding="utf-8")
    (tmp_path / "empty").mkdir()
    assert main(["diagnose", "--db", shop_database, "--allow-superuser", "--export-stats", str(stats), "-q"]) == 0
    outputs = []
    for number in range(2):
        output = tmp_path / f"{number}.json"
        assert main(["diagnose", str(tmp_path / "empty"), "--stats", str(stats), "--workload", str(tmp_path / "w.sql"),
                     "--format", "json", "--output", str(output), "-q"]) == 0
        outputs.append(output.read_bytes())
    assert outputs[0] == outputs[1]
    assert b"was not compared with the source" in outputs[0]


def test_wrong_words_are_said_with_what_to_type(tmp_path: Path, capsys):
    assert main(["diagnose", str(tmp_path), "--mask"]) == 2
    assert "--export-stats FILE" in capsys.readouterr().err
    assert main(["diagnose", str(tmp_path), "--budget", "much"]) == 2
    assert "500MB" in capsys.readouterr().err
    assert main(["diagnose", str(tmp_path), "--export-stats", "x"]) == 2
    assert "--db DSN" in capsys.readouterr().err
    assert main(["diagnose", str(tmp_path)]) == 3


def test_a_budget_is_kept(shop_database, tmp_path: Path):
    (tmp_path / "w.sql").write_text(WORKLOAD, encoding="utf-8")
    (tmp_path / "empty").mkdir()
    output = tmp_path / "o.json"
    assert main(["diagnose", str(tmp_path / "empty"), "--db", shop_database, "--allow-superuser", "-q", "--workload",
                 str(tmp_path / "w.sql"), "--budget", "1MB", "--format", "json", "--output", str(output)]) == 0
    made = [each["size_bytes"] for each in json.loads(output.read_bytes())["index_changes"] if each["action"] == "create"]
    assert made
    assert sum(made) <= 1 << 20


def test_an_index_that_only_the_new_form_uses_stays_and_the_first_line_names_the_form(shop_database, tmp_path: Path):
    (tmp_path / "w.sql").write_text("-- name: of a day\n-- weight: 500/h\n"
                                    "SELECT id, total FROM sale WHERE at::date = '2024-01-20';\n", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    output = tmp_path / "o.json"
    assert main(["diagnose", str(tmp_path / "empty"), "--db", shop_database, "--allow-superuser", "-q", "--workload",
                 str(tmp_path / "w.sql"), "--format", "json", "--output", str(output)]) == 0
    found = json.loads(output.read_bytes())
    assert [each["kind"] for each in found["rewrites"]] == ["function-on-column"]
    assert "written another way (function-on-column)" in found["headline"]
    gone = {each["name"] for each in found["index_changes"] if each["action"] == "drop"}
    assert len(gone & {"sale_at", "sale_at_again"}) == 1
    assert not [each for each in found["caches"] if each["query"] == "of a day"]


def test_two_small_indexes_are_taken_where_the_best_one_would_leave_no_room(postgres: Scratch, tmp_path: Path):
    dsn = postgres.create_database("room")
    for statement in (
            "CREATE TABLE wide AS SELECT i AS id, repeat(md5(i::text), 6) AS word FROM generate_series(1, 40000) i",
            "CREATE TABLE slim AS SELECT i AS a, (hashint4(i) & 2147483647) AS b, repeat('x', 150) AS pad "
            "FROM generate_series(1, 40000) i", "VACUUM ANALYZE"):
        postgres.execute(statement, database="room")
    (tmp_path / "w.sql").write_text("-- weight: 100/h\nSELECT * FROM wide WHERE word = $1;\n-- weight: 90/h\n"
                                    "SELECT * FROM slim WHERE a = $1;\n-- weight: 90/h\nSELECT * FROM slim WHERE b = $1;\n")
    output = tmp_path / "d.json"

    def tables(budget: str) -> list[str]:
        assert main(["diagnose", str(tmp_path), "--db", dsn, "--allow-superuser", "--no-cache", "-q", "--workload",
                     str(tmp_path / "w.sql"), "--budget", budget, "--format", "json", "--output", str(output)]) == 0
        return sorted(each["table"] for each in json.loads(output.read_text())["index_changes"])

    assert tables("100MB") == ["slim", "slim", "wide"]
    # The one of `wide` takes ten megabytes and gains most; the two of `slim` take one each and gain more together.
    assert tables("10500kB") == ["slim", "slim"]
