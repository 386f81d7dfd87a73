"""A PostgreSQL of our own: it starts anywhere, listens nowhere, and ends however we end."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from backend_lead.errors import WrongUse
from backend_lead.gates import local_postgres
from backend_lead.prove.scratch import Scratch


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def pid_of(scratch):
    return int((scratch.server.folder / "data/postmaster.pid").read_text().split()[0])


def gone(pid, folder):
    """Wait until a server and its folder are gone; say whether they went."""
    for _ in range(600):
        if not alive(pid) and not folder.exists():
            return True
        time.sleep(0.05)
    return False


def test_it_runs_while_the_block_lasts_and_leaves_nothing():
    with Scratch({"work_mem": "7MB"}, statements=True) as scratch:
        pid, folder = pid_of(scratch), scratch.server.folder
        assert scratch.execute("SHOW work_mem") == [("7MB",)]
        assert scratch.execute("SHOW shared_preload_libraries") == [("pg_stat_statements",)]
        assert scratch.execute("SELECT %s::int; ", (4,)) == [(4,)]
        assert scratch.execute("SELECT 1; CREATE TABLE t (a int); SELECT 2") == [(2,)]
        with psycopg.connect(scratch.create_database('odd "name"')) as connection:
            assert connection.execute("SELECT current_database()").fetchone() == ('odd "name"',)
        scratch.create_database("copy", template="postgres")
        assert scratch.execute("SELECT count(*) FROM t", database="copy") == [(0,)]
        scratch.drop_database("copy")
        assert "database system is ready" in scratch.server.log()
    assert not alive(pid)
    assert not folder.exists()
    scratch.close()
    with pytest.raises(WrongUse, match="is not running"):
        scratch.dsn()


def test_it_ends_on_an_exception():
    seen = []

    def fail():
        with Scratch() as scratch:
            seen.append((pid_of(scratch), scratch.server.folder))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    [(pid, folder)] = seen
    assert not alive(pid)
    assert not folder.exists()


def test_it_ends_when_we_are_killed(tmp_path):
    code = ("import os, sys; from backend_lead.prove.scratch import Scratch; s = Scratch().__enter__()\n"
            "pid = (s.server.folder / 'data/postmaster.pid').read_text().split()[0]\n"
            "print(pid, s.server.folder, flush=True); sys.stdin.read()")
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        pid, folder = parent.stdout.readline().split()
        assert alive(int(pid))
        parent.send_signal(signal.SIGKILL)
    assert gone(int(pid), Path(folder))


def test_several_run_beside_each_other():
    with Scratch() as one, Scratch() as other:
        one.execute("CREATE TABLE only_here (a int)")
        with pytest.raises(WrongUse, match="only_here"):
            other.execute("SELECT * FROM only_here")


def test_it_listens_on_no_network_unless_asked():
    with Scratch() as scratch:
        assert scratch.execute("SHOW listen_addresses") == [("",)]
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(scratch.dsn(tcp=True), connect_timeout=2)


def test_over_tcp_it_wants_the_password_and_only_from_here():
    with Scratch(tcp=True) as scratch:
        assert scratch.execute("SHOW listen_addresses") == [("127.0.0.1",)]
        with psycopg.connect(scratch.dsn(tcp=True)) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(scratch.dsn(tcp=True).replace(scratch.server.password, "guess"))


def test_its_folder_is_closed_to_others():
    with Scratch() as scratch:
        assert scratch.server.folder.stat().st_mode & 0o077 == 0


def test_a_setting_that_the_server_does_not_know_is_said():
    with pytest.raises(WrongUse, match="no_such_setting"):
        Scratch({"no_such_setting": "1"}).__enter__()


def test_a_statement_that_the_server_refuses_is_said(postgres):
    with pytest.raises(WrongUse, match="division by zero"):
        postgres.execute("SELECT 1 / 0")


def test_without_the_package_the_extra_is_named(monkeypatch):
    monkeypatch.setattr(local_postgres.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(WrongUse, match="is not installed") as caught:
        Scratch().__enter__()
    assert "pip install 'backend-lead[local]'" in caught.value.hint


def test_programs_that_its_account_may_not_read_are_copied(monkeypatch, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root runs the server as somebody else")
    package = local_postgres.installed_programs().parents[1]
    closed = tmp_path / "closed"
    for source in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(source, closed / source.name)
    closed.chmod(0o700)
    monkeypatch.setattr(local_postgres, "installed_programs", lambda major=None: closed / package.name / "pginstall/bin")
    with Scratch() as scratch:
        assert scratch.execute("SELECT 1") == [(1,)]


def test_an_ordinary_user_runs_it_as_itself():
    if os.geteuid() != 0:
        pytest.skip("the other tests are run by an ordinary user already")
    user = pwd.getpwnam("nobody").pw_uid
    child = os.fork()
    if child == 0:
        # The interpreter itself may lie where nobody may look, so this process changes its user and starts no other.
        try:
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
            with Scratch() as scratch:
                own = scratch.server.folder.stat().st_uid == user and scratch.execute("SELECT 1") == [(1,)]
            os._exit(0 if own else 1)
        except BaseException as error:
            os.write(2, f"{error!r}\n".encode())
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_new_server_begins_with_a_copy_that_nobody_else_can_have_touched(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    called = []
    real = local_postgres.LocalPostgres._call
    monkeypatch.setattr(local_postgres.LocalPostgres, "_call",
                        lambda self, program, *words: (called.append(program), real(self, program, *words)))
    with Scratch() as first:
        first.create_database("one")
    [kept] = (tmp_path / "backend-lead" / "clusters").iterdir()
    assert kept.stat().st_mode & 0o077 == 0
    with Scratch(tcp=True) as second:
        assert second.execute("SELECT datname FROM pg_database WHERE datname = 'one'") == []
        with psycopg.connect(second.dsn(tcp=True)) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(second.dsn(tcp=True).replace(second.server.password, "another"))
    assert called == ["initdb"]
    # One that others may write into is not taken.
    kept.chmod(0o777)
    with Scratch() as third:
        assert third.execute("SELECT 1") == [(1,)]
    assert called == ["initdb", "initdb"]
