"""The story in the documentation is what the commands print: run from its first line to its last, on a server."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from backend_lead.doors.cli.main import main
from backend_lead.migrate.formats import formats

PAGE = Path(__file__).parents[2] / "docs" / "from-words-to-applied.md"
# Times and versions are of the machine that it runs on.
VARIES = re.compile(r"\d+(\.\d+)? ms|PostgreSQL \d+\.\d+")
DSN = "postgresql://owner@db.example.org/shop"


def parts(kind: str) -> list[str]:
    return re.findall(rf"(?ms)^```{kind}[^\n]*\n(.*?)^```$", PAGE.read_text(encoding="utf-8"))


def plain(text: str) -> list[str]:
    # Lines are wrapped by the length of the numbers in them.
    return VARIES.sub("…", " ".join(text.split())).split(" ")


def test_the_story_is_what_the_commands_print(tmp_path: Path, capsys, monkeypatch, postgres):
    monkeypatch.chdir(tmp_path)
    Path("migrations").mkdir()
    up, down = parts("sql")
    Path("migrations/0001_shop.up.sql").write_text(up)
    Path("migrations/0001_shop.down.sql").write_text(down)
    dsn = postgres.create_database("story")
    postgres.execute(up, database="story")
    try:
        for block in parts("console"):
            command, _, expected = block.partition("\n")
            assert command.startswith("$ backend-lead ")
            capsys.readouterr()
            code = main(shlex.split(command.removeprefix("$ backend-lead ").replace(DSN, dsn)))
            said = capsys.readouterr().out.replace(dsn, DSN)
            assert plain(said) == plain(expected), command
            assert code in (0, 1)
        assert postgres.execute("SELECT phone FROM users", database="story") == []
    finally:
        postgres.drop_database("story")


def test_the_story_names_pages_that_are_there():
    for name in re.findall(r"\]\(([\w/-]+\.md)\)", PAGE.read_text(encoding="utf-8")):
        assert (PAGE.parent / name).is_file(), name


def test_the_story_has_its_parts():
    assert len(parts("sql")) == 2
    assert len(parts("console")) >= 4


def test_every_format_has_a_page_that_names_its_commands_and_is_linked():
    listed = (PAGE.parent / "migrations.md").read_text(encoding="utf-8")
    for form in formats():
        page = PAGE.parent / "migrations" / f"{form.NAME}.md"
        assert page.is_file(), form.NAME
        assert f"(migrations/{form.NAME}.md)" in listed, form.NAME
        text = page.read_text(encoding="utf-8")
        assert "backend-lead" in text
        for command in getattr(form, "COMMANDS", ()):
            assert command in text, (form.NAME, command)
