"""What a design would decide beside the blueprint, for each archetype."""

from __future__ import annotations

from backend_lead.generate.python.service import Realtime, ServiceOptions

_TOLD = (
    "social_media",
    "online_shop",
    "project_tracker",
    "booking",
    "marketplace",
    "delivery",
    "inventory",
    "crm",
    "helpdesk",
    "iot_telemetry",
    "job_board",
    "file_sharing",
)
_SENSITIVE = ("clinic", "expense_ledger", "online_shop")
_PROGRAMS = ("iot_telemetry", "url_shortener", "crm")


def options_of(archetype: str) -> ServiceOptions:
    """Return the options that an archetype is generated with."""
    realtime = Realtime.WEBSOCKET if archetype == "chat" else Realtime.SSE if archetype in _TOLD else Realtime.NONE
    return ServiceOptions(mfa=archetype in _SENSITIVE, api_keys=archetype in _PROGRAMS, realtime=realtime,
                          audit=archetype in _SENSITIVE)
