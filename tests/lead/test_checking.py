"""Running rules: chosen by what they need, and one rule's fault never ends the run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import samples
from backend_lead.config import Settings, load
from backend_lead.lead.checking import check, chosen_rules, merged
from backend_lead.model.event import Finished, Progress, Started, silent
from backend_lead.model.finding import Dimension, EndpointRef, Severity
from backend_lead.model.place import Place
from backend_lead.model.server import Server
from backend_lead.rules.rule import Rule

OWNER, LOOP = (next(each for each in samples.FINDINGS if each.rule == name)
               for name in ("missing-owner-check", "query-in-a-loop"))


def under(path, **more):
    return replace(OWNER, endpoint=EndpointRef("GET", path), touches=(f"route:GET {path}",),
                   message=f"GET {path} reads orders.", **more)


def test_one_handler_under_two_paths_is_one_finding():
    [found] = merged([under("/b"), under("/a"), under("/c")])
    assert found.message == "GET /a reads orders. The same handler answers GET /b, GET /c."
    assert found.touches == ("route:GET /a", "route:GET /b", "route:GET /c")


def test_other_places_methods_and_words_are_kept_apart():
    findings = [under("/a"), under("/b", place=Place("other.py", 1)), replace(under("/c"), message="GET /c writes."),
                replace(under("/d"), endpoint=EndpointRef("PUT", "/d"), message="PUT /d reads orders.")]
    assert list(merged(findings)) == findings


def rule(name, *findings, fault=None, **more):
    def run(backend):
        yield from findings
        if fault:
            raise fault

    settings = {"area": "security", **more}
    return Rule(name, name.capitalize(), severity=Severity.HIGH, check=run, **settings)


def settings(tmp_path: Path, **options) -> Settings:
    return load(tmp_path, environment={}, options=options, rule_ids=lambda: ["a", "b", "c", "d", "e"])


def test_rules_are_chosen_by_settings_and_by_what_is_there(tmp_path: Path):
    rules = (rule("a"), rule("b", preview=True), rule("c", needs="database"), rule("d", needs="document"),
             rule("e", area="api"))

    def chosen(backend=samples.BACKEND, dimensions=tuple(Dimension), **options):
        return "".join(each.id for each in chosen_rules(settings(tmp_path, **options), backend, dimensions, rules))

    assert chosen() == "ade"
    assert chosen(replace(samples.BACKEND, documents=())) == "ae"
    assert chosen(replace(samples.BACKEND, server=Server("18.0", 18, "shop"))) == "acde"
    assert chosen(preview=True) == "abde"
    assert chosen(**{"rules.enable": ("b",)}) == "abde"
    assert chosen(**{"rules.disable": ("a", "e")}) == "d"
    assert chosen(dimensions=(Dimension.API,)) == "e"


def test_findings_come_once_each_in_the_order_of_reports():
    checked = check(samples.BACKEND, (rule("a", LOOP, OWNER), rule("b", OWNER)), silent)
    assert checked.findings == (OWNER, LOOP)
    assert checked.ran == {"a", "b"}


def test_a_rule_that_stops_is_named_and_the_others_go_on():
    checked = check(samples.BACKEND, (rule("a", LOOP, fault=KeyError("orders")), rule("b", OWNER)), silent)
    assert OWNER in checked.findings
    stopped, = checked.stopped
    assert stopped.what == "rule a"
    assert stopped.why == "it stopped with KeyError: 'orders'; this is a fault of ours, and its findings are missing"


def test_the_message_of_a_fault_is_one_masked_line(tmp_path: Path):
    fault = ValueError("a\nb \x1b[31m postgresql://u:hunter22@h/d")
    stopped, = check(samples.BACKEND, (rule("a", fault=fault),), silent).stopped
    assert "\n" not in stopped.why
    assert "hunter22" not in stopped.why
    assert "\x1b" not in stopped.why


def test_with_debug_the_fault_is_raised():
    with pytest.raises(KeyError):
        check(samples.BACKEND, (rule("a", fault=KeyError("x")),), silent, debug=True)


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), MemoryError()])
def test_what_is_no_fault_of_a_rule_ends_the_run(fault):
    with pytest.raises(type(fault)):
        check(samples.BACKEND, (rule("a", fault=fault),), silent)


def test_whoever_listens_hears_each_rule():
    heard = []
    check(samples.BACKEND, (rule("a", OWNER), rule("b")), heard.append)
    assert heard == [Started("rules"), Progress("rules", 1, 2), Progress("rules", 2, 2),
                     Finished("rules", "2 rules, 1 findings")]
