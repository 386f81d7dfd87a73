"""JSON text for the formats that are JSON."""

from __future__ import annotations

import msgspec

from backend_lead.report._words import clean, escaped


def encoded(value: object) -> str:
    """Return indented JSON with a newline at its end; what moves a cursor or reorders letters stands as an escape.

    Half a surrogate pair is no text, and is left out with all that is not seen.
    """
    try:
        data = msgspec.json.encode(value)
    except UnicodeEncodeError:
        data = msgspec.json.encode(cleaned(msgspec.to_builtins(value)))
    return escaped(msgspec.json.format(data, indent=2).decode()) + "\n"


def cleaned(value: object) -> object:
    """Return a value of texts, lists and dictionaries without what cannot be written as UTF-8 or seen."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list | tuple):
        return [cleaned(item) for item in value]
    if isinstance(value, dict):
        return {str(key): cleaned(item) for key, item in value.items()}
    return value
