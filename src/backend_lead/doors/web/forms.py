"""Forms: read with a limit, and only those of our own pages are believed."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

from backend_lead.doors.guarded import bears
from backend_lead.doors.web.door import door_of

LARGEST = 2_000_000
"""Bytes of a form: a pasted migration is the largest."""
PROOF = "form"
"""The field that proves that a form came from a page of ours."""
_MOST_FIELDS = 2_000


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, each with all its values."""

    fields: dict[str, list[str]]

    def text(self, name: str) -> str:
        """Return the text of a field without space around it, "" when it was left empty."""
        return self.fields.get(name, [""])[-1].strip()

    def given(self, name: str) -> str | None:
        """Return the text of a field, None when it was left empty."""
        return self.text(name) or None

    def whole(self, name: str) -> str:
        """Return the text of a field as it was typed, its lines ending as files do."""
        return self.fields.get(name, [""])[-1].replace("\r\n", "\n")

    def ticked(self, name: str) -> bool:
        """Say whether a box was ticked."""
        return name in self.fields


def proof_for(request: Request) -> str:
    """Return what a form of our own pages carries."""
    return door_of(request).secret("form")


async def read_form(request: Request) -> Form:
    """Return the form that was sent.  Raises the answers 413 for one that is too large and 403 for a foreign one."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise HTTPException(413, f"A form may have {LARGEST:,} bytes.")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise HTTPException(400, "That is no form.") from None
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    form = Form(fields)
    # Who carries the token in a header is no page that another one can make send something.
    if not bears(request.scope, door_of(request).listening.token) and not hmac.compare_digest(
            form.text(PROOF).encode(), proof_for(request).encode()):
        raise HTTPException(403, "This form is not from a page of this server, or the server was started anew. "
                                 "Load the page again.")
    return form
