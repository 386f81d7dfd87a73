"""The words that reports of a watch share: moments, what a statement is called, the first line."""

from __future__ import annotations

from datetime import UTC, datetime

from backend_lead.model.watch import Watched, WatchedQuery


def clock(at: float) -> str:
    """Return seconds since 1970 as `2026-01-31 14:05:00 UTC`."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def headline(found: Watched) -> str:
    """Return the first line: what got slower most, else what takes most."""
    if found.slower:
        worst = found.slower[0]
        change = worst.change
        assert change is not None
        return (f"{named(worst)} takes {change.factor:,.1f} times longer since {clock(change.at)}: "
                f"{change.ms_before:,.2f} → {change.ms_after:,.2f} ms, {change.blocks_before:,.0f} → "
                f"{change.blocks_after:,.0f} pages.")
    if not found.queries:
        return "No statement was sent while the database was watched."
    most = found.queries[0]
    return f"Nothing got slower. {named(most)} takes {most.share:.0%} of the time."


def named(each: WatchedQuery) -> str:
    """Return what a statement is called: the endpoint and line that send it where they are known, else its text."""
    where = f" ({each.place})" if each.place else ""
    return f"{each.endpoint}{where}" if each.endpoint else " ".join(each.sql.split())[:80]
