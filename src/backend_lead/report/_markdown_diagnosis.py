"""A diagnosis as Markdown that fits a comment: what costs most, then what to do."""

from __future__ import annotations

from backend_lead.model.diagnosis import Diagnosis, Patch, QueryCost
from backend_lead.report import _words as words
from backend_lead.report._markdown_text import block, code, text

_QUERIES = 15
_NOTES = 10


def diagnosis_text(found: Diagnosis) -> str:
    """Return the whole diagnosis but its findings."""
    lines = [f"**{text(found.headline)}**", ""] if found.headline else []
    facts = (("Server", found.server), ("Workload", found.workload))
    told = [f"{label}: {text(said)}" for label, said in facts if said]
    told += [text(found.self_check)] if found.self_check else []
    lines += [" · ".join(told), ""] if told else []
    lines += [*_costs(found), *_repeated(found), *_indexes(found), *_rewrites(found), *_caches(found),
              *_patch(found.patch), *_scaling(found), *_health(found)]
    if found.notes:
        lines += ["### Not done", "", *(f"- {text(note)}" for note in found.notes[:_NOTES])]
        lines += [f"- …and {len(found.notes) - _NOTES:,} more"] if len(found.notes) > _NOTES else []
        lines.append("")
    return "\n".join(lines) + "\n"


def _costs(found: Diagnosis) -> list[str]:
    if not found.costs:
        return []
    lines = ["### What costs most", "", "| Of the whole | Planner cost | Statement | Why |", "|---|---|---|---|"]
    lines += [_cost(each) for each in found.costs[:_QUERIES]]
    left = len(found.costs) - _QUERIES
    return [*lines, "", *([f"…and {left:,} more statements", ""] if left > 0 else [])]


def _cost(each: QueryCost) -> str:
    query = each.query
    what = code(str(query.endpoint or query.name or query.sql)[:120])
    what += f" {code(str(query.place))}" if query.place else ""
    why = each.plan_before.dearest.why if each.plan_before is not None else ""
    return (f"| {each.share:.1%} | {words.number(each.before)} → {words.number(each.after)} | {what} | "
            f"{text(why)} |")


def _repeated(found: Diagnosis) -> list[str]:
    lines = ["### Sent once for each item", ""] if found.repeated else []
    for each in found.repeated[:_QUERIES]:
        where = " · ".join(str(part) for part in (each.endpoint, each.place) if part)
        lines += [f"- {each.times}× {each.kind}, {text(where)}: {code(each.shape[:300])}"]
        lines += [f"  once for all: {code(each.batch[:300])}"] if each.batch else []
    return [*lines, ""] if lines else []


def _indexes(found: Diagnosis) -> list[str]:
    if not found.index_changes:
        return []
    lines = ["### Indexes", "", "As one set; sizes and costs are the shadow's, no row was read.", ""]
    for each in found.index_changes:
        sql = "\n".join(f"{line};" for line in (*each.requires, each.online))
        facts = f"**{each.action}** · {each.size_bytes / 1e6:,.1f} MB · {each.evidence.value}"
        lines += [f"{facts}: {text(each.reason)}", "", block(sql, "sql"), ""]
    return lines


def _rewrites(found: Diagnosis) -> list[str]:
    lines = ["### Rewrites", ""] if found.rewrites else []
    for each in found.rewrites[:_QUERIES]:
        costs = "" if each.before is None or each.after is None else f" · {each.before:,.1f} → {each.after:,.1f}"
        sql = "\n".join(f"{line};" for line in (each.after_sql, *each.indexes))
        lines += [f"**{text(each.name)}**: {text(each.kind)}{costs} · {each.evidence.value}. "
                  f"{text(' '.join(words.told_of(each)))}", "", block(sql, "sql"), "",
                  text(words.sameness_of(each)), ""]
    return lines


def _caches(found: Diagnosis) -> list[str]:
    lines = ["### Caching and connections", ""] if found.caches or found.pool else []
    for each in found.caches[:_QUERIES]:
        lines.append(f"- {each.hit_rate:.0%} hits: {text(each.name)}, key {code(each.key)}, kept for "
                     f"{each.ttl_seconds:,.0f} s; delete on {text('; '.join(each.invalidated_by)) or 'nothing'}")
    if found.pool is not None:
        lines.append(f"- Pool: {words.pool_of(found.pool)}. {text(found.pool.why)}")
    return [*lines, ""] if lines else []


def _patch(found: Patch | None) -> list[str]:
    if found is None or not found.parts:
        return []
    lines = ["### Patch", "", *(f"- {text(words.patched_line(part))}" for part in found.parts), ""]
    lines += [f"- The service then needs {text(each)}." for each in found.needs]
    return [*lines, "", block(found.diff.rstrip(), "diff"), ""] if found.diff else [*lines, ""]


def _scaling(found: Diagnosis) -> list[str]:
    lines = ["### Once all of the above is done", ""] if found.scaling else []
    for each in found.scaling:
        given = "; ".join(f"{name} {value} ({where})" for name, value, where in each.inputs)
        lines += [f"**{words.SCALING[each.kind]}: {text(each.subject)}** · {text(each.why)}", "",
                  block(each.fix, "sql" if each.kind != "replica" else ""), "",
                  text(f"{each.formula}: {given}. {each.source}."), ""]
    return lines


def _health(found: Diagnosis) -> list[str]:
    lines = ["### Health of the server", ""] if found.health else []
    lines += [f"- **{each.severity.value}** {text(each.message)} {code(each.fix)}" for each in found.health]
    return [*lines, ""] if lines else []
