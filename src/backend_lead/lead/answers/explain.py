"""Explain a rule."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace

from backend_lead import __version__
from backend_lead.lead.answers._asked import Asked
from backend_lead.model.answer import Offer
from backend_lead.model.backend import Backend
from backend_lead.model.review import Report
from backend_lead.rules.rule import find_rule

_TOLD = ("What it finds", "Why it hurts", "When to ignore it")


def answer(asked: Asked) -> Report:
    """Return what a rule finds, why that hurts and when it may be left alone, from its page."""
    rule = find_rule(asked.understood.slots.rule)
    assert rule is not None
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
