"""The runs of one server: each is a job in a worker of its own, kept when it has ended."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
import anyio.abc
import anyio.to_thread
import msgspec

from backend_lead.doors.work.jobs import AnyJob
from backend_lead.doors.work.messages import Answered
from backend_lead.doors.work.running import AT_ONCE, run
from backend_lead.errors import BackendLeadError
from backend_lead.gates.new_files import write_new
from backend_lead.gates.run_store import RunStore
from backend_lead.gates.text import mask, one_line

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
Asked = tuple[tuple[str, str], ...]
"""What was asked for, as (name, value), for people."""
Pasted = tuple[tuple[str, str], ...]
"""Files that were pasted into a form, as (name, text)."""
_ENDED = frozenset({DONE, FAILED, CANCELLED})
_MOST_MESSAGES = 200


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a run without opening its report.

    `view` says how it is shown, `asked` (name, value) what was asked for, without a password; `of` is the same for runs
    that can be compared.  `grades` are (dimension, letter), `severities` (severity, how many).
    """

    id: str
    view: str
    title: str
    target: str
    of: str
    asked: Asked = ()
    started: str = ""
    state: str = WAITING
    message: str = ""
    hint: str = ""
    grades: tuple[tuple[str, str], ...] = ()
    severities: tuple[tuple[str, int], ...] = ()

    @property
    def ended(self) -> bool:
        """Whether nothing more happens."""
        return self.state in _ENDED


@dataclass(slots=True)
class Run:
    """A run of this server: `said` is the end of what its job told, of `told` lines in all; `moved` is set when
    something happened."""

    head: Head
    job: AnyJob
    pasted: Pasted = ()
    said: list[str] = field(default_factory=list)
    told: int = 0
    moved: anyio.Event = field(default_factory=anyio.Event)
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)

    def move(self, **changes: object) -> None:
        """Change what is known, and wake those who watch."""
        self.head = msgspec.structs.replace(self.head, **changes)
        self.moved.set()
        self.moved = anyio.Event()

    def say(self, message: str) -> None:
        """Note what the job is at."""
        self.said.append(message)
        self.told += 1
        del self.said[:-_MOST_MESSAGES]
        self.move()


