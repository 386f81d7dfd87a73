"""An OpenAPI document in YAML as lines to change: comments, order and quotes of everything else stay as they are."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from backend_lead.read.code.editing import NotPatched

_ABOUT = "of the document"
# What YAML takes for an end of a line, beside the two that every editor knows.
_OTHER_ENDS = re.compile("\r(?!\n)|[\x85\u2028\u2029]")


@dataclass(slots=True)
class DocumentText:
    """The lines of a document; `added` are (before which line, counted from 0, the new lines), `spelled` new keys."""

    path: str
    data: bytes
    added: list[tuple[int, list[str]]] = field(default_factory=list)
    spelled: list[tuple[int, int, int, str]] = field(default_factory=list)
    _lines: list[str] = field(init=False)
    _root: Any = field(init=False)

    def __post_init__(self) -> None:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import YAMLError

        try:
            text = self.data.decode("utf-8")
            self._root = YAML(typ="rt", pure=True).compose(text)
        except (UnicodeDecodeError, YAMLError, RecursionError):
            raise NotPatched(f"{self.path} cannot be read as YAML in UTF-8") from None
        if _OTHER_ENDS.search(text):
            raise NotPatched(f"{self.path} ends its lines in more than one way")
        self._lines = [line for line in re.split(r"(?<=\n)", text) if line]

    def responses(self, method: str, path: str) -> Responses:
        """Return the answers that an operation documents.  Raises NotPatched where they stand elsewhere."""
        paths = _value(self._root, "paths")
        operation = _value(_value(paths, path), method.lower())
        return Responses(self, _value(operation, "responses"), paths)

    def changed(self) -> bytes:
        """Return the new bytes."""
        lines = list(self._lines)
        for number, start, end, text in self.spelled:
            lines[number] = lines[number][:start] + text + lines[number][end:]
        for number, new in sorted(self.added, key=lambda each: each[0], reverse=True):
            if number and number <= len(lines) and not lines[number - 1].endswith("\n"):
                lines[number - 1] += self.newline
            lines[number:number] = [f"{line}{self.newline}" for line in new]
        return "".join(lines).encode("utf-8")

    @property
    def newline(self) -> str:
        """How the lines of the file end."""
        return "\r\n" if b"\r\n" in self.data else "\n"


@dataclass(slots=True)
class Responses:
    """The mapping behind `responses:` of one operation, in blocks."""

    text: DocumentText
    node: Any
    paths: Any

    def __post_init__(self) -> None:
        if getattr(self.node, "flow_style", True) or not self.node.value or self.node.anchor:
            raise NotPatched(f"the answers {_ABOUT} do not stand in a block of their own")

    def add(self, statuses: dict[str, str]) -> None:
        """Add answers by status with their descriptions, each at its place in the order of numbers.

        Where every other operation says it by one reference, so does this one.
        """
        column = self.node.value[0][0].start_mark.column
        quote = _quote(self.node.value[0][0])
        for status, description in sorted(statuses.items()):
            after = [key for key, _ in self.node.value if key.value > status]
            line = after[0].start_mark.line if after else _last_line(self.node) + 1
            reference = self._usual(status)
            inside = (f"$ref: '{reference}'" if reference else f"description: {description}")
            self.text.added.append((line, [f"{' ' * column}{quote}{status}{quote}:", f"{' ' * (column + 2)}{inside}"]))

    def spell(self, status: str, new: str, *, empty: bool = False) -> bool:
        """Write one status as another; say whether it was there.

        Raises NotPatched for one with a body that is to be `empty`.
        """
        found = {key.value: (key, value) for key, value in self.node.value}
        if status not in found or new in found:
            return False
        key, value = found[status]
        if empty and [each.value for each, _ in value.value or []] != ["description"]:
            raise NotPatched(f"the document promises a body with {status}")
        quote = _quote(key)
        self.text.spelled.append((key.start_mark.line, key.start_mark.column, key.end_mark.column,
                                  f"{quote}{new}{quote}"))
        return True

    def _usual(self, status: str) -> str:
        """Return the one reference that all operations give for a status, "" where they differ or spell it out."""
        found = set()
        for _, item in self.paths.value:
            for _, operation in item.value if isinstance(item.value, list) else ():
                answers = _find(operation, "responses")
                answer = _find(answers, status) if answers is not None else None
                if answer is not None:
                    reference = _find(answer, "$ref")
                    found.add(reference.value if reference is not None else "")
        return found.pop() if len(found) == 1 else ""


def _find(node: Any, key: str) -> Any:
    """Return the value of a key of a mapping, None where there is none."""
    if not isinstance(getattr(node, "value", None), list):
        return None
    return next((value for name, value in (pair for pair in node.value if isinstance(pair, tuple))
                 if name.value == key), None)


def _value(node: Any, key: str) -> Any:
    found = _find(node, key)
    if found is None:
        raise NotPatched(f"{key} was not found in the document, as it is written")
    return found


def _quote(key: Any) -> str:
    return key.style if key.style in ("'", '"') else "'"


def _last_line(node: Any) -> int:
    """Return the last line that holds something of a node; a block's own end lies behind the comments after it."""
    last = int(node.start_mark.line)
    pending = [node]
    while pending:
        each = pending.pop()
        if isinstance(each.value, list) and each.value and not each.flow_style:
            pending += [part for pair in each.value for part in (pair if isinstance(pair, tuple) else (pair,))]
        else:
            end = each.end_mark
            last = max(last, int(end.line) - (1 if end.column == 0 and end.line > each.start_mark.line else 0))
    return last
