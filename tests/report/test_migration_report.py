"""Migrations and their proof as an HTML report: the locks, the chart, and that no text of a file breaks out of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backend_lead.doors.cli.main import main
from backend_lead.model.place import Place
from backend_lead.model.proof import ProofVerdict, Stall, StatementProof
from backend_lead.report.html.stall_chart import chart

SIGN = "</pre></title><script>alert(1)</script>"


def proven(index: int, sql: str, select: float | None, update: float) -> StatementProof:
    return StatementProof(index, sql, Place("a.sql", index + 1), ProofVerdict.SAFE, "because", (), Stall(select, 1.0, update),
                          Stall(0.5, None, 0.01), 1.0, 2.0)


def test_a_lint_as_html_has_the_locks_and_escapes_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "schema.sql").write_text("CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);\n")
    (tmp_path / "0001.sql").write_text(f"CREATE INDEX by_total ON orders (total);\nSELECT '{SIGN}';\n")
    assert main(["migration", "lint", str(tmp_path / "0001.sql"), "--schema", str(tmp_path / "schema.sql"), "--format", "html", "-q"]) in (0, 1)
    page = capsys.readouterr().out
    assert "SHARE on orders" in page
    assert "keeps writers waiting" in page
    assert "<script>alert" not in page
    assert 'href="#findings"' in page
    assert 'id="map"' not in page


def test_bars_are_as_long_as_the_waits_and_marks_stand_where_calls_were_before():
    drawn = chart([proven(0, "A", 1.0, 1000.0), proven(1, SIGN, None, 0.01)])
    widths = [int(each) for each in re.findall(r'width="(\d+)" height="11" rx="2" class="wait', drawn)]
    # From 0.1 ms: four decades to 1000 ms, one to 1 ms; what is shorter than the scale is a hair.
    assert widths[0] == pytest.approx(widths[2] / 4, abs=1)
    assert widths[-1] == 1
    assert drawn.count('class="wait long"') == 1
    assert drawn.count('class="usual"') == 3
    assert "none ran" in drawn
    assert "<script" not in drawn


def test_a_chart_of_nothing_is_drawn_too():
    assert chart([]).startswith("<svg")
