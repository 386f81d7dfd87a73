"""What a tool's module declares as `TOOL`, and the tool that a host sees of it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

import msgspec
from mcp.server.mcpserver.tools import Tool
from mcp_types import CallToolResult, ToolAnnotations

from backend_lead.doors.mcp import tools
from backend_lead.doors.mcp.door import Allowed
from backend_lead.doors.mcp.text import Document
from backend_lead.report._jobs import DOCUMENTS

_MORE: Document = {
    "type": "object",
    "description": "Only where the document was too large for one answer: where the whole report is, and which lists "
                   "hold their beginning alone, with the resource that goes on.",
    "required": ["report", "left_out"],
    "properties": {
        "report": {"type": "string"},
        "left_out": {"type": "array", "items": {
            "type": "object", "required": ["list", "shown", "of", "next"],
            "properties": {"list": {"type": "string"}, "shown": {"type": "integer"}, "of": {"type": "integer"},
                           "next": {"type": "string"}}}}}}


@dataclass(frozen=True, slots=True)
class Declared:
    """A tool: its function, a title, and the name of the document that it answers with (`docs/schemas/<name>.1.json`).

    `writes` files of the person, `destroys` what was there, is harmless when called again (`repeats`), `reaches` a
    database.  No tool writes and reaches; all of them read.
    """

    function: Callable[..., Awaitable[CallToolResult]]
    title: str
    document: str
    writes: bool = False
    destroys: bool = False
    repeats: bool = True
    reaches: bool = False


def declared() -> dict[str, Declared]:
    """Return what the modules of `tools/` declare, by name, sorted."""
    found = {}
    for entry in sorted(pkgutil.iter_modules(tools.__path__), key=lambda entry: entry.name):
        if not entry.name.startswith("_"):
            found[entry.name] = importlib.import_module(f"{tools.__name__}.{entry.name}").TOOL
    return found


def tools_for(allowed: Allowed) -> Iterator[Tool]:
    """Yield the tools as a host sees them, in a fixed order."""
    for name, each in declared().items():
        hints = ToolAnnotations(title=each.title, read_only_hint=not each.writes and not allowed.cache,
                                destructive_hint=each.destroys, idempotent_hint=each.repeats,
                                open_world_hint=each.reaches)
        tool = Tool.from_function(each.function, name=name, title=each.title, annotations=hints,
                                  description=inspect.cleandoc(each.function.__doc__ or ""), structured_output=False)
        # An argument that there is none of is told and not passed over.
        arguments = tool.fn_metadata.arg_model
        arguments.model_config["extra"] = "forbid"
        arguments.model_rebuild(force=True)
        tool.parameters = arguments.model_json_schema(by_alias=True)
        tool.fn_metadata.output_schema = output_schema(each.document)
        yield tool


def output_schema(name: str) -> Document:
    """Return the published schema of a document with an object at its root, as hosts want it, and with `more`."""
    schema: Document = msgspec.json.schema(DOCUMENTS[name])
    inner = schema["$defs"]
    assert isinstance(inner, dict)
    root = inner[DOCUMENTS[name].__name__]
    assert isinstance(root, dict)
    properties = root["properties"]
    assert isinstance(properties, dict)
    return {**_bare(root), "properties": {**_bare(properties), "more": _MORE}, "$defs": _bare(inner)}


def _bare(schema: Document) -> Document:
    """Leave out what is there for people: it is told in docs/json.md, and every host is sent this for every tool."""
    return {name: [_bare(item) if isinstance(item, dict) else item for item in value] if isinstance(value, list)
            else _bare(value) if isinstance(value, dict) else value
            for name, value in schema.items()
            if not (name in ("title", "description") and isinstance(value, str))}
