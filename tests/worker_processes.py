"""The workers of a server and what they started, looked at through /proc."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def processes(folder: Path) -> dict[int, str]:
    """The workers that run in a folder, and what they started: by number, with the command."""
    parents: dict[int, int] = {}
    commands: dict[int, str] = {}
    ours: set[int] = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            number = int(entry.name)
            commands[number] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            parents[number] = int((entry / "stat").read_text().rpartition(") ")[2].split()[1])
            if "doors.work.worker" in commands[number] and os.readlink(entry / "cwd") == str(folder):
                ours.add(number)
    while more := {number for number, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return {number: commands[number] for number in ours}


def alive(numbers: dict[int, str]) -> dict[int, str]:
    """Those of some processes that still run; one that ended and was not yet collected does not."""
    found = {}
    for number, command in numbers.items():
        with contextlib.suppress(OSError):
            state = Path(f"/proc/{number}/stat").read_text().rpartition(") ")[2][0]
            if state != "Z" and Path(f"/proc/{number}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace") == command:
                found[number] = command
    return found
