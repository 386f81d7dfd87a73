"""Data from the request read by something that runs what it reads."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Call, Endpoint
from backend_lead.model.finding import Finding, Severity
from backend_lead.rules._reached import Reached, also, reached_calls
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo
from backend_lead.rules.security._inputs import argument_at, inputs_of, spoken

RULE = RuleInfo("Unsafe deserialization", Severity.CRITICAL, owasp_api="API8:2023", cwe="CWE-502")
write = Writer(__name__, RULE)

_RUNNING = frozenset({
    "pickle.loads", "pickle.load", "cPickle.loads", "_pickle.loads", "dill.loads", "dill.load", "cloudpickle.loads",
    "cloudpickle.load", "marshal.loads", "joblib.load", "jsonpickle.decode", "jsonpickle.loads", "pandas.read_pickle",
    "yaml.unsafe_load", "yaml.full_load_unsafe", "shelve.open", "builtins.eval", "builtins.exec", "eval", "exec"})
_SAFE_LOADERS = ("SafeLoader", "CSafeLoader", "BaseLoader", "CBaseLoader", "FullLoader", "CFullLoader")


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each place where bytes of a request are unpickled, or loaded as YAML with any tag."""
    for reached in reached_calls(backend, _runs):
        yield _finding(reached)


def _runs(endpoint: Endpoint, call: Call) -> bool:
    argument = argument_at(call, 0)
    if argument is None or argument.sanitized or not inputs_of(argument.sources):
        return False
    if any(other.name.startswith(("hmac.", "itsdangerous.", "RestrictedPython.")) for other in endpoint.calls):
        return False  # Signed by the service itself, as far as can be told.
    return call.name in _RUNNING or (call.name == "yaml.load" and _any_tag(call))


def _any_tag(call: Call) -> bool:
    loader = argument_at(call, 1, "Loader")
    return loader is not None and (loader.reference or "").endswith((".Loader", ".UnsafeLoader", ".CLoader")) and not (
        (loader.reference or "").endswith(_SAFE_LOADERS))


def _finding(reached: Reached[Call]) -> Finding:
    call, endpoint = reached.what, reached.endpoint
    inputs = inputs_of(call.arguments[0].sources)
    yaml = call.name.startswith("yaml.")
    return write(
        call.place, f"{endpoint.name} reads {spoken(inputs)} with {call.name}.{also(reached.endpoints)}",
        "The bytes say which functions are called while they are read: whoever sends them runs code as the service.",
        "yaml.safe_load(data)" if yaml else "json.loads(data)  # or a model of pydantic: data, and no code",
        endpoint=endpoint, symbol=call.symbol, snippet=call.statement or call.name, path=call.path,
        touches=reached.touches)
