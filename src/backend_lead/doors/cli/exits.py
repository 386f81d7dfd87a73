"""Exit codes; those of errors stand on the errors themselves."""

from __future__ import annotations

CLEAN = 0
FINDINGS = 1
WRONG_USE = 2
FAULT = 70
INTERRUPTED = 130
