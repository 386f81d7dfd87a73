"""Calls that sign or read JSON Web Tokens."""

from __future__ import annotations

import re

from backend_lead.model.endpoint import Argument, Call
from backend_lead.rules.security._inputs import argument_at

ENCODING = frozenset({"jwt.encode", "jose.jwt.encode", "jwt.api_jwt.encode"})
DECODING = frozenset({"jwt.decode", "jose.jwt.decode", "jwt.api_jwt.decode", "jwt.decode_complete"})
UNVERIFIED = frozenset({"jose.jwt.get_unverified_claims", "jose.jws.get_unverified_claims"})


def skips_verification(call: Call) -> bool:
    """Say whether a call reads the claims of a token without checking who signed it."""
    if call.name in UNVERIFIED:
        return True
    if call.name not in DECODING:
        return False
    options, verify, algorithms = call.keyword("options"), call.keyword("verify"), call.keyword("algorithms")
    off = options is not None and re.search(r"'verify_signature': False", options.value or "")
    none = algorithms is not None and re.search(r"(?i)'none'", algorithms.value or "")
    return bool(off or none or (verify is not None and verify.value == "False"))


def signing_key(call: Call) -> Argument | None:
    """Return the key of a call that signs or reads a token."""
    return argument_at(call, 1, "key") if call.name in ENCODING or call.name in DECODING else None


def algorithms(call: Call) -> str:
    """Return the algorithms that a call names, as text; "" when they are not known."""
    given = call.keyword("algorithm") or call.keyword("algorithms") or call.positional(2)
    if given is None:
        return "HS256" if call.name in ENCODING else ""
    return given.value or ""
