"""A report is kept for the next run, and made anew as soon as anything that it depends on has changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backend_lead.config import load
from backend_lead.gates import cache
from backend_lead.lead import review as job
from backend_lead.lead.baseline import FILE_NAME, encode, from_findings
from backend_lead.lead.options import Options
from backend_lead.lead.review import review

SOURCE = """from fastapi import FastAPI
from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import Session, declarative_base
app = FastAPI(debug=True)
Base = declarative_base()
class Order(Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    note = Column(String)
@app.get("/orders/{number}")
def order(number: int, session: Session):
    return session.query(Order).filter(Order.note == number).all()
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    root = tmp_path / "shop"
    (root / "app").mkdir(parents=True)
    (root / "app" / "main.py").write_text(SOURCE, encoding="utf-8")
    (root / "schema.sql").write_text("CREATE TABLE items (id int PRIMARY KEY);", encoding="utf-8")
    (root / "openapi.yaml").write_text("openapi: 3.1.0\ninfo: {title: Shop, version: '1'}\npaths: {}\n", encoding="utf-8")
    return root


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each review that was really made."""
    count: list[str] = []
    make = job._review

    def counted(options, listen):
        count.append(options.target)
        return make(options, listen)

    monkeypatch.setattr(job, "_review", counted)
    return count


def options(root: Path, **typed) -> Options:
    return Options(root, "shop", load(root, environment={}, options=typed, rule_ids=lambda: ["verb-in-path"]))


def test_an_unchanged_target_is_not_reviewed_twice(shop: Path, made: list[str]):
    first = review(options(shop))
    assert first.findings
    assert first.backend.endpoints
    assert review(options(shop)) == first
    assert len(made) == 1


@pytest.mark.parametrize("change", [
    lambda root: (root / "app" / "main.py").write_text(SOURCE.replace("/orders/", "/order/"), encoding="utf-8"),
    lambda root: (root / "app" / "main.py").write_text("# backend-lead: ignore[no-such] x\n" + SOURCE, encoding="utf-8"),
    lambda root: (root / "app" / "more.py").write_text("x = 1\n", encoding="utf-8"),
    lambda root: (root / "app" / "main.py").rename(root / "app" / "mine.py"),
    lambda root: (root / "schema.sql").write_text("CREATE TABLE things (id int PRIMARY KEY);", encoding="utf-8"),
    lambda root: (root / "schema.sql").unlink(),
    lambda root: (root / "openapi.yaml").write_text("openapi: 3.1.0\npaths: {/x: {get: {}}}\n", encoding="utf-8"),
    lambda root: (root / "backend-lead.toml").write_text("[rules]\ndisable = ['verb-in-path']\n", encoding="utf-8"),
    lambda root: (root / "Procfile").write_text("web: gunicorn -w 4 app.main:app\n", encoding="utf-8"),
    lambda root: (root / "link.py").symlink_to("app/main.py"),
])
def test_whatever_changes_in_the_target_is_seen(shop: Path, made: list[str], change):
    review(options(shop))
    change(shop)
    again = review(options(shop))
    assert len(made) == 2
    assert again == job._review(replace(options(shop), cache=False), lambda event: None)


def test_a_new_baseline_is_seen(shop: Path, made: list[str]):
    first = review(options(shop))
    (shop / FILE_NAME).write_text(encode(from_findings(first.findings)), encoding="utf-8")
    assert review(options(shop)).findings == ()
    assert len(made) == 2


def test_other_options_make_another_report(shop: Path, made: list[str]):
    asked = options(shop)
    for one in (asked, options(shop, preview=True), replace(asked, sources=True), replace(asked, target="./shop"),
                replace(asked, openapi=shop / "openapi.yaml"), options(shop, exclude=("*.sql",))):
        review(one)
    assert len(made) == 6


def test_without_a_cache_nothing_is_kept_or_believed(shop: Path, made: list[str]):
    review(replace(options(shop), cache=False))
    assert not (shop / ".backend-lead").exists()
    review(options(shop))
    review(replace(options(shop), cache=False))
    assert len(made) == 3


def test_another_tool_or_another_user_believes_nothing(shop: Path, made: list[str], monkeypatch: pytest.MonkeyPatch):
    review(options(shop))
    monkeypatch.setattr(cache, "_tool", lambda: "edited")
    review(options(shop))
    monkeypatch.setattr(cache, "_user_secret", lambda: b"somebody else")
    review(options(shop))
    assert len(made) == 3


def test_a_report_that_was_tampered_with_is_not_believed(shop: Path, made: list[str]):
    first = review(options(shop))
    kept = shop / ".backend-lead" / "review.json"
    kept.write_bytes(kept.read_bytes().replace(b"/orders/", b"/0rders/"))
    assert review(options(shop)) == first
    assert len(made) == 2


def test_a_report_that_a_fault_of_ours_made_incomplete_is_not_kept(shop: Path, made: list[str],
                                                                   monkeypatch: pytest.MonkeyPatch):
    make = job._review
    monkeypatch.setattr(job, "_review", lambda asked, listen: replace(make(asked, listen), stopped=("some-rule",)))
    review(options(shop))
    review(options(shop))
    assert len(made) == 2
