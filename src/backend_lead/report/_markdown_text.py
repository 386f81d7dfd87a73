"""Text of a target inside Markdown: it stays text, whatever it holds."""

from __future__ import annotations

import re

from backend_lead.report import _words as words

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&])")
_LONGEST = 4_000


def text(given: str) -> str:
    """Return text of the target that stands in a line or a table cell as it is, without links or mentions."""
    safe = _SPECIAL.sub(r"\\\1", " ".join(words.clean(given).split()))
    # A zero-width space keeps @name from calling a person and #12 from linking an issue.
    return re.sub(r"([@#])(?=\w)", "\\1\u200b", safe)


def html(given: str) -> str:
    """Return text inside of HTML tags.  A blank line would end the block of HTML that it stands in."""
    line = " ".join(words.clean(given).split())
    for character, safe in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("@", "@\u200b")):
        line = line.replace(character, safe)
    return line


def code(given: str) -> str:
    """Return inline code; a run of backticks in it is fenced by a longer one, a bar would end a table cell."""
    line = " ".join(words.clean(given).split()).replace("|", "\\|")
    fence = "`" * (max((len(run) for run in re.findall("`+", line)), default=0) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def block(given: str, language: str = "") -> str:
    """Return a block of code, cut where it is very long."""
    fence = "`" * max(3, max((len(run) for run in re.findall("`+", given)), default=0) + 1)
    return f"{fence}{language}\n{words.clean(given).strip(chr(10))[:_LONGEST]}\n{fence}"
