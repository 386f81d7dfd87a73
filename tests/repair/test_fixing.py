"""Patches on real repositories: which are kept, which are taken back, and that nothing is ever lost."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import jsonschema_rs
import pytest

from backend_lead.doors.cli.main import main
from backend_lead.gates import working_tree
from backend_lead.gates.working_tree import WorkingTree
from backend_lead.lead import repairing
from diary import APP, changed, git

PASSES = f"{sys.executable} -c pass"
SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"


def outcomes(repairs: dict) -> list[tuple[str, str]]:
    return [(each["rule"], each["outcome"]) for each in repairs["patches"]]


def test_safe_patches_are_kept_and_the_rest_stays_as_it_was(repository, fix):
    folder = repository()
    repairs = fix(folder, "--preview")
    assert outcomes(repairs) == [
        ("blocking-call-in-async", "kept"), ("outbound-call-without-timeout", "kept"), ("debug-enabled", "kept"),
        ("creation-answers-200", "kept"), ("deletion-answers-200", "kept")]
    assert changed(folder) == [" M app.py"]
    expected = (APP.replace("debug=True", "debug=False").replace('"/api/v1/entries")', '"/api/v1/entries", status_code=201)')
                .replace('@app.delete("/api/v1/entries/{entry_id}")', '@app.delete("/api/v1/entries/{entry_id}", status_code=204)')
                .replace("async def print_entry", "def print_entry")
                .replace('json={"entry": entry_id})', 'json={"entry": entry_id}, timeout=30)'))
    assert (folder / "app.py").read_text() == expected
    assert repairs["gone"] == repairs["before"] - repairs["after"] == 5
    assert repairs["kept"] == 5
    again = git(folder, "diff")
    assert all(each["diff"].splitlines()[2].startswith("@@") for each in repairs["patches"])
    assert "+app = FastAPI(title=\"Diary\", debug=False)" in again


def test_the_document_holds_to_its_schema_and_without_fix_it_is_null(repository, capsys):
    folder = repository()
    validator = jsonschema_rs.validator_for(json.loads((SCHEMAS / "review.1.json").read_text()))
    for options in ([], ["--fix"]):
        main(["review", str(folder), "--format", "json", "-q", *options])
        document = json.loads(capsys.readouterr().out)
        validator.validate(document)
        assert (document["repairs"] is None) == (not options)


def test_the_text_says_what_became_of_each_patch(repository, capsys):
    folder = repository()
    main(["review", str(folder), "--fix", "-q"])
    out = capsys.readouterr().out
    assert "  kept         Debug mode enabled · app.py:8\n               debug is off where FastAPI is made\n" in out
    assert "4 findings of " in out
    assert "needs a decision of a person" in " ".join(out.split())


@pytest.mark.parametrize("name", ["text", "json", "markdown"])
def test_a_secret_beside_a_patch_is_in_no_report(repository, capsys, name):
    folder = repository()
    main(["review", str(folder), "--fix", "-q", "--verbose", "--format", name])
    out = capsys.readouterr().out
    assert "debug=False" in out or name == "markdown"
    assert "debug is off where FastAPI is made" in out
    assert "9f3c1e7ab24d60c8" not in out


def test_what_does_not_hold_is_taken_back_to_the_byte(repository, fix):
    """The tests want 200 for what is created; every other patch stays."""
    wants = "import pathlib, sys; sys.exit('answers 201' if 'status_code=201' in pathlib.Path('app.py').read_text() else 0)"
    folder = repository({"app.py": APP, "check.py": wants})
    repairs = fix(folder, "--test-command", f"{sys.executable} check.py", "--run-code")
    taken_back = [each for each in repairs["patches"] if each["outcome"] == "reverted"]
    assert [(each["rule"], each["why"]) for each in taken_back] == [
        ("creation-answers-200", "the tests fail: ended with 1: answers 201")]
    text = (folder / "app.py").read_text()
    assert '@app.post("/api/v1/entries")\n' in text
    assert "status_code=204" in text
    assert repairs["test_command"] == f"{sys.executable} check.py"
    kept = next(each for each in repairs["patches"] if each["outcome"] == "kept")
    assert kept["why"] == "the finding is gone, nothing new came and the tests pass"


def test_a_patch_that_does_not_help_is_taken_back(repository, fix, monkeypatch):
    folder = repository()
    monkeypatch.setitem(repairing.repairers(), "debug-enabled", comments_only)
    assert ("debug-enabled", "reverted") in outcomes(repairs := fix(folder))
    assert next(each for each in repairs["patches"] if each["rule"] == "debug-enabled")["why"] == (
        "the finding is still there")
    assert "# seen" not in (folder / "app.py").read_text()


def comments_only(finding, desk):
    source = desk.python(finding.place.file)
    source.replace(len(source.data), len(source.data), "# seen\n")
    return "a comment"


@pytest.mark.parametrize(("text", "why"), [
    ("\n\n@app.get('/api/v1/debug')\ndef leak():\n    return eval(__import__('x'))\n"
     "engine2 = 1\nPASSWORD = 'Tr0ub4dor&3xyz-9'\n", "it brings hard-coded-secret at app.py"),
])
def test_a_patch_that_brings_a_finding_is_taken_back(repository, fix, monkeypatch, text, why):
    def brings(finding, desk):
        source = desk.python(finding.place.file)
        at = source.data.index(b"debug=True")
        source.replace(at, at + len(b"debug=True"), "debug=False")
        source.replace(len(source.data), len(source.data), text)
        return "the switch, and more"

    folder = repository()
    monkeypatch.setitem(repairing.repairers(), "debug-enabled", brings)
    found = next(each for each in fix(folder)["patches"] if each["rule"] == "debug-enabled")
    assert (found["outcome"], found["why"][:len(why)]) == ("reverted", why)
    assert "PASSWORD" not in (folder / "app.py").read_text()


def test_a_patch_that_takes_a_route_away_is_taken_back(repository, fix, monkeypatch):
    def removes(finding, desk):
        source = desk.python(finding.place.file)
        start = source.data.index(b"@app.delete")
        source.replace(start, source.data.index(b"@app.post(\"/api/v1/entries/{"), "")
        return "the finding, with its route"

    folder = repository()
    monkeypatch.setitem(repairing.repairers(), "deletion-answers-200", removes)
    found = next(each for each in fix(folder)["patches"] if each["rule"] == "deletion-answers-200")
    assert (found["outcome"], found["why"]) == (
        "reverted", "the route DELETE /api/v1/entries/{entry_id} (authentication none) is not seen any more")


def test_a_patch_that_could_not_be_read_is_never_written(repository, fix, monkeypatch):
    def breaks(finding, desk):
        source = desk.python(finding.place.file)
        source.replace(0, 0, "def (:\n")
        return "nothing good"

    folder = repository()
    monkeypatch.setitem(repairing.repairers(), "debug-enabled", breaks)
    found = next(each for each in fix(folder)["patches"] if each["rule"] == "debug-enabled")
    assert (found["outcome"], found["why"]) == ("refused", "app.py could not be read any more")


def test_a_tree_that_git_could_not_bring_back_is_left_alone(repository, refused, tmp_path):
    folder = repository()
    (folder / "app.py").write_text(APP + "# mine\n")
    assert refused(folder, "--fix") == (
        "Nothing is written: app.py changed since the last commit.\n"
        f"Commit or put aside your changes, then run this again: git -C {folder} stash\n")
    assert (folder / "app.py").read_text() == APP + "# mine\n"

    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / "app.py").write_text(APP)
    said = refused(plain, "--fix")
    assert said.startswith(f"Nothing is written: {plain} is not in a git repository that can be read")
    assert f"git -C {plain} init" in said
    assert (plain / "app.py").read_text() == APP

    empty = tmp_path / "empty"
    empty.mkdir()
    git(empty, "init", "--quiet")
    (empty / "app.py").write_text(APP)
    assert "The repository has no commit called HEAD." in refused(empty, "--fix")


@pytest.mark.parametrize(("options", "said"), [
    (["--test-command", "pytest", "--run-code"], "Add: --fix"),
    (["--fix", "--test-command", "pytest"], "Add: --run-code"),
    (["--fix", "--run-code"], "Add: --test-command 'pytest -q'"),
    (["--fix", "--test-command", "", "--run-code"], "Name the command: --test-command 'pytest -q'"),
    (["--fix", "--test-command", "a 'b", "--run-code"], "Write it as in a shell: --test-command 'pytest -q'"),
    (["--fix", "--test-command", "no-such-program-here", "--run-code"], "Name one on PATH"),
    (["--fix", "--db", "postgresql://nobody@localhost:1/x"], "Leave out --db (and BACKEND_LEAD_DB)."),
])
def test_what_cannot_be_meant_is_refused_with_what_to_type(repository, refused, options, said):
    folder = repository()
    assert said in refused(folder, *options)
    assert changed(folder) == []


def test_tests_that_fail_before_any_change_end_the_run(repository, refused):
    folder = repository()
    said = refused(folder, "--fix", "--test-command", f"{sys.executable} -c 'raise SystemExit(3)'", "--run-code")
    assert said.startswith("Nothing is changed: the tests fail before any patch (ended with 3).")
    assert changed(folder) == []


def test_nothing_of_the_target_runs_without_the_word(repository, fix):
    folder = repository({"app.py": f"import pathlib; pathlib.Path('{{}}').touch()\n{APP}"})
    fix(folder)
    assert not (folder / "{}").exists()


def test_files_that_no_commit_holds_are_not_patched(repository, fix):
    folder = repository({"readme.txt": "a diary\n"})
    (folder / "app.py").write_text(APP)
    repairs = fix(folder)
    assert {each["why"] for each in repairs["patches"]} == {"app.py is in no commit, so git could not bring it back"}
    assert (folder / "app.py").read_text() == APP


def test_a_linked_file_is_not_patched(repository, fix, refused, tmp_path):
    """A link is not read, so nothing in it is found; one that takes a file's place after it was read is not written."""
    outside = tmp_path / "outside.py"
    outside.write_text(APP)
    folder = repository({"main.py": APP.replace("Diary", "Other")})
    (folder / "app.py").symlink_to(outside)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", "link")
    fix(folder)
    assert outside.read_text() == APP
    assert (folder / "app.py").is_symlink()


