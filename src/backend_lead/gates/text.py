"""Text from the target is data: what may reach a terminal or a report, and which words never do."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

_ESCAPE = re.compile(
    "\x1b\\[[0-?]*[ -/]*[@-~]"  # a control sequence: colours, cursor
    "|[\x1b\x9d][\\]PX^_]?[^\x07\x1b\x9c]{0,4096}(?:\x07|\x1b\\\\|\x9c)"  # a string sequence: titles, hyperlinks
    "|\x1b[ -/]*[0-~]?"
)
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"
    "\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff0-\ufffb\ufffe\uffff"
    "\ue000-\uf8ff\ud800-\udfff\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)


def printable(text: str) -> str:
    """Return the text without anything that moves a cursor, reorders or hides letters; newline and tab stay.

    Escape sequences go as a whole, carriage returns too.
    """
    if text.isascii() and text.isprintable():
        return text
    return _CONTROL.sub("", _ESCAPE.sub("", text))


def one_line(text: str, limit: int = 200) -> str:
    """Return the text as a single printable line of at most `limit` characters, for messages."""
    line = " ".join(printable(text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


MASK = "***"

_IN_ADDRESS = re.compile(r"(?P<head>\b[a-zA-Z][a-zA-Z0-9+.\-]*://[^\s:/?#@'\"]*:)(?!\d{1,5}/)(?P<secret>[^\s'\"]*)@")
_NAMED = re.compile(
    r"""(?P<head>(?P<name>\b[\w\-]*(?:password|passwd|pwd|passphrase|secret|token|credential|(?:api|private|access|secret|signing|jwt)[_\-]?key)s?\d*)\b
        ["'\]]*(?:\s*:\s*[\w.\[\], |]+?(?=\s*=))?\s*(?:[=:]|%3[dD])\s*)
        (?P<value>[bBrRuUfF]{0,2}(?:'(?:[^'\\\n]|\\.|'')*'|"(?:[^"\\\n]|\\.)*")|(?:(?<=[=:dD])|(?<=:\s))[^\s,;&'"()\[\]{}]+)""",
    re.IGNORECASE | re.VERBOSE,
)
# One of these is in every name that _NAMED takes, and in what _IN_SQL takes, in small letters.
_SECRET_WORDS = ("pass", "pwd", "secret", "token", "credential", "key", "identified")
# What a program writes after `password=` when it passes a variable on.
_CODE = re.compile(r"[A-Za-z_.]+")
_SHAPED = re.compile(
    r"\beyJ[\w\-]{8,}\.[\w\-]{4,}\.[\w\-]*"  # a JSON web token
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{20,}\b|\bgithub_pat_\w{20,}\b|\bglpat-[\w\-]{16,}"
    r"|\bsk[-_](?:live[-_]|test[-_]|ant-|proj-)?[A-Za-z0-9_\-]{20,}\b|\b[rp]k_(?:live|test)_[A-Za-z0-9]{16,}\b"
    r"|\bxox[abeprs]-[\w\-]{10,}\b|\bAIza[\w\-]{35}\b|\bSG\.[\w\-]{16,}\.[\w\-]{16,}|\bnpm_[A-Za-z0-9]{30,}\b"
    r"|\bpypi-[\w\-]{50,}"
)
_PEM = re.compile(r"(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)
# CREATE ROLE … PASSWORD 'x', IDENTIFIED BY 'x'.
_IN_SQL = re.compile(r"(?i)(?P<head>\b(?:password|identified\s+by)\s+)'(?:[^']|'')*'")
_BEARER = re.compile(r"(?i)\b(?P<head>(?:bearer|basic)\s+)[A-Za-z0-9+/=_.~\-]{12,}")


def _masked_value(match: re.Match[str]) -> str:
    value = match["value"]
    quote = next((character for character in value[:3] if character in "'\""), "")
    if not quote and _CODE.fullmatch(value) and not match["name"].isupper():
        return match.group()
    return f"{match['head']}{quote}{MASK}{quote}"


def mask(text: str, secrets: Iterable[str] = ()) -> str:
    """Return the text with passwords in addresses, values of secret-sounding names, keys and tokens replaced by ***;
    `secrets` are replaced wherever they stand."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, MASK) if secret else text
    return _masked(text)


@functools.lru_cache(maxsize=4096)
def _masked(text: str) -> str:
    """The same texts come again and again: the reasons of rules, the statements that several findings quote.

    A pattern is only tried on a text that holds a word without which it cannot match.
    """
    if "-----BEGIN" in text:
        text = _PEM.sub(rf"\1 {MASK} \2", text)
    if "://" in text:
        text = _IN_ADDRESS.sub(rf"\g<head>{MASK}@", text)
    folded = text.casefold()
    if any(word in folded for word in _SECRET_WORDS):
        text = _NAMED.sub(_masked_value, text)
        text = _IN_SQL.sub(rf"\g<head>'{MASK}'", text)
    if "bearer" in folded or "basic" in folded:
        text = _BEARER.sub(rf"\g<head>{MASK}", text)
    return _SHAPED.sub(MASK, text)
