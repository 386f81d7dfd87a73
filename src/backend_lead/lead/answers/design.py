"""I need to build a backend for …"""

from __future__ import annotations

import shlex
from dataclasses import replace

from backend_lead.lead.answers._asked import SHOWN, Asked, shown
from backend_lead.lead.answers._questions import of_design
from backend_lead.lead.answers._words import counted, listed
from backend_lead.lead.design import Wanted, design
from backend_lead.model.answer import Fix, Follow, Offer
from backend_lead.model.design import Origin, Question
from backend_lead.model.review import Report


def answer(asked: Asked) -> Report:
    """Return the design: its decisions, what they ask for, and the questions that would change them."""
    report = design(Wanted(asked.understood.text))
    found = report.design
    assert found is not None
    text = shlex.quote(shown(asked.understood.text))
    said = [each.says for each in found.facts if each.holds and each.origin in (Origin.STATED, Origin.SIMILAR)]
    rest = sum(each.holds for each in found.facts) - len(said)
    must = [Fix(each.meaning, each.because) for each in found.features]
    kind = f", as {found.likeness.title}" if found.likeness and found.likeness.title not in found.title else ""
    conflicts = f", {counted(len(found.cautions), 'conflict')}" if found.cautions else ""
    back = of_design(asked, found.questions)
    shown_back = {each.question for each in back}
    return asked.report(
        report,
        replace(
            asked.begun(),
            headline=f"{counted(len(found.decisions), 'decision')} for {found.title}{kind}: "
            f"{counted(len(must), 'feature')} that it must have{conflicts}.",
            decisions=found.decisions,
            told=tuple(f"understood: {each}" for each in said[: SHOWN * 2]),
            fixes=tuple(must[:SHOWN]),
            more=max(0, len(must) - SHOWN),
            analysed=(f"the words: {counted(len(said), 'fact')} said, {rest} that follow or are assumed",),
            follows=tuple(Follow("design", each.message) for each in found.cautions),
            unknown=(*found.notes, *(_asked(each) for each in found.questions if each.question not in shown_back)),
            questions=back,
            next=(
                Offer(f"backend-lead design {text}", "the whole design, with numbers and what comes later"),
                Offer(f"backend-lead design {text} --out docs/architecture", "the documents that a team keeps"),
                Offer(f"backend-lead design {text} --generate service", "a service that runs, with tests"),
            ),
        ),
    )


def _asked(each: Question) -> str:
    changes = f"; can change {listed([one.replace('_', ' ') for one in each.flips], 4)}" if each.flips else ""
    return f"{each.question} Assumed: {each.assumed}{changes}."
