"""Fleets on a real PostgreSQL: nothing is lost and nothing counts twice, whoever is killed when."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import jsonschema_rs
import pytest

from backend_lead.doors.cli.main import main
from backend_lead.gates.fleet_store import opened
from backend_lead.gates.local_postgres import LocalPostgres
from backend_lead.lead.fleet import running, worker
from backend_lead.lead.fleet.asked import Question
from backend_lead.lead.fleet.inventory import inventory
from backend_lead.model.fleet import Read

SERVICE = '''
from fastapi import FastAPI

app = FastAPI()


@app.get("/v1/{name}s/{{{name}_id}}")
def read_old({name}_id: int):
    return {{}}


@app.get("/v2/{name}s/{{key}}")
def read_new(key: int):
    return {{}}


@app.get("/v2/things")
def things():
    return []
'''
SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "fleet.1.json"


@pytest.fixture(scope="module")
def server():
    postgres = LocalPostgres()
    yield postgres
    postgres.close()


@pytest.fixture
def store(server, request) -> str:
    name = f"fleet_{abs(hash(request.node.name)) % 10**8}"
    server.execute(f"CREATE DATABASE {name}", None, "postgres")
    return server.dsn(name, "postgres")


@pytest.fixture
def folders(tmp_path):
    def make(*names: str) -> tuple[Path, ...]:
        for name in names:
            (tmp_path / name).mkdir()
            (tmp_path / name / "app.py").write_text(SERVICE.format(name=name))
        return tuple(tmp_path / name for name in names)

    return make


@pytest.fixture
def say(capsys):
    def say(*words: object) -> tuple[int, str, str]:
        code = main([str(word) for word in words])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return say


def jobs(server, store: str) -> list[tuple[object, ...]]:
    database = store.rpartition("/")[2].partition("?")[0]
    return server.execute("SELECT args->>'name', status::text FROM backend_lead_fleet.procrastinate_jobs ORDER BY 1, 2",
                          None, database)


def test_services_are_added_read_and_put_together(store, folders, say):
    pear, fig = folders("pear", "fig")
    (fig.parent / "empty").mkdir()
    assert say("fleet", "add", pear, fig, fig.parent / "empty", "--store", store, "-q")[:2] == (
        0, "pear  added\nfig  added\nempty  added\n")
    assert say("fleet", "add", pear, "--store", store, "-q")[1] == "pear  was there already\n"
    assert "\nFleet     3 services (3 waiting), 0 routes, run 0\n" in say("fleet", "report", "--store", store)[1]
    assert say("fleet", "run", "--store", store, "-q") == (0, "", "")
    code, out, _ = say("fleet", "report", "--store", store)
    assert code == 0
    assert "Fleet     3 services (2 done, 1 nothing), 6 routes, run 1" in out
    assert "fig · GET /v1/figs/{fig_id} → v2" in out
    assert "GET /things · fig, pear" in out
    assert "Not read\n      empty: " in out


def test_the_document_holds_to_its_schema(store, folders, say):
    folders("pear", "fig")
    say("fleet", "add", *folders("plum"), "--store", store, "-q")
    say("fleet", "run", "--store", store, "-q", "--workers", "1")
    document = json.loads(say("fleet", "report", "--store", store, "--format", "json")[1])
    jsonschema_rs.validator_for(json.loads(SCHEMA.read_text())).validate(document)
    [service] = document["services"]
    assert (service["name"], service["outcome"], len(service["endpoints"])) == ("plum", "done", 3)
    assert document["old_routes"] == [
        {"service": "plum", "method": "GET", "path": "/v1/plums/{plum_id}", "version": "v1", "newer": "v2"}]
    kept = json.loads(say("fleet", "report", "--store", store, "--service", "plum")[1])
    assert kept["schema"] == "backend-lead/review/1"


def test_a_worker_that_is_killed_loses_and_doubles_nothing(server, store, folders):
    """Every worker of the first seconds is killed, at whatever it is."""
    names = [f"s{number}" for number in range(12)]
    running.add(store, folders(*names), None, None)
    killed: list[int] = []
    over = threading.Event()

    def kill() -> None:
        while len(killed) < 4 and not over.is_set():
            time.sleep(0.9)
            for pid in children(os.getpid(), b"lead.fleet.worker"):
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        assert running.run(store, 2) == 1
    finally:
        over.set()
        killer.join()
    assert killed
    with opened(store) as fleet:
        assert sorted(fleet.entries()) == sorted(names)
        assert fleet.progress(1) == (len(names), len(names))
    assert len({name for name, status in jobs(server, store) if status in ("todo", "doing")}) == 0


def children(parent: int, module: bytes) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and module in (folder / "cmdline").read_bytes() and (
                    f"PPid:\t{parent}\n" in (folder / "status").read_text()):
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def test_a_run_that_is_killed_goes_on_where_it_was(store, folders):
    names = [f"s{number}" for number in range(8)]
    running.add(store, folders(*names), None, None)
    process = subprocess.Popen([sys.executable, "-m", "backend_lead", "fleet", "run", "--store", store, "-q"],
                               start_new_session=True)
    with opened(store) as fleet:
        for _ in range(300):
            if fleet.last_run() and fleet.progress(1)[0] >= 2:
                break
            time.sleep(0.1)
    process.kill()
    process.wait()
    assert running.run(store, 2) == 1
    with opened(store) as fleet:
        assert fleet.progress(1) == (8, 8)
    assert running.run(store, 2) == 2


def test_what_is_done_is_not_filled_again(store, folders):
    running.add(store, folders("pear"), None, None)
    with opened(store) as fleet:
        run = fleet.begin()
        assert fleet.started(run, "pear") == 1
        assert fleet.fill(run, "pear", b"{}", b"first")
        assert not fleet.fill(run, "pear", b"{}", b"second")
        assert fleet.started(run, "pear") is None
        assert fleet.document("pear") == b"first"


def test_a_second_run_is_refused_while_one_goes_on(store, folders, say):
    running.add(store, folders("pear"), None, None)
    with opened(store) as fleet, fleet.leading():
        code, _, err = say("fleet", "run", "--store", store, "-q")
    assert code == 2
    assert "backend-lead fleet run --join" in err


def test_reading_that_ends_without_an_answer_counts_as_failed_the_third_time(store, folders, monkeypatch):
    running.add(store, folders("pear"), None, None)
    monkeypatch.setattr(worker, "_answer", lambda question: None)
    with opened(store) as fleet:
        run = fleet.begin()
        for _ in range(worker.CRASHES):
            worker._read(fleet, run, "pear")
        assert fleet.progress(run) == (1, 1)
    fleet_of_one = inventory(store).fleet
    assert fleet_of_one is not None
    [service] = fleet_of_one.services
    assert (service.outcome, service.why) == (Read.FAILED, "reading it ended without an answer 3 times")


def test_a_service_that_needs_too_much_memory_does_not_take_it(folders):
    [folder] = folders("pear")
    answer = worker._answer(Question("pear", str(folder), memory=80_000_000))
    assert answer is None or "more than 80 MB" in answer.entry or '"failed"' in answer.entry


@pytest.mark.parametrize(("words", "said"), [
    (["fleet", "add"], "backend-lead fleet add PATH, or: fleet add --db DSN --name NAME"),
    (["fleet", "add", "no/such/folder"], "Give the folder of a backend's source."),
    (["fleet", "add", ".", "--db", "postgresql://me:secret@host/x"], "~/.pgpass"),
    (["fleet", "add", ".", "..", "--name", "x"], "Add the folders one by one."),
    (["fleet", "report", "--service", "nobody"], "Add it: backend-lead fleet add PATH"),
])
def test_what_cannot_be_meant_is_refused_with_what_to_type(store, say, words, said):
    code, out, err = say(*words, "--store", store)
    assert (code, out) == (2, "")
    assert said in err
    assert "secret" not in err


def test_a_fleet_without_services_has_nothing_to_look_at(store, say):
    code, _, err = say("fleet", "run", "--store", store, "-q")
    assert code == 3
    assert "backend-lead fleet add PATH" in err


def test_another_folder_of_the_same_name_needs_another_one(store, folders, say, tmp_path):
    running.add(store, folders("pear"), None, None)
    (tmp_path / "other" / "pear").mkdir(parents=True)
    code, _, err = say("fleet", "add", tmp_path / "other" / "pear", "--store", store)
    assert code == 2
    assert "--name NAME" in err


def test_a_store_that_does_not_answer_ends_in_4(say):
    code, _, err = say("fleet", "report", "--store", "postgresql://nobody:pw@127.0.0.1:1/x")
    assert code == 4
    assert "pw" not in err.replace("Give a PostgreSQL", "")


def test_the_usual_store_is_a_folder_of_this_user(tmp_path, folders, say, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("BACKEND_LEAD_FLEET", raising=False)
    say("fleet", "add", *folders("pear"), "-q")
    assert "1 service (1 waiting)" in say("fleet", "report")[1]
    assert (tmp_path / "data" / "backend-lead" / "fleet" / "postgres").is_dir()
