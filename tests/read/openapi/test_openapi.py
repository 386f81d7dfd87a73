"""OpenAPI documents → operations, with the line of everything that is wrong."""

from __future__ import annotations

import json

import pytest

from backend_lead.errors import WrongUse
from backend_lead.gates.files import Tree
from backend_lead.read.openapi import find_documents, read_document


def document(tmp_path, text, name="openapi.yaml"):
    (tmp_path / name).write_text(text)
    return read_document(Tree(tmp_path), name)


def with_paths(paths, head="openapi: 3.1.0\ninfo: {title: T}\n", tail=""):
    return f"{head}paths:\n{paths}{tail}"


def faults(found):
    return [(fault.place.line, fault.message) for fault in found.faults]


SHOP = """openapi: 3.0.3
info: {title: "Shop\\e[31m", version: '1'}
servers:
  - url: https://api.example.org/{stage}/v1/
    variables: {stage: {default: live}}
  - url: /
security:
  - bearer: []
paths:
  /orders:
    parameters:
      - {name: X-Tenant, in: header, required: true}
    get:
      operationId: listOrders
      parameters:
        - {name: limit, in: query}
        - $ref: '#/components/parameters/Cursor'
      responses:
        '200':
          content:
            text/csv: {}
            application/json:
              schema: {type: array, items: {$ref: '#/components/schemas/Order'}}
        '401': {content: {application/problem+json: {}}}
        5XX: {content: {text/html: {}}}
        default: {$ref: '#/components/responses/Error'}
    post:
      security: []
      deprecated: true
      requestBody:
        content:
          application/json:
            schema:
              allOf:
                - $ref: '#/components/schemas/Order'
                - {type: object, required: [note], properties: {note: {}}}
                - oneOf: [{properties: {gift: {}}, required: [gift]}, {properties: {card: {}}}]
      responses:
        '201': {content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
  /orders/{id}:
    delete:
      security: [{}, {bearer: []}]
      parameters: [{name: id, in: path}]
      responses: {204: {description: gone}}
    get:
      security: [{bearer: [read]}]
      parameters: [{name: id, in: path}]
      responses: {default: {content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}}
components:
  securitySchemes: {bearer: {type: http, scheme: bearer}}
  parameters: {Cursor: {name: cursor, in: query, required: true}}
  responses: {Error: {content: {application/json: {}}}}
  schemas:
    Order:
      type: object
      required: [total, missing]
      properties: {id: {type: string}, total: {type: number}, parent: {$ref: '#/components/schemas/Order'}}
"""


def test_a_document_of_version_3(tmp_path):
    found = document(tmp_path, SHOP)
    assert (found.file, found.version, found.title) == ("openapi.yaml", "3.0.3", "Shop")
    assert found.base_paths == ("/live/v1", "/")
    assert found.faults == ()
    listing, create, delete, one = found.operations
    assert (listing.method, listing.path, listing.place.line, listing.operation_id) == ("GET", "/orders", 13, "listOrders")
    assert listing.statuses == ("200", "401", "5XX", "default")
    assert listing.parameters == (("header", "X-Tenant", True), ("query", "cursor", True), ("query", "limit", False))
    assert (listing.response_fields, listing.response_is_list) == (("id", "total", "parent"), True)
    assert listing.error_media_types == ("application/json", "application/problem+json", "text/html")
    assert listing.secured is True
    assert (create.method, create.secured, create.deprecated) == ("POST", False, True)
    assert create.request_fields == ("id", "total", "parent", "note", "gift", "card")
    assert create.request_required == ("note", "total")
    assert (create.response_fields, create.response_is_list) == (("id", "total", "parent"), False)
    assert (delete.method, delete.secured, delete.parameters) == ("DELETE", False, (("path", "id", True),))
    assert (one.secured, one.response_fields) == (True, ("id", "total", "parent"))


def test_the_same_document_in_json(tmp_path):
    from ruamel.yaml import YAML

    text = json.dumps(YAML(typ="safe", pure=True).load(SHOP), indent=1)
    found, yaml = document(tmp_path, text, "openapi.json"), document(tmp_path, SHOP)
    assert [(o.method, o.path, o.parameters, o.request_fields, o.response_fields, o.secured) for o in found.operations] == [
        (o.method, o.path, o.parameters, o.request_fields, o.response_fields, o.secured) for o in yaml.operations]
    lines = text.split("\n")
    assert all(f'"{o.method.lower()}"' in lines[o.place.line - 1] for o in found.operations)


