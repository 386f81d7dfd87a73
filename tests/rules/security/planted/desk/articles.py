from flask import Blueprint, jsonify, render_template_string, request

from database import change, rows
from signing import signed_in, staff_only

articles = Blueprint("articles", __name__, url_prefix="/articles")


@articles.get("/")
def listed():
    return jsonify(items=rows("SELECT id, title FROM articles LIMIT 20"))


@articles.post("/")
@signed_in
@staff_only
def add():  # fault: cookie-without-csrf-protection
    change("INSERT INTO articles (title) VALUES (%s)", (request.form["title"],))
    return "", 201


@articles.put("/<int:number>")
@signed_in
@staff_only
def rename(number):
    change("UPDATE articles SET title = %s WHERE id = %s", (request.form["title"], number))
    return "", 204


@articles.delete("/<int:number>")
@signed_in
def remove(number):  # fault: missing-role-check
    change("DELETE FROM articles WHERE id = %s", (number,))
    return "", 204


@articles.post("/<int:number>/retract")
def retract(number):  # fault: missing-authentication
    change("UPDATE articles SET title = '' WHERE id = %s", (number,))
    return "", 204


@articles.get("/preview")
@signed_in
def preview():
    return render_template_string("<h1>" + request.args["title"] + "</h1>")  # fault: template-injection


@articles.get("/heading")
@signed_in
def heading():
    return render_template_string("<h1>{{ title }}</h1>", title=request.args["title"])
