"""HTML as a value: text is escaped unless it already is HTML, so nothing of the target becomes markup."""

from __future__ import annotations

import html as standard
from collections.abc import Iterable

from backend_lead.report._words import clean

_EMPTY = frozenset({"input", "meta", "link", "br"})


class Html(str):
    """Markup that is safe to put into a page as it stands."""

    __slots__ = ()

    def __html__(self) -> str:
        """Say to a template that this is markup already."""
        return self


Piece = str | Html | None | Iterable["Piece"]


def escaped(text: str) -> Html:
    """Return text of any origin as HTML: quotes and brackets are entities, control characters are gone."""
    return text if isinstance(text, Html) else Html(standard.escape(clean(text), quote=True))


def join(*pieces: Piece) -> Html:
    """Return the pieces one after the other; None is nothing, text is escaped."""
    parts = []
    for piece in pieces:
        if isinstance(piece, str):
            parts.append(escaped(piece))
        elif piece is not None:
            parts.append(join(*piece))
    return Html("".join(parts))


def tag(name: str, /, *pieces: Piece, **attributes: str | bool | int | None) -> Html:
    """Return an element.  `class_` is the attribute class, `data_x` is data-x; True stands alone, None is left out."""
    written = []
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        label = key.rstrip("_").replace("_", "-")
        written.append(f" {label}" if value is True else f' {label}="{escaped(str(value))}"')
    start = f"<{name}{''.join(written)}>"
    return Html(start if name in _EMPTY else f"{start}{join(*pieces)}</{name}>")
