"""What is too large for an answer: cut where it says so, with the rest in pages of the report."""

from __future__ import annotations

import json
from pathlib import Path

import anyio
import jsonschema_rs
from hypothesis import given, settings
from hypothesis import strategies as st

from backend_lead.doors.mcp.reports import Reports
from backend_lead.doors.mcp.text import LARGEST_RESULT, LONGEST_TEXT, PAGE, document_of, fitted, pages, plain
from backend_lead.gates.text import printable
from backend_lead.report._encode import encoded
from mcp_hosts import REVISIONS, stdio_host

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
ITEMS = st.lists(st.dictionaries(st.sampled_from(["rule", "message", "file"]), st.text(max_size=300)), max_size=60)
DOCUMENTS = st.fixed_dictionaries({"schema": st.just("x"), "findings": ITEMS, "verdicts": ITEMS, "notes": st.lists(st.text(max_size=50))})


def service(folder: Path, routes: int) -> None:
    lines = ["from fastapi import FastAPI", "app = FastAPI()"]
    for number in range(routes):
        lines += [f"@app.get('/things/{number}/" + "{id}')", f"def thing_{number}(id: int):", "    return {}"]
    (folder / "main.py").write_text("\n".join(lines) + "\n")


def test_a_large_result_ends_early_and_the_rest_is_in_its_report(tmp_path: Path):
    service(tmp_path, 400)

    async def look(revision: str) -> None:
        async with stdio_host(tmp_path, revision=revision) as client:
            found = await client.call_tool("map_backend", {"path": "main.py"})
            document = found.structured_content
            assert len(found.content[0].text) < LARGEST_RESULT * 1.05
            assert json.loads(found.content[0].text) == document
            jsonschema_rs.validator_for(json.loads((SCHEMAS / "map.1.json").read_text())).validate(document)
            tool = next(each for each in (await client.list_tools()).tools if each.name == "map_backend")
            jsonschema_rs.validator_for(tool.output_schema).validate(document)
            whole = json.loads((await client.read_resource(document["more"]["report"])).contents[0].text)
            assert "more" not in whole
            assert len(whole["endpoints"]) == 400
            cut, = document["more"]["left_out"]
            assert (cut["list"], cut["shown"], cut["of"]) == ("endpoints", len(document["endpoints"]), 400)
            assert document["endpoints"] == whole["endpoints"][:cut["shown"]]
            following = json.loads((await client.read_resource(cut["next"])).contents[0].text)
            assert whole["endpoints"][cut["shown"]] in following["items"]
            told: list[object] = []
            for page in range(1, following["pages"] + 1):
                address = f"{document['more']['report']}/endpoints/{page}"
                told += json.loads((await client.read_resource(address)).contents[0].text)["items"]
            assert told == whole["endpoints"]

    for revision in REVISIONS:
        anyio.run(look, revision)


@given(DOCUMENTS, st.integers(500, 20_000))
@settings(max_examples=150, deadline=None)
def test_a_document_is_cut_to_fit_and_says_where_it_goes_on(document, largest):
    shown, cut = fitted(document, largest)
    if len(encoded(document)) <= largest:
        assert (shown, cut) == (document, ())
        return
    bare = len(encoded({name: [] if isinstance(value, list) else value for name, value in shown.items()}))
    assert len(encoded(shown)) <= max(largest, bare) + 200
    for name in ("findings", "verdicts", "notes"):
        items = shown[name]
        assert items == document[name][:len(items)]
        found = [each for each in cut if each.list == name]
        assert bool(found) == (len(items) < len(document[name]))
        for each in found:
            assert (each.shown, each.of) == (len(items), len(document[name]))
            assert document[name][each.shown] in list(pages(document[name]))[each.page - 1]


@given(ITEMS)
@settings(max_examples=100, deadline=None)
def test_the_pages_of_a_list_are_the_list(items):
    found = list(pages(items))
    assert [item for page in found for item in page] == items
    assert all(found)
    assert all(len(encoded(page)) <= PAGE * 1.2 or len(page) == 1 for page in found)


@given(st.recursive(st.text() | st.integers() | st.booleans() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
@settings(max_examples=150, deadline=None)
def test_nothing_unseen_is_left_in_a_text(value):
    found = plain(value)
    text = json.dumps(found, ensure_ascii=False)
    assert text == printable(text)
    assert plain(found) == found


def test_one_long_text_is_cut_and_whole_in_the_report():
    long = "x" * (LARGEST_RESULT + 1)
    document = document_of(json.dumps({"files": [{"file": "a.sql", "text": long}], "notes": []}))
    shown, cut = fitted(document)
    assert cut == ()
    assert shown["files"][0]["text"] == f"{'x' * LONGEST_TEXT}… ({len(long) - LONGEST_TEXT:,} more characters)"
    assert document["files"][0]["text"] == long


def test_a_session_keeps_the_newest_reports():
    reports = Reports()
    for number in range(60):
        assert reports.keep("review", str(number), {"findings": []}).number == number + 1
    kept = [each.number for each in reports]
    assert kept == list(range(11, 61))
    assert reports.find(10) is None
    assert reports.page(60, "findings", 1) == {"report": "backend-lead://reports/60", "list": "findings", "page": 1, "pages": 1, "of": 0, "items": []}
    assert reports.page(60, "findings", 2) is None
    assert reports.page(60, "target", 1) is None
    assert reports.page(10, "findings", 1) is None
