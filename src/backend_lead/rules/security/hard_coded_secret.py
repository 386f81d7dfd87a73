"""A secret in the source."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator

from backend_lead.model.backend import Backend, Literal
from backend_lead.model.finding import Evidence, Finding, Severity
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Hard-coded secret", Severity.HIGH, owasp_api="API8:2023", cwe="CWE-798")
write = Writer(__name__, RULE)

_NAME = re.compile(r"(?i)(^|_)(password|passwd|secret|secret_?key|api_?key|private_?key|access_?key|access_?token|"
                   r"auth_?token|api_?token|bot_?token|signing_?key|encryption_?key|client_?secret|token)$")
_SHAPES = (
    (re.compile(r"AKIA[0-9A-Z]{16}"), "an AWS access key"),
    (re.compile(r"gh[pousr]_[A-Za-z0-9]{36,}"), "a GitHub token"),
    (re.compile(r"[sr]k_live_[0-9A-Za-z]{16,}"), "a live Stripe key"),
    (re.compile(r"xox[abprs]-[0-9A-Za-z-]{20,}"), "a Slack token"),
    (re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s*[A-Za-z0-9+/=\s]{64,}"), "a private key"))
_PLACEHOLDER = re.compile(r"(?i)example|sample|change|replace|placeholder|dummy|fake|insecure|default|secret|passw|"
                          r"your|test|todo|none|null|undefined|xxx|\*\*\*|1234|abcd|foo|bar|demo|local|dev|hidden|masked|"
                          r"redacted|not[-_ ]?set|empty")
# Written to be read by everybody: keys of browsers and of telemetry.
_PUBLISHABLE = re.compile(r"(?i)^(pk_|phc_|pub|sb_publishable|AIza)|public|publishable|anon")
_ASIDE = re.compile(r"(?i)(^|/)(tests?|testing|fixtures?|examples?|samples?|docs?|conftest\.py|migrations|alembic|"
                    r"versions|test_\w+\.py|\w+_test\.py)(/|$)")
_TRIED = re.compile(r"(?i)_?(test|testing|dummy|fake|mock|example|sample|demo|dev)_")
_TRYING = re.compile(r"(Dev|Development|Test|Tests|Testing|UnitTest|Local|CI|Debug|Sandbox)"
                     r"(Config|Configuration|Settings|Environment)?$|^(Dev|Development|Test|Testing|Local)(?=[A-Z]|$)")
# Possessive, so that a long row of capitals that ends otherwise is not taken apart in every way.
_WORDS = re.compile(
    r"[A-Z_]+|[a-z_]+|[a-z\-]+|[\d.\-]+"
    r"|[A-Za-z][a-z]*+(?:[A-Z](?:[A-Za-z]++\d?+)?+)?+(?:[A-Z_.\-/:][A-Za-z]++\d?+)*+")


def check(backend: Backend, shortest: int = 16, least_entropy: float = 3.2) -> Iterator[Finding]:
    """Yield one finding for each literal that has the shape of a secret, or the name and the randomness of one."""
    seen: set[str] = set()
    for literal in backend.literals:
        if _ASIDE.search(literal.place.file) or _is_for_trying(literal) or literal.value in seen:
            continue
        kind = _shape(literal.value)
        if kind or _looks_secret(literal, shortest, least_entropy):
            seen.add(literal.value)
            yield _finding(literal, kind)


def _is_for_trying(literal: Literal) -> bool:
    """Say whether it stands in a class of settings for development or tests, beside those of the service in use."""
    return _TRYING.search(literal.symbol.rpartition(".")[2]) is not None


def _shape(value: str) -> str:
    if re.search(r"(?i)example", value):
        return ""
    return next((kind for shape, kind in _SHAPES if shape.search(value)), "")


def _looks_secret(literal: Literal, shortest: int, least: float) -> bool:
    name, value = literal.name.rpartition(".")[2], literal.value
    if not _NAME.search(name) or _TRIED.match(name) or len(value) < shortest:
        return False
    if re.search(r"[\s{}<>$%,;()\[\]]|://", value):
        return False
    if _PLACEHOLDER.search(value) or _PUBLISHABLE.search(value) or _PUBLISHABLE.search(name):
        return False
    # Names of variables, of files and of packages are words with separators; a secret mixes letters and digits.
    if _WORDS.fullmatch(value):
        return False
    if re.fullmatch(r"[\w\-]+(\.[A-Za-z_]\w*)+|/?[\w\-.]+(/[\w\-.]+)+", value) and not value.startswith("eyJ"):
        return False
    digits = sum(character.isdigit() for character in value)
    return digits >= 3 and digits < len(value) and _entropy(value) >= least


def _entropy(value: str) -> float:
    """Return the bits of a character, as its frequency in the value tells."""
    return -sum(n / len(value) * math.log2(n / len(value)) for _, n in sorted(Counter(value).items()))


def _finding(literal: Literal, kind: str) -> Finding:
    name = literal.name.rpartition(".")[2]
    setting = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()
    return write(
        literal.place, f"{name} is {kind or 'a secret'} written into the source at {literal.place}.",
        "It is in every clone, image and backup of the repository, and stays in its history: treat it as known.",
        f'{name} = os.environ["{setting}"]  # and make a new one: this one is spent',
        evidence=Evidence.SUSPECTED, symbol=literal.symbol or name, snippet=f'{name} = "***"', effort=2)
