"""The API document of a blueprint says what the service generated from it answers."""

from __future__ import annotations

import re

import pytest

from backend_lead.design.blueprint_files import archetypes
from backend_lead.generate.openapi import api_document
from backend_lead.generate.python.service import ServiceOptions, generate
from backend_lead.read.reader import read_backend

# What the service answers whatever it is about.
_OF_EVERY_SERVICE = re.compile(r"/(auth|health|me|events|ws|mfa|api-keys|users)(/[^{]*)?$|/api-keys/")


@pytest.mark.parametrize("name", ["social_media", "expense_ledger", "project_tracker"])
def test_the_document_and_the_service_have_the_same_routes(name, tmp_path):
    blueprint = archetypes()[name]
    for path, text in generate(blueprint, ServiceOptions()).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    (tmp_path / "openapi.yaml").write_text(api_document(blueprint), encoding="utf-8")
    backend = read_backend(tmp_path, cache=False)
    [document] = backend.documents
    assert (document.version, document.faults) == ("3.1.0", ())
    written = {(each.method, each.path): each for each in document.operations}
    served = {(each.method, each.path): each for each in backend.endpoints if not _OF_EVERY_SERVICE.match(each.path)}
    assert set(written) == set(served)
    for key, endpoint in served.items():
        asked = {(each.name.replace("_", "-") if each.location == "header" else each.name, each.location)
                 for each in endpoint.parameters if each.location in ("path", "query", "header")}
        assert {(p.lower(), where) for p, where in asked} <= _parameters(api_document(blueprint), *key), key


def _parameters(text: str, method: str, path: str) -> set[tuple[str, str]]:
    from ruamel.yaml import YAML

    operation = YAML(typ="safe", pure=True).load(text)["paths"][path][method.lower()]
    return {(each["name"].lower(), each["in"]) for each in operation.get("parameters", [])}
