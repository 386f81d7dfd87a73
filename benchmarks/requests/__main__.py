"""`python -m benchmarks.requests [SET …] [--show] [--held]`: how many requests in people's words go to the right jobs.

A request is right when the jobs it is handed to are those that it wants, in order; or when it wants none and none is
run.  Refused is a request that runs nothing though it wants a job: named where that job is among the nearest that the
refusal offers, lost where it is not.  Part is one that wants two jobs and got one of them; wrong is the rest.
`--show` prints what is not right; of the half that is held aside only with `--held`.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

from backend_lead.lead.requests import Understood
from backend_lead.lead.wishes import wishes

FOLDER = Path(__file__).parent
OUTCOMES = ("right", "named", "part", "lost", "wrong")


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One request; `jobs` are the intents that should answer, none where a refusal is right."""

    text: str
    jobs: list[str]
    held: bool = False


class Set(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The requests of one file."""

    request: list[Request]


def outcome(wanted: Sequence[str], understood: Sequence[Understood]) -> str:
    """Return what became of a request that wants these jobs."""
    got = [each.intent for each in understood if each.intent]
    if got == list(wanted):
        return "right"
    if not got:
        return "named" if set(wanted[:1]) <= set(understood[0].nearest) else "lost"
    return "part" if len(wanted) > 1 and set(got) <= set(wanted) else "wrong"


def _told(name: str, requests: Sequence[Request], show: bool) -> None:
    counts: Counter[str] = Counter()
    for request in requests:
        understood = wishes(request.text)
        found = outcome(request.jobs, understood)
        counts[found] += 1
        if show and found != "right":
            nearest = f"nothing; nearest {', '.join(understood[0].nearest)}"
            got = ", ".join(each.intent for each in understood) or nearest
            print(f"  {found:6} {request.text}\n         wants {', '.join(request.jobs) or 'nothing'}; got {got}")
    total = len(requests)
    print(
        f"{name}: {total} requests: {counts['right']} right ({counts['right'] / total:.3f}), refused {counts['named']} "
        f"with the right job named and {counts['lost']} without, {counts['part']} in part, {counts['wrong']} wrong"
    )


def main() -> int:
    """Print what became of the requests of each set."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.requests")
    sets = sorted(path.stem for path in FOLDER.glob("*.toml"))
    parser.add_argument("set", nargs="*", help=", ".join(sets))
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--held", action="store_true")
    given = parser.parse_args()
    for name in given.set or sets:
        requests = msgspec.toml.decode((FOLDER / f"{name}.toml").read_bytes(), type=Set).request
        open_half = [each for each in requests if not each.held]
        held = [each for each in requests if each.held]
        if open_half:
            _told(name, open_half, given.show and not given.held)
        if held:
            _told(f"{name}, held aside", held, given.show and given.held)
    return 0


if __name__ == "__main__":
    sys.exit(main())
