"""Protobuf: what generated modules declare, so that a program may make its routes from methods and their options."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from backend_lead.read.code.containers import Fields, Items
from backend_lead.read.code.frames import Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External
from backend_lead.read.code.values import Known, Native, Unknown, Value, options_of
from backend_lead.read.protobuf import (
    EnumType,
    FieldType,
    MessageType,
    MethodType,
    ProtoFile,
    ServiceType,
    default_of,
    read_file,
    values_of,
)

MARKERS: tuple[bytes, ...] = ()
_POOL = "protobuf"


class Declared(Value):
    """Something that a file declares; two of a kind with the same full name are the same."""

    __slots__ = ("full_name", "name")
    is_key = True

    def __init__(self, name: str, full_name: str) -> None:
        super().__init__()
        self.name = name
        self.full_name = full_name

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name in ("name", "__name__"):
            return Known(self.name)
        return Known(self.full_name) if name == "full_name" else Unknown(name=f"{self.full_name}.{name}")

    def truth(self) -> bool | None:
        return True

    def signature(self) -> object:
        return (type(self).__name__, self.full_name)


class FileValue(Declared):
    """`DESCRIPTOR` of a generated module."""

    __slots__ = ("file",)

    def __init__(self, file: ProtoFile) -> None:
        super().__init__(file.name, file.name)
        self.file = file

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        parts: dict[str, Iterable[Any]] = {
            "message_types_by_name": self.file.messages, "enum_types_by_name": self.file.enums,
            "services_by_name": self.file.services, "extensions_by_name": self.file.extensions,
        }  # fmt: skip
        if name in parts:
            return Fields({part.name: descriptor_of(part, self.file.package) for part in parts[name]})
        return Known(self.file.package) if name == "package" else super().attribute(name, run)


class MessageDescriptor(Declared):
    """`DESCRIPTOR` of a message."""

    __slots__ = ("declared",)

    def __init__(self, declared: MessageType) -> None:
        super().__init__(declared.name, declared.full_name)
        self.declared = declared

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name == "_concrete_class":
            return MessageClass(self.declared)
        if name in ("fields", "fields_by_name"):
            fields = {f.name: FieldDescriptor(f, self.full_name) for f in self.declared.fields}
            return Fields(dict(fields)) if name == "fields_by_name" else Items(list(fields.values()))
        return _options(name, self.declared.options) or super().attribute(name, run)


class FieldDescriptor(Declared):
    """A field, or an extension by which `Extensions` is asked."""

    __slots__ = ("declared",)

    def __init__(self, declared: FieldType, outer: str) -> None:
        super().__init__(declared.name, f"{outer}.{declared.name}" if outer else declared.name)
        self.declared = declared

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        return Known(self.declared.number) if name == "number" else super().attribute(name, run)


class MessageClass(Declared):
    """The class of a message; what its objects hold comes from wherever they are filled."""

    __slots__ = ("declared",)

    def __init__(self, declared: MessageType) -> None:
        super().__init__(declared.name, declared.full_name)
        self.declared = declared

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name == "DESCRIPTOR":
            return MessageDescriptor(self.declared)
        for inner in self.declared.messages:
            if inner.name == name:
                return MessageClass(inner)
        return _enumerated(self.declared.enums, name) or super().attribute(name, run)

    def call(self, site: Site, run: Interpreter) -> Value | None:
        return External(self.full_name, site.sources, tuple(site.positional), site.keywords)


class EnumValue(Declared):
    """An enumeration."""

    __slots__ = ("declared",)

    def __init__(self, declared: EnumType) -> None:
        super().__init__(declared.name, declared.full_name)
        self.declared = declared

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name in self.declared.values:
            return Known(self.declared.values[name])
        names: dict[Any, Any] = {number: key for key, number in self.declared.values.items()}
        known = {"Value": self.declared.values, "Name": names}.get(name)
        return Native(_by(known), name) if known is not None else super().attribute(name, run)


class ServiceDescriptor(Declared):
    """`DESCRIPTOR` of a service."""

    __slots__ = ("declared",)

    def __init__(self, declared: ServiceType) -> None:
        super().__init__(declared.name, declared.full_name)
        self.declared = declared

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name in ("methods", "methods_by_name"):
            methods = {m.name: MethodDescriptor(m) for m in self.declared.methods}
            return Fields(dict(methods)) if name == "methods_by_name" else Items(list(methods.values()))
        return _options(name, self.declared.options) or super().attribute(name, run)


class MethodDescriptor(Declared):
    """A method of a service."""

    __slots__ = ("declared",)

    def __init__(self, declared: MethodType) -> None:
        super().__init__(declared.name, declared.full_name)
        self.declared = declared

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name in ("input_type", "output_type"):
            message = _pool(run).get(self.declared.takes if name == "input_type" else self.declared.gives)
            return MessageDescriptor(message) if message is not None else Unknown(name=f"{self.full_name}.{name}")
        return _options(name, self.declared.options) or super().attribute(name, run)


class ServiceClass(Declared):
    """The class of a service, and its objects."""

    __slots__ = ("declared",)

    def __init__(self, declared: ServiceType) -> None:
        super().__init__(declared.name, declared.full_name)
        self.declared = declared

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name in ("DESCRIPTOR", "GetDescriptor"):
            made = ServiceDescriptor(self.declared)
            return made if name == "DESCRIPTOR" else Native(lambda site, r: made, name)
        asked = {"GetRequestClass": "input_type", "GetResponseClass": "output_type"}.get(name)
        if asked is None:
            return super().attribute(name, run)
        return Native(lambda site, r: _class_of(site.argument(0), asked, r), name)

    def call(self, site: Site, run: Interpreter) -> Value | None:
        return self


class MessageValue(Value):
    """A message that was read from bytes: the options of a method, and what is set in them."""

    __slots__ = ("data", "declared")

    def __init__(self, data: bytes, declared: MessageType | None) -> None:
        super().__init__()
        self.data = data
        self.declared = declared

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name == "Extensions":
            return self
        if name == "HasExtension":
            return Native(lambda site, r: self._has(site.argument(0)), name)
        declared = self.declared.fields if self.declared is not None else ()
        if name == "HasField":
            by_name = {f.name: FieldDescriptor(f, "") for f in declared}
            return Native(lambda site, r: self._has(by_name.get(getattr(site.argument(0), "value", ""))), name)
        found = next((f for f in declared if f.name == name), None)
        return self._read(found, run) if found is not None else Unknown()

    def item(self, key: Value, run: Interpreter) -> Value | None:
        return self._read(key.declared, run) if isinstance(key, FieldDescriptor) else Unknown()

    def compared(self, operator: str, other: Value, swapped: bool, run: Interpreter) -> Value | None:
        """`extension in options.Extensions`."""
        if operator in ("in", "not in") and swapped and isinstance(other, FieldDescriptor):
            return Known(bool(values_of(self.data, other.declared)) == (operator == "in"))
        return None

    def signature(self) -> object:
        return ("message", self.declared.full_name if self.declared is not None else "", self.data)

    def _has(self, key: Value | None) -> Value:
        return Known(bool(values_of(self.data, key.declared))) if isinstance(key, FieldDescriptor) else Unknown()

    def _read(self, declared: FieldType, run: Interpreter) -> Value:
        try:
            found = values_of(self.data, declared)
        except ValueError:
            return Unknown()
        message = _pool(run).get(declared.message) if declared.is_message else None
        values: list[Value] = [
            MessageValue(value, message) if declared.is_message and isinstance(value, bytes) else Known(value)
            for value in found
        ]
        if declared.repeated:
            return Items(values)
        if values:
            return values[-1]
        fallback = default_of(declared)
        return MessageValue(b"", message) if declared.is_message else Unknown() if fallback is None else Known(fallback)


def descriptor_of(part: Any, package: str) -> Declared:
    """The descriptor of a message, an enumeration, a service or an extension."""
    if isinstance(part, MessageType):
        return MessageDescriptor(part)
    if isinstance(part, ServiceType):
        return ServiceDescriptor(part)
    return EnumValue(part) if isinstance(part, EnumType) else FieldDescriptor(part, package)


def _pool(run: Interpreter) -> dict[str, MessageType]:
    pool: dict[str, MessageType] = run.shared_facts.setdefault(_POOL, dict(_HTTP))
    return pool


def _options(name: str, data: bytes) -> Value | None:
    return Native(lambda site, run: MessageValue(data, None), name) if name == "GetOptions" else None


def _by(known: dict[Any, Any]) -> Callable[[Site, Interpreter], Value]:
    def find(site: Site, run: Interpreter) -> Value:
        key = site.argument(0)
        return Known(known[key.value]) if isinstance(key, Known) and key.value in known else Unknown(site.sources)

    return find


def _enumerated(enums: tuple[EnumType, ...], name: str) -> Value | None:
    for enum in enums:
        if enum.name == name:
            return EnumValue(enum)
        if name in enum.values:
            return Known(enum.values[name])
    return None


def _class_of(method: Value | None, asked: str, run: Interpreter) -> Value:
    descriptor = method.attribute(asked, run) if isinstance(method, MethodDescriptor) else None
    return MessageClass(descriptor.declared) if isinstance(descriptor, MessageDescriptor) else Unknown()


# ---------------------------------------------------------------- what generated modules call


def _add_file(site: Site, run: Interpreter) -> Value | None:
    data = site.argument(0, "serialized_pb")
    if not (isinstance(data, Known) and isinstance(data.value, bytes)):
        return None
    try:
        file = read_file(data.value)
    except (ValueError, RecursionError):
        run.note("protobuf descriptor", "these bytes are no descriptor", site.place)
        return None
    _pool(run).update(file.known)
    return FileValue(file)


def _file_descriptor(site: Site, run: Interpreter) -> Value | None:
    return _add_file(Site([], site.keywords, site.line, site.frame), run)


def _bind_all(site: Site, run: Interpreter) -> Value:
    """`BuildTopDescriptorsAndMessages(DESCRIPTOR, name, globals())`: the module gets all that its file declares."""
    given = site.argument(0)
    if isinstance(given, FileValue) and site.frame.function is None:
        file, names = given.file, site.frame.scope.names
        parts: list[MessageType | EnumType | ServiceType] = [*file.messages, *file.enums, *file.services]
        for part in parts:
            names[f"_{part.name.upper()}"] = descriptor_of(part, file.package)
        for message in file.messages:
            names[message.name] = MessageClass(message)
        for enum in file.enums:
            names[enum.name] = EnumValue(enum)
            names.update({name: Known(number) for name, number in enum.values.items()})
        for extension in file.extensions:
            names[extension.name] = FieldDescriptor(extension, file.package)
    return Known(None)


def _bind_services(site: Site, run: Interpreter) -> Value:
    given = site.argument(0)
    if isinstance(given, FileValue) and site.frame.function is None:
        site.frame.scope.names.update({service.name: ServiceClass(service) for service in given.file.services})
    return Known(None)


def _generated(site: Site, run: Interpreter) -> Value | None:
    """`GeneratedServiceType(name, bases, {"DESCRIPTOR": ...})` and the same of a message."""
    for option in options_of(site.argument(2) or Unknown()):
        descriptor = option.values.get("DESCRIPTOR") if isinstance(option, Fields) else None
        if isinstance(descriptor, ServiceDescriptor):
            return ServiceClass(descriptor.declared)
        if isinstance(descriptor, MessageDescriptor):
            return MessageClass(descriptor.declared)
    return None


CALLS: dict[str, Any] = {
    "google.protobuf.descriptor_pool.Default.AddSerializedFile": _add_file,
    "google.protobuf.descriptor_pool.DescriptorPool.AddSerializedFile": _add_file,
    "google.protobuf.descriptor.FileDescriptor": _file_descriptor,
    "google.protobuf.internal.builder.BuildMessageAndEnumDescriptors": lambda site, run: Known(None),
    "google.protobuf.internal.builder.BuildTopDescriptorsAndMessages": _bind_all,
    "google.protobuf.internal.builder.BuildServices": _bind_services,
    "google.protobuf.reflection.GeneratedProtocolMessageType": _generated,
    "google.protobuf.service_reflection.GeneratedServiceType": _generated,
}
# `google.api.http` lies in a package of its own: https://github.com/googleapis/googleapis/blob/master/google/api/http.proto
_RULE = "google.api.HttpRule"
_PATTERN = "google.api.CustomHttpPattern"
_HTTP = {
    _RULE: MessageType("HttpRule", _RULE, (
        *(FieldType(name, number, False, 9, "") for name, number in (
            ("selector", 1), ("get", 2), ("put", 3), ("post", 4), ("delete", 5), ("patch", 6), ("body", 7),
            ("response_body", 12))),
        FieldType("custom", 8, False, 11, _PATTERN), FieldType("additional_bindings", 11, True, 11, _RULE))),
    _PATTERN: MessageType("CustomHttpPattern", _PATTERN, (
        FieldType("kind", 1, False, 9, ""), FieldType("path", 2, False, 9, ""))),
}  # fmt: skip
SYMBOLS: dict[str, Any] = {
    "google.api.annotations_pb2.http": lambda run: FieldDescriptor(
        FieldType("http", 72295728, False, 11, _RULE), "google.api"),
}
