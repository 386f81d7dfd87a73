"""The page of a diagnosis: what costs most with its plan before and after, what to do, and how the server is."""

from __future__ import annotations

from collections.abc import Sequence

from backend_lead.model.diagnosis import Cache, Diagnosis, Health, IndexChange, Patch, QueryCost, Rewrite, Scaling
from backend_lead.model.trace import Repeated
from backend_lead.report import _words as words
from backend_lead.report.html.markup import Html, join, tag
from backend_lead.report.html.plan_picture import drawing

_SHOWN = 200


def sections(found: Diagnosis) -> list[Html | None]:
    """Return all sections, in the order in which a person acts."""
    return [_head(found), _costs(found.costs), _repeated(found.repeated), _indexes(found.index_changes),
            _rewrites(found.rewrites), _caches(found), _patch(found.patch), _scaling(found.scaling),
            _health(found.health), _notes(found.notes)]


def links(found: Diagnosis) -> list[tuple[str, str, bool]]:
    """Return what the bar of links names: anchor, label, and whether the page has it."""
    return [("costs", "What costs most", bool(found.costs)), ("repeated", "N + 1", bool(found.repeated)),
            ("indexes", "Indexes", bool(found.index_changes)), ("rewrites", "Rewrites", bool(found.rewrites)),
            ("caches", "Caching", bool(found.caches or found.pool)),
            ("patch", "Patch", bool(found.patch and found.patch.parts)),
            ("scaling", "Then", bool(found.scaling)), ("health", "Health", bool(found.health))]


def _head(found: Diagnosis) -> Html:
    facts = [(label, text) for label, text in (("Server", found.server), ("Workload", found.workload),
                                               ("Shadow", found.self_check)) if text]
    return tag("section", tag("p", found.headline, class_="headline") if found.headline else None,
               tag("dl", *(join(tag("dt", label), tag("dd", text)) for label, text in facts), class_="about"),
               id="answer")


def _costs(found: Sequence[QueryCost]) -> Html | None:
    if not found:
        return None
    said = tag("span", "Planner cost of one execution, before and after all changes; never a time",
               class_="muted small")
    entries = [tag("li", _cost(each, first=number == 0)) for number, each in enumerate(found[:_SHOWN])]
    return tag("section", tag("header", tag("h2", "What costs most"), said), tag("ol", *entries, class_="plan"),
               _more(len(found)), id="costs")


def _cost(each: QueryCost, *, first: bool) -> Html:
    query = each.query
    rate = "unknown rate" if query.per_hour is None else f"{query.per_hour:,.4g} an hour"
    where = " · ".join(str(part) for part in (query.endpoint, query.place, rate) if part)
    costs = f"{words.number(each.before)} → {words.number(each.after)}"
    better = each.before is not None and each.after is not None and each.after * 1.5 < each.before
    title = str(query.endpoint or query.name or query.sql[:80])
    summary = tag("summary", tag("span", f"{each.share:.0%}", class_="number"), tag("span", title, class_="title"),
                  tag("span", costs, class_="badge good" if better else "badge"), tag("span", where, class_="facts"))
    why = each.plan_before.dearest.why if each.plan_before is not None else ""
    spread = (f"From {words.number(each.lowest)} to {words.number(each.highest)}, by the values of its parameters."
              if each.lowest is not None and each.highest is not None and each.highest > each.lowest * 2 else "")
    body = tag("div", tag("div", tag("pre", query.sql), class_="paste"), tag("p", why) if why else None,
               tag("p", spread, class_="muted small") if spread else None, _plans(each), class_="body")
    return tag("details", summary, body, open=first)


def _plans(each: QueryCost) -> Html | None:
    if each.plan_before is None:
        return None
    pairs = [("Before", each.plan_before)] + ([("After", each.plan_after)] if each.plan_after is not None else [])
    return tag("div", *(tag("figure", tag("figcaption", f"{label}: {words.number(plan.total)}"),
                            tag("div", drawing(plan, f"{label}: {each.query.name or 'plan'}"), class_="scroll",
                                tabindex=0, role="region", aria_label=f"Plan {label.lower()}"))
                        for label, plan in pairs), class_="plans")


def _indexes(found: Sequence[IndexChange]) -> Html | None:
    if not found:
        return None
    said = tag("span", "As one set; sizes and costs are the shadow's, no row was read", class_="muted small")
    cards = [tag("li", _index(each)) for each in found[:_SHOWN]]
    return tag("section", tag("header", tag("h2", "Indexes"), said), tag("ul", *cards, class_="card plain"),
               _more(len(found)), id="indexes")


def _index(each: IndexChange) -> Html:
    facts = [f"{each.size_bytes / 1e6:,.1f} MB", each.evidence.value]
    if each.write_cost > 0:
        facts.append(f"writers pay {each.write_cost:,.0f} an hour, readers save {each.gain:,.0f}")
    text = "\n".join(f"{line};" for line in (*each.requires, each.online))
    slower = tag("p", f"Dearer: {', '.join(each.slows)}", class_="small") if each.slows else None
    return join(tag("p", tag("span", each.action, class_=f"badge {'good' if each.action == 'create' else 'medium'}"),
                    " ", tag("span", " · ".join(facts), class_="muted small")),
                tag("div", tag("pre", text), class_="paste"), tag("p", each.reason), slower)


