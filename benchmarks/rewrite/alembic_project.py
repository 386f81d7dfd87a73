"""A project of Alembic for one case, and Alembic to run it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_ENV = """
import os

from alembic import context
from sqlalchemy import create_engine, pool

engine = create_engine(os.environ["DSN"], poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
"""


def lay_out(folder: Path) -> None:
    """Write what a project of Alembic has beside its revisions."""
    (folder / "alembic.ini").write_text("[alembic]\nscript_location = migrations\n")
    (folder / "migrations" / "versions").mkdir(parents=True)
    (folder / "migrations" / "env.py").write_text(_ENV)


def run(folder: Path, dsn: str) -> None:
    """Run `alembic upgrade head`.  Raises RuntimeError with the last line that it said."""
    address = dsn.replace("postgresql://", "postgresql+psycopg://", 1)
    done = subprocess.run(
        [sys.executable, "-m", "alembic", "upgrade", "head"],
        cwd=folder,
        env={**os.environ, "DSN": address},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = [line for line in done.stderr.strip().split("\n") if "Error" in line or "ERROR" in line]
        raise RuntimeError(said[-1] if said else done.stderr.strip()[-200:])
