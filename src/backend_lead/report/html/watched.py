"""The page of what a database did over time: what changed, with its charts, and what takes most."""

from __future__ import annotations

from collections.abc import Sequence

from backend_lead.model.watch import Watched, WatchedQuery
from backend_lead.report import _words as words
from backend_lead.report._words_watch import clock, headline, named
from backend_lead.report.html.charts import line_chart
from backend_lead.report.html.markup import Html, join, tag

_SHOWN = 60
_MOST_POINTS = 400
_GAUGES = (("connections", "sessions"), ("active", "sessions"), ("waiting_for_locks", "sessions"),
           ("idle_in_transaction", "sessions"), ("oldest_transaction_seconds", "s"), ("cache_hit_ratio", "of 1"),
           ("commits_per_second", "a second"), ("temp_bytes_per_second", "bytes a second"), ("database_bytes", "bytes"),
           ("replication_lag_bytes", "bytes"), ("transaction_age", "transactions"))


def sections(found: Watched, target: str) -> list[Html | None]:
    """Return all sections."""
    return [_head(found, target), _changes("slower", "What got slower", found.slower, found),
            _changes("faster", "What got faster", found.faster, found), _most(found), _server(found), _gaps(found)]


def links(found: Watched) -> list[tuple[str, str, bool]]:
    """Return what the bar of links names: anchor, label, and whether the page has it."""
    return [("slower", "Slower", bool(found.slower)), ("faster", "Faster", bool(found.faster)),
            ("most", "What takes most", bool(found.queries)), ("server", "Server", bool(found.gauges)),
            ("gaps", "Gaps", bool(found.gaps))]


def _head(found: Watched, target: str) -> Html:
    facts = (("Database", found.database), ("From", clock(found.since)), ("To", clock(found.until)),
             ("Looks", f"{found.snapshots:,}"))
    shown = tag("dl", *(join(tag("dt", label), tag("dd", text)) for label, text in facts), class_="about")
    return tag("div", tag("p", "Watched by backend-lead", class_="eyebrow"), tag("h1", target),
               tag("p", headline(found), class_="headline"), shown, id="overview")


def _changes(anchor: str, title: str, queries: Sequence[WatchedQuery], found: Watched) -> Html | None:
    if not queries:
        return None
    entries = [tag("li", _query(each, found, first=number == 0)) for number, each in enumerate(queries[:_SHOWN])]
    return tag("section", tag("header", tag("h2", title)), tag("ol", *entries, class_="plan"), id=anchor)


def _most(found: Watched) -> Html | None:
    if not found.queries:
        return None
    entries = [tag("li", _query(each, found, first=False)) for each in found.queries[:_SHOWN]]
    left = len(found.queries) - _SHOWN
    more = tag("p", f"…and {left:,} more: see the JSON report.", class_="muted") if left > 0 else None
    return tag("section", tag("header", tag("h2", "What takes most"),
                              tag("span", "Of all time that was counted", class_="muted small")),
               tag("ol", *entries, class_="plan"), more, id="most")


def _query(each: WatchedQuery, found: Watched, *, first: bool) -> Html:
    counted, change = each.counted, each.change
    facts = (f"{counted.calls:,} executions · {counted.milliseconds / max(counted.calls, 1):,.2f} ms · "
             f"{counted.blocks / max(counted.calls, 1):,.0f} pages each")
    badge = None
    if change is not None:
        badge = tag("span", f"{change.factor:,.1f}× since {clock(change.at)[5:16]}",
                    class_=f"badge {'high' if change.ms_per_hour > 0 else 'good'}")
    summary = tag("summary", tag("span", f"{each.share:.0%}", class_="number"),
                  tag("span", named(each), class_="title"), badge, tag("span", facts, class_="facts"))
    body = tag("div", tag("div", tag("pre", each.sql), class_="paste"), tag("p", change.why) if change else None,
               _charts(each, found), class_="body")
    return tag("details", summary, body, open=first)


def _charts(each: WatchedQuery, found: Watched) -> Html:
    marks = [*((each.change.at, "its cost changed") for _ in range(1) if each.change), *found.gaps]
    times = _fewer([(point.at, point.mean_ms) for point in each.points if point.mean_ms is not None])
    blocks = _fewer([(point.at, point.mean_blocks) for point in each.points if point.mean_blocks is not None])
    rates = _fewer([(point.at, point.counted.calls / max(point.seconds, 1.0)) for point in each.points])
    charts = [line_chart(title, unit, values, marks=marks) for title, unit, values in (
        ("One execution", "ms", times), ("Pages of one execution", "blocks of 8 kB", blocks),
        ("Executions", "a second", rates)) if len(values) > 1]
    return tag("div", *charts, class_="charts")


def _fewer(values: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return at most so many points as a chart can show, each the mean of those it stands for."""
    step = max(1, -(-len(values) // _MOST_POINTS))
    found = []
    for start in range(0, len(values), step):
        part = values[start:start + step]
        found.append((part[-1][0], sum(value for _, value in part) / len(part)))
    return found


def _server(found: Watched) -> Html | None:
    charts = [line_chart(name.replace("_", " ").capitalize(), unit, _fewer(list(found.gauges[name])), marks=found.gaps)
              for name, unit in _GAUGES if len(found.gauges.get(name, ())) > 1
              and any(value for _, value in found.gauges[name])]
    if not charts:
        return None
    return tag("section", tag("header", tag("h2", "The server")), tag("div", *charts, class_="charts card body"),
               id="server")


def _gaps(found: Watched) -> Html | None:
    if not found.gaps:
        return None
    rows = [tag("li", f"{clock(at)}: {words.clean(why)}") for at, why in found.gaps]
    return tag("section", tag("header", tag("h2", "Gaps"), tag("span", "Counters began anew, or nobody answered",
                                                               class_="muted small")),
               tag("ul", *rows, class_="card plain"), id="gaps")
