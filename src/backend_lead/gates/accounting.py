"""The processor that processes used, as Linux accounts it: what a request costs does not depend on who else is busy.

`/proc/PID/task/*/schedstat` counts in nanoseconds what a thread ran, and what it waited for a core though it could have
run; `stat` counts in hundredths of a second.  Elsewhere than on Linux nothing is accounted.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds that processes ran, and that they waited for a core because others had it."""

    ran: float
    waited: float

    def __sub__(self, before: Spent) -> Spent:
        """Return what was spent since."""
        return Spent(self.ran - before.ran, self.waited - before.waited)


def accounted() -> bool:
    """Say whether this system accounts processor time where we look for it."""
    return (_PROC / "self" / "task").is_dir()


def spent(processes: Iterable[int]) -> Spent:
    """Return what the processes spent since they began; one that has ended counts nothing."""
    ran = waited = 0.0
    for process in processes:
        for task in _tasks(process):
            one = _of_task(task)
            ran, waited = ran + one.ran, waited + one.waited
    return Spent(ran, waited)


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


def _of_task(task: Path) -> Spent:
    try:
        ran, waited, *_ = (task / "schedstat").read_text(encoding="utf-8").split()
        return Spent(int(ran) / 1e9, int(waited) / 1e9)
    except OSError:
        pass
    try:
        fields = (task / "stat").read_text(encoding="utf-8", errors="replace").rsplit(")", 1)[1].split()
        return Spent((int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), 0.0)
    except OSError:
        return Spent(0.0, 0.0)