def test_a_file_that_becomes_a_link_while_its_patch_is_made_is_left_alone(repository, fix, monkeypatch, tmp_path):
    outside = tmp_path / "outside.py"
    outside.write_text(APP)
    folder = repository({"app.py": APP, "other.py": APP.replace("/entries", "/notes").replace("print_entry", "print_note")})
    made = repairing.patch_for

    def slow(*arguments):
        patch = made(*arguments)
        (folder / "app.py").unlink(missing_ok=True)
        (folder / "app.py").symlink_to(outside)
        return patch

    monkeypatch.setattr(repairing, "patch_for", slow)
    assert {each["why"] for each in fix(folder)["patches"] if each["file"] == "app.py"} == {
        "app.py leads through a link, and no link is followed",
        "app.py is not read: it cannot be opened without following a link (too many levels of symbolic links)"}
    assert outside.read_text() == APP


def test_a_file_that_changes_meanwhile_is_left_alone(repository, fix, monkeypatch):
    folder = repository()
    made = repairing.patch_for
    mine = APP.replace("A diary", "My diary")

    def slow(finding, backend, tree):
        patch = made(finding, backend, tree)
        if finding.rule == "debug-enabled":
            (folder / "app.py").write_text(mine)
        return patch

    monkeypatch.setattr(repairing, "patch_for", slow)
    found = {each["rule"]: each for each in fix(folder)["patches"]}
    assert found["debug-enabled"]["outcome"] == "refused"
    assert found["debug-enabled"]["why"] == "app.py has changed while its patch was made"
    assert (folder / "app.py").read_text().startswith('"""My diary."""')


