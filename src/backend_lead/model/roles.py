"""Which guards ask what a caller may do: a role, and not the state of his account."""

from __future__ import annotations

import re
from collections.abc import Mapping

from backend_lead.model.endpoint import Endpoint, Guard, GuardKind
from backend_lead.model.ownership import CREDENTIALS

# That an account is active, confirmed or locked holds for everybody who gets past it: it parts no caller from another.
_STATE = re.compile(
    r"(?:is_?|was_?|email_?|account_?|user_?|phone_?)*(?:in_?active|active|activated|enabled|disabled|verified|verify|"
    r"confirmed|banned|blocked|locked|suspended|frozen|deleted|deactivated|approved|archived|removed|revoked|expired|"
    r"authenticated|anonymous|status|state)(?:_?(?:at|on|until|flag|date))?", re.IGNORECASE)
RANK = re.compile(r"(?i)admin|staff|super|moderator|role|permission")
"""What columns are called that say what somebody may do."""


def is_about_account(guard: Guard) -> bool:
    """Say whether a guard asks for the state of the caller's account: `users.is_active`, `users.status`."""
    return bool(_STATE.fullmatch(guard.detail.rpartition(".")[2]))


def role_guard(endpoint: Endpoint, references: Mapping[str, str]) -> Guard | None:
    """Return the guard of an endpoint that asks for a role, or None.

    `references` are the foreign key columns with the tables that they refer to.  A guard that only asks whether the
    caller's row refers to something (is a customer at all; a role is what is asked for), what kind of credential was
    sent, or whether the account is in use asks for no role.
    """
    return next((guard for guard in endpoint.guards if guard.kind is GuardKind.ROLE and not guard.optional
                 and (guard.detail not in references or RANK.search(guard.detail.rpartition(".")[2]))
                 and guard.detail not in CREDENTIALS and not is_about_account(guard)), None)
