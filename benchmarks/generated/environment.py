"""One environment for all generated services, made once from what they require, and kept."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

CACHE = (
    Path(os.environ.get("BACKEND_LEAD_BENCH_CACHE") or Path(__file__).resolve().parent.parent / ".cache") / "generated"
)
_BANDIT = "bandit==1.9.4"


def python(requirements: dict[str, str]) -> Path:
    """Return the interpreter of an environment that holds the requirement files (by name) and bandit."""
    digest = hashlib.sha256("".join(requirements.values()).encode() + sys.version.encode()).hexdigest()[:16]
    venv = CACHE / f"venv-{digest}"
    interpreter = venv / "bin" / "python"
    if not (venv / "made").exists():
        files = CACHE / "requirements"
        files.mkdir(parents=True, exist_ok=True)
        for name, text in requirements.items():
            (files / name).write_text(text, encoding="utf-8")
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True, timeout=120)
        subprocess.run([str(interpreter), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r",
                        str(files / "requirements-dev.txt"), _BANDIT], check=True, timeout=900)
        (venv / "made").touch()
    return interpreter