def _rewrites(found: Sequence[Rewrite]) -> Html | None:
    if not found:
        return None
    costs = ["" if each.before is None or each.after is None else f" · {each.before:,.1f} → {each.after:,.1f}"
             for each in found]
    cards = [tag("li", tag("p", tag("b", f"{each.name}: {each.kind}"), cost, " ",
                           tag("span", each.evidence.value, class_="badge")),
                 tag("div", tag("figure", tag("figcaption", "Before"), tag("pre", each.before_sql)),
                     tag("figure", tag("figcaption", "After"), tag("div", tag("pre", each.after_sql), class_="paste")),
                     class_="plans"),
                 tag("div", tag("pre", "\n".join(f"{ddl};" for ddl in each.indexes)), class_="paste")
                 if each.indexes else None,
                 *(tag("p", told) for told in words.told_of(each)),
                 tag("p", words.sameness_of(each), class_="muted small"))
             for each, cost in list(zip(found, costs, strict=True))[:_SHOWN]]
    return tag("section", tag("header", tag("h2", "Rewrites")), tag("ul", *cards, class_="card plain"), id="rewrites")


def _repeated(found: Sequence[Repeated]) -> Html | None:
    if not found:
        return None
    cards = [tag("li", tag("p", tag("b", f"{each.times}× "), each.kind, " · ",
                           " · ".join(str(part) for part in (each.endpoint, each.place) if part)),
                 tag("pre", each.shape), tag("p", "Once for all:", class_="label") if each.batch else None,
                 tag("div", tag("pre", each.batch), class_="paste") if each.batch else None) for each in found[:_SHOWN]]
    return tag("section", tag("header", tag("h2", "Sent once for each item"),
                              tag("span", "Seen in the traces", class_="muted small")),
               tag("ul", *cards, class_="card plain"), id="repeated")


def _caches(found: Diagnosis) -> Html | None:
    if not found.caches and found.pool is None:
        return None
    cards = [tag("li", _cache(each)) for each in found.caches[:_SHOWN]]
    pool = found.pool
    if pool is not None:
        title = f"Pool: {words.pool_of(pool)}"
        cards.append(tag("li", tag("p", tag("b", title)), tag("p", pool.why), _formula(pool.formula, pool.inputs)))
    return tag("section", tag("header", tag("h2", "Caching and connections"),
                              tag("span", "Expected from rates, not measured", class_="muted small")),
               tag("ul", *cards, class_="card plain"), id="caches")


def _cache(each: Cache) -> Html:
    writes = tag("p", f"Delete the key on: {'; '.join(each.invalidated_by)}") if each.invalidated_by else None
    return join(tag("p", tag("span", f"{each.hit_rate:.0%} hits", class_="badge good"), " ", tag("b", each.name)),
                tag("p", f"Key {each.key}, kept for {each.ttl_seconds:,.0f} s. {each.why} The answer is "
                     f"{each.staleness}."), writes,
                _formula(each.formula, each.inputs))


def _formula(formula: str, inputs: Sequence[tuple[str, str, str]]) -> Html:
    rows = [tag("li", f"{name} = {value} ({source})") for name, value, source in inputs]
    return tag("details", tag("summary", formula), tag("ul", *rows), class_="muted small")


def _patch(found: Patch | None) -> Html | None:
    if found is None or not found.parts:
        return None
    said = "Written" if found.written else "Add --write to apply it" if found.files else "Nothing to apply"
    parts = [tag("li", words.patched_line(part)) for part in found.parts]
    needs = [tag("p", f"The service then needs {each}.", class_="small") for each in found.needs]
    diff = tag("div", tag("pre", found.diff), class_="paste") if found.diff else None
    return tag("section", tag("header", tag("h2", "Patch"), tag("span", said, class_="muted small")),
               tag("ul", *parts, class_="card plain"), *needs, diff, id="patch")


def _scaling(found: Sequence[Scaling]) -> Html | None:
    if not found:
        return None
    cards = [tag("li", tag("p", tag("b", f"{words.SCALING[each.kind]}: {each.subject}"), " ",
                           tag("span", each.evidence.value, class_="badge")), tag("p", each.why),
                 tag("div", tag("pre", each.fix), class_="paste"), _formula(each.formula, each.inputs),
                 tag("p", each.source, class_="muted small")) for each in found]
    return tag("section", tag("header", tag("h2", "Then"),
                              tag("span", "Once all of the above is done", class_="muted small")),
               tag("ul", *cards, class_="card plain"), id="scaling")


def _health(found: Sequence[Health]) -> Html | None:
    if not found:
        return None
    cards = [tag("li", tag("p", tag("span", each.severity.value, class_=f"badge {each.severity.value}"), " ",
                           each.message), tag("div", tag("pre", each.fix), class_="paste")) for each in found]
    return tag("section", tag("header", tag("h2", "Health of the server")), tag("ul", *cards, class_="card plain"),
               id="health")


def _notes(found: Sequence[str]) -> Html | None:
    if not found:
        return None
    return tag("section", tag("header", tag("h2", "Not done"), tag("span", "And why", class_="muted small")),
               tag("ul", *(tag("li", note) for note in found[:_SHOWN]), class_="card plain"), id="not-done")


def _more(count: int) -> Html | None:
    return tag("p", f"…and {count - _SHOWN:,} more: see the JSON report.", class_="muted") if count > _SHOWN else None
