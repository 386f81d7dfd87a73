"""A project of Django for one case, and Django to run it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlparse

_SETTINGS = """
import os

SECRET_KEY = "of no use"
INSTALLED_APPS = ["app"]
USE_TZ = True
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        **{key: os.environ[f"DB_{key}"] for key in ("NAME", "HOST", "PORT", "USER", "PASSWORD")},
    }
}
"""
_MANAGE = """
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
from django.core.management import execute_from_command_line

execute_from_command_line(sys.argv)
"""


def lay_out(folder: Path) -> None:
    """Write what a project of Django has beside its migrations."""
    (folder / "settings.py").write_text(_SETTINGS)
    (folder / "manage.py").write_text(_MANAGE)
    (folder / "app" / "migrations").mkdir(parents=True)
    (folder / "app" / "__init__.py").write_text("")
    (folder / "app" / "migrations" / "__init__.py").write_text("")


def run(folder: Path, dsn: str) -> None:
    """Run `manage.py migrate`.  Raises RuntimeError with the last line that it said."""
    url = urlparse(dsn)
    told = {"DB_NAME": url.path[1:], "DB_HOST": url.hostname or "", "DB_PORT": str(url.port or ""),
            "DB_USER": url.username or "", "DB_PASSWORD": url.password or ""}
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=folder,
        env={**os.environ, **told, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip().split("\n")[-1][-300:])
