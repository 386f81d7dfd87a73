"""One report for a request with several wishes: the answer to the first holds those that come after it."""

from __future__ import annotations

import shlex
from dataclasses import replace

from backend_lead import __version__
from backend_lead.errors import BackendLeadError
from backend_lead.lead.answers._asked import command_of, shown
from backend_lead.lead.intents import intents
from backend_lead.lead.options import Options
from backend_lead.lead.requests import Understood
from backend_lead.model.answer import Answer, Offer
from backend_lead.model.backend import Backend
from backend_lead.model.review import Report


def with_another(report: Report, other: Report) -> Report:
    """Return the report of the wishes so far with that of another one behind them."""
    answer = report.answer
    assert answer is not None
    assert other.answer is not None
    known = {each.fingerprint for each in report.findings}
    return replace(
        report,
        backend=report.backend if report.backend.endpoints else other.backend,
        findings=(*report.findings, *(each for each in other.findings if each.fingerprint not in known)),
        verdicts=report.verdicts or other.verdicts,
        created=report.created or other.created,
        diagnosis=report.diagnosis or other.diagnosis,
        design=report.design or other.design,
        proofs=(*report.proofs, *other.proofs),
        answer=replace(answer, then=(*answer.then, other.answer)),
    )


def waiting(wish: Understood, before: Understood, options: Options) -> Report:
    """Return the answer to a wish about a migration that another wish of the request only shows so far."""
    write = command_of(before.intent, before, options.target).replace(" --dry-run", "")
    job = intents()[wish.intent].text.command.partition("{file}")
    return _only(
        wish,
        options,
        "Not yet: the migration above is not written, so there is no file for this.",
        (
            Offer(write, "write the files first"),
            Offer(f"{job[0]}FILE{job[2]}", intents()[wish.intent].text.title, wish.intent),
        ),
    )


def not_met(wish: Understood, options: Options, error: BackendLeadError) -> Report:
    """Return the answer to a wish that could not be met, with the reason."""
    asked = Offer(f"backend-lead ask {shlex.quote(shown(wish.text))} {shlex.quote(options.target)}", "ask this alone")
    return _only(wish, options, f"Not done: {error.message} {error.hint}".rstrip(), (asked,))


def _only(wish: Understood, options: Options, headline: str, offers: tuple[Offer, ...]) -> Report:
    answer = Answer(
        shown(wish.text),
        wish.intent,
        f"You want me to {intents()[wish.intent].text.title}.",
        wish.sure,
        headline=headline,
        next=offers,
    )
    return Report("ask", __version__, options.target, Backend(options.target), answer=answer)
