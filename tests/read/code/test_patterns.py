"""What patterns of the program make of texts, and which of them are tried at all."""

from __future__ import annotations

from textwrap import dedent

import pytest

from backend_lead.read.code.standard_library.patterns import cheap


@pytest.mark.parametrize("pattern", [r"{(\w+)}", r"/(?:ajax-)?api/\d+\.\d+", r"^/x/([^/]+)$", r"[+*(]x", r"(?P<a>b)"])
def test_patterns_that_are_tried(pattern):
    assert cheap(pattern) is not None


@pytest.mark.parametrize("pattern", [
    r"(a+)+$", r"(a|a)*b", r"(?=a+)b", r"(.*)\1", r".*.*.*.*x", r"(", "a" * 300, r"(a*)?b", r"(x{1,}){2,}"])  # fmt: skip
def test_patterns_that_could_take_long_or_are_none(pattern):
    assert cheap(pattern) is None


def test_a_pattern_over_the_path_decides_who_is_asked(read):
    backend = read(app=dedent("""
        import re
        from flask import Flask, abort, request
        app = Flask(__name__)
        VERSION = re.compile(r"/api/v\\d+/.*")
        def is_guarded(path):
            return any(path == prefix or VERSION.fullmatch(path) for prefix in ("/admin", "/internal"))
        @app.before_request
        def check():
            if is_guarded(request.path) and not request.headers.get("Authorization"):
                abort(401)
        @app.route("/admin")
        def admin(): return ""
        @app.route("/api/v1/orders")
        def orders(): return ""
        @app.route("/news")
        def news(): return ""
    """))
    assert {e.path: e.authentication.value for e in backend.endpoints} == {
        "/admin": "required", "/api/v1/orders": "required", "/news": "none"}


def test_a_prefix_that_only_a_deployment_sets_does_not_hide_what_a_path_is(read):
    backend = read(app=dedent("""
        import os
        from flask import Flask, abort, request
        app = Flask(__name__)
        def placed(path):
            if prefix := os.environ.get("PREFIX"):
                return prefix.rstrip("/") + path
            return path
        @app.before_request
        def check():
            if any(request.path == p or request.path.startswith(f"{p}/") for p in (placed("/a"), placed("/b"))):
                if not request.headers.get("Authorization"):
                    abort(401)
        @app.route("/b/x")
        def b(): return ""
        @app.route("/c")
        def c(): return ""
    """))
    assert {e.path: e.authentication.value for e in backend.endpoints} == {"/b/x": "required", "/c": "none"}
