"""A password hashed by something fast."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Argument, Call, Endpoint
from backend_lead.model.finding import Finding, Severity
from backend_lead.model.ownership import values_of
from backend_lead.rules._reached import Reached, also, reached_calls
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo
from backend_lead.rules.security._inputs import inputs_of
from backend_lead.rules.security._passwords import is_strong, passwords_in

RULE = RuleInfo("Weak password hash", Severity.HIGH, owasp_api="API2:2023", cwe="CWE-916")
write = Writer(__name__, RULE)

_FAST = frozenset({"md4", "md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "sha3_512", "blake2b",
                   "blake2s"})


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each fast hash of a password that is stored, or compared with what is stored."""
    for reached in reached_calls(backend, lambda endpoint, call: bool(_password(call)) and _is_kept(endpoint, call)):
        yield _finding(reached)


def _algorithm(call: Call) -> str:
    if call.name == "hashlib.new":
        first = call.positional(0)
        return (first.value or "").lower() if first is not None else ""
    return call.name.removeprefix("hashlib.") if call.name.startswith("hashlib.") else ""


def _password(call: Call) -> tuple[str, ...]:
    """Return the inputs named as passwords that a fast hash is made of."""
    if _algorithm(call) not in _FAST:
        return ()
    found: dict[str, None] = {}
    for argument in call.arguments:
        passwords = passwords_in(argument.sources)
        # What was made of a name and a password together is what a sign-in gave: a token, or who somebody is.
        if not argument.sanitized and set(inputs_of(argument.sources)) <= set(passwords):
            found.update(dict.fromkeys(passwords))
    return tuple(found)


def _is_kept(endpoint: Endpoint, call: Call) -> bool:
    """Say whether the hash meets a column: in a comparison, in a condition, or in a row that is written."""
    if _goes_on(endpoint, call):
        return False
    inputs = set(_password(call))
    compared = any(each.name.endswith((".compare_digest", ".eq")) and _made_by(each, call) and _rows(each.arguments)
                   for each in endpoint.calls)
    salted = _rows(call.arguments)
    slow = any(is_strong(each) for each in endpoint.calls)
    written = not slow and any(inputs & set(sources) for query in endpoint.queries for sources in values_of(query))
    return compared or salted or written


def _goes_on(endpoint: Endpoint, call: Call) -> bool:
    """Say whether the fast hash only shortens what a slow one is then made of."""
    return any(is_strong(each) and _made_by(each, call) for each in endpoint.calls)


def _made_by(each: Call, call: Call) -> bool:
    return each.symbol == call.symbol and any((argument.reference or "").startswith(call.name)
                                              for argument in each.arguments)


def _rows(arguments: tuple[Argument, ...]) -> bool:
    return any(source.startswith("row:") and "." in source for argument in arguments for source in argument.sources)


def _finding(reached: Reached[Call]) -> Finding:
    call, endpoint = reached.what, reached.endpoint
    algorithm = _algorithm(call)
    return write(
        call.place, f"{endpoint.name} hashes the password with {algorithm}.{also(reached.endpoints)}",
        f"A graphics card tries billions of {algorithm} hashes a second: one leaked table is everybody's password by "
        "the next morning, with or without a salt.",
        "argon2.PasswordHasher().hash(password)  # and hash again at the next login of those who have an old hash",
        endpoint=endpoint, symbol=call.symbol, snippet=call.statement or call.name, path=call.path,
        touches=reached.touches, effort=3)
