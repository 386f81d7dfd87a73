"""An OpenAPI document as written down by people or tools."""

from __future__ import annotations

from dataclasses import dataclass

from backend_lead.model.place import Place


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a document.  `statuses` as written ("200", "4XX", "default").

    `secured`: whether a security requirement applies (None when the document declares no schemes at all).
    `parameters` are (location, name, required).  `request_fields` and `response_fields` are top-level property names,
    required request properties listed in `request_required`; `response_is_list` tells an array at the top.
    """

    method: str
    path: str
    place: Place
    statuses: tuple[str, ...] = ()
    secured: bool | None = None
    parameters: tuple[tuple[str, str, bool], ...] = ()
    request_fields: tuple[str, ...] = ()
    request_required: tuple[str, ...] = ()
    response_fields: tuple[str, ...] = ()
    response_is_list: bool = False
    error_media_types: tuple[str, ...] = ()
    operation_id: str | None = None
    deprecated: bool = False


@dataclass(frozen=True, slots=True)
class DocumentFault:
    """Something wrong in a document, with its line."""

    place: Place
    message: str


@dataclass(frozen=True, slots=True)
class ApiDocument:
    """An OpenAPI document: `version` as written ("3.1.0", "2.0"), base paths of its servers, its operations."""

    file: str
    version: str
    title: str = ""
    base_paths: tuple[str, ...] = ()
    operations: tuple[Operation, ...] = ()
    faults: tuple[DocumentFault, ...] = ()
