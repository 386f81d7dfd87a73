"""What libraries do with passwords: make a hash that lasts, or compare one with what is stored."""

from __future__ import annotations

import re
from collections.abc import Iterable

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Argument, Call, Endpoint
from backend_lead.rules.security._inputs import inputs_of

PASSWORD = re.compile(r"(?i)(^|[_:.\-])(password|passwd|passphrase|pwd|passcode)\d?$|(?i:password)$")
_STRONG = ("bcrypt.", "argon2.", "passlib.", "pwdlib.", "scrypt", "pbkdf2", "werkzeug.security.", "flask_bcrypt.",
           "nacl.pwhash", "django.contrib.auth.hashers.")
_VERIFYING = (".checkpw", ".verify", ".check_password_hash", ".verify_and_update", ".check_password", ".compare_digest",
              "argon2.verify_password")


def is_strong(call: Call) -> bool:
    """Say whether a call makes or compares a hash that is meant for passwords."""
    return any(word in call.name for word in _STRONG)


def verifies(call: Call) -> bool:
    """Say whether a call compares what a sender typed with what a row holds."""
    if not call.name.endswith(_VERIFYING) or not (is_strong(call) or call.name.endswith(".compare_digest")):
        return False
    return any(_typed(each.sources) for each in call.arguments) and bool(_stored(call.arguments))


def stored_hashes(backend: Backend) -> frozenset[str]:
    """Return the columns (`users.password_hash`) that hold what a password is compared with."""
    return frozenset(column for endpoint in backend.endpoints for call in endpoint.calls if verifies(call)
                     for column in _stored(call.arguments))


def verification(endpoint: Endpoint) -> Call | None:
    """Return the call by which an endpoint verifies a password, or None."""
    return next((call for call in endpoint.calls if verifies(call)), None)


def passwords_in(sources: Iterable[str]) -> tuple[str, ...]:
    """Return the inputs among sources whose name says that they are a password."""
    return tuple(source for source in inputs_of(sources) if PASSWORD.search(source.partition(":")[2]))


def _typed(sources: Iterable[str]) -> bool:
    return bool(passwords_in(sources))


def _stored(arguments: Iterable[Argument]) -> list[str]:
    """Return the columns that stand alone in an argument: the stored side of a comparison."""
    return [source.removeprefix("row:") for argument in arguments for source in argument.sources
            if source.startswith("row:") and "." in source and not inputs_of(argument.sources)]
