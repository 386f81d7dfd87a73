"""Explain a rule."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace

from backend_lead import __version__
from backend_lead.lead.answers._asked import SHOWN, Asked
from backend_lead.model.answer import Offer
from backend_lead.model.backend import Backend
from backend_lead.model.review import Report
from backend_lead.rules.rule import Rule, all_rules, find_rule

_TOLD = ("What it finds", "Why it hurts", "When to ignore it")


def answer(asked: Asked) -> Report:
    """Return what a rule finds, why that hurts and when it may be left alone, from its page."""
    rule = find_rule(asked.understood.slots.rule)
    if rule is None:
        return _which(asked)
    parts = dict(re.findall(r"(?ms)^## ([^\n]+)\n+(.*?)(?=^## |\Z)", rule.page))
    report = Report("ask", __version__, asked.options.target, Backend(asked.options.target))
    return asked.report(
        report,
        replace(
            asked.begun(),
            headline=f"{rule.title} ({rule.severity.value}, {rule.area}).",
            told=tuple(f"{name}: {' '.join(parts[name].split())}" for name in _TOLD if name in parts),
            next=(
                Offer(f"backend-lead explain {rule.id}", "the whole page, with a failing and a mended example"),
                Offer(f"backend-lead review {shlex.quote(asked.options.target)}", "where it is found in your code"),
            ),
        ),
    )


def _which(asked: Asked) -> Report:
    """Return the rules that may be meant by a class of OWASP or CWE, or by words of their titles."""
    words = asked.understood.text.lower()
    near = [each for each in all_rules() if _named(each, words)]
    found = f"{len(near)} may be meant" if near else "none is named, and no title has the same words"
    report = Report("ask", __version__, asked.options.target, Backend(asked.options.target))
    return asked.report(
        report,
        replace(
            asked.begun(),
            headline=f"Which rule do you mean? Of {len(all_rules())}, {found}.",
            told=tuple(f"{each.id}: {each.title} ({each.owasp_api or each.area})" for each in near[: SHOWN * 2]),
            next=(
                *(Offer(f"backend-lead explain {each.id}", each.title, "explain") for each in near[:SHOWN]),
                Offer("backend-lead rules", "all rules, with what each finds"),
            ),
        ),
    )


def _named(rule: Rule, words: str) -> bool:
    classes = [each.lower() for each in (rule.owasp_api, rule.cwe) if each]
    if any(each in words or each.partition(":")[0] in re.findall(r"api\d+|cwe-\d+", words) for each in classes):
        return True
    parts = [part for part in rule.id.split("-") if len(part) > 3]
    return bool(parts) and all(part in words for part in parts)
