"""Ignore comments in the target: `# backend-lead: ignore[rule-id] why`, on the line of a finding or the line above."""

from __future__ import annotations

import io
import re
import tokenize
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from backend_lead.model.finding import Finding
from backend_lead.model.place import Place
from backend_lead.model.review import UnusedIgnore

MARK = "backend-lead:"
_SUFFIXES = {".py": "#", ".pyi": "#", ".sql": "--", ".yaml": "#", ".yml": "#", ".toml": "#"}
_COMMENT = {mark: re.compile(re.escape(mark) + r"\s*backend-lead:\s*ignore\b\s*(?:\[([^\]\n]*)\])?\s*(.*)$")
            for mark in ("#", "--")}


@dataclass(frozen=True, slots=True)
class Ignore:
    """One comment: where it stands, the rule ids it names, the reason in the author's words, the lines it covers."""

    place: Place
    rules: tuple[str, ...]
    reason: str
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ignored:
    """`open` findings and `hidden` ones, with the comments that hide nothing or say no reason."""

    open: tuple[Finding, ...]
    hidden: tuple[Finding, ...]
    unused: tuple[UnusedIgnore, ...]


def read_ignores(file: str, text: str) -> tuple[Ignore, ...]:
    """Return the ignore comments of one file, in the order of its lines; none for a kind of file without comments.

    A comment behind code covers its own line.  One that stands alone covers the next line that is no such comment.
    """
    mark = next((mark for suffix, mark in _SUFFIXES.items() if file.lower().endswith(suffix)), None)
    if mark is None or MARK not in text:
        return ()
    comments = _python_comments(text) if file.endswith((".py", ".pyi")) else None
    found: list[Ignore] = []
    waiting: list[Ignore] = []
    for number, line in enumerate(text.split("\n"), start=1):
        shown = line if comments is None else comments.get(number, "")
        match = _COMMENT[mark].search(shown) if MARK in shown else None
        alone = line.lstrip().startswith(mark)
        if not (match and alone):
            found.extend(replace(ignore, lines=(ignore.place.line, number)) for ignore in waiting)
            waiting.clear()
        if match:
            rules = tuple(sorted({name.strip() for name in (match[1] or "").split(",") if name.strip()}))
            ignore = Ignore(Place(file, number), rules, match[2].strip(" \t\r-:—*/"), (number,))
            (waiting if alone else found).append(ignore)
    return tuple(sorted((*found, *waiting), key=lambda ignore: ignore.place))


def apply(findings: Iterable[Finding], ignores: Iterable[Ignore], known: Callable[[str], bool],
          ran: Callable[[str], bool]) -> Ignored:
    """Hide the findings that a comment names, and report each comment that hides nothing.

    A comment hides the findings of the lines it covers, when it names their rule and gives a reason.
    `known` says whether a rule exists, `ran` whether it was run: a comment for a rule that was not run is not unused.
    """
    ordered = list(ignores)
    by_place: dict[Place, list[int]] = defaultdict(list)
    for number, ignore in enumerate(ordered):
        if ignore.reason:
            for line in ignore.lines:
                by_place[Place(ignore.place.file, line)].append(number)
    used: set[tuple[int, str]] = set()
    left: list[Finding] = []
    hidden: list[Finding] = []
    for finding in findings:
        numbers = [n for n in by_place.get(finding.place, ()) if finding.rule in ordered[n].rules]
        used.update((number, finding.rule) for number in numbers)
        (hidden if numbers else left).append(finding)
    unused = [UnusedIgnore(ignore.place, rule, message)
              for number, ignore in enumerate(ordered)
              for rule, message in _complaints(ignore, [r for r in ignore.rules if (number, r) in used], known, ran)]
    return Ignored(tuple(left), tuple(hidden), tuple(sorted(unused, key=lambda each: (each.place, each.rule))))


def _complaints(ignore: Ignore, used: list[str], known: Callable[[str], bool],
                ran: Callable[[str], bool]) -> Iterable[tuple[str, str]]:
    if not ignore.rules:
        yield "", ("This comment names no rule, so it hides nothing. Write: backend-lead: ignore[rule-id] and why.")
    for rule in ignore.rules:
        if not known(rule):
            yield rule, f"There is no rule {rule}. See: backend-lead rules."
        elif not ignore.reason:
            yield rule, (f"This comment gives no reason, so {rule} is still reported. "
                         f"Write: backend-lead: ignore[{rule}] and why.")
        elif rule not in used and ran(rule):
            yield rule, f"{rule} finds nothing here any more. Delete the comment."


def _python_comments(text: str) -> dict[int, str] | None:
    """Return the comments of Python source by line, so that text inside strings does not count.

    None when the interpreter's tokenizer gives up on the file; then each line is searched as it stands.
    """
    try:
        return {token.start[0]: token.string for token in tokenize.generate_tokens(io.StringIO(text).readline)
                if token.type == tokenize.COMMENT and MARK in token.string}
    except (tokenize.TokenError, SyntaxError, ValueError):
        return None
