"""Requests about whole tables."""

from __future__ import annotations

import re
from itertools import pairwise

from backend_lead.migrate.create.fields import described, field_of
from backend_lead.migrate.create.naming import Unclear, joined
from backend_lead.migrate.create.phrase import Phrase
from backend_lead.migrate.create.wanted import CreateTable, DropTable, Wanted


def create_table(phrase: Phrase) -> Wanted | None:
    """Return a new table with its columns."""
    if any(piece.table and after.text == "table" for piece, after in pairwise(phrase.pieces)):
        return None
    strangers = [name for name in phrase.strangers() if name not in ("named", "called")]
    fields = [field_of(each, phrase) for each in phrase.fields]
    # `create table addresses (id bigint, city text)`, `a table for warehouses: code varchar(10), city text`
    listed = re.match(r"^([^(:,]*?\btable\b[^(:,]*)(?: \(|:) (.+?)(?: \))?$", re.sub(r" (?=:)", "", phrase.words))
    if listed and re.search(r"\b(?:with|having|containing|holding)\b", listed[1]):
        listed = None
    head = (
        list(listed.groups())
        if listed
        else re.split(r"\b(?:with|having|containing|that has|which has|holding)\b", phrase.words, maxsplit=1)
    )
    if not fields and len(head) > 1:
        fields = [described(part, phrase) for part in re.split(r",(?![^()]*\))|\band\b", head[1]) if part.strip()]
    called = [name for name in phrase.explicit_names() if name in re.findall(r"\w+", head[0])]
    named = called or [
        name for name in strangers if name in joined(head[0].split()) or name in head[0].replace(" ", "_")
    ]
    if not named:
        known = next((piece.table for piece in phrase.pieces if piece.table), "")
        if known:
            raise Unclear(
                f"There is a table {known} already.",
                f"To change it: backend-lead migration create 'add … to {known}'",
            )
        raise Unclear(
            "The new table's name is missing.", "Say: create table invoices with number text, total numeric(12,2)"
        )
    return CreateTable(named[0], tuple(fields))


def drop_table(phrase: Phrase) -> Wanted | None:
    """Return the table that goes."""
    if any(piece.column and not piece.table for piece in phrase.pieces):
        return None
    tables = list(dict.fromkeys(piece.table for piece in phrase.pieces if piece.table))
    if not tables:
        stranger = next(iter(phrase.strangers()), "")
        raise phrase.names.missing_table(stranger) if stranger else Unclear("No table is named.", phrase.known())
    return DropTable(phrase.table())