def test_a_file_that_changes_while_its_patch_is_judged_is_left_alone(repository, refused):
    folder = repository()
    mine = "import pathlib, sys\npath = pathlib.Path('app.py')\ntext = path.read_text()\n" \
           "if 'debug=False' in text or 'def print' in text and 'async def print' not in text:\n" \
           "    path.write_text(text + '# mine')\n    sys.exit(1)\n"
    (folder / "check.py").write_text(mine)
    said = refused(folder, "--fix", "--test-command", f"{sys.executable} check.py", "--run-code")
    assert said.startswith("app.py changed while its patch was judged, and is left as it is now.")
    assert (folder / "app.py").read_text().endswith("# mine")


def test_an_interruption_puts_the_file_back(repository, monkeypatch, capsys):
    folder = repository()

    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(repairing, "_broken", interrupted)
    assert main(["review", str(folder), "--fix", "-q"]) == 130
    assert changed(folder) == []
    assert (folder / "app.py").read_text() == APP


def test_a_killed_run_is_put_right_by_the_next(repository, fix):
    """The run is killed while the tests of its first patch run, when nobody can put anything back."""
    folder = repository()
    slow = "import pathlib, time\nif 'async def print' not in pathlib.Path('app.py').read_text():\n" \
           "    pathlib.Path('.git/running').touch(); time.sleep(60)\n"
    (folder / ".git" / "check.py").write_text(slow)
    process = subprocess.Popen(
        [sys.executable, "-m", "backend_lead", "review", str(folder), "--fix", "-q", "--run-code", "--test-command",
         f"{sys.executable} .git/check.py"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True)
    for _ in range(600):
        if (folder / ".git" / "running").exists():
            break
        time.sleep(0.1)
    process.kill()
    process.wait()
    assert changed(folder) == [" M app.py"]
    assert git(folder, "stash").startswith("Saved")
    git(folder, "stash", "pop")
    repairs = fix(folder)
    assert repairs["recovered"] == ["app.py"]
    assert ("blocking-call-in-async", "kept") in outcomes(repairs)


def test_what_a_repository_brings_along_as_an_unjudged_patch_is_not_believed(repository, fix):
    folder = repository()
    other = folder.parent / "other"
    other.mkdir()
    (folder / ".backend-lead").mkdir()
    (folder / ".backend-lead" / "unjudged-patch.json").write_bytes(
        b"0" * 32 + json.dumps([{"path": "../other/x", "before": "eA==", "after": "0" * 64}]).encode())
    assert fix(folder)["recovered"] == []
    assert list(other.iterdir()) == []


def test_a_file_that_cannot_be_written_leaves_the_others_as_they_were(repository, monkeypatch):
    folder = repository({"a.py": "a = 1\n", "b.py": "b = 1\n"})
    tree = WorkingTree(folder)
    write = working_tree._write

    def fails(place, data):
        if place.name == "b.py" and b"2" in data:
            raise OSError(28, "No space left on device")
        write(place, data)

    monkeypatch.setattr(working_tree, "_write", fails)
    with pytest.raises(OSError, match="No space"):
        tree.write([("a.py", b"a = 1\n", b"a = 2\n"), ("b.py", b"b = 1\n", b"b = 2\n")])
    assert (folder / "a.py").read_text() == "a = 1\n"
    assert changed(folder) == []


def test_permissions_line_ends_marks_and_encodings_stay(repository, fix):
    latin = APP.replace("A diary.", "Ein Tagebuch f\xfcr \xc4rzte.")
    files = {
        "crlf/app.py": APP.replace("\n", "\r\n").encode(),
        "marked/app.py": b"\xef\xbb\xbf" + APP.encode(),
        "latin/app.py": b"# -*- coding: latin-1 -*-\n" + latin.encode("latin-1"),
    }
    folder = repository(files)
    (folder / "crlf" / "app.py").chmod(0o755)
    git(folder, "commit", "--quiet", "--all", "-m", "mode", "--allow-empty")
    before = {name: (folder / name).read_bytes() for name in files}
    for name in files:
        fix(folder / Path(name).parent)
        git(folder, "commit", "--quiet", "--all", "--allow-empty", "-m", name)
        after = (folder / name).read_bytes()
        assert after != before[name], name
        assert after.replace(b"debug=False", b"debug=True").replace(b", status_code=201", b"").replace(
            b", status_code=204", b"").replace(b"def print", b"async def print") == before[name]
    assert stat.S_IMODE((folder / "crlf" / "app.py").stat().st_mode) == 0o755


def test_a_process_of_the_tests_does_not_outlive_the_time_that_they_have(tmp_path):
    from backend_lead.gates.target_tests import run_tests

    script = tmp_path / "sleeps.py"
    script.write_text("import subprocess, sys, time\nchild = subprocess.Popen([sys.executable, '-c', 'import time; "
                      "time.sleep(60)'])\nprint(child.pid, flush=True)\ntime.sleep(60)\n")
    tested = run_tests(f"{sys.executable} sleeps.py", tmp_path, timeout=3)
    assert not tested.passed
    assert tested.said.startswith("did not end within 3 seconds: ")
    child = int(tested.said.rpartition(" ")[2])
    for _ in range(50):
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            break
        if Path(f"/proc/{child}/stat").read_text().split()[2] == "Z":
            break
        time.sleep(0.1)
    else:
        os.kill(child, signal.SIGKILL)
        pytest.fail("the child was still there")


def test_an_audit_mends_what_is_about_security_alone(repository, capsys):
    folder = repository()
    assert main(["audit", str(folder), "--fix", "--fail-on", "never", "--format", "json", "-q"]) == 0
    assert outcomes(json.loads(capsys.readouterr().out)["repairs"]) == [("debug-enabled", "kept")]
    assert (folder / "app.py").read_text() == APP.replace("debug=True", "debug=False")


def test_with_since_only_what_changed_is_mended(repository, fix):
    """Old findings of a file that a patch changes are not taken for new ones."""
    folder = repository({"old.py": APP.replace("/entries", "/notes").replace("print_entry", "print_note")})
    (folder / "app.py").write_text(APP)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", "new")
    repairs = fix(folder, "--since", "HEAD~1")
    assert {each["file"] for each in repairs["patches"]} == {"app.py"}
    assert repairs["kept"] == 4
    assert changed(folder) == [" M app.py"]
