"""The nodes of an OpenAPI document → operations and faults."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from backend_lead.gates.text import one_line, printable
from backend_lead.model.document import ApiDocument, DocumentFault, Operation
from backend_lead.model.place import Place
from backend_lead.read.openapi_nodes import Node, walk

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_BESIDE_METHODS = frozenset({"parameters", "summary", "description", "servers", "$ref"})
_REFERENCE_STEPS = 30
_SCHEMA_PARTS = 400
_FAULTS = 500
_HOLE = re.compile(r"\{([^{}/]+)\}")


class DocumentReader:
    """Reads one document; `version` is what it says of itself."""

    def __init__(self, root: Node, file: str, version: str) -> None:
        self._root = root
        self._file = file
        self._version = version
        self._old = version.startswith(("1.", "2."))
        self._faults: dict[tuple[int, str], None] = {}
        schemes = root.get("securityDefinitions") if self._old else self._within("components", "securitySchemes")
        self._schemes = {name for name, _, _ in schemes.every()} if schemes and schemes.is_map else set()

    def read(self) -> ApiDocument:
        """Return the document."""
        self._check_references()
        self._check_repeated_keys()
        operations = tuple(sorted(self._operations(), key=lambda o: (o.path, o.method, o.place.line)))
        info = self._root.get("info")
        faults = sorted(self._faults)[:_FAULTS]
        return ApiDocument(
            self._file, self._version, one_line(info.string("title")) if info and info.is_map else "",
            self._base_paths(), operations,
            tuple(DocumentFault(Place(self._file, line), message) for line, message in faults))

    def _fault(self, line: int, message: str) -> None:
        self._faults[(line, one_line(message, 300))] = None

    def _within(self, *keys: str) -> Node | None:
        node: Node | None = self._root
        for key in keys:
            node = node.get(key) if node is not None and node.is_map else None
        return node

    def _base_paths(self) -> tuple[str, ...]:
        if self._old:
            paths = [self._root.string("basePath")]
        else:
            servers = self._root.get("servers")
            paths = [_path_of(_filled(server)) for server in (servers.items if servers else None) or ()
                     if server.is_map]
        plain = list(dict.fromkeys("/" + path.strip("/") for path in paths if path))
        return () if plain == ["/"] else tuple(plain)

    def resolve(self, node: Node | None) -> Node | None:
        """Return what a node stands for: local references are followed, a circle or another file leads nowhere."""
        seen: set[int] = set()
        while node is not None and node.is_map and (reference := node.get("$ref")) is not None:
            if reference.text is None:
                return node
            if id(node) in seen or len(seen) > _REFERENCE_STEPS:
                return None
            seen.add(id(node))
            node = self._target(reference.text)
        return node

    def _target(self, reference: str) -> Node | None:
        if not reference.startswith("#"):
            return None
        node: Node | None = self._root
        for part in reference[1:].strip("/").split("/") if reference not in ("#", "#/") else []:
            key = unquote(part).replace("~1", "/").replace("~0", "~")
            if node is None:
                return None
            if node.items is not None:
                index = int(key) if key.isdecimal() and len(key) < 8 else len(node.items)
                node = node.items[index] if index < len(node.items) else None
            else:
                node = node.get(key)
        return node

    def _check_references(self) -> None:
        for node in walk(self._root):
            reference = node.get("$ref") if node.is_map else None
            if reference is None or reference.text is None:
                continue
            if not reference.text.startswith("#"):
                self._fault(reference.line, f"$ref {reference.text} leads out of this document: it is not followed")
            elif self._target(reference.text) is None:
                self._fault(reference.line, f"$ref {reference.text} leads to nothing in this document")
            elif self.resolve(node) is None and self._leads_in_a_circle(node):
                self._fault(reference.line, f"$ref {reference.text} leads back to itself")

    def _leads_in_a_circle(self, node: Node | None) -> bool:
        for _ in range(_REFERENCE_STEPS + 2):
            reference = node.get("$ref") if node is not None and node.is_map else None
            if reference is None or reference.text is None:
                return False
            node = self._target(reference.text)
        return True

    def _check_repeated_keys(self) -> None:
        for node in walk(self._root):
            first: dict[str, int] = {}
            for key, line, _ in node.pairs or ():
                if key in first:
                    self._fault(line, f"the key {key} is already written at line {first[key]}: this one is not read")
                first.setdefault(key, line)

    def _operations(self) -> Iterator[Operation]:
        paths = self._root.get("paths")
        if paths is None or not paths.is_map:
            if self._root.get("webhooks") is None and self._root.get("components") is None:
                self._fault(1, "the document has no `paths`")
            return
        seen: dict[str, int] = {}
        written: set[tuple[str, str]] = set()
        for path, line, item in paths.every():
            if path.startswith("x-"):
                continue
            if not path.startswith("/"):
                self._fault(line, f"the path {path} does not begin with a slash")
            resolved = self.resolve(item)
            if resolved is None or not resolved.is_map:
                self._fault(line, f"the path {path} holds no operations")
                continue
            for method, method_line, body in resolved.every():
                if method.lower() not in _METHODS:
                    if method not in _BESIDE_METHODS and not method.startswith("x-"):
                        self._fault(method_line, f"{method} is not a method of HTTP that a document may describe")
                    continue
                if (path, method.lower()) in written or not body.is_map:
                    continue
                written.add((path, method.lower()))
                operation = self._operation(path, method.upper(), method_line, body, resolved)
                self._check_operation(operation, body, seen)
                yield operation

    def _operation(self, path: str, method: str, line: int, body: Node, item: Node) -> Operation:
        parameters, sent = self._parameters(body, item)
        schema = sent or self._content_schema(self.resolve(body.get("requestBody")))
        fields, required, _ = self._fields(schema)
        form = tuple(name for where, name, _ in parameters if where == "form")
        answers = self._answers(body)
        good = next((answer for status, answer in answers if status.startswith("2")), None) or next(
            (answer for status, answer in answers if status == "default"), None)
        shown, _, is_list = self._fields(self._content_schema(good))
        identifier = body.get("operationId")
        return Operation(
            method, one_line(path, 500), Place(self._file, line), tuple(status for status, _ in answers),
            self._secured(body), parameters, fields or form, required, shown, is_list,
            self._error_media_types(answers, body),
            one_line(identifier.text) if identifier is not None and identifier.text else None,
            body.is_true("deprecated"))

    def _parameters(self, body: Node, item: Node) -> tuple[tuple[tuple[str, str, bool], ...], Node | None]:
        """Return (location, name, required) of each, and the schema of Swagger's body parameter."""
        found: dict[tuple[str, str], bool] = {}
        sent: Node | None = None
        for source in (item, body):
            listed = source.get("parameters")
            for entry in (listed.items if listed is not None else None) or ():
                parameter = self.resolve(entry)
                if parameter is None or not parameter.is_map:
                    continue
                where, name = parameter.string("in"), one_line(parameter.string("name"))
                if where == "body":
                    sent = parameter.get("schema")
                elif not where or not name:
                    self._fault(parameter.line, "a parameter needs both `name` and `in`")
                else:
                    where = "form" if where == "formData" else where
                    found[(where, name)] = parameter.is_true("required") or where == "path"
        return tuple((where, name, required) for (where, name), required in sorted(found.items())), sent

    def _answers(self, body: Node) -> list[tuple[str, Node]]:
        responses = body.get("responses")
        found: dict[str, Node] = {}
        for status, _, answer in responses.every() if responses is not None and responses.is_map else ():
            if not status.startswith("x-"):
                name = status.upper() if status[:1].isdigit() else status
                found.setdefault(one_line(name, 20), self.resolve(answer) or answer)
        return sorted(found.items())

    def _content_schema(self, holder: Node | None) -> Node | None:
        """Return the schema of a request body or a response: the one for JSON, else the first."""
        if holder is None or not holder.is_map:
            return None
        if self._old:
            return holder.get("schema")
        content = holder.get("content")
        kinds = list(content.every()) if content is not None and content.is_map else []
        kinds.sort(key=lambda kind: "json" not in kind[0])
        return kinds[0][2].get("schema") if kinds and kinds[0][2].is_map else None

    def _fields(self, schema: Node | None) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
        """Return the property names at the top of a schema, those required, and whether it is a list of such."""
        names: dict[str, None] = {}
        required: dict[str, None] = {}
        is_list = False
        pending: list[tuple[Node | None, bool]] = [(schema, True)]
        seen: set[int] = set()
        while pending and len(seen) < _SCHEMA_PARTS:
            node, certain = pending.pop(0)
            node = self.resolve(node)
            if node is None or not node.is_map or id(node) in seen:
                continue
            seen.add(id(node))
            if node.string("type") == "array" or "array" in node.texts("type"):
                is_list = is_list or not names
                pending.append((node.get("items"), certain))
            properties = node.get("properties")
            names |= {one_line(name): None for name, _, _ in properties.every()} if properties is not None else {}
            required |= dict.fromkeys(map(one_line, node.texts("required"))) if certain else {}
            for word in ("allOf", "anyOf", "oneOf"):
                parts = node.get(word)
                pending += [(part, certain and word == "allOf") for part in (parts.items if parts else None) or ()]
        return tuple(names), tuple(sorted(name for name in required if name in names)), is_list

    def _secured(self, body: Node) -> bool | None:
        """Say whether a request without credentials is refused; None when the document says nothing about security."""
        declared = body.get("security")
        inherited = declared is None
        declared = declared if declared is not None else self._root.get("security")
        if declared is None:
            return False if self._schemes else None
        wanted = [entry for entry in declared.items or [] if entry.is_map]
        for entry in [] if inherited else wanted:
            for name, line, _ in entry.every():
                if name not in self._schemes:
                    self._fault(line, f"the security scheme {name} is not declared")
        return bool(wanted) and all(entry.pairs for entry in wanted)

    def _error_media_types(self, answers: list[tuple[str, Node]], body: Node) -> tuple[str, ...]:
        found: set[str] = set()
        for status, answer in answers:
            if status[:1] not in "45" and status != "default":
                continue
            if self._old:
                found |= set(body.texts("produces") or self._root.texts("produces")) if answer.get("schema") else set()
                continue
            content = answer.get("content")
            found |= {name for name, _, _ in content.every()} if content is not None and content.is_map else set()
        return tuple(sorted(map(one_line, found)))

    def _check_operation(self, operation: Operation, body: Node, seen: dict[str, int]) -> None:
        line, name = operation.place.line, f"{operation.method} {operation.path}"
        if not operation.statuses:
            self._fault(line, f"{name} describes no responses")
        if operation.operation_id:
            if operation.operation_id in seen:
                self._fault(line, f"operationId {operation.operation_id} is already used at line "
                                  f"{seen[operation.operation_id]}")
            seen.setdefault(operation.operation_id, line)
        declared = {parameter for where, parameter, _ in operation.parameters if where == "path"}
        holes = set(_HOLE.findall(operation.path))
        for hole in sorted(holes - declared):
            self._fault(line, f"{name} does not describe its path parameter {hole}")
        for extra in sorted(declared - holes):
            self._fault(line, f"{name} describes a path parameter {extra} that its path does not have")


def _path_of(address: str) -> str:
    try:
        return urlsplit(printable(address)).path
    except ValueError:
        return ""


def _filled(server: Node) -> str:
    """Return a server's address with the defaults of its variables."""
    address = server.string("url")
    variables = server.get("variables")
    for name, _, variable in variables.every() if variables is not None and variables.is_map else ():
        if variable.is_map:
            address = address.replace(f"{{{name}}}", variable.string("default"))
    return address
