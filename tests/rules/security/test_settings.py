"""Rules on how a service is set up, each on a small service, beside what only looks like the fault."""

from __future__ import annotations

from dataclasses import replace

import pytest
from reading import read

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Argument, Call
from backend_lead.model.finding import Evidence
from backend_lead.model.place import Place
from backend_lead.rules.rule import find_rule

CORS = """
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from pydantic_settings import BaseSettings

class Settings(BaseSettings):
    origins: list[str] = ["*"]

settings = Settings()
app = FastAPI()
app.add_middleware(CORSMiddleware, {arguments})

@app.get("/x")
def x():
    return 1
"""
FLASK_CORS = """
from flask import Flask
from flask_cors import CORS
app = Flask(__name__)
CORS(app, {arguments})

@app.get("/x")
def x():
    return "1"
"""


@pytest.mark.parametrize(("frame", "arguments", "rung"), [
    (CORS, 'allow_origins=["*"], allow_credentials=True', Evidence.TRACED),
    (CORS, 'allow_origin_regex="https?://.*", allow_credentials=True', Evidence.TRACED),
    (CORS, "allow_origins=settings.origins, allow_credentials=True", Evidence.SUSPECTED),
    (FLASK_CORS, "supports_credentials=True", Evidence.TRACED),
    (FLASK_CORS, 'supports_credentials=True, origins="*"', Evidence.TRACED)])
def test_permissive_cors(tmp_path, frame, arguments, rung):
    [found] = read(tmp_path, "permissive-cors", frame.format(arguments=arguments))
    assert found.evidence is rung
    assert "shop.example" in found.fix


@pytest.mark.parametrize(("frame", "arguments"), [
    (CORS, 'allow_origins=["*"]'), (CORS, 'allow_origins=["https://a.example"], allow_credentials=True'),
    (CORS, r'allow_origin_regex=r"https://.*\\.a\\.example", allow_credentials=True'),
    (FLASK_CORS, 'origins="*"'), (FLASK_CORS, 'supports_credentials=True, origins=["https://a.example"]'),
    (FLASK_CORS, 'supports_credentials=True, resources={r"/x": {"origins": "https://a.example"}}')])
def test_cors_for_some(tmp_path, frame, arguments):
    assert read(tmp_path, "permissive-cors", frame.format(arguments=arguments)) == []


APP = """
from flask import Flask
app = Flask(__name__)
app.config.update({setting})

@app.get("/x")
def x():
    return "1"
"""


def test_debug_enabled(tmp_path):
    [found] = read(tmp_path, "debug-enabled", APP.format(setting="DEBUG=True"))
    assert found.message == "app.config gets DEBUG=True."


@pytest.mark.parametrize("setting", ["DEBUG=False", "TESTING=True"])
def test_debug_off(tmp_path, setting):
    assert read(tmp_path, "debug-enabled", APP.format(setting=setting)) == []


def test_script_for_development(tmp_path):
    assert read(tmp_path, "debug-enabled", """
        from flask import Flask
        app = Flask(__name__)

        @app.get("/x")
        def x():
            return "1"

        if __name__ == "__main__":
            app.run(debug=True)
        """) == []


SESSIONS = """
from flask import Flask, abort, request, session
from flask_sqlalchemy import SQLAlchemy
{imports}
app = Flask(__name__)
db = SQLAlchemy(app)
{settings}

class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    email = db.Column(db.String(254))

@app.post("/me")
def me():
    if "user_id" not in session:
        abort(401)
    user = db.session.get(User, session["user_id"])
    user.email = request.{source}["email"]
    db.session.commit()
    return "ok"
"""


def test_cookie_without_csrf_protection(tmp_path):
    [found] = read(tmp_path, "cookie-without-csrf-protection", SESSIONS.format(imports="", settings="", source="form"))
    assert found.message.startswith("POST /me writes forms")


@pytest.mark.parametrize(("imports", "settings", "source"), [
    ("from flask_wtf import CSRFProtect", "CSRFProtect(app)", "form"),
    ("", 'app.config["SESSION_COOKIE_SAMESITE"] = "Lax"', "form"), ("", "", "json")])
def test_cookie_that_other_sites_cannot_use(tmp_path, imports, settings, source):
    code = SESSIONS.format(imports=imports, settings=settings, source=source)
    assert read(tmp_path, "cookie-without-csrf-protection", code) == []


@pytest.mark.parametrize(("sources", "fix"), [((), "debug=settings.debug"), (("environment",), "debug: bool = False")])
def test_application_made_with_debug(sources, fix):
    made = Call("fastapi.FastAPI", Place("app/main.py", 18), "app.main.create_app",
                (Argument("debug", "True", sources),), statement="app = FastAPI(debug=settings.debug)")
    rule = find_rule("debug-enabled")
    assert rule is not None
    [found] = rule.check(Backend("/srv", calls=(made,)))
    assert fix in found.fix
    assert list(rule.check(Backend("/srv", calls=(replace(made, arguments=(Argument("debug", "False"),)),)))) == []
