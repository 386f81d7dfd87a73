"""Questions back: the one or two whose answers would change an answer most, each with what to type."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator

from backend_lead.lead.answers._asked import Asked, shown
from backend_lead.lead.answers._words import listed
from backend_lead.model.answer import Ask
from backend_lead.model.backend import Backend
from backend_lead.model.design import Question

MOST = 2
_ADDRESS = "postgresql://READER@HOST/DATABASE"


def asked_back(asked: Asked, backend: Backend, *, database: bool = True) -> tuple[Ask, ...]:
    """Return what is asked about code and a database: where the routes are, and where the database is."""
    return tuple(_missing(asked, backend, database=database))[:MOST]


def _missing(asked: Asked, backend: Backend, *, database: bool) -> Iterator[Ask]:
    again = f"backend-lead ask {shlex.quote(shown(asked.understood.text))}"
    target = shlex.quote(asked.options.target)
    if not backend.endpoints:
        yield Ask(
            "Which folder holds the program that registers the routes?",
            "Without routes nothing can be said of who may call them.",
            f"{again} FOLDER",
        )
        yield Ask(
            "Is there an OpenAPI document of the service?",
            "It names the routes that the code does not show.",
            f"{again} {target} --openapi FILE",
        )
    elif database and not asked.options.dsn:
        yield Ask(
            "Where is the database? A role that may only read is enough.",
            "How large its tables are and what is sent most decides what to mend first.",
            f"{again} {target} --db {_ADDRESS}",
        )


def of_design(asked: Asked, questions: Iterable[Question]) -> tuple[Ask, ...]:
    """Return the questions of a design that change most decisions."""
    text = shown(asked.understood.text).rstrip(" .?!")
    found = []
    for each in sorted(questions, key=lambda one: -len(one.flips)):
        changes = f" Can change {listed([one.replace('_', ' ') for one in each.flips], 3)}." if each.flips else ""
        found.append(
            Ask(
                each.question,
                f"Assumed: {each.assumed}.{changes}",
                f"backend-lead ask {shlex.quote(f'{text}. YOUR ANSWER')}",
            )
        )
    return tuple(found[:MOST])
