"""Runs something and tells what it did to the outside: sockets, programs, compiled or run code of the target, and
files that were changed.

    with watched(target) as deeds: ...

A hook of the interpreter cannot be taken out again, so this is used in a process of its own; run as a program it reads
every folder below its argument with all readers, standing inside it, and prints the deeds as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NETWORK = ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo",
            "socket.gethostbyname", "urllib.Request")
_PROGRAMS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile", "pty.spawn")
_CHANGES = ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.chmod", "os.chown", "os.link", "os.symlink",
            "os.truncate", "os.utime", "shutil.rmtree", "shutil.move", "shutil.copyfile")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


@contextmanager
def watched(target: Path, programs: tuple[str, ...] = ("git",)) -> Iterator[list[str]]:
    """Collect what is done from here on; starting one of `programs` and writing to /dev/null are no deeds."""
    deeds: list[str] = []
    inside = f"{target.resolve()}{os.sep}"
    on = True

    def of_target(path: object) -> bool:
        try:
            name = os.path.abspath(os.fsdecode(path))  # type: ignore[arg-type]
            return name.startswith(inside) and os.path.lexists(name)
        except (TypeError, ValueError):
            return False

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if not on:
            return
        if event in _NETWORK:
            deeds.append(f"{event} {arguments[1:]!r}")
        elif event in _PROGRAMS and os.path.basename(str(arguments[0])) not in programs:
            deeds.append(f"{event} {arguments[0]!r}")
        elif event == "open" and isinstance(arguments[0], (str, bytes)) and isinstance(arguments[2], int) and (
                arguments[2] & _WRITING and arguments[0] != os.devnull):
            deeds.append(f"written {arguments[0]!r}")
        elif event in _CHANGES:
            deeds.append(f"{event} {arguments[0]!r}")
        elif event == "compile" and of_target(arguments[1]):
            deeds.append(f"compiled {arguments[1]!r}")
        elif event == "exec" and of_target(getattr(arguments[0], "co_filename", "")):
            deeds.append(f"run {arguments[0]!r}")
        elif event == "ctypes.dlopen" and of_target(arguments[0]):
            deeds.append(f"loaded {arguments[0]!r}")

    sys.addaudithook(hook)
    try:
        yield deeds
    finally:
        on = False


def read_everything(root: Path) -> str:
    """Read a folder with every reader; return what came out, as text."""
    from backend_lead.errors import BackendLeadError
    from backend_lead.gates.files import Tree
    from backend_lead.gates.process import changed_files
    from backend_lead.read.database.catalog import SchemaBuilder
    from backend_lead.read.openapi import find_documents
    from backend_lead.read.sql import SqlUnreadable, statements

    tree = Tree(root)
    found: list[object] = [tree.files, tree.skipped, find_documents(tree)]
    builder = SchemaBuilder("sql")
    for path in tree.files:
        try:
            text = tree.text(path)
            if path.endswith(".sql"):
                builder.run_sql(text, path)
            found.append(statements(text[:20_000]))
        except (BackendLeadError, SqlUnreadable) as error:
            found.append(str(error))
    found += [builder.tables(), builder.unresolved]
    if (root / ".git").exists() and not root.name.endswith("that-waits"):
        try:
            found.append(changed_files(root, "main"))
        except BackendLeadError as error:
            found.append(str(error))
    return repr(found)


def main() -> None:
    """Read everything below the folder that is given; print the deeds, or what was read when told `--show`."""
    folder = Path(sys.argv[1]).resolve()
    texts = []
    with watched(folder) as deeds:
        if "--trap" in sys.argv:
            _spring(folder)
        for root in sorted(folder.iterdir()):
            os.chdir(root)
            texts.append(read_everything(root))
    print("\n".join(texts) if "--show" in sys.argv else json.dumps(deeds))


def _spring(folder: Path) -> None:
    """Do what nobody should, so that a test sees the hook at work."""
    import importlib
    import socket
    import subprocess

    sys.path.insert(0, str(folder / "trap"))
    importlib.import_module("trap_module")
    subprocess.run(["true"], check=True)
    (folder / "trap/new").write_text("x")
    with socket.socket() as probe:
        probe.connect_ex(("127.0.0.1", 9))


if __name__ == "__main__":
    main()
