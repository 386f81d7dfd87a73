"""The parts of the document of `backend-lead explain`, field by field."""

from __future__ import annotations

from typing import Annotated

import msgspec

from backend_lead.model.finding import Dimension, Severity

Needs = Annotated[str, msgspec.Meta(pattern="^(source|database|document)$")]


class RuleFields(msgspec.Struct, frozen=True):
    """A rule, as `backend-lead rules` lists it."""

    id: str
    title: str
    dimension: Dimension
    area: str
    severity: Severity
    needs: Needs
    preview: bool
    owasp_api: str | None
    cwe: str | None
