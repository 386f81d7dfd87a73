"""What holds for every format: found by walking the folder, same bytes every time, no escape from hostile text."""

from __future__ import annotations

import subprocess
import sys

import pytest

import samples
from backend_lead.report import format_names
from backend_lead.report._format import View, renderer
from hostile import report as hostile_report

ALL = ("gitlab", "html", "json", "junit", "markdown", "sarif", "text")
JOBS = ("audit", "map", "review")


def test_the_formats_are_the_public_modules_of_the_package():
    assert format_names() == ALL


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize("name", ALL)
def test_the_same_report_gives_the_same_bytes(name, job):
    render = renderer(name)
    text = render(samples.report(job), View())
    assert text == render(samples.report(job), View())
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@pytest.mark.parametrize("name", ALL)
def test_the_hash_seed_changes_no_byte(name):
    program = ("import sys; sys.path[:0] = ['tests']; import samples, hashlib\n"
               "from backend_lead.report._format import View, renderer\n"
               f"print(hashlib.sha256(renderer({name!r})(samples.report(), View()).encode()).hexdigest())")
    seen = {subprocess.run([sys.executable, "-c", program], env={"PYTHONHASHSEED": str(seed)}, check=True,
                           capture_output=True, text=True).stdout for seed in range(3)}
    assert len(seen) == 1


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize("name", ALL)
def test_hostile_text_moves_no_cursor_and_is_always_utf8(name, job):
    text = renderer(name)(hostile_report(job), View(verbose=True))
    text.encode("utf-8")
    for character in "\x1b\x00\x08\r\x9b\u202e\u2066":
        assert character not in text


def test_colours_are_the_only_escapes_of_a_coloured_report():
    text = renderer("text")(hostile_report(), View(verbose=True, colour=True))
    assert "\x1b[" in text
    assert "\x1b]" not in text
    assert "2J" not in text.replace("\x1b", "").split("2J")[0][-1:]
    assert not [part for part in text.split("\x1b[")[1:] if not part.partition("m")[0].replace(";", "").isdigit()]


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize("name", ALL)
def test_a_report_about_nothing_is_still_a_report(name, job):
    empty = samples.Report(job, "0.1.0", ".", samples.Backend(root="/srv/empty"))
    assert renderer(name)(empty, View()).strip()
