"""Reads serialized protobuf descriptors: what a file declares, and the options that are set on it.

Generated Python code carries its `.proto` file as a `FileDescriptorProto` in a literal of bytes.  Numbers of fields
and types are those of src/google/protobuf/descriptor.proto in https://github.com/protocolbuffers/protobuf, the format
is that of https://protobuf.dev/programming-guides/encoding/.  Options are set with extensions that only the target
declares, so that they have to be read from the wire in any case; no library is asked for the rest.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

Scalar = int | float | bool | str | bytes

_REPEATED = 3
_MESSAGE, _ENUM, _STRING, _BYTES, _BOOL, _DOUBLE, _FLOAT = 11, 14, 9, 12, 8, 1, 2
_ZIGZAG = (17, 18)
_SIGNED = (3, 5, 14)
_FIXED = {1: "<d", 2: "<f", 6: "<Q", 7: "<I", 15: "<i", 16: "<q"}
_WIDEST_VARINT = 10


@dataclass(frozen=True, slots=True)
class FieldType:
    """A field or an extension: `message` is the full name of its type where that is a message or an enumeration."""

    name: str
    number: int
    repeated: bool
    kind: int
    message: str
    default: str | None = None

    @property
    def is_message(self) -> bool:
        """Whether its values are messages."""
        return self.kind == _MESSAGE


@dataclass(frozen=True, slots=True)
class MessageType:
    """A message with all that is declared in it."""

    name: str
    full_name: str
    fields: tuple[FieldType, ...]
    messages: tuple[MessageType, ...] = ()
    enums: tuple[EnumType, ...] = ()
    extensions: tuple[FieldType, ...] = ()
    options: bytes = b""


@dataclass(frozen=True, slots=True)
class EnumType:
    """An enumeration: its values by name."""

    name: str
    full_name: str
    values: dict[str, int]


@dataclass(frozen=True, slots=True)
class MethodType:
    """A method of a service: full names of what it takes and gives."""

    name: str
    full_name: str
    takes: str
    gives: str
    options: bytes


@dataclass(frozen=True, slots=True)
class ServiceType:
    """A service with its methods in the order of the file."""

    name: str
    full_name: str
    methods: tuple[MethodType, ...]
    options: bytes = b""


@dataclass(frozen=True, slots=True)
class ProtoFile:
    """All that a file declares."""

    name: str
    package: str
    messages: tuple[MessageType, ...]
    enums: tuple[EnumType, ...]
    services: tuple[ServiceType, ...]
    extensions: tuple[FieldType, ...]
    known: dict[str, MessageType] = field(default_factory=dict)


def read_file(data: bytes) -> ProtoFile:
    """The file that these bytes describe; ValueError when they are no descriptor."""
    parts = _gathered(data)
    package = _text(parts, 2)
    messages = tuple(_message(each, package) for each in _nested(parts, 4))
    known = {inner.full_name: inner for message in messages for inner in _all(message)}
    return ProtoFile(
        _text(parts, 1), package, messages, tuple(_enum(each, package) for each in _nested(parts, 5)),
        tuple(_service(each, package) for each in _nested(parts, 6)),
        tuple(_field(each) for each in _nested(parts, 7)), known,
    )  # fmt: skip


def values_of(data: bytes, declared: FieldType) -> list[Scalar]:
    """What a serialized message holds in a field, all of them in order; a message among them is its bytes."""
    found: list[Scalar] = []
    for number, wire, value in _entries(data):
        if number == declared.number:
            packed = wire == 2 and declared.kind not in (_STRING, _BYTES, _MESSAGE)
            found.extend(_unpacked(value, declared.kind) if packed and isinstance(value, bytes)
                         else [_converted(value, declared.kind)])
    return found


def default_of(declared: FieldType) -> Scalar | None:
    """What a scalar field holds that is not set; None for an enumeration, whose first value is not known here."""
    given = declared.default
    if declared.kind == _STRING:
        return given or ""
    if declared.kind == _BYTES:
        return (given or "").encode()
    if declared.kind == _BOOL:
        return given == "true"
    if declared.kind in (_ENUM, _MESSAGE):
        return None
    return float(given or 0) if declared.kind in (_DOUBLE, _FLOAT) else int(given or 0)


def _message(data: bytes, outer: str) -> MessageType:
    # Declarations nest as deep as a person wrote them; Python's own limit ends anything else.
    parts = _gathered(data)
    full = _full(outer, _text(parts, 1))
    return MessageType(
        _text(parts, 1), full, tuple(_field(each) for each in _nested(parts, 2)),
        tuple(_message(each, full) for each in _nested(parts, 3)),
        tuple(_enum(each, full) for each in _nested(parts, 4)),
        tuple(_field(each) for each in _nested(parts, 6)), b"".join(_nested(parts, 7)),
    )  # fmt: skip


def _all(message: MessageType) -> Iterator[MessageType]:
    yield message
    for inner in message.messages:
        yield from _all(inner)


def _field(data: bytes) -> FieldType:
    parts = _gathered(data)
    default = _text(parts, 7) if 7 in parts else None
    return FieldType(_text(parts, 1), _number(parts, 3), _number(parts, 4) == _REPEATED, _number(parts, 5),
                     _text(parts, 6).lstrip("."), default)


def _enum(data: bytes, outer: str) -> EnumType:
    parts = _gathered(data)
    values = [_gathered(each) for each in _nested(parts, 2)]
    return EnumType(_text(parts, 1), _full(outer, _text(parts, 1)),
                    {_text(each, 1): _signed(_number(each, 2)) for each in values})


def _service(data: bytes, package: str) -> ServiceType:
    parts = _gathered(data)
    full = _full(package, _text(parts, 1))
    methods = [_gathered(each) for each in _nested(parts, 2)]
    return ServiceType(_text(parts, 1), full, tuple(
        MethodType(_text(each, 1), _full(full, _text(each, 1)), _text(each, 2).lstrip("."), _text(each, 3).lstrip("."),
                   b"".join(_nested(each, 4))) for each in methods), b"".join(_nested(parts, 3)))


def _full(outer: str, name: str) -> str:
    return f"{outer}.{name}" if outer else name


# ---------------------------------------------------------------- the wire


def _gathered(data: bytes) -> dict[int, list[int | bytes]]:
    found: dict[int, list[int | bytes]] = {}
    for number, _, value in _entries(data):
        found.setdefault(number, []).append(value)
    return found


def _entries(data: bytes) -> Iterator[tuple[int, int, int | bytes]]:
    """(number, wire type, value) of each entry; of a fixed width the value is its bytes."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        wire = tag & 7
        if wire == 0:
            value, at = _varint(data, at)
            yield tag >> 3, wire, value
            continue
        if wire == 2:
            length, at = _varint(data, at)
        elif wire in (1, 5):
            length = 8 if wire == 1 else 4
        else:
            raise ValueError(f"wire type {wire}")
        if at + length > len(data):
            raise ValueError("an entry goes beyond the end")
        yield tag >> 3, wire, data[at : at + length]
        at += length


