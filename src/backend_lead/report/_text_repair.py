"""What became of patches as lines of text: each with its reason, and how many findings are gone."""

from __future__ import annotations

from backend_lead.model.repair import Outcome, Repair, Repairs
from backend_lead.report import _words as words
from backend_lead.report._format import View
from backend_lead.report._layout import Line, Span, code, headed, wrapped

_STYLES = {Outcome.KEPT: "good", Outcome.REVERTED: "medium", Outcome.REFUSED: "dim"}
_NAMES = {Outcome.KEPT: "kept", Outcome.REVERTED: "reverted", Outcome.REFUSED: "not written"}


def repair_lines(repairs: Repairs, view: View) -> list[Line]:
    """Return the section about patches."""
    tests = f"checked by the rules, and by: {words.clean(repairs.test_command)}" if repairs.test_command else (
        "checked by the rules; no tests were run (--test-command CMD --run-code)")
    lines = headed(Span("Patches", "title"), tests, view.width)
    if repairs.recovered:
        lines += wrapped(f"An earlier run ended before it could judge its last patch. As they were again: "
                         f"{words.clean(', '.join(repairs.recovered))}", view.width, indent=4, head=(Span("  "),))
    for patch in repairs.patches:
        lines += _patch(patch, view)
    lines += wrapped(summary(repairs), view.width, indent=2, head=(Span("  "),), style="title")
    return [*lines, ()]


def summary(repairs: Repairs) -> str:
    """Return how many findings are gone, and why the others are not."""
    text = f"{words.count(repairs.gone, 'finding')} of {repairs.before} gone, {repairs.after} left"
    counts = ((repairs.undecided, "needs a decision of a person", "need a decision of a person"),
              (repairs.count(Outcome.REVERTED), "patch was taken back", "patches were taken back"),
              (repairs.count(Outcome.REFUSED), "has no patch that is safe here", "have no patch that is safe here"))
    parts = [f"{number} {one if number == 1 else many}" for number, one, many in counts if number]
    return f"{text}: {', '.join(parts)}" if parts else text


def _patch(patch: Repair, view: View) -> list[Line]:
    finding = patch.finding
    where = f"{finding.title} · {finding.place}"
    lines = wrapped(words.clean(where), view.width, indent=15,
                    head=(Span(f"  {_NAMES[patch.outcome]:<11}", _STYLES[patch.outcome]), Span("  ")))
    if patch.what:
        lines += wrapped(words.clean(patch.what), view.width, indent=15)
    lines += wrapped(words.clean(patch.why), view.width, indent=15, style="dim")
    if view.verbose and patch.diff:
        lines += code(patch.diff, 15)
    return lines
