"""Names and objects of libraries outside the target."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.sources import MOST_SOURCES, NOTHING, deepen, widen
from backend_lead.read.code.values import Known, Native, Unknown, Value, given_by


class Symbol(Value):
    """A name of a library outside the target (`fastapi.Depends`)."""

    __slots__ = ("name",)
    is_key = True

    def __init__(self, name: str) -> None:
        self.sources = NOTHING
        self.name = name

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        return run.symbol(f"{self.name}.{name}")

    def signature(self) -> object:
        return ("symbol", self.name)

    outline = signature


class External(Value):
    """An object of a library outside the target: what calling `name` gave, or an instance of the class `name`."""

    __slots__ = ("keywords", "name", "positional")

    def __init__(
        self,
        name: str,
        sources: frozenset[str] = NOTHING,
        positional: tuple[Value, ...] = (),
        keywords: dict[str, Value] | None = None,
    ) -> None:
        self.sources = widen(sources) if len(sources) > MOST_SOURCES else sources
        self.name = name
        self.positional = positional
        self.keywords = keywords or {}

    @property
    def is_answer(self) -> bool:
        """Whether it is a response that was made here: an object, never None and always true."""
        return self.name.startswith("starlette.responses.") and self.name.endswith("Response")

    def truth(self) -> bool | None:
        return True if self.is_answer else None

    def assign(self, name: str, value: Value, run: Interpreter) -> None:
        """`answer.status_code = 401`; where a test that was not decided lies around, it may have kept the old one."""
        if name in ("status_code", "status") and self.name.endswith("Response"):
            kept = Unknown(value.sources) if any(not c.decided for c in run.conditions) else value
            self.keywords = {**self.keywords, "status_code": kept}

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name == "status_code" and self.name.endswith(("HTTPException", "Response")):
            first = self.positional[0] if self.positional and self.name.endswith("HTTPException") else None
            given = self.keywords.get(name) or first
            if given is not None:
                return given
        return Member(self, name)

    def item(self, key: Value, run: Interpreter) -> Value | None:
        if isinstance(key, Known) and isinstance(key.value, str):
            return External(f"{self.name}[]", deepen(self.sources, key.value))
        return External(f"{self.name}[]", self.sources | key.sources)

    def signature(self) -> object:
        return ("external", self.name, self.sources)


class Member(External):
    """An attribute of a library's object; its dotted name goes on with the attribute."""

    __slots__ = ("member", "owner")

    def __init__(self, owner: External, member: str) -> None:
        super().__init__(f"{owner.name}.{member}", deepen(owner.sources, member))
        self.owner = owner
        self.member = member

    def given(self, key: Value | None) -> frozenset[str]:
        """Where what it gives as a method comes from (see `given_by`)."""
        return given_by(self.owner, self.member, key, self.sources)


class Provided(Native):
    """A marker in place of a default, for which a container hands in what calling it gives."""

    __slots__ = ()
