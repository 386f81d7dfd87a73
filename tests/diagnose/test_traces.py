"""N + 1 in traces that a real service left behind, and what only looks like it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from traced_service import HANDLERS, Recorder

from backend_lead.diagnose.repeated import batch_of, repeated, sent, shape_of
from backend_lead.doors.cli.main import main
from backend_lead.errors import WrongUse
from backend_lead.model.finding import EndpointRef
from backend_lead.model.trace import Span
from backend_lead.read.traffic.spans import commented, read_spans
from backend_lead.read.traffic.traced import traced_workload


def document(spans: list[dict[str, object]]) -> str:
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]})


def served(dsn: str, folder: Path, *names: str, old: bool = False, parameters: bool = False) -> Path:
    spans: list[dict[str, object]] = []
    for number, name in enumerate(names, 1):
        recorder = Recorder(dsn, number, old=old, parameters=parameters)
        recorder.serve(name)
        spans += recorder.spans
    path = folder / "spans.json"
    path.write_text(document(spans), encoding="utf-8")
    return path


@pytest.mark.parametrize("parameters", [False, True], ids=["shapes", "values"])
@pytest.mark.parametrize("old", [False, True], ids=["new", "old"])
@pytest.mark.parametrize("name", sorted(HANDLERS))
def test_what_a_handler_does_is_what_its_traces_show(shop_database, tmp_path, name, old, parameters):
    kind, _ = HANDLERS[name]
    # Without values, and without a list that the items may come from, it may as well be the same question each time.
    kind = "" if name == "one_by_one" and not parameters else kind
    found = repeated(read_spans(served(shop_database, tmp_path, name, old=old, parameters=parameters)))
    # A loop inside a loop makes a loop of the outer one too.
    assert [each.kind for each in found if each.kind == kind or kind != "nested loop"] == ([kind] if kind else [])
    for each in found:
        assert each.endpoint == EndpointRef("GET", f"/{name}/{{id}}")
        assert each.times >= 5


def test_without_values_a_list_must_come_before():
    def asked(number: int, sql: str, *values: str) -> Span:
        return Span("t", str(number), "r", "query", number * 10, number * 10 + 5, sql, values)

    root = Span("t", "r", "", "GET /x", 0, 1000, endpoint=EndpointRef("GET", "/x"))
    one = "SELECT name FROM person WHERE id = %s"
    alone = [asked(number, one) for number in range(1, 9)]
    assert repeated([root, *alone]) == ()
    assert [each.kind for each in repeated([root, asked(0, "SELECT id FROM person"), *alone])] == ["loop"]
    assert [each.kind for each in repeated([root, *(asked(n, one, str(n)) for n in range(1, 9))])] == ["loop"]
    assert repeated([root, asked(0, "INSERT INTO visit (id) VALUES (1)"), *alone]) == ()


def test_a_relationship_that_sqlalchemy_loads_lazily_is_called_so():
    root = Span("t", "r", "", "GET /x", 0, 1000, endpoint=EndpointRef("GET", "/x"))
    listed = Span("t", "0", "r", "SELECT", 1, 2, "SELECT author.id AS author_id FROM author")
    for where in ("%(param_1)s::INTEGER = book.author_id", "book.id = %(pk_1)s"):
        spans = [Span("t", str(n), "r", "SELECT", n * 10, n * 10 + 5, f"SELECT book.id AS book_id FROM book WHERE {where}")
                 for n in range(1, 9)]
        assert [each.kind for each in repeated([root, listed, *spans])] == ["lazy relationship"]


def test_requests_are_counted_and_the_line_is_named(shop_database, tmp_path):
    [found] = repeated(read_spans(served(shop_database, tmp_path, *["sales_of_people"] * 3)))
    assert (found.times, found.requests, str(found.place)) == (12, 3, "app/views.py:33")
    assert found.shape == "SELECT id, total FROM sale WHERE person_id = $1"
    assert found.batch == "SELECT id, total FROM sale WHERE person_id = ANY($1)"
    assert found.list_shape.startswith("SELECT id FROM person")


def test_statements_of_one_line_have_one_shape():
    assert shape_of("SELECT a FROM t WHERE id = 5") == shape_of("select a from t where id = %(id)s")
    assert shape_of("SELECT 'x' || a FROM t") == shape_of("SELECT 'y' || a FROM t")
    assert shape_of("SELECT a FROM t WHERE id = 5") != shape_of("SELECT a FROM t WHERE x = 5")
    assert shape_of("no SQL 'x' 12") == shape_of("no SQL 'y' 13")


def test_the_form_that_asks_once():
    assert batch_of("SELECT a FROM t WHERE id = $1") == "SELECT a FROM t WHERE id = ANY($1)"
    assert batch_of("SELECT count(*) FROM t WHERE x = $1") == "SELECT x, count(*) FROM t WHERE x = ANY($1) GROUP BY x"
    assert batch_of("SELECT a FROM t WHERE x = $1 AND y = $1") == ""
    assert batch_of("SELECT a FROM t WHERE x = $1 LIMIT 1") == ""


def test_the_batch_gives_what_the_loop_gave(postgres, shop_database):
    def rows(sql, *values):
        return postgres.execute(sql, values, database="slow_shop")

    loop = [row for key in (3, 4, 5) for row in rows("SELECT id, total FROM sale WHERE person_id = %s", key)]
    once = batch_of("SELECT id, total FROM sale WHERE person_id = $1").replace("$1", "%s")
    assert sorted(rows(once, [3, 4, 5])) == sorted(loop)


def test_comments_of_the_driver_are_read_and_taken_off():
    told, sql = commented("SELECT 1 /*route='%2Fusers%2F%7Bid%7D',method='GET'*/ /* plain */")
    assert told == {"route": "/users/{id}", "method": "GET"}
    assert sql == "SELECT 1  /* plain */"


def test_spans_come_a_line_each_or_from_the_console_exporter(shop_database, tmp_path):
    path = served(shop_database, tmp_path, "sales_of_people")
    spans = json.loads(path.read_text(encoding="utf-8"))["resourceSpans"][0]["scopeSpans"][0]["spans"]
    lines = tmp_path / "lines.json"
    lines.write_text("\n".join(document([span]) for span in spans), encoding="utf-8")
    assert repeated(read_spans(lines)) == repeated(read_spans(path))
    console = tmp_path / "console.json"
    console.write_text("\n".join(json.dumps({
        "name": span["name"], "kind": {1: "SpanKind.INTERNAL", 2: "SpanKind.SERVER", 3: "SpanKind.CLIENT"}[span["kind"]],
        "context": {"trace_id": "0x1", "span_id": span["spanId"]}, "parent_id": span["parentSpanId"] or None,
        "start_time": f"2026-01-01T00:00:{number:02}.000000Z", "end_time": f"2026-01-01T00:00:{number:02}.500000Z",
        "attributes": {each["key"]: next(iter(each["value"].values())) for each in span["attributes"]}}, indent=2)
        for number, span in enumerate(spans)), encoding="utf-8")
    assert [each.kind for each in repeated(read_spans(console))] == ["loop"]


@pytest.mark.parametrize(("text", "said"), [
    ("{", "is not JSON"), ("[]", "holds no span"), ('{"a": 1}', "holds no span"), ("\x00", "is not JSON"),
    ("[" * 100_000, "is not JSON")])
def test_what_is_no_trace_is_said(tmp_path, text, said):
    path = tmp_path / "bad.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WrongUse, match=said):
        read_spans(path)


def test_traces_are_a_workload(shop_database, tmp_path):
    spans = read_spans(served(shop_database, tmp_path, "sales_of_people", "one_join"))
    found = {query.sql: query for query in traced_workload(sent(spans), "x").queries}
    repeated_one = found["SELECT id, total FROM sale WHERE person_id = $1"]
    assert (repeated_one.calls, repeated_one.endpoint) == (12, EndpointRef("GET", "/sales_of_people/{id}"))
    assert "SELECT id FROM person ORDER BY id LIMIT $1" in found


def test_the_command_says_it_on_its_first_line_and_as_a_finding(shop_database, tmp_path, capsys):
    path = served(shop_database, tmp_path, "written_out")
    (tmp_path / "empty").mkdir()
    assert main(["diagnose", str(tmp_path / "empty"), "--traces", str(path), "-q"]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "GET /written_out/{id} (app/views.py:10) sends SELECT sale.id, sale.total FROM sale WHERE" in said
    assert "selectinload" in said
    assert main(["diagnose", str(tmp_path / "empty"), "--traces", str(path), "-q", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    [finding] = found["findings"]
    assert (finding["rule"], finding["evidence"], finding["file"]) == ("lazy-load-in-loop", "measured", "app/views.py")
    assert found["repeated"][0]["kind"] == "lazy relationship"


def test_traces_and_a_database_give_one_answer(shop_database, tmp_path):
    path = served(shop_database, tmp_path, "sales_of_people", "counted")
    (tmp_path / "empty").mkdir()
    output = tmp_path / "o.json"
    main(["diagnose", str(tmp_path / "empty"), "--db", shop_database, "--allow-superuser", "--traces", str(path), "-q",
          "--format", "json", "--output", str(output)])
    found = json.loads(output.read_text(encoding="utf-8"))
    assert any("ON sale (person_id)" in change["ddl"] for change in found["index_changes"])
    assert found["headline"].startswith("GET /")
    assert {each["kind"] for each in found["repeated"]} == {"loop", "count per item"}
