"""The processor that processes used, as Linux accounts it: what a request costs does not depend on who else is busy.

`/proc/PID/task/*/schedstat` counts in nanoseconds what a thread ran, `stat` in hundredths of a second.  Elsewhere than
on Linux nothing is accounted.
"""

from __future__ import annotations

import contextlib
import os
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

_PROC = Path("/proc")


def accounted() -> bool:
    """Say whether this system accounts processor time where we look for it."""
    return (_PROC / "self" / "task").is_dir()


def spent(processes: Iterable[int]) -> float:
    """Return the seconds that processes ran since they began; one that has ended counts nothing."""
    return sum(_ran(task) for process in processes for task in _tasks(process))


def family(root: int) -> list[int]:
    """Return the numbers of a process and of all that it started, and these."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    for each in _PROC.iterdir():
        if each.name.isdigit():
            try:
                fields = (each / "stat").read_text(encoding="utf-8", errors="replace").rsplit(")", 1)[1].split()
            except OSError:
                continue
            children[int(fields[1])].append(int(each.name))
    found, todo = [], [root]
    while todo:
        found.append(todo.pop())
        todo += children[found[-1]]
    return found


def _tasks(process: int) -> list[Path]:
    try:
        return sorted((_PROC / str(process) / "task").iterdir())
    except OSError:
        return []


def _ran(task: Path) -> float:
    with contextlib.suppress(OSError):
        return int((task / "schedstat").read_text(encoding="utf-8").split()[0]) / 1e9
    with contextlib.suppress(OSError):
        fields = (task / "stat").read_text(encoding="utf-8", errors="replace").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0
