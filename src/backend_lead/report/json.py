"""The JSON document of a job, and the JSON Schema of each document."""

from __future__ import annotations

import msgspec

from backend_lead.model.review import Report
from backend_lead.report._convert import document
from backend_lead.report._encode import encoded
from backend_lead.report._format import View
from backend_lead.report._jobs import DOCUMENTS


def render(report: Report, view: View) -> str:
    """Return the document as indented JSON with a newline at its end; the same report gives the same bytes."""
    return encoded(document(report))


def schemas() -> dict[str, str]:
    """Return the text of each JSON Schema by its file name (`map.1.json`)."""
    return {f"{job}.1.json": _schema(job) for job in sorted(DOCUMENTS)}


def _schema(job: str) -> str:
    built = msgspec.json.schema(DOCUMENTS[job])
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"backend-lead/{job}/1", **built}
    return msgspec.json.format(msgspec.json.encode(whole, order="sorted"), indent=2).decode() + "\n"
