"""A diagnosis as lines of text: what costs most, then what to do, in the order in which it helps."""

from __future__ import annotations

from backend_lead.model.diagnosis import Cache, Diagnosis, Health, IndexChange, Patch, Pool, QueryCost, Rewrite, Scaling
from backend_lead.report import _words as words
from backend_lead.report._format import View
from backend_lead.report._layout import Line, Span, code, headed, wrapped

_SHOWN = 8
_NOTES = 4


def diagnosis_lines(found: Diagnosis, view: View) -> list[Line]:
    """Return the whole diagnosis."""
    lines = wrapped(words.clean(found.headline), view.width, head=(), style="title") if found.headline else []
    lines += [()] if lines else []
    for label, text in (("Server", found.server), ("Workload", found.workload), ("Shadow", found.self_check)):
        if text:
            lines += wrapped(words.clean(text), view.width, indent=10, head=(Span(label, "title"),))
    lines += [(), *_repeated(found, view), *_costs(found, view), *_indexes(found, view)]
    lines += [*_rewrites(found, view), *_advice(found, view)]
    lines += _caches(found.caches, view)
    if found.pool is not None:
        lines += _pool(found.pool, view)
    lines += _patch(found.patch, view)
    lines += _scaling(found.scaling, view)
    lines += _health(found.health, view)
    notes = found.notes if view.verbose else found.notes[:_NOTES]
    for number, note in enumerate(notes):
        lines += wrapped(words.clean(note), view.width, indent=10, head=() if number else (Span("Not done", "title"),))
    if len(found.notes) > len(notes):
        lines.append((Span(f"          …and {len(found.notes) - len(notes):,} more (--verbose)", "dim"),))
    return [*lines, ()]


def _repeated(found: Diagnosis, view: View) -> list[Line]:
    if not found.repeated:
        return []
    lines = headed(Span("Sent once for each item", "title"), "seen in the traces", view.width)
    for each in found.repeated if view.verbose else found.repeated[:_SHOWN]:
        where = " · ".join(str(part) for part in (each.endpoint, each.place) if part)
        lines.append((Span(f"  {each.times}× ", "high"), Span(f"{each.kind} · {where}", "dim")))
        lines += wrapped(words.clean(each.shape), view.width, indent=9, head=(Span(" " * 9),))
        if each.batch:
            lines += wrapped(words.clean(each.batch), view.width, indent=9, head=(Span(" " * 9),), style="code")
    return [*lines, ()]


def _costs(found: Diagnosis, view: View) -> list[Line]:
    if not found.costs:
        return []
    lines = headed(Span("What costs most", "title"), "planner cost of one execution, before and after; never a time",
                   view.width)
    shown = found.costs if view.verbose else found.costs[:_SHOWN]
    for each in shown:
        lines += _cost(each, view)
    if len(found.costs) > len(shown):
        lines.append((Span(f"      …and {len(found.costs) - len(shown):,} more (--verbose)", "dim"),))
    return [*lines, ()]


def _cost(each: QueryCost, view: View) -> list[Line]:
    query = each.query
    before = "?" if each.before is None else f"{each.before:,.1f}"
    after = "?" if each.after is None else f"{each.after:,.1f}"
    better = each.before is not None and each.after is not None and each.after * 1.5 < each.before
    head = (Span(f"  {each.share:>5.1%}  "), Span(f"{before} → {after}", "good" if better else ""))
    rate = "unknown rate" if query.per_hour is None else f"{query.per_hour:,.4g}/h"
    where = " · ".join(str(part) for part in (query.endpoint, query.place, rate) if part)
    lines: list[Line] = [(*head, Span(f"  {where}", "dim"))]
    text = " ".join(query.sql.split())
    text = text if view.verbose or len(text) < 160 else f"{text[:160]} …"
    name = f"{query.name}: " if query.name and not query.sql.startswith(query.name[:20]) else ""
    lines += wrapped(words.clean(name + text), view.width, indent=9, head=(Span(" " * 9),))
    if each.plan_before is not None and each.plan_before.dearest.why:
        lines += wrapped(words.clean(each.plan_before.dearest.why), view.width, indent=9, head=(Span(" " * 9),))
    if each.lowest is not None and each.highest is not None and each.highest > each.lowest * 2:
        lines += wrapped(f"from {each.lowest:,.1f} to {each.highest:,.1f}, by the values of its parameters", view.width,
                         indent=9, head=(Span(" " * 9),), style="dim")
    return lines


def _indexes(found: Diagnosis, view: View) -> list[Line]:
    if not found.index_changes:
        return []
    lines = headed(Span("Indexes", "title"), "as one set; sizes and costs are the shadow's, no row was read",
                   view.width)
    for each in found.index_changes:
        lines += _index(each, view)
    return [*lines, ()]


def _index(each: IndexChange, view: View) -> list[Line]:
    style = "good" if each.action == "create" else "medium"
    size = f"{each.size_bytes / 1e6:,.1f} MB"
    lines: list[Line] = [(Span(f"  {each.action:<7}", style), Span(f"{size} · {each.evidence.value}", "dim"))]
    for text in (*each.requires, each.online):
        lines += code(words.clean(text) + ";", 9)
    lines += wrapped(words.clean(each.reason), view.width, indent=9, head=(Span(" " * 9),))
    if each.write_cost > 0:
        lines += wrapped(f"writers pay {each.write_cost:,.0f} an hour for it, readers save {each.gain:,.0f}",
                         view.width, indent=9, head=(Span(" " * 9),), style="dim")
    if each.slows:
        lines += wrapped(words.clean(f"dearer: {', '.join(each.slows)}"), view.width, indent=9,
                         head=(Span(" " * 9),), style="medium")
    return lines


