"""A database with neither an archive of its log nor a standby: what was lost since the last dump is gone."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Evidence, Finding, Job, Severity
from backend_lead.rules._schema import NOWHERE
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("No archive and no standby", Severity.LOW, needs="database")
write = Writer(__name__, RULE, Job.DIAGNOSE)


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding when the server archives nothing and nothing follows it.

    A server that does not even wait for its own disk (fsync off) is not meant to keep anything.
    """
    server = backend.server
    if server is None or server.setting("archive_mode") != "off" or server.setting("fsync") == "off":
        return
    if server.replicas == 0:
        yield write(
            NOWHERE,
            f"{server.database}: archive_mode is off and no standby is connected, so no backup can be seen from here.",
            "When the disk is lost, so is every change since the last dump or snapshot, if there is one: without the "
            "archived log the database cannot be brought to a point in time.",
            "ALTER SYSTEM SET archive_mode = 'on';  -- takes effect after a restart\n"
            "ALTER SYSTEM SET archive_command = 'pgbackrest --stanza=main archive-push %p';",
            evidence=Evidence.MEASURED, snippet="archive_mode off", effort=3)
