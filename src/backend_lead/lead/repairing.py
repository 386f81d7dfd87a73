"""The safe patches of a job's findings, one by one in a clean git tree: each is kept only if it holds.

It holds when its finding is gone, no other one came, every route, guard, table and documented operation is still seen,
and the person's own tests pass, where they named some.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from backend_lead.errors import NothingToLookAt, Refused, WrongUse
from backend_lead.gates.files import Tree
from backend_lead.gates.target_tests import run_tests
from backend_lead.gates.text import mask, one_line
from backend_lead.gates.working_tree import WorkingTree, Written
from backend_lead.lead.findings import find
from backend_lead.lead.masking import Mask, masker
from backend_lead.lead.options import Options
from backend_lead.lead.reading import read
from backend_lead.lead.repair_migrations import migration_files
from backend_lead.model.backend import Backend
from backend_lead.model.event import Finished, Listener, Progress, Started, silent
from backend_lead.model.finding import Finding
from backend_lead.model.repair import Outcome, Repair, Repairs
from backend_lead.model.review import Report
from backend_lead.read.code.editing import NotPatched
from backend_lead.repair.desk import Change, Patch
from backend_lead.repair.patches import diff_of, patch_for, repairers

Job = Callable[[Options, Listener], Report]


@dataclass(frozen=True, slots=True)
class Repairing:
    """How patches are tried: `test_command` runs the target's tests, None for none; `moment`, the time as fourteen
    digits, numbers migrations."""

    moment: str
    test_command: str | None = None


@dataclass(frozen=True, slots=True)
class _Seen:
    """The whole program as it was read once, with all findings that are neither ignored nor accepted."""

    backend: Backend
    findings: tuple[Finding, ...]

    def alike(self, finding: Finding) -> list[Finding]:
        """Return the findings with this one's fingerprint, from the top of the file down."""
        found = [each for each in self.findings if each.fingerprint == finding.fingerprint]
        return sorted(found, key=lambda each: each.place)


def with_repairs(job: Job, repairing: Repairing, options: Options, listen: Listener = silent) -> Report:
    """Try the patches of what a job finds, and return its report over what is left, with what became of each patch.

    Raises WrongUse where git could not bring everything back, and for tests that do not pass before anything is
    changed.
    """
    if options.dsn:
        raise WrongUse("--fix changes the source, and a database stays as it is until its migrations run.",
                       "Leave out --db (and BACKEND_LEAD_DB).")
    working = WorkingTree(options.root)
    run = _Run(working, repairing, replace(options, since=None, only_new=False, sources=False), listen)
    wanted = job(options, listen).findings
    run.test_first()
    known = repairers()
    todo = [each for each in wanted if each.rule in known]
    listen(Started("patches"))
    for number, finding in enumerate(todo):
        listen(Progress("patches", number, len(todo)))
        run.try_one(finding)
    report = job(options, silent)
    left = Counter(each.fingerprint for each in report.findings)
    repairs = Repairs(len(wanted), len(report.findings), sum(each.rule not in known for each in wanted),
                      tuple(run.done), repairing.test_command, working.recovered)
    listen(Finished("patches", f"{len(wanted) - left.total()} findings are gone"))
    return replace(report, repairs=repairs)


