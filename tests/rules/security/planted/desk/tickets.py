from flask import Blueprint, abort, g, jsonify, request
from flask.views import MethodView

from database import change, row, rows
from signing import signed_in

tickets = Blueprint("tickets", __name__, url_prefix="/tickets")
COLUMNS = {"title": "title", "newest": "id DESC"}


class Tickets:
    """What is known of tickets, for the views."""

    def mine(self, owner):
        return rows("SELECT id, title FROM tickets WHERE user_id = %s LIMIT 50", (owner,))

    def by_number(self, number):
        return row("SELECT id, user_id, title FROM tickets WHERE id = %s", (number,))  # fault: missing-owner-check

    def of(self, number, owner):
        return row("SELECT id, title FROM tickets WHERE id = %s AND user_id = %s", (number, owner))

    def close(self, number):
        change("DELETE FROM tickets WHERE id = %s", (number,))  # fault: missing-owner-check


store = Tickets()


@tickets.get("/")
@signed_in
def mine():
    return jsonify(items=store.mine(g.user[0]))


@tickets.get("/<int:number>")
@signed_in
def one(number):
    return jsonify(ticket=store.of(number, g.user[0]))


@tickets.get("/<int:number>/print")
@signed_in
def printed(number):
    return jsonify(ticket=store.by_number(number))


class Ticket(MethodView):
    decorators = [signed_in]

    def get(self, number):
        found = row("SELECT id, user_id, title FROM tickets WHERE id = %s", (number,))
        if found is None or found[1] != g.user[0]:
            abort(404)
        return jsonify(id=found[0], title=found[2])

    def delete(self, number):
        store.close(number)
        return "", 204


tickets.add_url_rule("/<int:number>/file", view_func=Ticket.as_view("ticket"))


@tickets.get("/search")
@signed_in
def search():
    text = request.args["text"]
    found = rows(f"SELECT id FROM tickets WHERE user_id = {g.user[0]} AND title LIKE '%{text}%' LIMIT 9")  # fault: sql-injection
    return jsonify(items=found)


@tickets.get("/sorted")
@signed_in
def ordered():
    column = COLUMNS.get(request.args.get("by"), "id")
    return jsonify(items=rows(f"SELECT id FROM tickets WHERE user_id = %s ORDER BY {column} LIMIT 9", (g.user[0],)))
