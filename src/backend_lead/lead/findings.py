"""From a backend to the findings that a report shows: rules, then ignores, then baseline, then what changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from backend_lead.errors import Refused, WrongUse
from backend_lead.gates.files import Tree
from backend_lead.lead import baseline as accepted
from backend_lead.lead import ignores
from backend_lead.lead.checking import check, chosen_rules
from backend_lead.lead.masking import masked_backend, masker
from backend_lead.lead.options import Options
from backend_lead.lead.reading import changed
from backend_lead.lead.scope import outside, touched
from backend_lead.lead.sources import Sources, source_lines
from backend_lead.model.backend import Backend
from backend_lead.model.event import Listener, silent
from backend_lead.model.finding import Dimension, Finding
from backend_lead.model.review import UnusedIgnore
from backend_lead.rules.rule import Rule, all_rules


@dataclass(frozen=True, slots=True)
class Found:
    """`backend` fit to be reported; `all` findings as the rules see them; `open` those left after ignores, baseline
    and `--since`; how many were left out, and why; the ids of the rules that ran and of those that stopped."""

    backend: Backend
    all: tuple[Finding, ...]
    open: tuple[Finding, ...]
    ignored: int
    baselined: int
    unused_ignores: tuple[UnusedIgnore, ...]
    sources: Sources
    stopped: tuple[str, ...]
    ran: frozenset[str]


def find(backend: Backend, options: Options, listen: Listener, dimensions: Iterable[Dimension] = tuple(Dimension), *,
         use_baseline: bool = True) -> Found:
    """Return what the rules of these dimensions find in the backend."""
    rules = chosen_rules(options.settings, backend, dimensions)
    checked = check(backend, rules, listen, debug=options.debug)
    findings = outside(checked.findings, options.settings.exclude)
    # The files are named by the model, so the tree itself need not be walked a second time.
    tree = Tree(options.root, count_limit=0)
    ids = frozenset(rule.id for rule in all_rules())
    hidden = ignores.apply(findings, _comments(tree, backend), ids.__contains__, checked.ran.__contains__)
    left, baselined = hidden.open, 0
    if use_baseline:
        left, baselined = accepted.split(left, read_baseline(tree))
    since = changed(options)
    if since is not None:
        left = _brought(left, backend, options, rules) if options.only_new else touched(left, since)
    values = masker(backend.literals)
    shown = masked_backend(backend, values)
    return Found(
        backend=replace(shown, unresolved=(*shown.unresolved, *checked.stopped)), all=findings, open=left,
        ignored=len(hidden.hidden), baselined=baselined, unused_ignores=hidden.unused,
        sources=source_lines(tree, backend, left, values) if options.sources else (),
        stopped=tuple(each.what.removeprefix("rule ") for each in checked.stopped), ran=checked.ran)


def _brought(findings: tuple[Finding, ...], backend: Backend, options: Options,
             rules: tuple[Rule, ...]) -> tuple[Finding, ...]:
    """Return the findings that the same rules do not find in the target as it was at `since`.

    They may stand in files that did not change: a guard that is gone from one file opens the routes of another.
    """
    before = check(backend.previous, rules, silent, debug=options.debug).findings if backend.previous else ()
    return accepted.split(findings, accepted.from_findings(before))[0]


def read_baseline(tree: Tree) -> accepted.Baseline:
    """Return the baseline in the target's folder, an empty one when there is none."""
    path = tree.root / accepted.FILE_NAME
    if path.is_symlink():
        raise WrongUse(f"{accepted.FILE_NAME} is a link, and links are not followed.",
                       f"Delete it, then: backend-lead baseline write {tree.root}")
    if not path.is_file():
        return accepted.Baseline()
    return accepted.decode(Tree(path).text(accepted.FILE_NAME), accepted.FILE_NAME)


def _comments(tree: Tree, backend: Backend) -> list[ignores.Ignore]:
    found: list[ignores.Ignore] = []
    mark = ignores.MARK.encode()
    for file in sorted({file.path for file in backend.files} | {document.file for document in backend.documents}):
        try:
            if mark in tree.read(file):
                found.extend(ignores.read_ignores(file, tree.text(file)))
        except Refused:
            continue
    return found
