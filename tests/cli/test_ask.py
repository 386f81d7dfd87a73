"""`backend-lead ask`: the three scenes on the example service, what is not understood, and the document."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from backend_lead.doors.cli.main import main

ORDERS = Path(__file__).parents[2] / "examples" / "orders"
SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "ask.1.json"


@pytest.fixture
def orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("BACKEND_LEAD_DB", raising=False)
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ORDERS, tmp_path / "orders", ignore=shutil.ignore_patterns(".backend-lead"))
    return Path("orders")


def ask(capsys: pytest.CaptureFixture[str], text: str, *more: str) -> tuple[int, str, str]:
    code = main(["ask", text, *more])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def asked(capsys: pytest.CaptureFixture[str], text: str, *more: str) -> tuple[int, dict]:
    import jsonschema_rs

    code, out, _ = ask(capsys, text, *more, "--format", "json", "-q")
    document = json.loads(out)
    jsonschema_rs.validator_for(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(document)
    assert document["schema"] == "backend-lead/ask/1"
    return code, document


def test_is_my_api_secure(capsys: pytest.CaptureFixture[str], orders: Path):
    code, document = asked(capsys, "Is my API secure?", str(orders))
    answer = document["answer"]
    assert code == 1
    assert answer["intent"] == "audit"
    assert answer["handed"][0]["skill"] == "api-security-checker"
    broken = [each for each in document["verdicts"] if each["verdict"] == "broken"]
    assert answer["headline"].startswith(f"No: {len(broken)} of {len(document['verdicts'])} endpoints ")
    first = answer["fixes"][0]
    assert first["severity"] == "critical"
    assert first["edits"][0]["text"]
    assert (orders / first["edits"][0]["file"]).is_file()
    assert all(each["dimension"] for each in answer["follows"])
    assert any("id of the caller" in each["message"] for each in answer["follows"])
    assert answer["next"][0]["command"] == "backend-lead audit orders"
    assert not list(orders.glob("migrations/versions/*add*"))


def test_the_findings_are_those_of_the_audit(capsys: pytest.CaptureFixture[str], orders: Path):
    _, document = asked(capsys, "Is my API secure?", str(orders))
    main(["audit", str(orders), "--format", "json", "-q"])
    audit = json.loads(capsys.readouterr().out)
    assert document["findings"] == audit["findings"]
    assert document["verdicts"] == audit["verdicts"]


def test_my_database_queries_are_slow(capsys: pytest.CaptureFixture[str], orders: Path):
    code, out, _ = ask(capsys, "My database queries are slow", str(orders), "-q")
    assert code == 1
    for words in ("Handed to", "diagnose by diagnose-slow-api", "database-migration-helper", "Do now",
                  "pool_size=6, max_overflow=4", "DROP INDEX CONCURRENTLY ix_orders_customer_id;", "What follows",
                  "backend-lead migration create 'drop index ix_orders_customer_id' --folder orders", "Not known",
                  "No planner statistics", "backend-lead diagnose orders --db DSN"):
        assert words in out


def test_help_me_design(capsys: pytest.CaptureFixture[str], orders: Path):
    code, document = asked(capsys, "Help me design a backend for an e-commerce platform")
    assert code == 0
    assert document["answer"]["intent"] == "design"
    decided = {each["topic"]: each["choice"] for each in document["answer"]["decided"]}
    assert len(decided) == 12
    assert decided["primary_db"] == ["postgresql"]
    assert document["answer"]["unknown"]


def test_should_i_use_graphql_is_answered_from_the_code(capsys: pytest.CaptureFixture[str], orders: Path):
    code, document = asked(capsys, "should I use GraphQL here?", str(orders))
    answer = document["answer"]
    assert code == 0
    assert [each["topic"] for each in answer["decided"]] == ["api_style"]
    assert answer["headline"].startswith("No, not GraphQL: ")
    assert any("17 foreign keys between 18 tables" in each for each in answer["analysed"])


def test_what_is_said_besides_changes_a_decision(capsys: pytest.CaptureFixture[str], orders: Path):
    few = asked(capsys, "Do we need Redis? We have 50 users.", str(orders))[1]["answer"]["decided"][0]
    many = asked(capsys, "Do we need Redis? We show a leaderboard of millions of players that changes all the time.",
                 str(orders))[1]["answer"]["decided"][0]
    assert (few["choice"], many["choice"]) == (["no"], ["yes"])


def test_a_change_is_shown_and_written_only_when_asked(capsys: pytest.CaptureFixture[str], orders: Path):
    before = sorted(orders.rglob("*.py"))
    code, document = asked(capsys, "add phone to users", str(orders))
    assert code == 0
    assert document["written"] is False
    assert sorted(orders.rglob("*.py")) == before
    assert any("routes use users" in each["message"] for each in document["answer"]["follows"])
    code, _, err = ask(capsys, "add phone to users", str(orders), "--write")
    assert code == 0
    assert "is written" in err
    assert len(sorted(orders.rglob("*.py"))) == len(before) + 1


def test_an_index_on_a_column_that_is_not_there_is_asked_about(capsys: pytest.CaptureFixture[str], orders: Path):
    code, out, err = ask(capsys, "add an index on orders.user_id safely", str(orders))
    assert (code, out) == (2, "")
    assert "orders has no column user_id" in err
    assert "customer_id" in err


def test_an_unclear_change_is_asked_about(capsys: pytest.CaptureFixture[str], orders: Path):
    code, out, err = ask(capsys, "drop the column nickname from users", str(orders))
    assert code == 2
    assert out == ""
    assert "nickname" in err


def test_growth(capsys: pytest.CaptureFixture[str], orders: Path):
    code, document = asked(capsys, "can we go to 10x traffic?", str(orders))
    assert code == 1
    assert "10 times the traffic" in document["answer"]["headline"]
    assert {each["dimension"] for each in document["findings"]} <= {"database", "scalability"}


def test_the_newest_migration_is_meant_without_a_name(capsys: pytest.CaptureFixture[str], orders: Path):
    code, document = asked(capsys, "is this migration safe?", str(orders))
    assert code == 0
    assert "0010_listing_indexes.py" in document["answer"]["told"][0]
    (orders / "bad.sql").write_text("CREATE INDEX ON orders (status);")
    code, document = asked(capsys, "is bad.sql safe?", str(orders))
    assert code == 1
    assert document["answer"]["headline"].startswith("No: ")
    code, out, err = ask(capsys, "is missing.sql safe?", str(orders))
    assert (code, out) == (2, "")
    assert "missing.sql" in err


def test_who_uses_a_table(capsys: pytest.CaptureFixture[str], orders: Path):
    code, document = asked(capsys, "what reads the payments table?", str(orders))
    assert code == 0
    assert document["answer"]["headline"] == "payments is used by 2 of 40 endpoints."


@pytest.mark.parametrize("text", ["bake a cake", "what's the weather tomorrow"])
def test_what_is_not_understood_runs_nothing(capsys: pytest.CaptureFixture[str], orders: Path, text: str):
    code, document = asked(capsys, text, str(orders))
    assert code == 2
    assert document["answer"]["intent"] is None
    assert document["findings"] == []
    assert len(document["answer"]["nearest"]) == 3
    assert all(each["command"].startswith("backend-lead ") for each in document["answer"]["nearest"])
    assert "Did you mean" in ask(capsys, text, str(orders))[1]


@pytest.mark.parametrize("text", ["", "   ", "x" * 30_000])
def test_no_question_is_wrong_use(capsys: pytest.CaptureFixture[str], text: str):
    code, out, err = ask(capsys, text)
    assert (code, out) == (2, "")
    assert err


def test_a_password_in_the_question_is_not_repeated(capsys: pytest.CaptureFixture[str], orders: Path):
    _, out, _ = ask(capsys, "bake a cake with postgresql://u:hunter2@127.0.0.1:1/shop", str(orders))
    assert "hunter2" not in out


@pytest.mark.parametrize("format_name", ["markdown", "html", "sarif", "junit", "gitlab"])
def test_other_formats_hold_the_answer(capsys: pytest.CaptureFixture[str], orders: Path, format_name: str):
    code, out, _ = ask(capsys, "Is my API secure?", str(orders), "--format", format_name, "-q")
    assert code == 1
    assert "customers" in out


def test_the_same_question_gives_the_same_bytes(capsys: pytest.CaptureFixture[str], orders: Path):
    first = ask(capsys, "what is wrong with my backend?", str(orders), "-q")
    assert first == ask(capsys, "what is wrong with my backend?", str(orders), "-q")


def test_two_wishes_are_answered_in_their_order(capsys: pytest.CaptureFixture[str], orders: Path):
    code, document = asked(capsys, "list the endpoints and then tell me who can break in", str(orders))
    answer = document["answer"]
    assert code == 1
    assert answer["intent"] == "map"
    assert [each["intent"] for each in answer["then"]] == ["audit"]
    assert answer["then"][0]["headline"].startswith("No: ")
    assert document["findings"]
    _, out, _ = ask(capsys, "list the endpoints and then tell me who can break in", str(orders), "-q")
    assert "And then" in out


def test_what_waits_for_a_file_says_so(capsys: pytest.CaptureFixture[str], orders: Path):
    _, document = asked(capsys, "add nickname to customers, and then prove that it blocks nobody", str(orders))
    (later,) = document["answer"]["then"]
    assert later["intent"] == "prove_migration"
    assert later["headline"].startswith("Not yet")
    assert later["next"][0]["command"].startswith("backend-lead migration create 'add nickname to customers'")
    assert document["files"]


def test_what_could_not_be_read_is_said_first(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    (tmp_path / "models.py").write_text(
        "from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\n\n\n"
        "class Base(DeclarativeBase):\n    pass\n\n\n"
        "class Order(Base):\n    __tablename__ = 'orders'\n    id: Mapped[int] = mapped_column(primary_key=True)\n"
    )
    for question in ("Is my API secure?", "My API is slow", "what is wrong with my backend?"):
        code, document = asked(capsys, question, str(tmp_path))
        answer = document["answer"]
        assert code == 0
        assert answer["headline"].startswith("No endpoint could be read in 1 file"), question
        assert [each["command"].rpartition(" ")[2] for each in answer["questions"]] == ["FOLDER", "FILE"]


def test_what_would_change_an_answer_most_is_asked(capsys: pytest.CaptureFixture[str], orders: Path):
    _, document = asked(capsys, "My API is slow", str(orders))
    (question,) = document["answer"]["questions"]
    assert question["command"] == "backend-lead ask 'My API is slow' orders --db postgresql://READER@HOST/DATABASE"
    _, document = asked(capsys, "I need to build a backend for a social media app")
    answer = document["answer"]
    assert len(answer["questions"]) == 2
    assert not any(each["question"] in one for each in answer["questions"] for one in answer["unknown"])


def test_a_change_without_a_column_says_what_to_type(capsys: pytest.CaptureFixture[str], orders: Path):
    code, _, err = ask(capsys, "add an index on orders", str(orders), "-q")
    assert code == 2
    assert 'backend-lead ask "add an index on orders …" orders' in err


def test_a_rule_that_is_not_named_is_asked_for(capsys: pytest.CaptureFixture[str], orders: Path):
    _, document = asked(capsys, "what is API1:2023 in your report?", str(orders))
    answer = document["answer"]
    assert answer["intent"] == "explain"
    assert answer["headline"].startswith("Which rule do you mean?")
    assert "backend-lead explain missing-owner-check" in [each["command"] for each in answer["next"]]


def test_a_transcript_grows(capsys: pytest.CaptureFixture[str], orders: Path):
    ask(capsys, "explain missing-owner-check", str(orders), "--transcript", "talk.md", "-q")
    ask(capsys, "what is the rule jwt-not-verified about", str(orders), "--transcript", "talk.md", "-q")
    told = Path("talk.md").read_text(encoding="utf-8")
    assert told.index("> explain missing") < told.index("jwt-not-verified")
    assert told.count("## backend-lead ask") == 2