class _Run:
    """One run over a working tree: what is seen now, and what became of the patches so far."""

    def __init__(self, working: WorkingTree, repairing: Repairing, options: Options, listen: Listener) -> None:
        self.done: list[Repair] = []
        self._working, self._repairing, self._options, self._listen = working, repairing, options, listen
        self._folder = (options.root if options.root.is_dir() else options.root.parent).resolve()
        self._now = self._look()
        self._passed: Counter[str] = Counter()

    def test_first(self) -> None:
        """Run the person's tests on the tree as it is.  Raises WrongUse when they fail: no patch could be judged."""
        if self._repairing.test_command is None:
            return
        self._listen(Started("tests before any change"))
        tested = run_tests(self._repairing.test_command, self._folder)
        self._listen(Finished("tests before any change", tested.said))
        if not tested.passed:
            raise WrongUse(f"Nothing is changed: the tests fail before any patch ({tested.said}).",
                           "Make them pass first, or leave out --test-command.")

    def try_one(self, finding: Finding) -> None:
        """Try the patch of a finding, if the finding is still there, and note what became of it."""
        alike = self._now.alike(finding)
        passed = self._passed[finding.fingerprint]
        if len(alike) <= passed:
            return
        finding = alike[passed]
        try:
            patch = self._patch(finding)
        except NotPatched as error:
            self._note(finding, Outcome.REFUSED, "", str(error))
            return
        files: tuple[Written, ...] = tuple((each.path, each.before, each.after) for each in patch.changes)
        try:
            self._working.write(files)
        except Refused as error:
            self._note(finding, Outcome.REFUSED, patch.what, error.message.rstrip("."))
            return
        try:
            after, why = self._judge(finding)
        except BaseException:
            self._take_back(files)
            raise
        if why:
            self._take_back(files)
            self._note(finding, Outcome.REVERTED, patch.what, why, patch.changes)
            return
        assert after is not None
        self._working.keep()
        self._now = after
        self._note(finding, Outcome.KEPT, patch.what, self._because(), patch.changes)

    def _patch(self, finding: Finding) -> Patch:
        tree = Tree(self._options.root)
        patch = patch_for(finding, self._now.backend, tree)
        if not patch.index_changes:
            return patch
        new = migration_files(patch.index_changes, tree, self._now.backend.databases, self._repairing.moment)
        return replace(patch, changes=(*patch.changes, *(Change(path, None, text.encode()) for path, text in new)))

    def _judge(self, finding: Finding) -> tuple[_Seen | None, str]:
        """Return what is seen on the changed tree, and why the patch does not hold, "" when it does."""
        try:
            after = self._look()
        except NothingToLookAt:
            return None, "nothing could be read any more"
        why = next(_broken(self._now, after, finding), "")
        if not why and self._repairing.test_command is not None:
            tested = run_tests(self._repairing.test_command, self._folder)
            why = "" if tested.passed else f"the tests fail: {tested.said}"
        return after, why

    def _look(self) -> _Seen:
        backend = read(self._options, silent)
        return _Seen(backend, find(backend, self._options, silent).open)

    def _take_back(self, files: tuple[Written, ...]) -> None:
        foreign = self._working.take_back(files)
        if foreign:
            shown = one_line(", ".join(foreign))
            raise WrongUse(f"{shown} changed while its patch was judged, and is left as it is now.",
                           f"Look at it, and run this again when it is committed: git -C {self._folder} diff")

    def _because(self) -> str:
        tests = " and the tests pass" if self._repairing.test_command is not None else ""
        return f"the finding is gone, nothing new came{tests}" if tests else "the finding is gone, and nothing new came"

    def _note(self, finding: Finding, outcome: Outcome, what: str, why: str, changes: tuple[Change, ...] = ()) -> None:
        if outcome is not Outcome.KEPT:
            self._passed[finding.fingerprint] += 1
        values: Mask = masker(self._now.backend.literals)
        self.done.append(Repair(finding, outcome, mask(values(what)), mask(values(why)),
                                tuple(each.path for each in changes), mask(values(diff_of(changes)))))


def _broken(before: _Seen, after: _Seen, finding: Finding) -> Iterator[str]:
    """Yield the reasons why a patch does not hold."""
    for what, was, now in zip(_KINDS, _kept(before.backend), _kept(after.backend), strict=True):
        lost = sorted(was - now)
        if lost:
            yield f"{what} {lost[0]} is not seen any more"
    if len(after.alike(finding)) >= len(before.alike(finding)):
        yield "the finding is still there"
    known = Counter(_about(each) for each in before.findings)
    for each in after.findings:
        key = _about(each)
        known[key] -= 1
        if known[key] < 0:
            yield f"it brings {each.rule} at {each.place}"
    # Another finding of the same rule in the same place of the program would be this one under another name.
    if sum(_about(each) == _about(finding) for each in after.findings) >= sum(
            _about(each) == _about(finding) for each in before.findings):
        yield "the finding is still there, in other words"
    unread = {(each.what, each.why) for each in before.backend.unresolved}
    for gap in after.backend.unresolved:
        if (gap.what, gap.why) not in unread:
            yield f"{gap.what} can no longer be read: {gap.why}"


_KINDS = ("the route", "the table", "the documented operation", "the file")


def _kept(backend: Backend) -> tuple[frozenset[str], ...]:
    """Return what no patch may take away, in words."""
    return (frozenset(f"{each.name} (authentication {each.authentication.value})" for each in backend.endpoints),
            frozenset(each.name for each in backend.tables),
            frozenset(f"{operation.method.upper()} {operation.path} in {document.file}"
                      for document in backend.documents for operation in document.operations),
            frozenset(each.path for each in backend.files))


def _about(finding: Finding) -> tuple[str, str, str, str]:
    """Return what a finding is about, whatever line it stands on and however the line is written now."""
    return finding.rule, finding.place.file, finding.symbol, str(finding.endpoint or "")


