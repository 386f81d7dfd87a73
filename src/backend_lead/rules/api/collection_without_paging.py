"""A collection whose contract has no page: neither size nor position can be asked for."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding, Severity
from backend_lead.rules._paging import RowList, declared_limit, has_paging_parameter, row_lists
from backend_lead.rules._paths import shape
from backend_lead.rules._schema import Schema, primary_key
from backend_lead.rules._writing import Writer, listed
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Collection without paging", Severity.LOW, owasp_api="API4:2023", cwe="CWE-770", preview=True)
write = Writer(__name__, RULE)


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each GET that returns a growing list of rows and takes no paging parameter.

    The rows of one thing that the path names count when the same path takes new ones: those lists grow for ever.
    """
    schema = Schema(backend)
    posts = {shape(endpoint.path) for endpoint in backend.endpoints if endpoint.method == "POST"}
    seen: set[str] = set()
    for row_list in row_lists(backend, schema):
        endpoint = row_list.endpoint
        grows = not row_list.scope or row_list.is_of_caller or shape(endpoint.path) in posts
        if grows and endpoint.name not in seen and not has_paging_parameter(endpoint):
            seen.add(endpoint.name)
            yield _finding(schema, row_list)


def _finding(schema: Schema, row_list: RowList) -> Finding:
    endpoint, table = row_list.endpoint, row_list.table
    writers = schema.inserted.get(table.name, [])
    grows = f"{listed(writers)} adds to {table.name}" if writers else f"{table.name} grows"
    key = (primary_key(table) or ("id",))[0]
    flask = endpoint.framework == "flask"
    after = 'after = request.args.get("after", type=int)' if flask else "after: int | None = None,"
    return write(
        endpoint.handler.place, f"{endpoint.name} returns a list of {table.name} that cannot be asked for in pages.",
        f"{grows}, so the answer gets longer for ever; and a page can only be added later by breaking every client "
        f"that takes the first answer for all of it.",
        f"{after}  # the last {key} of the page before\n{declared_limit(endpoint)}", endpoint=endpoint,
        symbol=endpoint.handler.name, snippet=endpoint.name, path=row_list.query.path,
        touches=(f"route:{endpoint.name}", f"query:{row_list.query.place}"))