def _varint(data: bytes, at: int) -> tuple[int, int]:
    result = 0
    for position in range(_WIDEST_VARINT):
        if at + position >= len(data):
            raise ValueError("a number goes beyond the end")
        byte = data[at + position]
        result |= (byte & 0x7F) << (7 * position)
        if byte < 0x80:
            return result, at + position + 1
    raise ValueError("a number is too wide")


def _unpacked(data: bytes, kind: int) -> list[Scalar]:
    if kind in _FIXED:
        width = struct.calcsize(_FIXED[kind])
        return [_converted(data[at : at + width], kind) for at in range(0, len(data), width)]
    found, at = [], 0
    while at < len(data):
        value, at = _varint(data, at)
        found.append(_converted(value, kind))
    return found


def _converted(value: int | bytes, kind: int) -> Scalar:
    if isinstance(value, bytes):
        if kind == _STRING:
            return value.decode("utf-8")
        if kind in _FIXED:
            try:
                number: Scalar = struct.unpack(_FIXED[kind], value)[0]
            except struct.error as fault:
                raise ValueError(str(fault)) from None
            return number
        return value
    if kind == _BOOL:
        return bool(value)
    if kind in _ZIGZAG:
        return (value >> 1) ^ -(value & 1)
    return _signed(value) if kind in _SIGNED else value


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def _nested(parts: dict[int, list[int | bytes]], number: int) -> list[bytes]:
    return [value for value in parts.get(number, ()) if isinstance(value, bytes)]


def _text(parts: dict[int, list[int | bytes]], number: int) -> str:
    found = _nested(parts, number)
    return found[-1].decode("utf-8") if found else ""


def _number(parts: dict[int, list[int | bytes]], number: int) -> int:
    found = [value for value in parts.get(number, ()) if isinstance(value, int)]
    return found[-1] if found else 0
