"""A question in plain words → one answer: understood by what people say, worked on by the jobs that it needs."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from backend_lead import __version__
from backend_lead.errors import NothingToLookAt, WrongUse
from backend_lead.gates.text import printable
from backend_lead.lead.answers._asked import Asked, not_understood
from backend_lead.lead.answers._several import not_met, waiting, with_another
from backend_lead.lead.options import Options
from backend_lead.lead.requests import Understood
from backend_lead.lead.slots import existing
from backend_lead.lead.wishes import wishes
from backend_lead.model.event import Listener, silent
from backend_lead.model.review import Report

LONGEST = 20_000
"""Characters of a question."""


def ask(text: str, options: Options, moment: str, listen: Listener = silent) -> Report:
    """Return the report of an answer.  Nothing is written, and no database is changed.

    `moment` is the time as fourteen digits.  A question that was not understood gives an answer without an intent.
    Raises WrongUse for an empty question, and what the job raises that it is handed to.
    """
    text = printable(text).strip()
    if not text:
        raise WrongUse("The question is empty.", 'Ask: backend-lead ask "is my API secure?"')
    if len(text) > LONGEST:
        raise WrongUse(f"The question is longer than {LONGEST:,} characters.", "Ask one thing at a time.")
    wanted = wishes(text)
    if not wanted[0].intent:
        return not_understood(wanted[0], options.target, __version__)
    report = _answered(wanted[0], options, moment, listen)
    for before, each in pairwise(wanted):
        report = with_another(report, _after(before, each, report, options, moment, listen))
    return report


def _answered(understood: Understood, options: Options, moment: str, listen: Listener) -> Report:
    if options.dsn is None and understood.slots.dsn is not None:
        options = replace(options, dsn=understood.slots.dsn)
    options = _placed(understood, options)
    name = f"backend_lead.lead.answers.{understood.intent}"
    answer: Callable[[Asked], Report] = importlib.import_module(name).answer
    return answer(Asked(understood, options, moment, listen))


def _after(
    before: Understood, each: Understood, done: Report, options: Options, moment: str, listen: Listener
) -> Report:
    """Return the answer to a further wish; where it cannot be met yet it says why, and what was done stays done."""
    if done.created is not None and each.intent.endswith("_migration") and each.intent != "create_migration":
        return waiting(each, before, options)
    try:
        return _answered(each, options, moment, listen)
    except (WrongUse, NothingToLookAt) as error:
        return not_met(each, options, error)


def _placed(understood: Understood, options: Options) -> Options:
    """Look into the folder that the words name, unless a path was typed or the folder is one of migrations."""
    folders = [path for path in existing(understood.slots, options.root) if path.is_dir()]
    if options.target != "." or len(folders) != 1 or understood.intent.endswith("_migration"):
        return options
    return replace(options, root=folders[0], target=str(folders[0]))
