import functools

from flask import abort, g, session

from database import row


def signed_in(view):
    @functools.wraps(view)
    def inner(*args, **kwargs):
        number = session.get("user_id")
        if number is None:
            abort(401)
        g.user = row("SELECT id, email, is_admin FROM users WHERE id = %s", (number,))
        if g.user is None:
            abort(401)
        return view(*args, **kwargs)

    return inner


def staff_only(view):
    @functools.wraps(view)
    def inner(*args, **kwargs):
        if not g.user[2]:
            abort(403)
        return view(*args, **kwargs)

    return inner
