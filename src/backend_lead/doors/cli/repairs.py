"""A job whose findings are mended where that was asked for: what was typed about patches, checked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from backend_lead.errors import WrongUse

if TYPE_CHECKING:
    from backend_lead.doors.cli.request import Asked
    from backend_lead.lead.options import Options
    from backend_lead.lead.repairing import Job
    from backend_lead.model.event import Listener
    from backend_lead.model.review import Report


def done(job: Job, asked: Asked, options: Options, listen: Listener) -> Report:
    """Return the report of a job, after its safe patches were tried when `--fix` was typed.

    Raises WrongUse for options that mean nothing without another one.
    """
    if not asked.fix:
        if asked.test_command is not None or asked.run_code:
            raise WrongUse("--test-command and --run-code are about the patches of --fix.", "Add: --fix")
        return job(options, listen)
    if asked.test_command is not None and not asked.run_code:
        raise WrongUse("--test-command runs code of the target, and nothing of it is run unless you say so.",
                       "Add: --run-code")
    if asked.run_code and asked.test_command is None:
        raise WrongUse("--run-code lets tests run, and none were named.", "Add: --test-command 'pytest -q'")
    from backend_lead.lead.repairing import Repairing, with_repairs

    moment = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
    return with_repairs(job, Repairing(moment, asked.test_command), options, listen)