def _rewrites(found: Diagnosis, view: View) -> list[Line]:
    if not found.rewrites:
        return []
    lines = headed(Span("Rewrites", "title"), "costs are the shadow's; results were compared on made-up rows",
                   view.width)
    for each in found.rewrites:
        lines += _rewrite(each, view)
    return lines


def _rewrite(each: Rewrite, view: View) -> list[Line]:
    costs = "? → ?" if each.before is None or each.after is None else f"{each.before:,.1f} → {each.after:,.1f}"
    where = " · ".join(str(part) for part in (each.endpoint, each.place, each.kind) if part)
    named = "" if each.name == each.before_sql else f"{each.name} · "
    lines: list[Line] = [(Span(f"  {costs}  ", "good"), Span(words.clean(named + where), "dim"))]
    for label, text in (("before", each.before_sql), ("after", each.after_sql)):
        lines += wrapped(words.clean(" ".join(text.split())), view.width, indent=11,
                         head=(Span(f"    {label}", "dim"),), style="code" if label == "after" else "")
    for text in each.indexes:
        lines += wrapped(words.clean(f"{text};"), view.width, indent=11, head=(Span("    with", "dim"),), style="code")
    for text in words.told_of(each):
        lines += wrapped(words.clean(text), view.width, indent=11, head=(Span(" " * 11),))
    lines += wrapped(words.clean(words.sameness_of(each)), view.width, indent=11, head=(Span(" " * 11),), style="dim")
    return [*lines, ()]


def _advice(found: Diagnosis, view: View) -> list[Line]:
    if not found.advice:
        return []
    lines = headed(Span("Not rewritten", "title"), "what only their authors can change", view.width)
    for each in found.advice if view.verbose else found.advice[:_SHOWN]:
        where = f" ({each.place})" if each.place else ""
        lines += wrapped(words.clean(f"{each.name[:80]}{where}: {each.message}."), view.width, indent=4,
                         head=(Span("    "),))
    if len(found.advice) > _SHOWN and not view.verbose:
        lines.append((Span(f"      …and {len(found.advice) - _SHOWN:,} more (--verbose)", "dim"),))
    return [*lines, ()]


def _caches(found: tuple[Cache, ...], view: View) -> list[Line]:
    if not found:
        return []
    lines = headed(Span("Caching", "title"), "expected from rates, not measured", view.width)
    for each in found:
        head = (Span(f"  {each.hit_rate:>4.0%} hits  ", "good"),)
        lines += wrapped(words.clean(f"{each.name}: key {each.key}, TTL {each.ttl_seconds:,.0f} s; {each.staleness}"),
                         view.width, indent=13, head=head)
        if each.invalidated_by:
            lines += wrapped(words.clean(f"delete the key on: {'; '.join(each.invalidated_by)}"), view.width, indent=13,
                             head=(Span(" " * 13),), style="dim")
    return [*lines, ()]


def _pool(each: Pool, view: View) -> list[Line]:
    lines = headed(Span("Pool", "title"), words.pool_of(each), view.width)
    return [*lines, *wrapped(words.clean(each.why), view.width, indent=4, head=(Span("    "),)), ()]


def _patch(found: Patch | None, view: View) -> list[Line]:
    if found is None or not found.parts:
        return []
    said = "written" if found.written else "add --write to apply it" if found.files else "nothing to apply"
    lines = headed(Span("Patch", "title"), said, view.width)
    for part in found.parts:
        lines += wrapped(words.clean(words.patched_line(part)), view.width, indent=4,
                         head=(Span("  + " if part.done else "  - ", "good" if part.done else "dim"),))
    lines += [line for each in found.needs for line in wrapped(
        words.clean(f"The service then needs {each}."), view.width, indent=4, head=(Span("    "),))]
    for text in words.diffs(found.diff):
        new = text.startswith("--- /dev/null")
        if new and not view.verbose:
            name, count = text.splitlines()[1].removeprefix("+++ b/"), text.count("\n+") - 1
            lines += [(), (Span(f"    {name} is new: {count:,} lines (--verbose)", "dim"),)]
        else:
            lines += [(), *code(words.clean(text), 4)]
    return [*lines, ()]


def _scaling(found: tuple[Scaling, ...], view: View) -> list[Line]:
    if not found:
        return []
    lines = headed(Span("Then", "title"), "once all of the above is done", view.width)
    for each in found:
        lines += wrapped(words.clean(f"{words.SCALING[each.kind]}: {each.subject}"), view.width, indent=4,
                         head=(Span("    "),), style="title")
        lines += wrapped(words.clean(each.why), view.width, indent=4, head=(Span("    "),))
        lines += code(words.clean(each.fix), 6)
        given = "; ".join(f"{name} {value} ({where})" for name, value, where in each.inputs)
        for text in (f"{each.formula}: {given}", each.source):
            lines += wrapped(words.clean(text), view.width, indent=4, head=(Span("    "),), style="dim")
    return [*lines, ()]


def _health(found: tuple[Health, ...], view: View) -> list[Line]:
    if not found:
        return []
    lines: list[Line] = [(Span("Health", "title"),)]
    for each in found:
        lines += wrapped(words.clean(each.message), view.width, indent=11,
                         head=(Span(f"  {each.severity.value:<9}", each.severity.value),))
        lines += code(words.clean(each.fix), 11)
    return [*lines, ()]
