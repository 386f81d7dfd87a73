"""Text from the request pasted into a command line."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Argument, Call, Endpoint
from backend_lead.model.finding import Finding, Severity
from backend_lead.rules._reached import Reached, also, reached_calls
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo
from backend_lead.rules.security._inputs import argument_at, free_inputs, spoken

RULE = RuleInfo("Command injection", Severity.CRITICAL, owasp_api="API8:2023", cwe="CWE-78")
write = Writer(__name__, RULE)

_ALWAYS = frozenset({"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput",
                     "asyncio.create_subprocess_shell"})
_WITH_SHELL = frozenset({"subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output",
                         "subprocess.Popen"})
_QUOTING = "shlex.quote"


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each shell command that is built from text of a request."""
    for reached in reached_calls(backend, _injected):
        yield _finding(reached)


def _injected(endpoint: Endpoint, call: Call) -> bool:
    if not free_inputs(_command(call), endpoint):
        return False
    return not any(other.name == _QUOTING and other.symbol == call.symbol for other in endpoint.calls)


def _command(call: Call) -> Argument | None:
    """Return the argument that a shell reads, or None when no shell does."""
    shell = call.keyword("shell")
    if call.name in _ALWAYS or (call.name in _WITH_SHELL and shell is not None and shell.value == "True"):
        return argument_at(call, 0, "args", "cmd", "command")
    return None


def _finding(reached: Reached[Call]) -> Finding:
    call, endpoint = reached.what, reached.endpoint
    inputs = free_inputs(_command(call), endpoint)
    name = inputs[0].partition(":")[2] or "value"
    return write(
        call.place, f"{endpoint.name} builds a shell command from {spoken(inputs)} and runs it with {call.name}."
        f"{also(reached.endpoints)}",
        f"`; curl ... | sh` in {name} runs as the service, with its files, its environment and its database.",
        f'subprocess.run(["program", "--", {name}], check=True)  # a list, and no shell',
        endpoint=endpoint, symbol=call.symbol, snippet=call.statement or call.name, path=call.path,
        touches=reached.touches)
