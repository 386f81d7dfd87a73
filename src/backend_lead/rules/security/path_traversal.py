"""A file whose path the request chooses."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Argument, Call, Endpoint
from backend_lead.model.finding import Finding, Severity
from backend_lead.rules._reached import Reached, also, reached_calls
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo
from backend_lead.rules.security._inputs import argument_at, free_inputs, spoken

RULE = RuleInfo("Path traversal", Severity.HIGH, owasp_api="API8:2023", cwe="CWE-22")
write = Writer(__name__, RULE)

_READING = ("open", "builtins.open", "io.open", "codecs.open", "aiofiles.open", "starlette.responses.FileResponse",
            "fastapi.responses.FileResponse", "flask.send_file", "linecache.getlines", "shutil.copyfile", "shutil.copy",
            "shutil.copy2")
_CHANGING = ("os.remove", "os.unlink", "os.rmdir", "os.rename", "os.replace", "os.makedirs", "os.mkdir",
             "shutil.rmtree", "shutil.move", "shutil.copytree")
# What is asked about a path, or done to it, before it is used; by this route, wherever.
_CHECKING = (".secure_filename", ".safe_join", ".basename", ".is_relative_to", ".relative_to", ".commonpath",
             ".commonprefix", ".resolve", ".realpath", ".abspath", ".fullmatch", ".match")


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each file that is opened, sent or removed by a path from the request."""
    for reached in reached_calls(backend, _chosen):
        yield _finding(reached)


def _chosen(endpoint: Endpoint, call: Call) -> bool:
    return bool(_inputs(endpoint, call)) and not any(other.name.endswith(_CHECKING) for other in endpoint.calls)


def _inputs(endpoint: Endpoint, call: Call) -> tuple[str, ...]:
    """Return the inputs that choose the path, when the handler's own file uses it and nothing else has part in it.

    A value that has come a long way, or together with a row or the caller, has mostly been looked up by the input.
    """
    path = _path(call)
    found = free_inputs(path, endpoint)
    if path is None or call.place.file != endpoint.handler.place.file:
        return ()
    if any(not source.startswith(("path:", "query:", "body:", "form:", "environment")) for source in path.sources):
        return ()
    return () if _is_narrow(found, endpoint) else found


def _is_narrow(inputs: tuple[str, ...], endpoint: Endpoint) -> bool:
    """Say whether the inputs are single segments of the route: the server splits at each slash before it matches."""
    spanning = {f"path:{each.name}" for each in endpoint.parameters if each.spans}
    return all(source.startswith("path:") and source not in spanning for source in inputs)


def _path(call: Call) -> Argument | None:
    if call.name not in _READING and call.name not in _CHANGING:
        return None
    return argument_at(call, 0, "path", "file", "path_or_file", "filename_or_fp", "src")


def _finding(reached: Reached[Call]) -> Finding:
    call, endpoint = reached.what, reached.endpoint
    inputs = _inputs(endpoint, call)
    name = inputs[0].partition(":")[2] or "value"
    changes = call.name in _CHANGING
    verb = call.name.rpartition(".")[2]
    doing = {"FileResponse": "sends the file at", "send_file": "sends the file at", "open": "opens the file at",
             "remove": "removes the file at", "unlink": "removes the file at", "rmtree": "removes the folder at"}.get(
        verb, f"calls {call.name} on")
    return write(
        call.place, f"{endpoint.name} {doing} a path made of {spoken(inputs)}.{also(reached.endpoints)}",
        f"`../` in {name} (`..\\` on Windows, %2F behind a server that decodes it) leads out of the folder: any "
        f"file the service may {'write is lost' if changes else 'read is sent, its settings and keys first'}.",
        f'path = (folder / {name}).resolve()\nif not path.is_relative_to(folder.resolve()):\n    '
        + ("abort(404)" if endpoint.framework == "flask" else "raise HTTPException(404)"),
        endpoint=endpoint, symbol=call.symbol, snippet=call.statement or call.name, path=call.path,
        touches=reached.touches)