def test_a_document_of_version_2(tmp_path):
    found = document(tmp_path, """swagger: '2.0'
info: {title: Old}
basePath: /api/
produces: [application/json]
securityDefinitions: {key: {type: apiKey}}
paths:
  /a/{x}:
    post:
      security: [{key: []}]
      parameters:
        - {in: path, name: x, required: true}
        - {in: body, name: b, schema: {$ref: '#/definitions/A'}}
      responses:
        200: {schema: {type: array, items: {$ref: '#/definitions/A'}}}
        400: {schema: {}}
        404: {description: no body}
  /upload:
    post:
      produces: [text/plain]
      parameters: [{in: formData, name: file, required: true}, {in: formData, name: note}]
      responses: {201: {description: x}, 500: {schema: {}}}
definitions:
  A: {required: [k], properties: {k: {}, l: {}}}
""")
    one, upload = found.operations
    assert found.base_paths == ("/api",)
    assert (one.request_fields, one.request_required) == (("k", "l"), ("k",))
    assert (one.response_fields, one.response_is_list, one.secured) == (("k", "l"), True, True)
    assert one.error_media_types == ("application/json",)
    assert upload.parameters == (("form", "file", True), ("form", "note", False))
    assert upload.request_fields == ("file", "note")
    assert (upload.secured, upload.error_media_types) == (False, ("text/plain",))
    assert found.faults == ()


def test_without_any_word_about_security_nothing_is_known(tmp_path):
    found = document(tmp_path, with_paths("  /a: {get: {responses: {200: {}}}}\n"))
    assert [o.secured for o in found.operations] == [None]


def test_the_types_of_3_1(tmp_path):
    found = document(tmp_path, with_paths(
        "  /a: {get: {responses: {200: {content: {application/json: {schema: "
        "{type: [array, 'null'], items: {type: object, properties: {x: {type: [string, 'null']}}}}}}}}}}\n"))
    assert (found.operations[0].response_fields, found.operations[0].response_is_list) == (("x",), True)


def test_a_document_of_webhooks_or_components_alone_is_whole(tmp_path):
    assert document(tmp_path, "openapi: 3.1.0\ncomponents: {}\n").faults == ()
    assert faults(document(tmp_path, "openapi: 3.1.0\ninfo: {}\n")) == [(1, "the document has no `paths`")]


@pytest.mark.parametrize(("paths", "expected"), [
    ("  /a: {get: {responses: {200: {$ref: '#/nowhere'}}}}\n", [(4, "$ref #/nowhere leads to nothing in this document")]),
    ("  /a: {get: {responses: {200: {$ref: 'b.yaml#/x'}}}}\n",
     [(4, "$ref b.yaml#/x leads out of this document: it is not followed")]),
    ("  /a: {get: {responses: {200: {$ref: 'http://127.0.0.1/x'}}}}\n",
     [(4, "$ref http://127.0.0.1/x leads out of this document: it is not followed")]),
    ("  /a: {$ref: '#/paths/~1a'}\n",
     [(4, "$ref #/paths/~1a leads back to itself"), (4, "the path /a holds no operations")]),
    ("  /a: {get: {responses: {200: {}}}}\n  /a: {}\n", [(5, "the key /a is already written at line 4: this one is not read")]),
    ("  a: {get: {responses: {200: {}}}}\n", [(4, "the path a does not begin with a slash")]),
    ("  /a: {get: {}}\n", [(4, "GET /a describes no responses")]),
    ("  /a: {fetch: {}}\n", [(4, "fetch is not a method of HTTP that a document may describe")]),
    ("  /a/{id}: {get: {responses: {200: {}}}}\n", [(4, "GET /a/{id} does not describe its path parameter id")]),
    ("  /a: {get: {parameters: [{name: id, in: path}], responses: {200: {}}}}\n",
     [(4, "GET /a describes a path parameter id that its path does not have")]),
    ("  /a: {get: {parameters: [{name: id}], responses: {200: {}}}}\n", [(4, "a parameter needs both `name` and `in`")]),
    ("  /a:\n    get: {operationId: x, responses: {200: {}}}\n    put: {operationId: x, responses: {200: {}}}\n",
     [(6, "operationId x is already used at line 5")]),
    ("  /a: {get: {security: [{ghost: []}], responses: {200: {}}}}\n", [(4, "the security scheme ghost is not declared")]),
    ("  /a: nothing\n", [(4, "the path /a holds no operations")]),
    ("  x-internal: {}\n  /a: {summary: s, x-y: 1, get: {responses: {200: {}}}}\n", []),
])
def test_what_is_wrong_has_its_line(tmp_path, paths, expected):
    assert faults(document(tmp_path, with_paths(paths))) == expected


