"""Which files a host may name: those below the folders that the person named when the server was registered."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from backend_lead.errors import WrongUse
from backend_lead.gates.text import one_line


def roots_of(named: Iterable[str]) -> tuple[Path, ...]:
    """Return the folders that the server looks into, resolved; without a name it is the current one.

    Raises WrongUse for what is no folder, and where the whole machine would be open without having been named.
    """
    names = list(named)
    roots = tuple(Path(name or ".").expanduser().resolve() for name in names or ["."])
    for root in roots:
        if not root.is_dir():
            raise WrongUse(f"{root} is no folder.", "Name the folder of your repositories: backend-lead mcp --root DIR")
    if not names and roots[0] == Path(roots[0].anchor):
        raise WrongUse("The server was started in the top folder of this machine, and all of it would be open.",
                       "Name the folder of your repositories where you register it: backend-lead mcp --root DIR")
    return roots


def check_inside(roots: tuple[Path, ...], *names: str | None) -> None:
    """Raise WrongUse for a path that leads out of the roots, by `..`, by a link or from the beginning.

    Relative ones begin in the first root, as the workers do.
    """
    for name in names:
        if name is None:
            continue
        if "\0" in name:
            raise WrongUse("A path holds a NUL.", "Give a path as it is seen from the first folder.")
        place = (roots[0] / name).resolve()
        if not any(place.is_relative_to(root) for root in roots):
            shown = ", ".join(str(root) for root in roots)
            raise WrongUse(f"{one_line(name)} is outside of what this server looks into: {shown}.",
                           "Give a path inside, or register the server with another --root.")
