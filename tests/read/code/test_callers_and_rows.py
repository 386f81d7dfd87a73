"""How services say whose a row is: by a relationship, by the proxy of who is calling, by what they answer."""

from __future__ import annotations

import pytest

from backend_lead.audit.verdicts import verdicts
from backend_lead.model.endpoint import Endpoint, GuardKind

FLASK = """
from flask import Flask, abort, flash, jsonify, redirect, request
from flask_login import LoginManager, UserMixin, current_user, login_required
from flask_sqlalchemy import SQLAlchemy
db = SQLAlchemy()
class User(UserMixin, db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String)
class Shop(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    editor_id = db.Column(db.Integer, db.ForeignKey("user.id"))
    user_id = db.Column(db.Integer, db.ForeignKey("user.id"), nullable=False)
    owner_id = db.synonym("user_id")
    items = db.relationship("Item", backref=db.backref("shop", lazy=True))
class Item(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    title = db.Column(db.String)
    shop_id = db.Column(db.Integer, db.ForeignKey("shop.id"))
class Post(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    title = db.Column(db.String)
    author_id = db.Column(db.Integer, db.ForeignKey("user.id"), nullable=False)
    author = db.relationship("User", backref="posts")
class Token(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    value = db.Column(db.String)
    user_id = db.Column(db.Integer, db.ForeignKey("user.id"))
    user = db.relationship("User")
app = Flask(__name__)
db.init_app(app)
manager = LoginManager(app)
@manager.user_loader
def load(user_id):
    return db.session.get(User, int(user_id))
@manager.request_loader
def load_by_header(request):
    sent = request.headers.get("Authorization", "")
    found = Token.query.filter_by(value=sent).first()
    return found.user if found else None
class Denied(Exception): pass
@app.errorhandler(Denied)
def denied(error):
    return {"error": "x"}, 403
def failed(status):
    return jsonify({"error": status}), status
"""
CHECKS = {
    "the key of what a relationship leads to": "if post.author.id != current_user.id: raise Denied()",
    "what a relationship leads to": "if post.author != current_user: raise Denied()",
    "an answer that a function makes": "if post is None or post.author_id != current_user.id: return failed(404)",
    "an answer": "if post.author_id != current_user.id: return {'error': 'x'}, 404",
    "an exception that the handler takes": "try:\n        if post.author_id != current_user.id: raise KeyError()\n"
                                           "    except KeyError:\n        return {'error': 'x'}, 403",
    "a redirect": "if post.author_id != current_user.id:\n        flash('x')\n        return redirect('/')",
}


def one(read, body: str) -> tuple[Endpoint, str]:
    backend = read(app=FLASK + body)
    endpoint = next(e for e in backend.endpoints if e.path.startswith("/x"))
    return endpoint, next(v.verdict.value for v in verdicts(backend, []) if v.path.startswith("/x"))


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_comparison_of_an_owner_with_the_caller_is_seen(read, check: str):
    endpoint, _ = one(read, f"""
@app.post("/x/<int:id>")
@login_required
def x(id):
    post = Post.query.get(id)
    {check}
    post.title = request.json["title"]
    db.session.commit()
    return "done"
""")
    assert [g.detail for g in endpoint.guards if g.kind is GuardKind.OWNERSHIP] == ["post.author_id"]


def test_relationship_that_another_model_names_leads_to_the_owner(read):
    endpoint, _ = one(read, """
@app.get("/x/<int:id>")
@login_required
def x(id):
    item = Item.query.get_or_404(id)
    if item.shop.user_id != current_user.id: abort(403)
    return item.title
""")
    assert [g.detail for g in endpoint.guards if g.kind is GuardKind.OWNERSHIP] == ["shop.user_id"]


@pytest.mark.parametrize("work", [
    "return jsonify([p.title for p in Post.query.filter_by(author=current_user)])",
    "return jsonify([p.title for p in Post.query.filter(Post.author == current_user).all()])",
    "return jsonify([p.title for p in current_user.posts])",
    "db.session.add(Post(title='x', author=current_user)); db.session.commit(); return 'done'",
])
def test_relationship_stands_for_its_foreign_key(read, work: str):
    assert one(read, f"""
@app.post("/x")
@login_required
def x():
    {work}
""")[1] == "scoped"


def test_redirect_by_a_column_of_the_caller_asks_for_a_role(read):
    endpoint, _ = one(read, """
@app.get("/x")
@login_required
def x():
    if current_user.name != "root":
        return redirect("/")
    return jsonify([p.title for p in Post.query.all()])
""")
    assert [g.detail for g in endpoint.guards if g.kind is GuardKind.ROLE] == ["user.name"]


def test_naming_oneself_is_no_question_about_a_role(read):
    endpoint, _ = one(read, """
@app.post("/x")
@login_required
def x():
    given = request.json["name"]
    if current_user.name == given: abort(400)
    if given == "root": abort(403)
    return "done"
""")
    assert [g.detail for g in endpoint.guards if g.kind is GuardKind.ROLE] == []


def test_role_in_a_token_may_be_refused_with_200(read):
    endpoint, _ = one(read, """
import functools, jwt
def role_required(role):
    def wrapper(function):
        @functools.wraps(function)
        def decorated(*args, **options):
            sent = request.headers.get("token")
            if not sent:
                abort(401)
            data = jwt.decode(sent, "x" * 40, algorithms=["HS256"])
            if data["role"] != role:
                return jsonify(message="Unauthorized")
            return function(*args, **options)
        return decorated
    return wrapper
@app.get("/x")
@role_required("admin")
def x():
    return jsonify([p.title for p in Post.query.all()])
""")
    assert GuardKind.ROLE in {guard.kind for guard in endpoint.guards}