@pytest.mark.parametrize("paths", [
    "  /a: []\n", "  /a: {get: []}\n", "  /a: {get: {responses: []}}\n", "  /a: {get: {responses: {200: x}}}\n",
    "  /a: {get: {parameters: x, responses: {200: {content: []}}}}\n", "  /a: {get: {requestBody: 5, security: 7}}\n",
    "  /a: {get: {responses: {200: {content: {json: []}}}}}\n", "  /a: {parameters: [[]], get: {security: [x]}}\n",
    "  /a: {get: {responses: {200: {content: {j: {schema: {properties: [], required: {}, allOf: {}, items: 3}}}}}}}\n",
    "  []\n", "  5\n", "  ? [a]\n  : b\n", "  /a: {get: {operationId: {}, deprecated: [], responses: {? {} : {}}}}\n",
    "  /a: {get: {responses: {200: {$ref: {}}}}}\n", "  /a: {get: {responses: {200: {$ref: ''}}}}\n",
    "  /a: {get: {responses: {200: {$ref: '#/paths/0/99999999999999999999'}}}}\n", "  $ref: '#/paths'\n",
    "  /a: {get: {responses: {200: {$ref: '#/%zz/~3/%00'}}}}\n", "  /a: {get: &g {post: *g, responses: *g}}\n",
])
def test_no_shape_of_a_document_stops_the_reader(tmp_path, paths):
    found = document(tmp_path, with_paths(paths))
    assert found.version == "3.1.0"


@pytest.mark.parametrize("servers", ["[{url: 'http://[bad/x'}]", "5", "[[]]", "[{}]", "{url: /x}", "[{url: 7}]"])
def test_no_shape_of_servers_stops_the_reader(tmp_path, servers):
    found = document(tmp_path, with_paths("  /a: {}\n", head=f"openapi: 3.0.0\nservers: {servers}\n"))
    assert isinstance(found.base_paths, tuple)


def test_circles_of_schemas_end(tmp_path):
    found = document(tmp_path, with_paths(
        "  /a: {get: {responses: {200: {content: {j: {schema: {$ref: '#/components/schemas/A'}}}}}}}\n", tail="""
components:
  schemas:
    A: {allOf: [{$ref: '#/components/schemas/B'}, {properties: {a: {}}}]}
    B: {allOf: [{$ref: '#/components/schemas/A'}], properties: {b: {}}}
"""))
    assert set(found.operations[0].response_fields) == {"a", "b"}
    assert found.faults == ()


@pytest.mark.parametrize(("text", "name", "message"), [
    ("openapi: 3.0.0\npaths: [", "a.yaml", "a.yaml:2 cannot be read"),
    ('{"openapi": "3.0.0",\n "paths": {', "a.json", "a.json:2 cannot be read"),
    ("hello: world\n", "a.yaml", "a.yaml:1 is no OpenAPI document"),
    ("[]", "a.json", "a.json:1 is no OpenAPI document"),
    ("openapi: {type: string}\n", "a.yaml", "a.yaml:1 is no OpenAPI document"),
    ("", "a.yaml", "a.yaml:1 cannot be read"),
    ("x" * 5_000_001, "a.yaml", "larger than 5 MB"),
])
def test_a_file_that_a_person_named_and_cannot_be_used_is_wrong_use(tmp_path, text, name, message):
    with pytest.raises(WrongUse, match=message) as caught:
        document(tmp_path, text, name)
    assert caught.value.hint


def test_documents_are_found_by_what_they_say(tmp_path):
    texts = {
        "api/openapi.yaml": "# note\nopenapi: 3.0.0\npaths: {}\n", "b.yml": "swagger: \"2.0\"\npaths: {}\n",
        "c.json": '{"info": {}, "openapi": "3.1.0", "paths": {}}', "d.json": '{"name": "package"}',
        "tests/fixtures/e.yaml": "openapi: 3.0.0\n", "test/f.yaml": "openapi: 3.0.0\n", "docs/swagger.json": "{}",
        "g.yaml": "openapi: 3.0.0\npaths: [\n", "late/openapi.json": json.dumps({"components": {"x": "y" * 9000},
                                                                               "openapi": "3.0.0", "paths": {}}),
        "schema.json": '{"properties": {"openapi": {"type": "string"}}}', "k8s.yaml": "openAPIV3Schema: {}\n",
        "notes.md": "openapi: 3.0.0\n",
    }
    for path, text in texts.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    found = find_documents(Tree(tmp_path))
    assert [(d.file, d.version) for d in found] == [
        ("api/openapi.yaml", "3.0.0"), ("b.yml", "2.0"), ("c.json", "3.1.0"), ("g.yaml", ""), ("late/openapi.json", "3.0.0")]
    [fault] = found[3].faults
    assert fault.place.line >= 2
    assert "is not read" in fault.message


def test_a_very_large_document_that_nobody_named_is_listed_and_not_read(tmp_path):
    (tmp_path / "huge.yaml").write_text("openapi: 3.0.0\npaths: {}\n#" + "x" * 2_000_001)
    [found] = find_documents(Tree(tmp_path))
    assert "name it by --openapi" in found.faults[0].message
    assert found.operations == ()
