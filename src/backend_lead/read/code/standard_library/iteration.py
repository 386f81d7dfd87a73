"""Builtins, `collections` and `itertools` that make collections or go through them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from backend_lead.read.code.calls import call
from backend_lead.read.code.containers import Fields, Items
from backend_lead.read.code.evaluation import LONGEST_UNROLL, iterate
from backend_lead.read.code.frames import Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.literals import literal
from backend_lead.read.code.values import Known, Unknown, Value, join


def _list(kind: str) -> Any:
    def make(site: Site, run: Interpreter) -> Value:
        first = site.argument(0)
        if first is None:
            return Items([], kind)
        collected = getattr(first, "collected", None)
        if collected is not None:
            # What it is asked for is known although not all of it is.
            same: Value = collected()
            return same
        elements = iterate(run, first)
        complete = elements is not None and bool(getattr(first, "complete", False))
        if not elements and not complete:
            elements = [Unknown(first.sources)]
        return Items(list(elements or ()), kind, complete, first.sources)

    return make


def _dict(site: Site, run: Interpreter) -> Value:
    first = site.argument(0)
    if first is not None and getattr(first, "copies_as_itself", False) and not site.keywords:
        return first
    made = Fields({}, True, site.sources)
    if isinstance(first, Fields):
        made.values.update(first.values)
        made.complete = first.complete
    elif first is not None:
        made.complete = False
        made.values["*"] = first
    made.values.update({k: v for k, v in site.keywords.items() if k != "**"})
    if "**" in site.keywords:
        made.complete = False
        made.values.setdefault("*", site.keywords["**"])
    return made


def _from_keys(site: Site, run: Interpreter) -> Value:
    """`dict.fromkeys(x)`: most often only to drop what comes twice."""
    first = site.argument(0)
    elements = iterate(run, first) if first is not None else None
    value = site.argument(1) or Known(None)
    if elements is not None and all(isinstance(e, Known) for e in elements):
        return Fields({literal(e): value for e in elements}, bool(getattr(first, "complete", False)))
    return _list("list")(site, run)  # type: ignore[no-any-return]


def _enumerate(site: Site, run: Interpreter) -> Value:
    first = site.argument(0)
    elements = iterate(run, first) if first is not None else None
    if elements is None:
        sources = first.sources if first is not None else frozenset()
        return Items([Items([Unknown(), Unknown(sources)], "tuple")], "list", False, sources)
    start = literal(site.argument(1, "start"))
    return Items(
        [Items([Known(i), e], "tuple", True, e.sources) for i, e in enumerate(elements, start or 0)],
        "list",
        bool(getattr(first, "complete", False)),
        site.sources,
    )


def _range(site: Site, run: Interpreter) -> Value | None:
    """Numbers: how many there are says nothing of where each comes from."""
    if run.requesting:
        return Items([Unknown()], "tuple", False)
    bounds = [each.value for each in site.positional if isinstance(each, Known) and type(each.value) is int]
    if not bounds or len(bounds) != len(site.positional) or 0 in bounds[2:]:
        return None
    return Items([Known(number) for number in range(*bounds)[: LONGEST_UNROLL + 1]], "tuple")


def _sorted(site: Site, run: Interpreter) -> Value:
    """In order where the elements are literals; where they are not, it is not known which comes first."""
    made = _list("list")(site, run)
    if run.requesting or not isinstance(made, Items) or not made.complete or len(made.values) < 2:
        return made  # type: ignore[no-any-return]
    known = [each.value for each in made.values if isinstance(each, Known)]
    turned = literal(site.keywords.get("reverse"))
    if len(known) == len(made.values) and "key" not in site.keywords and turned in (None, True, False):
        try:
            order = sorted(range(len(known)), key=known.__getitem__, reverse=turned is True)
        except TypeError:
            return Items(made.values, "list", False, made.sources)
        return Items([made.values[position] for position in order], "list", True, made.sources)
    return Items(made.values, "list", False, made.sources)


def _reversed(site: Site, run: Interpreter) -> Value:
    made = _list("list")(site, run)
    if isinstance(made, Items) and made.complete:
        made.values.reverse()
    return made  # type: ignore[no-any-return]


def _filter(site: Site, run: Interpreter) -> Value | None:
    """Which elements stay is not known."""
    given = site.argument(1)
    return Items(given.values, given.kind, False, given.sources) if isinstance(given, Items) else given


def _zip(site: Site, run: Interpreter) -> Value:
    columns = [iterate(run, a) for a in site.positional]
    if any(c is None for c in columns):
        return Items([Items([Unknown(a.sources) for a in site.positional], "tuple")], "list", False, site.sources)
    rows: list[Value] = [Items(list(row), "tuple") for row in zip(*[c or [] for c in columns], strict=False)]
    return Items(rows, "list", all(getattr(a, "complete", False) for a in site.positional), site.sources)


def _map(site: Site, run: Interpreter) -> Value:
    function, items = site.argument(0), site.argument(1)
    elements = iterate(run, items) if items is not None else None
    if function is None:
        return Unknown(site.sources)
    run.loops += run.requesting
    made = [
        call(run, function, Site([e], {}, site.line, site.frame)) for e in (elements or [Unknown(site.sources)])[:40]
    ]
    run.loops -= run.requesting
    whole = elements is not None and len(elements) <= 40 and bool(getattr(items, "complete", False))
    return Items(made, "list", whole, site.sources)


def _next(site: Site, run: Interpreter) -> Value:
    first = site.argument(0)
    elements = iterate(run, first) if first is not None else None
    rest = [site.positional[1]] if len(site.positional) > 1 else []
    if isinstance(first, Items) and first.complete and not run.requesting and (elements or rest):
        given: list[Value] = [*(elements or ()), *rest]
        return given[0]
    return join([*(elements or [Unknown(site.sources)]), *rest])


def _least(site: Site, run: Interpreter) -> Value:
    """`min(limit, 100)`: whatever comes in, a constant bounds what comes out."""
    if any(isinstance(literal(a), (int, float)) for a in site.positional):
        return Unknown(site.sources | {f"bound:{s}" for s in site.sources if not s.startswith(("bound:", "number:"))})
    return Unknown(site.sources)


def _quantified(decisive: bool) -> Any:
    """`any(...)`, `all(...)`: one element may decide it, or all of them together when none is missing."""

    def quantify(site: Site, run: Interpreter) -> Value:
        items = site.argument(0)
        elements = iterate(run, items) if items is not None else None
        truths = {run.truth(element) for element in elements or ()}
        if decisive in truths:
            return Known(decisive, site.sources)
        if elements is not None and getattr(items, "complete", False) and truths <= {not decisive}:
            return Known(not decisive, site.sources)
        return Unknown(site.sources, "", tuple(p for e in elements or () for p in getattr(e, "pairs", ())))

    return quantify


def _chained(parts: Iterable[Value], site: Site, run: Interpreter) -> Value:
    parts = list(parts)
    complete = bool(parts) and all(getattr(part, "complete", False) for part in parts)
    return Items([e for part in parts for e in iterate(run, part) or ()], "list", complete, site.sources)


CALLS: dict[str, Any] = {
    "builtins.range": _range,
    "builtins.list": _list("list"),
    "builtins.tuple": _list("tuple"),
    "builtins.set": _list("set"),
    "builtins.frozenset": _list("set"),
    "builtins.sorted": _sorted,
    "builtins.reversed": _reversed,
    "builtins.dict": _dict,
    "builtins.dict.fromkeys": _from_keys,
    "collections.OrderedDict": _dict,
    "collections.defaultdict": lambda site, run: Fields({}, True),
    "collections.deque": lambda site, run: Items([], "list", True),
    "builtins.enumerate": _enumerate,
    "builtins.zip": _zip,
    "builtins.map": _map,
    "builtins.filter": _filter,
    "builtins.next": _next,
    "builtins.anext": _next,
    "builtins.min": _least,
    "builtins.any": _quantified(True),
    "builtins.all": _quantified(False),
    "itertools.chain": lambda site, run: _chained(site.positional, site, run),
    "itertools.chain.from_iterable": lambda site, run: _chained(iterate(run, site.argument(0)) or [], site, run),
}