@dataclass(slots=True)
class Runs:
    """All runs of a target: those of this server, and those that were kept."""

    store: RunStore
    folder: Path
    _live: dict[str, Run] = field(default_factory=dict)
    _tasks: anyio.abc.TaskGroup | None = None
    _free: anyio.Semaphore | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Let runs be started until the block ends; those that still run then are cancelled."""
        async with anyio.create_task_group() as self._tasks:
            self._free = anyio.Semaphore(AT_ONCE)
            yield
            self._tasks.cancel_scope.cancel()

    def start(self, view: str, title: str, job: AnyJob, of: str, asked: Asked = (), *,
              target: str = "", pasted: Pasted = ()) -> Head:
        """Start a job and return the head of its run; that of the run that does the very same already, if one does.

        A job about `pasted` files works in a folder that holds them and is gone afterwards; `target` is then what was
        typed for its target.
        """
        same = next((each for each in self._live.values()
                     if (each.job, each.pasted) == (job, pasted) and not each.head.ended), None)
        if same is not None:
            return same.head
        now = datetime.now(UTC)
        head = Head(id=_id(now), view=view, title=title, target=target or job.target, of=of, asked=asked,
                    started=f"{now.astimezone():%Y-%m-%d %H:%M:%S}")
        assert self._tasks is not None
        made = self._live[head.id] = Run(head, job, pasted)
        self._tasks.start_soon(self._work, made)
        return head

    def cancel(self, run_id: str) -> None:
        """End a run that has not ended."""
        found = self._live.get(run_id)
        if found is not None:
            found.scope.cancel()

    def find(self, run_id: str) -> Head | None:
        """Return what is known of a run, None for an id that is none."""
        if run_id in self._live:
            return self._live[run_id].head
        content = self.store.read(run_id, "head")
        try:
            return msgspec.json.decode(content, type=Head) if content is not None else None
        except msgspec.MsgspecError:
            return None

    def said(self, run_id: str) -> tuple[int, list[str]]:
        """Return how many lines the job of a run told so far, and the last of them."""
        found = self._live.get(run_id)
        return (found.told, list(found.said)) if found is not None else (0, [])

    def all(self) -> list[Head]:
        """Return every run, the newest first."""
        found = (self.find(each) for each in sorted({*self.store.runs(), *self._live}, reverse=True))
        return [each for each in found if each is not None]

    def before(self, head: Head) -> Head | None:
        """Return the newest finished run before this one that it can be compared with."""
        return next((each for each in self.all() if each.id < head.id and each.of == head.of and each.state == DONE),
                    None)

    async def watch(self, run_id: str) -> AsyncIterator[Head]:
        """Yield the head of a run each time something happened, until it has ended."""
        found = self._live.get(run_id)
        while found is not None:
            moved = found.moved
            yield found.head
            if found.head.ended:
                return
            await moved.wait()

    async def _work(self, made: Run) -> None:
        assert self._free is not None
        try:
            with made.scope:
                async with self._free:
                    made.move(state=RUNNING)
                    await self._answer(made)
        finally:
            # Also when the server ends, with whatever still runs.
            if not made.head.ended:
                made.move(state=CANCELLED, message="It was cancelled.")
            self.store.write(made.head.id, "head", msgspec.json.encode(made.head))
            # What it was about is not needed any more, and may hold a password.
            made.job, made.pasted = msgspec.structs.replace(made.job, dsn=None), ()

    async def _answer(self, made: Run) -> None:
        async def tell(message: str) -> None:
            made.say(message)

        try:
            with ExitStack() as stack:
                folder = self.folder
                if made.pasted:
                    folder = Path(stack.enter_context(TemporaryDirectory(prefix="backend-lead-"))).resolve()
                    for name, text in made.pasted:
                        write_new(folder / name, text)
                answered = await run(made.job, folder, tell)
            # What was pasted is gone with its folder, and nothing that can change.
            if made.pasted:
                answered = msgspec.structs.replace(answered, trail=tuple(
                    look for look in answered.trail if not Path(look[0][0]).is_relative_to(folder)))
            summary = await anyio.to_thread.run_sync(self._keep, made.head.id, answered)
            made.move(state=DONE, **msgspec.structs.asdict(summary))
        except BackendLeadError as error:
            made.move(state=FAILED, message=mask(error.message), hint=mask(error.hint))
        except Exception as error:
            # One run that ends so must not end the server and the other runs.
            made.move(state=FAILED, message=f"a fault of ours: {type(error).__name__}: {mask(one_line(str(error)))}")

    def _keep(self, run_id: str, answered: Answered) -> Summary:
        for part, content in (("document", answered.document.encode()), ("report", answered.report.encode()),
                              ("trail", msgspec.json.encode(answered.trail))):
            self.store.write(run_id, part, content)
        return Summary.of(answered.document)


def _id(now: datetime) -> str:
    """Return a name for a run that nobody guesses; names sort as the runs were started."""
    return f"{now:%Y%m%dT%H%M%S}-{now.microsecond // 1000:03x}{secrets.token_hex(2)[:3]}"


class _Grade(msgspec.Struct):
    dimension: str
    letter: str


class _Severity(msgspec.Struct):
    severity: str


class _Summarised(msgspec.Struct):
    grades: list[_Grade] = []
    findings: list[_Severity] = []


class Summary(msgspec.Struct, frozen=True):
    """What the list of runs shows of a document."""

    grades: tuple[tuple[str, str], ...]
    severities: tuple[tuple[str, int], ...]

    @classmethod
    def of(cls, document: str) -> Summary:
        """Return the summary of a JSON document."""
        found = msgspec.json.decode(document, type=_Summarised)
        counted: dict[str, int] = {}
        for each in found.findings:
            counted[each.severity] = counted.get(each.severity, 0) + 1
        order = ("critical", "high", "medium", "low")
        return cls(tuple((each.dimension, each.letter) for each in found.grades),
                   tuple((name, counted[name]) for name in order if name in counted))
