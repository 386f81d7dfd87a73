"""The formats of migration tools, one file each, found by walking the folder.

A file (or a folder, where one file would be too long) holds `NAME`, `find(tree)` (the tool's migration files in the
order in which it runs them; empty when the project does not use it), `read(tree, path, how)` (one file as the tool
would send it) and `write(tree, steps, moment)` (the files of a new migration).  `ORDER` puts a format before others
that would take its files as well: the lower the earlier.  `WIDE` is true where a file means something only with the
project around it: such a format is given the project's whole tree, wherever in it the migrations lie.
`outside(tree)` gives what the tool has run before them that is not in the tree, where its libraries bring migrations.
`held_open(tree)` says what the tool itself keeps open beside a migration (`Script.held_open`).
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol, cast

from backend_lead.gates.files import Tree
from backend_lead.migrate.script import NewFile, Script, Step


class Transaction(StrEnum):
    """How a raw SQL file is run: as the project's tool does, in one transaction, or each statement by itself."""

    AUTO = "auto"
    FILE = "file"
    STATEMENT = "statement"


class Format(Protocol):
    """What a file of this folder holds."""

    NAME: str

    def find(self, tree: Tree) -> Sequence[str]:
        """Return the tool's migration files in the order in which it runs them."""

    def read(self, tree: Tree, path: str, how: Transaction) -> Script:
        """Return one file as the tool would send it; raises Refused when the gate gives no file."""

    def write(
        self, tree: Tree, steps: Sequence[Step], moment: str, replaces: Sequence[str] = ()
    ) -> Sequence[NewFile]:
        """Return the files of a new migration, each step a file of its own that follows those that are there.

        `moment` is the time as fourteen digits (`20260131120000`), for tools that number by it; `replaces` are the
        files whose place the new ones take, for tools whose files name the one before.
        """


@functools.cache
def formats() -> tuple[Format, ...]:
    """Return every format, those that are more particular first."""
    modules = [
        importlib.import_module(f"{__name__}.{entry.name}")
        for entry in pkgutil.iter_modules(__path__)
        if not entry.name.startswith("_")
    ]
    return tuple(
        cast(Format, module)
        for module in sorted(modules, key=lambda module: (getattr(module, "ORDER", 0), module.NAME))
    )
