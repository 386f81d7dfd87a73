"""What a database did over time as lines of text: what got slower first, then what takes most."""

from __future__ import annotations

from backend_lead.model.watch import Watched, WatchedQuery
from backend_lead.report import _words as words
from backend_lead.report._format import View
from backend_lead.report._layout import Line, Span, headed, wrapped
from backend_lead.report._words_watch import clock, headline, named

_SHOWN = 8
_BARS = "▁▂▃▄▅▆▇█"
_POINTS = 40


def watch_lines(found: Watched, view: View) -> list[Line]:
    """Return all that was seen."""
    lines = wrapped(words.clean(headline(found)), view.width, head=(), style="title")
    seconds = found.until - found.since
    lasted = f"{seconds / 3600:,.1f} hours" if seconds >= 5400 else f"{seconds / 60:,.1f} minutes"
    lines += [(), *wrapped(f"{found.database}, {words.count(found.snapshots, 'look')} in {lasted}, from "
                           f"{clock(found.since)} to {clock(found.until)}", view.width, indent=10,
                           head=(Span("Watched", "title"),)), ()]
    for title, said, each in (("Slower", "those first that add most work", found.slower),
                              ("Faster", "those first that save most work", found.faster)):
        if each:
            lines += headed(Span(title, "title"), said, view.width)
            for query in each if view.verbose else each[:_SHOWN]:
                lines += _changed(query, view)
            lines.append(())
    lines += headed(Span("What takes most", "title"), "of all time that was counted", view.width)
    shown = found.queries if view.verbose else found.queries[:_SHOWN]
    for query in shown:
        lines += _query(query, view)
    if len(found.queries) > len(shown):
        lines.append((Span(f"      …and {len(found.queries) - len(shown):,} more (--verbose)", "dim"),))
    lines += [(), *_endpoints(found, view)]
    for number, (at, why) in enumerate(found.gaps if view.verbose else found.gaps[-_SHOWN:]):
        lines += wrapped(words.clean(f"{clock(at)}: {why}"), view.width, indent=10,
                         head=() if number else (Span("Gaps", "title"),))
    return [*lines, ()]


def _changed(each: WatchedQuery, view: View) -> list[Line]:
    change = each.change
    assert change is not None
    style = "high" if change.ms_per_hour > 0 else "good"
    text = (f"{change.ms_before:,.2f} → {change.ms_after:,.2f} ms · {change.blocks_before:,.0f} → "
            f"{change.blocks_after:,.0f} pages")
    said = "adds" if change.ms_per_hour > 0 else "saves"
    facts = (f"  since {clock(change.at)} · {said} {abs(change.ms_per_hour) / 1000:,.1f} s an hour · "
             f"{change.evidence.value}")
    lines: list[Line] = [(Span(f"  {change.factor:>5.1f}×  ", style), Span(text), Span(facts, "dim"))]
    lines += wrapped(words.clean(named(each)), view.width, indent=10, head=(Span(" " * 10),))
    lines.append((Span(" " * 10), Span(line_of([point.mean_ms for point in each.points]), style)))
    return [*lines, *wrapped(change.why, view.width, indent=10, head=(Span(" " * 10),), style="dim")]


def _query(each: WatchedQuery, view: View) -> list[Line]:
    counted = each.counted
    mean = counted.milliseconds / max(counted.calls, 1)
    head = (Span(f"  {each.share:>5.1%}  "), Span(f"{counted.calls:,} × {mean:,.2f} ms"),
            Span(f"  {counted.blocks / max(counted.calls, 1):,.0f} pages each", "dim"))
    text = " ".join(each.sql.split())
    shown = text if view.verbose or len(text) < 160 else f"{text[:160]} …"
    where = f"{named(each)}: " if each.endpoint else ""
    return [head, *wrapped(words.clean(where + shown), view.width, indent=9, head=(Span(" " * 9),))]


def _endpoints(found: Watched, view: View) -> list[Line]:
    calls: dict[str, list[float]] = {}
    for each in found.queries:
        if each.endpoint:
            sums = calls.setdefault(str(each.endpoint), [0.0, 0.0])
            sums[0] += each.counted.calls
            sums[1] += each.counted.milliseconds
    if not calls:
        return []
    lines = headed(Span("Endpoints", "title"), "by the statements that only they send", view.width)
    ordered = sorted(calls.items(), key=lambda pair: (-pair[1][1], pair[0]))
    for name, (count, milliseconds) in ordered if view.verbose else ordered[:_SHOWN]:
        lines.append((Span(f"  {milliseconds / 1000:>9,.1f} s  "), Span(words.clean(name)),
                      Span(f"  {count:,.0f} statements", "dim")))
    return [*lines, ()]


def line_of(values: list[float | None]) -> str:
    """Return values as a line of bars, at most forty; a space where there is none."""
    step = max(1, -(-len(values) // _POINTS))
    means = []
    for start in range(0, len(values), step):
        known = [value for value in values[start:start + step] if value is not None]
        means.append(sum(known) / len(known) if known else None)
    top = max((value for value in means if value is not None), default=0.0) or 1.0
    last = len(_BARS) - 1
    return "".join(" " if value is None else _BARS[min(int(value / top * len(_BARS)), last)] for value in means)
