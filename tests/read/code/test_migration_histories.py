"""Histories of migrations: a long one is followed to its end, one that multiplies is ended and said so."""

from __future__ import annotations

import pytest

from backend_lead.read.code import interpreter, names
from backend_lead.read.code.orms import alembic

HEAD = "from alembic import op\nimport sqlalchemy as sa\n"
MANY = f"MANY = {list(range(60))}\n"


def revision(number: int, body: str) -> str:
    names = f"revision = 'r{number:03}'\ndown_revision = {f'r{number - 1:03}' if number else None!r}\n"
    return f"{HEAD}{names}def upgrade():\n" + "".join(f"    {line}\n" for line in body.splitlines())


def table(name: str) -> str:
    return f"op.create_table({name!r}, sa.Column('id', sa.Integer, primary_key=True))"


def test_text_that_starts_with_much_space_is_read_in_time(read):
    spaces = "\\n" + " " * 60 + "prepare stmt from @var; " + "/* */ " * 60 + "execute stmt;"
    backend = read(versions__one=revision(0, f"op.execute(sa.text('{spaces}'))\n{table('orders')}"))
    assert [t.name for t in backend.tables] == ["orders"]


def test_a_long_history_is_followed_to_its_end(read):
    # Each revision makes calls of its own: together far more than one request may make.
    walk = f"{MANY}def add(name):\n    op.add_column('t000', sa.Column(name, sa.Text))\nfor n in MANY:\n    add(f'c{{n}}')\n"
    files = {f"versions__r{n:03}": revision(n, table(f"t{n:03}") + "\n" + walk) for n in range(60)}
    backend = read(**files)
    assert [t.name for t in backend.tables] == [f"t{n:03}" for n in range(60)]
    assert len(backend.tables[0].columns) == 61
    assert not [u for u in backend.unresolved if "steps" in u.why]


LOOPS = """\
for a in MANY:
    for b in MANY:
        for c in MANY:
            a + b + c
"""
CALLS = """\
def two():
    return one() + one()
def three():
    return two() + two() + two()
def one():
    return 1
for a in MANY:
    for b in MANY:
        three()
"""


@pytest.mark.parametrize("work", [LOOPS, CALLS], ids=["loops", "calls"])
def test_a_history_that_multiplies_is_ended_and_said_so(read, monkeypatch, work):
    monkeypatch.setattr(alembic, "STEPS_PER_HISTORY", 3_000)
    backend = read(
        versions__a=revision(0, table("before")),
        versions__b=revision(1, MANY + work),
        versions__c=revision(2, table("after")),
    )
    assert [t.name for t in backend.tables] == ["before"]
    (said,) = [u for u in backend.unresolved if "too many steps" in u.why]
    assert said.place.file == "versions/b.py"
    assert said.what == "the migrations after this one (1)"


def test_a_start_that_multiplies_is_ended_and_said_so(read, monkeypatch):
    monkeypatch.setattr(interpreter, "STEPS_PER_START", 3_000)
    app = "from flask import Flask\napp = Flask(__name__)\n@app.get('/x')\ndef x():\n    return ''\n"
    backend = read(a=app, b=app + MANY + LOOPS, c=app)
    assert len(backend.endpoints) == 1
    assert [u.what for u in backend.unresolved if "too many steps" in u.why] == ["the start of the program"]


def test_one_module_that_multiplies_leaves_something_for_the_others(read, monkeypatch):
    monkeypatch.setattr(names, "STEPS_PER_PART", 1_000)
    web = "from flask import Flask\napp = Flask(__name__)\n"
    late = web + "def path():\n    return '/late'\n@app.get(path())\ndef late():\n    return ''\n"
    backend = read(a=web + MANY + LOOPS, b=late)
    assert [e.name for e in backend.endpoints] == ["GET /late"]
    assert [u.what for u in backend.unresolved if "too many steps" in u.why] == ["a.py"]
