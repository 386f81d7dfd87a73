"""TypeORM: classes with `up` and `down`, in the order of the time at the end of their names.

By default all that is pending runs in one transaction; a class may say `transaction = false` where the data source's
mode is `each` or `none`.  The way down runs in a transaction whatever the class says, unless the mode is `none`
(typeorm 0.3.31, MigrationExecutor).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from backend_lead.gates.files import Tree
from backend_lead.migrate.formats import Transaction
from backend_lead.migrate.formats._javascript.finding import candidates, without_comments
from backend_lead.migrate.script import NewFile, Script, Step

NAME = "typeorm"
ORDER = 30
WIDE = True
COMMANDS = ("npx typeorm migration:run -d DATA_SOURCE -t each", "npx typeorm migration:revert -d DATA_SOURCE")
_TIME = re.compile(r"\bclass\s+\w*?(\d{13})\b|\bname\s*(?::\s*string\s*)?=\s*['\"`]\w*?(\d{13})['\"`]")
_OURS = re.compile(r"\bMigrationInterface\b|\bqueryRunner\b|\bQueryRunner\b")


def find(tree: Tree) -> list[str]:
    """Return the files of migration classes in the order of their times."""
    found = []
    for path, text in candidates(tree):
        code = without_comments(text)
        if _OURS.search(code) and re.search(r"\bclass\s+\w+", code) and re.search(r"\bup\s*[(=]", code):
            time = _TIME.search(code) or re.search(r"(\d{13})", path.rpartition("/")[2])
            found.append((int(next(each for each in time.groups() if each)) if time else 0, path))
    return [path for _, path in sorted(found)]


def read(tree: Tree, path: str, how: Transaction) -> Script:
    """Return one file as TypeORM sends it, followed from its text."""
    # Most projects use another tool, and what follows programs takes a while to import.
    from backend_lead.migrate.formats.typeorm.following import script_of

    return script_of(tree, path, NAME)


def write(tree: Tree, steps: Sequence[Step], moment: str, replaces: Sequence[str] = ()) -> list[NewFile]:
    """Return a class in a file of its own for each step."""
    from backend_lead.migrate.formats.typeorm.writing import written

    return written(tree, find(tree), steps, moment)
