"""New migrations: a file for each step, in the app that has the table, behind that app's leaf."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from itertools import count

from backend_lead.errors import WrongUse
from backend_lead.migrate.formats.django.following import History
from backend_lead.migrate.formats.django.history import Migration, Name, leaves_of
from backend_lead.migrate.formats.django.phrasing import operations_of, separate, statements_of, tables_of
from backend_lead.migrate.formats.django.replacing import kept
from backend_lead.migrate.script import NewFile, Step

_FOLDER = "app/migrations"


def written(history: History, steps: Sequence[Step], moment: str, replaces: Sequence[str]) -> list[NewFile]:
    """Return a migration for each step.

    Where they take the place of one that is there, the first follows what that one follows, and the last has its name,
    so that whatever follows it stays as it is.  Raises WrongUse when it is not known which app or which leaf to follow.
    """
    gone = [each for each in history.migrations if each.module.path in replaces]
    if gone:
        folder, needs, last = gone[0].module.path.rpartition("/")[0], list(gone[0].needs), gone[-1].name
        app = gone[0].app
    elif history.migrations:
        app = _app(history, steps)
        leaf = _leaf(history, app)
        folder, needs, last = leaf.module.path.rpartition("/")[0], [leaf.key], ""
    else:
        app, folder, needs, last = "app", _FOLDER, [], ""
    around, states = kept(gone) if gone else ("", [])
    taken = [each.name for each in history.every if each.app == app and each not in gone]
    found = []
    numbers = _numbers(taken, gone)
    for step in steps:
        ends = step is steps[-1]
        name = last if last and ends else f"{next(numbers)}_{_word(step.about)}"
        operations = [statements_of(step)] if gone else operations_of(history, step, app)
        if states and ends:
            operations.append(separate(states))
        text = _text(step, operations, needs, moment, around if ends else "")
        found.append(NewFile(f"{folder}/{name}.py", text))
        needs = [(app, name)]
    return found


def _word(about: str) -> str:
    """What may stand in the name of a module: Django leaves a file out that is called otherwise."""
    return re.sub(r"\W", "_", about)


def _app(history: History, steps: Sequence[Step]) -> str:
    apps = {each.app for each in history.migrations}
    if len(apps) == 1:
        return apps.pop()
    tables = dict.fromkeys(table for step in steps for sql in step.up for table in tables_of(sql))
    owners = {history.owner(table) for table in tables}
    found = sorted(each for each in owners if each in apps)
    if found:
        return found[0]
    raise WrongUse(
        f"Which of the apps {', '.join(sorted(apps))} has {', '.join(tables) or 'the table'} is not known here.",
        f"Name the folder of one app: --folder {min(apps)}",
    )


def _leaf(history: History, app: str) -> Migration:
    ends = leaves_of(app, history.migrations)
    if len(ends) != 1:
        raise WrongUse(
            f"The app {app} has {len(ends)} last migrations ({', '.join(each.name for each in ends)}), and a new one "
            "follows one.",
            "Merge them first: python manage.py makemigrations --merge",
        )
    return ends[0]


def _numbers(taken: Sequence[str], gone: Sequence[Migration]) -> Iterator[str]:
    given = [int(name[:4]) for name in taken if name[:4].isdigit()]
    if gone and gone[0].name[:4].isdigit():
        # In the place of one that is there the order is that of the dependencies, and the number that of the old one.
        return (f"{gone[0].name[:4]}_{number}" for number in count(1))
    return (f"{number:04}" for number in count(max(given, default=0) + 1))


def _text(step: Step, operations: Sequence[str], needs: Sequence[Name], moment: str, around: str) -> str:
    code = "\n".join(operations)
    imports = ["from django.db import migrations, models" if "models." in code else "from django.db import migrations"]
    if "AddIndexConcurrently(" in code:
        imports.insert(0, "from django.contrib.postgres.operations import AddIndexConcurrently")
    listed = ", ".join(f'("{app}", "{name}")' for app, name in needs)
    day = f"{moment[:4]}-{moment[4:6]}-{moment[6:8]} {moment[8:10]}:{moment[10:12]}"
    lines = [
        f"# {step.about.replace('_', ' ')}, written on {day}",
        "",
        *([around] if around else imports),
        "",
        "",
        "class Migration(migrations.Migration):",
        *([] if step.transactional else ["    atomic = False", ""]),
        f"    dependencies = [{listed}]",
        "",
        "    operations = [",
        *(textwrap.indent(each, " " * 8) for each in operations),
        "    ]",
    ]
    return "\n".join(lines) + "\n"
