"""Runs the migrations of the project in the working folder, each forward, back, and forward, and prints what Django sends.

It is run by a process of its own, with Django: python django_dump.py [--zero] <app> …; `--zero` takes all back then.
"""

from __future__ import annotations

import json
import logging
import os
import sys

sys.path.insert(0, os.getcwd())
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.migrations.executor import MigrationExecutor  # noqa: E402


class Kept(logging.Handler):
    """Keeps what the schema editor sends."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Take a statement."""
        self.sent.append(str(record.sql))  # type: ignore[attr-defined]

    def taken(self) -> list[str]:
        """Return what was sent since it was asked last."""
        found, self.sent = self.sent, []
        return found


def main(apps: list[str]) -> None:
    """Print a list of [app, name, texts sent forward, texts sent backward], in the order in which Django runs them."""
    kept = Kept()
    logger = logging.getLogger("django.db.backends.schema")
    logger.setLevel(logging.DEBUG)
    logger.addHandler(kept)
    logger.propagate = False
    executor = MigrationExecutor(connection)
    plan = [each for each, _ in executor.migration_plan(executor.loader.graph.leaf_nodes()) if each.app_label in apps]
    for other in ("contenttypes", "auth"):
        call_command("migrate", other, verbosity=0)
    kept.taken()
    found = []
    last: dict[str, str] = {}
    for each in plan:
        sent = []
        for name in (each.name, last.get(each.app_label, "zero"), each.name):
            call_command("migrate", each.app_label, name, verbosity=0)
            sent.append(kept.taken())
        last[each.app_label] = each.name
        found.append([each.app_label, each.name, *sent[:2]])
    if "--zero" in sys.argv:
        for app in reversed(apps):
            call_command("migrate", app, "zero", verbosity=0)
    print(json.dumps(found))


main([each for each in sys.argv[1:] if not each.startswith("--")])
