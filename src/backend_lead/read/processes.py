"""How many worker processes the web server is started with, read from the files that start it."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from backend_lead.errors import Refused
from backend_lead.gates.files import Tree

_NAMES = re.compile(
    r"^(Procfile|Dockerfile.*|.*\.dockerfile|(docker-)?compose.*\.ya?ml|gunicorn.*\.py|.*\.service|"
    r"entrypoint.*\.sh|start.*\.sh|run.*\.sh)$"
)
_WORKERS = re.compile(
    r"(?:--workers[ =\"',]+|-w[ \"',]+|^\s*workers\s*=\s*|WEB_CONCURRENCY[=:\"' ]+)(\d{1,3})\b", re.MULTILINE
)
_SERVERS = re.compile(r"gunicorn|uvicorn|hypercorn|granian|fastapi run|WEB_CONCURRENCY")


def worker_processes(tree: Tree) -> int | None:
    """The largest number of workers that a start file of the target names, or None when none does."""
    found = []
    for path in tree.files:
        name = PurePosixPath(path).name
        if not _NAMES.match(name):
            continue
        try:
            text = tree.text(path)
        except Refused:
            continue
        if _SERVERS.search(text):
            found += [int(number) for number in _WORKERS.findall(text)]
    return max(found, default=None)
