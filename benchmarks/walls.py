"""Prints which attacks each wall before the database stops alone, with the other three taken away.

    python benchmarks/walls.py

An attack counts as stopped when nothing in the canary database, and nothing on the disk beside it, has changed
afterwards, and, for an endless statement, when it was ended.  A server that an attack has changed is thrown away.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "promises"))

import attacks

from backend_lead.errors import BackendLeadError, WrongUse
from backend_lead.gates.database import DatabaseGate, Limits, Wall
from backend_lead.prove.scratch import Scratch

SETUPS = (
    ("parser alone, as superuser", "postgres", {Wall.WIRE, Wall.ROLE, Wall.TIME}),
    ("wire alone, as owner of the tables", "walls_owner", {Wall.PARSER, Wall.ROLE, Wall.TIME}),
    ("wire alone, as superuser", "postgres", {Wall.PARSER, Wall.ROLE, Wall.TIME}),
    ("role alone, given a superuser", "postgres", {Wall.PARSER, Wall.WIRE, Wall.TIME}),
    ("role alone, given a reader", "walls_reader", {Wall.PARSER, Wall.WIRE, Wall.TIME}),
    ("time alone, as owner of the tables", "walls_owner", {Wall.PARSER, Wall.WIRE, Wall.ROLE}),
    ("all four, as superuser who is allowed", "postgres", set()),
)
# Not tried where nothing would end it.
WAITS = ("pg_sleep", "pg_promote", "pg_wal_replay", "pg_create_logical")


class Canary:
    """A server with the canary database, replaced when an attack has changed it."""

    def __init__(self) -> None:
        self.server: Scratch | None = None

    def survives(self, sql: str, role: str, without: set[Wall], allowed: bool) -> bool:
        """Try one attack; say whether everything is as it was."""
        if self.server is None:
            self.server = Scratch(statements=True)
            self.server.__enter__()
            self.folder = attacks.prepare(self.server)
            self.before = attacks.state(self.server, self.folder)
        ended = False
        try:
            with DatabaseGate(self.server.dsn("walls", role), allow_superuser=allowed, limits=Limits(300, 100, 300),
                              _without=frozenset(without)) as gate:
                gate.rows(sql.replace("{folder}", str(self.folder)))
        except BackendLeadError:
            ended = True
        try:
            kept = attacks.state(self.server, self.folder) == self.before
        except WrongUse:
            kept = False
        if not kept:
            self.close()
        return kept and (ended or sql not in attacks.ENDLESS)

    def close(self) -> None:
        """Throw the server away."""
        if self.server is not None:
            self.server.close()
            self.server = None


def main() -> None:
    """Print the table."""
    print(f"{len(attacks.ATTACKS)} attacks: " + ", ".join(f"{len(t)} {g}" for g, t in attacks.GROUPS.items()))
    canary = Canary()
    for title, role, without in SETUPS:
        counts, all_stopped, all_tried = [], 0, 0
        for group, texts in attacks.GROUPS.items():
            waits = group == "endless" and Wall.TIME in without and "superuser" not in title.partition("given")[2]
            possible = [] if waits else [text for text in texts if not {Wall.TIME, Wall.PARSER} <= without
                                         or not any(word in text for word in WAITS)]
            stopped = sum(canary.survives(sql, role, without, "allowed" in title) for sql in possible)
            counts.append(f"{group} {stopped}/{len(possible)}")
            all_stopped, all_tried = all_stopped + stopped, all_tried + len(possible)
        print(f"{title}: {all_stopped}/{all_tried} ({', '.join(counts)})", flush=True)
    canary.close()


if __name__ == "__main__":
    main()
