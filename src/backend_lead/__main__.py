"""`python -m backend_lead` is `backend-lead`."""

import sys

from backend_lead.doors.cli.main import run

sys.exit(run())
