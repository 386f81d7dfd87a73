"""What a database did over time, as Markdown that fits a comment."""

from __future__ import annotations

from backend_lead.model.watch import Watched, WatchedQuery
from backend_lead.report._markdown_text import code, text
from backend_lead.report._words_watch import clock, headline, named

_SHOWN = 20


def watch_text(found: Watched) -> str:
    """Return what got slower, what got faster, and what takes most."""
    lines = [f"**{text(headline(found))}**", "", f"{text(found.database)}, from {clock(found.since)} to "
             f"{clock(found.until)}, {found.snapshots:,} looks", ""]
    for title, queries in (("Slower", found.slower), ("Faster", found.faster)):
        if queries:
            lines += [f"### {title}", "", "| Times | Since | ms | Pages | Statement | Why |",
                      "|---|---|---|---|---|---|", *(_changed(each) for each in queries[:_SHOWN]), ""]
    lines += ["### What takes most", "", "| Of the time | Executions | ms | Statement |", "|---|---|---|---|"]
    lines += [f"| {each.share:.1%} | {each.counted.calls:,} | "
              f"{each.counted.milliseconds / max(each.counted.calls, 1):,.2f} | {code(named(each))} |"
              for each in found.queries[:_SHOWN]]
    lines += ["", *(f"- {clock(at)}: {text(why)}" for at, why in found.gaps[-_SHOWN:])]
    return "\n".join(lines) + "\n"


def _changed(each: WatchedQuery) -> str:
    change = each.change
    if change is None:
        return ""
    return (f"| {change.factor:,.1f} | {clock(change.at)} | {change.ms_before:,.2f} → {change.ms_after:,.2f} | "
            f"{change.blocks_before:,.0f} → {change.blocks_after:,.0f} | {code(named(each))} | {text(change.why)} |")
