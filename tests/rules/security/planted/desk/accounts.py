import hashlib
import hmac

import jwt
from flask import Blueprint, jsonify, request, session
from werkzeug.security import check_password_hash, generate_password_hash

from database import change, row
from signing import signed_in

accounts = Blueprint("accounts", __name__, url_prefix="/accounts")
SIGNING_KEY = "8f3a1c9e7b2d4f60a5c1"  # fault: hard-coded-secret


@accounts.post("/login")
def login():  # fault: login-without-rate-limit
    found = row("SELECT id, password_hash FROM users WHERE email = %s", (request.form["email"],))
    if found is None or not check_password_hash(found[1], request.form["password"]):
        return jsonify(error="unknown"), 401
    session["user_id"] = found[0]
    return jsonify(id=found[0])


@accounts.post("/legacy-login")
def legacy_login():  # fault: login-without-rate-limit
    found = row("SELECT id, password_hash FROM users WHERE email = %s", (request.form["email"],))
    digest = hashlib.sha256(request.form["password"].encode()).hexdigest()  # fault: weak-password-hash
    if found is None or not hmac.compare_digest(digest, found[1]):
        return jsonify(error="unknown"), 401
    session["user_id"] = found[0]
    return jsonify(id=found[0])


@accounts.post("/")
def register():
    digest = generate_password_hash(request.form["password"])
    change("INSERT INTO users (email, password_hash) VALUES (%s, %s)", (request.form["email"], digest))
    return jsonify(status="made"), 201


@accounts.post("/unsubscribe")
def unsubscribe():
    claims = jwt.decode(request.args["token"], options={"verify_signature": False})  # fault: jwt-not-verified
    change("UPDATE users SET email = '' WHERE id = %s", (claims["sub"],))
    return "", 204


@accounts.post("/confirm")
def confirm():
    claims = jwt.decode(request.args["token"], current_key(), algorithms=["HS256"])
    change("UPDATE users SET email = %s WHERE id = %s", (claims["email"], claims["sub"]))
    return "", 204


def current_key():
    return row("SELECT password_hash FROM users WHERE id = 1")[0]


@accounts.get("/me")
@signed_in
def me():
    found = row("SELECT id, email, password_hash FROM users WHERE id = %s", (session["user_id"],))
    return jsonify(id=found[0], email=found[1])


@accounts.get("/me/export")
@signed_in
def export_me():
    found = row("SELECT id, email, password_hash FROM users WHERE id = %s", (session["user_id"],))
    return jsonify(id=found[0], email=found[1], password_hash=found[2])  # fault: secret-in-response
