"""The job `design`: a brief in words or TOML → the report of a design, and the documents that a team keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from backend_lead import __version__
from backend_lead.design.brief_file import Brief, parse_brief, understood
from backend_lead.design.designing import design_of
from backend_lead.design.language import is_english
from backend_lead.design.likeness import MOST, likenesses
from backend_lead.design.sentence_model import HOW_TO_INSTALL
from backend_lead.errors import WrongUse
from backend_lead.gates.text import printable
from backend_lead.model.backend import Backend
from backend_lead.model.review import Report

_LONGEST = 60_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be designed: a text or the path of a brief.toml, the stack when it is settled, and facts and numbers
    that are known beside the text."""

    brief: str
    stack: str | None = None
    facts: Mapping[str, bool] | None = None
    numbers: Mapping[str, float] | None = None


def design(wanted: Wanted) -> Report:
    """Return the report of a design.  Raises WrongUse for a brief that says nothing or a file that is none."""
    brief = _brief(wanted)
    if wanted.stack is not None:
        brief = replace(brief, decided={**(brief.decided or {}), "stack": (wanted.stack,)})
    if wanted.facts:
        brief = replace(brief, facts={**(brief.facts or {}), **wanted.facts})
    if wanted.numbers:
        brief = replace(brief, numbers={**(brief.numbers or {}), **wanted.numbers})
    notes = []
    models = likenesses()
    if models is None:
        notes.append(f"Only patterns were read, which miss unusual wordings: the sentence model is not installed. "
                     f"Type: {HOW_TO_INSTALL}")
    if not is_english(brief.text):
        notes.append("The brief does not seem to be in English, and only English is read: what follows rests on "
                     "assumptions. Write it in English, or set facts and numbers in a brief.toml.")
    known = understood(brief, models)
    if models is not None and len(known.read.sentences) > MOST:
        notes.append(f"The brief has {len(known.read.sentences)} sentences: all were searched for patterns, the first "
                     f"{MOST} compared with known ones. What decides should stand first.")
    made = design_of(brief.text, known, brief.title, tuple(notes), brief.decided or {})
    return Report("design", __version__, made.title, Backend(made.title), design=made)


def _brief(wanted: Wanted) -> Brief:
    text = wanted.brief
    if text.endswith(".toml"):
        path = Path(text)
        if not path.is_file():
            raise WrongUse(f"There is no file {text}.", "Give a brief in quotes, or the path of a brief.toml.")
        if path.stat().st_size > _LONGEST:
            raise WrongUse(f"{text} is larger than {_LONGEST:,} bytes.", "A brief is a page or two.")
        return parse_brief(path.read_text(encoding="utf-8", errors="replace"), text)
    if len(text) > _LONGEST:
        raise WrongUse(f"The brief is longer than {_LONGEST:,} characters.", "A brief is a page or two.")
    text = printable(text).strip()
    if not text and not wanted.facts:
        raise WrongUse("The brief is empty.", 'Say what is to be built: backend-lead design "a shop for ..."')
    return Brief(text)
