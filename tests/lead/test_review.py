"""The way from a folder to a report: rules, ignores, baseline, what changed, verdicts, grades, plan."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

import samples
from backend_lead.config import load
from backend_lead.errors import WrongUse
from backend_lead.lead import checking, reading
from backend_lead.lead.audit import audit
from backend_lead.lead.baseline import FILE_NAME, encode, from_findings
from backend_lead.lead.map import read_map
from backend_lead.lead.options import Options
from backend_lead.lead.review import review
from backend_lead.model.backend import Literal
from backend_lead.model.finding import Dimension
from backend_lead.model.place import Place
from backend_lead.rules.rule import Rule


def options(root: Path, **more) -> Options:
    typed = more.pop("typed", {})
    settings = load(root, environment={}, options=typed, rule_ids=lambda: [each.rule for each in samples.FINDINGS])
    return Options(root, "shop", settings, **more)


def put(root: Path, place: Place, text: str) -> None:
    lines = (root / place.file).read_text().split("\n")
    lines[place.line - 1] = text
    (root / place.file).write_text("\n".join(lines))


def test_a_review_holds_everything(shop: Path):
    report = review(options(shop))
    assert (report.job, report.schema, report.target) == ("review", "backend-lead/review/1", "shop")
    assert report.findings == samples.FINDINGS
    assert len(report.verdicts) == len(samples.ENDPOINTS)
    assert {each.dimension: each.letter for each in report.grades}[Dimension.SECURITY] == "F"
    assert len(report.plan) == 5
    assert (report.ignored, report.baselined, report.unused_ignores, report.sources) == (0, 0, (), ())


def test_an_ignore_with_a_reason_hides_a_finding_but_not_its_verdict(shop: Path):
    owner = next(each for each in samples.FINDINGS if each.rule == "missing-owner-check")
    put(shop, owner.place, "x = 1  # backend-lead: ignore[missing-owner-check] checked by the gateway")
    put(shop, Place("app/main.py", 3), "y = 2  # backend-lead: ignore[wrong-status-code] long gone")
    report = review(options(shop))
    assert owner not in report.findings
    assert report.ignored == 1
    assert [(str(each.place), each.rule) for each in report.unused_ignores] == [("app/main.py:3", "wrong-status-code")]
    broken = [each.path for each in report.verdicts if each.verdict.value == "broken"]
    assert broken == ["/orders/{order_id}", "/orders/{order_id}"]


def test_a_baseline_leaves_only_what_is_new(shop: Path):
    (shop / FILE_NAME).write_text(encode(from_findings(samples.FINDINGS[:5])))
    report = review(options(shop))
    assert report.findings == samples.FINDINGS[5:]
    assert report.baselined == 5
    assert {each.letter for each in report.grades} == {"A"}


def test_a_baseline_that_is_a_link_is_refused(shop: Path, tmp_path_factory: pytest.TempPathFactory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "b.json"
    elsewhere.write_text(encode(from_findings(())))
    (shop / FILE_NAME).symlink_to(elsewhere)
    with pytest.raises(WrongUse, match="is a link"):
        review(options(shop))


def test_excluded_files_have_no_findings_and_no_endpoints(shop: Path):
    report = review(options(shop, typed={"exclude": ("app/store", "app/routes/orders.py")}))
    assert {each.rule for each in report.findings} == {
        "foreign-key-without-index", "unbounded-limit", "left-prefix-index"}
    assert [each.path for each in report.verdicts] == ["/health", "/login", "/products", "/products/{product_id}"]


def test_disabled_rules_do_not_run(shop: Path):
    report = review(options(shop, typed={"rules.disable": ("missing-owner-check",)}))
    assert "missing-owner-check" not in {each.rule for each in report.findings}


def test_since_keeps_what_the_change_touches_and_reads_what_was_before(shop: Path, monkeypatch: pytest.MonkeyPatch):
    def git(*words):
        subprocess.run(["git", "-C", shop, "-c", "user.name=a", "-c", "user.email=a@b.c", *words], check=True,
                       capture_output=True)

    seen = []

    def read_backend(root, **settings):
        seen.append(settings.get("only_at"))
        return samples.BACKEND

    monkeypatch.setattr("backend_lead.read.reader.read_backend", read_backend)
    git("init", "-b", "main")
    git("add", ".")
    git("commit", "-m", "one")
    put(shop, Place("app/models.py", 3), "changed = True")
    report = review(options(shop, since="main"))
    assert [each.rule for each in report.findings] == ["foreign-key-without-index", "left-prefix-index"]
    assert seen == [None, "main"]
    assert report.since == "main"
    assert len(report.verdicts) == len(samples.ENDPOINTS)
    with pytest.raises(WrongUse, match="no commit called nowhere"):
        review(options(shop, since="nowhere"))


def test_only_new_leaves_out_what_was_there_and_tells_what_a_change_elsewhere_brought(tmp_path: Path):
    def git(*words):
        subprocess.run(["git", "-C", tmp_path, "-c", "user.name=a", "-c", "user.email=a@b.c", *words], check=True,
                       capture_output=True)

    (tmp_path / "main.py").write_text(
        "import sqlite3\nfrom fastapi import FastAPI\nfrom keys import key\napp = FastAPI()\n"
        "@app.delete('/orders/{id}')\ndef drop(id: str):\n"
        "    sqlite3.connect('x').execute(f\"DELETE FROM orders WHERE id = {key(id)}\")\n")
    (tmp_path / "keys.py").write_text("def key(value):\n    return int(value)\n")
    git("init", "-b", "main")
    git("add", ".")
    git("commit", "-m", "one")
    assert [each.rule for each in review(options(tmp_path)).findings] == ["deletion-answers-200"]
    assert review(options(tmp_path, since="main", only_new=True)).findings == ()
    (tmp_path / "keys.py").write_text("def key(value):\n    return value\n")
    found = review(options(tmp_path, since="main", only_new=True)).findings
    assert [(each.rule, each.place.file) for each in found] == [("sql-injection", "main.py")]
    moved = (tmp_path / "main.py").read_text().replace("app = FastAPI()", "app = FastAPI()\n\n# moved\n")
    (tmp_path / "main.py").write_text(moved)
    assert review(options(tmp_path, since="main", only_new=True)).findings[1:] == ()


def test_an_audit_is_about_security_alone(shop: Path):
    put(shop, Place("app/main.py", 3), "y = 2  # backend-lead: ignore[wrong-status-code] not security")
    report = audit(options(shop))
    assert {each.dimension for each in report.findings} == {Dimension.SECURITY}
    assert len(report.verdicts) == len(samples.ENDPOINTS)
    assert (report.grades, report.plan, report.unused_ignores) == ((), (), ())


def test_a_map_has_no_opinion(shop: Path):
    report = read_map(options(shop, sources=True))
    assert report.findings == ()
    assert [file for file, _ in report.sources] == sorted(file for file, _ in report.sources)
    assert "app/routes/orders.py" in dict(report.sources)


def test_a_rule_that_stopped_is_in_the_report(shop: Path, monkeypatch: pytest.MonkeyPatch):
    def fault(backend):
        raise RuntimeError("out of words")

    broken = Rule("aa-broken", "Broken", Dimension.API, samples.Severity.LOW, fault)
    monkeypatch.setattr(checking, "all_rules", lambda: (broken,))
    report = review(options(shop))
    assert report.stopped == ("aa-broken",)
    assert "rule aa-broken" in [each.what for each in report.backend.unresolved]


def test_no_planted_secret_is_in_a_report(shop: Path, monkeypatch: pytest.MonkeyPatch):
    from backend_lead.report import format_names
    from backend_lead.report._format import View, renderer

    secret = "correct-horse-battery"
    place = Place("app/main.py", 3)
    backend = replace(samples.BACKEND, literals=(Literal("SECRET_KEY", secret, place),), unresolved=(
        samples.Unresolved("app/main.py", f"cannot follow {secret}"),))
    leaky = replace(samples.FINDINGS[0], place=place, message=f"SECRET_KEY is {secret}.", snippet=secret,
                    fix=f'SECRET_KEY = "{secret}"', why=secret)
    put(shop, place, f'SECRET_KEY = "{secret}"')
    monkeypatch.setattr("backend_lead.read.reader.read_backend", lambda root, **settings: backend)
    rule = Rule(leaky.rule, leaky.title, leaky.dimension, leaky.severity, lambda backend: [leaky])
    monkeypatch.setattr(checking, "all_rules", lambda: (rule,))
    report = review(options(shop, sources=True))
    assert len(report.findings) == 1
    for name in format_names():
        text = renderer(name)(report, View(verbose=True))
        assert secret not in text, name
    assert "SECRET_KEY is ***." in renderer("text")(report, View())


@pytest.mark.parametrize(("more", "said"), [
    ({"openapi": Path("nowhere.yaml")}, "--openapi: there is no file nowhere.yaml."),
    ({"typed": {"openapi": "nowhere.yaml"}}, "--openapi: there is no file")])
def test_a_document_that_is_not_there_is_wrong_use(shop: Path, more: dict, said: str):
    with pytest.raises(WrongUse) as raised:
        review(options(shop, **more))
    assert said in raised.value.message


def test_a_path_that_is_not_there_is_wrong_use(tmp_path: Path):
    with pytest.raises(WrongUse, match="shop does not exist"):
        reading.read(options(tmp_path / "nowhere"), lambda event: None)
