"""Text from the request compiled as a template."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Argument, Call
from backend_lead.model.finding import Finding, Severity
from backend_lead.rules._reached import Reached, also, reached_calls
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo
from backend_lead.rules.security._inputs import argument_at, free_inputs, spoken

RULE = RuleInfo("Template injection", Severity.CRITICAL, owasp_api="API8:2023", cwe="CWE-1336")
write = Writer(__name__, RULE)

_COMPILING = frozenset({"flask.render_template_string", "quart.render_template_string", "jinja2.Template",
                        "jinja2.Environment.from_string", "jinja2.environment.Template", "mako.template.Template"})


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each template whose text comes from a request; a sandboxed environment is left out."""
    for reached in reached_calls(backend, lambda endpoint, call: bool(free_inputs(_template(call), endpoint))):
        yield _finding(reached)


def _template(call: Call) -> Argument | None:
    return argument_at(call, 0, "source", "text") if call.name in _COMPILING else None


def _finding(reached: Reached[Call]) -> Finding:
    call, endpoint = reached.what, reached.endpoint
    inputs = free_inputs(_template(call), endpoint)
    name = inputs[0].partition(":")[2] or "value"
    fix = (f'render_template_string("... {{{{ {name} }}}}", {name}={name})' if "render" in call.name else
           f'Template("... {{{{ {name} }}}}").render({name}={name})  # or jinja2.sandbox.SandboxedEnvironment')
    return write(
        call.place,
        f"{endpoint.name} compiles {spoken(inputs)} as a template with {call.name}.{also(reached.endpoints)}",
        f"A template is a program: an expression in {name} reaches Python's own objects and runs commands as the "
        "service.",
        fix, endpoint=endpoint, symbol=call.symbol, snippet=call.statement or call.name, path=call.path,
        touches=reached.touches)
