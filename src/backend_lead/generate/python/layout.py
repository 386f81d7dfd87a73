"""How generated lines are broken when they are too long."""

from __future__ import annotations

import re
import textwrap

_LONGEST = 120


def fitted(line: str) -> str:
    """Return a call that is too long for its line with its arguments below."""
    if len(line) <= _LONGEST or not line.endswith(")"):
        return line
    indent = line[: len(line) - len(line.lstrip())]
    head, arguments = line[:-1].split("(", 1)
    below = f"{indent}    {arguments}"
    if len(below) > _LONGEST:
        below = "\n".join(f"{indent}    {each}," for each in arguments.split(", "))
    return f"{head}(\n{below}\n{indent})"


def call(method: str, constant: str, given: str) -> str:
    """Return the call of a statement, its arguments below when they do not fit on the line."""
    line = f"{method}({constant}, {given})"
    if len(line) <= 88:
        return line
    wrapped = "\n        ".join(textwrap.wrap(f"{constant}, {given}", 108))
    return f"{method}(\n        {wrapped}\n    )"


def signature(name: str, parameters: str, answer: str) -> str:
    """Return the head of a function that asks the database, its parameters below when they do not fit."""
    line = f"async def {name}(connection: Connection, {parameters}) -> {answer}:"
    if len(line) <= 120:
        return line
    below = f"    connection: Connection, {parameters}"
    if len(below) > 120:
        below = "\n".join(f"    {each}," for each in ["connection: Connection", *_apart(parameters)])
    return f"async def {name}(\n{below}\n) -> {answer}:"


def _apart(parameters: str) -> list[str]:
    """Take parameters apart at the commas between them, not at those within brackets."""
    return re.split(r", (?=\w+: )", parameters)
