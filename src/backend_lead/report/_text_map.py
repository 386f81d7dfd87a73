"""The map as text: every route with what stands before it and the rows behind it, then the tables."""

from __future__ import annotations

from backend_lead.model.endpoint import Endpoint
from backend_lead.model.review import Report
from backend_lead.model.table import Table
from backend_lead.report import _words as words
from backend_lead.report._format import View
from backend_lead.report._layout import Line, Span, headed, wrapped

_COLUMNS = 8


def map_lines(report: Report, view: View) -> list[Line]:
    """Return the routes and the tables; with --verbose every guard and every query has its own line and place."""
    endpoints = sorted(report.backend.endpoints, key=lambda each: (each.path, each.method, each.handler.place))
    lines = headed(Span("Routes", "title"), "method, path, credential, then the tables reached", view.width)
    for endpoint in endpoints:
        lines += _endpoint(endpoint, view)
    tables = sorted(report.backend.tables, key=lambda table: table.name)
    lines += [(), (Span("Tables", "title"),)]
    for table in tables:
        lines += _table(table, view)
    return [*lines, ()]


def _endpoint(endpoint: Endpoint, view: View) -> list[Line]:
    tables = sorted({name for query in endpoint.queries for name in query.tables})
    reached = f" → {', '.join(tables)}" if tables else ""
    style = {"none": "medium", "unknown": "dim"}.get(endpoint.authentication.value, "")
    head = (Span(f"  {endpoint.method:<8}"),)
    lines = wrapped(f"{endpoint.path}  [{endpoint.authentication.value}]{reached}", view.width, indent=10, head=head,
                    style=style)
    if not view.verbose:
        return lines
    lines += _entry("handler", words.short(endpoint.handler.name), str(endpoint.handler.place), view)
    for guard in endpoint.guards:
        lines += _entry(guard.kind.value.replace("_", " "), words.spoken(guard.name), str(guard.place), view)
    for query in words.own_queries(endpoint):
        lines += _entry("query", words.query_line(query), str(query.place), view)
    return lines


def _entry(kind: str, name: str, place: str, view: View) -> list[Line]:
    return wrapped(f"{name}  ({place})", view.width, indent=26, head=(Span("          "), Span(kind, "dim")))


def _table(table: Table, view: View) -> list[Line]:
    names = [column.name for column in table.columns]
    shown = names if view.verbose else names[:_COLUMNS]
    text = ", ".join(shown) + (f" …and {len(names) - len(shown)} more" if len(names) > len(shown) else "")
    lines = wrapped(text or "no columns known", view.width, indent=24, head=(Span(f"  {table.name}"),))
    if view.verbose:
        for index in table.indexes:
            kind = "unique" if index.unique else index.method
            text = f"index {index.name} ({', '.join(index.columns)}) {kind}"
            lines += wrapped(text, view.width, indent=24, style="dim")
        for key in table.foreign_keys:
            lines += wrapped(f"{', '.join(key.columns)} → {key.table}", view.width, indent=24, style="dim")
    return lines
