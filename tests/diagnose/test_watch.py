"""Watching: what is kept of each look, when a level changed, and a real server that gets slower under the eyes."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

import hostile
from backend_lead.diagnose.change_points import change_points
from backend_lead.diagnose.watched import watched
from backend_lead.doors.cli.main import main
from backend_lead.errors import NothingToLookAt, WrongUse
from backend_lead.gates.watch_store import WatchStore
from backend_lead.lead.watch import Watching, metrics, watch
from backend_lead.model.watch import Counted, Snapshot
from backend_lead.prove.scratch import Scratch

HOUR = 3600.0
SALE = "SELECT * FROM sale WHERE person_id = $1"


def look(at: float, counted: dict[str, Counted], *, reset: float | None = 1.0, started: float = 1.0,
         **gauges: float) -> Snapshot:
    return Snapshot(at, started, reset, counted, gauges, "shop")


def running(calls: int, ms: float = 1.0, blocks: int = 10) -> dict[str, Counted]:
    return {SALE: Counted(calls, calls * ms, calls, calls * blocks)}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[WatchStore]:
    with WatchStore(tmp_path / "w.sqlite", create=True) as opened:
        yield opened


def points(store: WatchStore) -> list[tuple[float, int]]:
    return [(point.at, point.counted.calls) for _, _, found in store.statements() for point in found]


# --- when a level changed


def test_a_step_is_found_where_it_is():
    chance = random.Random(5)
    for place, count in ((6, 40), (15, 40), (32, 40), (488, 500)):
        values = [chance.lognormvariate(0, 0.2) * (1 if index < place else 3) for index in range(count)]
        [(found, probability)] = change_points(values)
        assert abs(found - place) <= 1
        assert probability < 0.01


def test_two_steps_are_two():
    values = [1.0, 1.1] * 12 + [5.0, 5.2] * 12 + [2.0, 2.1] * 12
    assert [place for place, _ in change_points(values)] == [24, 48]


def test_noise_is_seldom_taken_for_a_change():
    chance = random.Random(7)
    alarms = sum(bool(change_points([chance.lognormvariate(0, 0.5) for _ in range(60)])) for _ in range(300))
    assert alarms <= 6


def test_few_values_and_equal_ones_tell_nothing():
    assert change_points([1.0, 9.0] * 3) == ()
    assert change_points([2.0] * 50) == ()
    assert change_points([]) == ()


# --- what is kept of each look


def test_of_two_looks_what_was_added_between_is_kept(store: WatchStore):
    assert store.add(look(100, running(50))) == "watching began"
    assert store.add(look(160, running(70))) == ""
    assert points(store) == [(160.0, 20)]
    assert [seconds for _, seconds, _, _ in store.looks()] == [0.0, 60.0]


def test_after_a_reset_all_was_added_since_then(store: WatchStore):
    store.add(look(100, running(50)))
    assert store.add(look(160, running(70), reset=150.0)) == "pg_stat_statements was reset"
    assert points(store) == [(160.0, 70)]
    assert [seconds for _, seconds, _, _ in store.looks()] == [0.0, 10.0]


def test_a_restart_leaves_counters_as_they_were_or_empties_them(store: WatchStore):
    store.add(look(100, running(50)))
    assert store.add(look(160, running(70), started=130.0)) == "the server was restarted"
    assert store.add(look(220, running(5), started=200.0)) == "the server was restarted"
    assert points(store) == [(160.0, 20), (220.0, 5)]


def test_a_statement_that_was_dropped_and_came_back_is_counted_anew(store: WatchStore):
    for at, counted in ((100, running(50)), (160, {}), (220, running(3))):
        store.add(look(at, counted))
    assert points(store) == [(220.0, 3)]


def test_a_store_is_about_one_database(store: WatchStore, tmp_path: Path):
    store.add(look(100, running(1)))
    with pytest.raises(WrongUse, match="is about the database shop, not other"):
        store.add(replace(look(160, running(2)), database="other"))
    for bad in (b"no database at all" * 100, b"SQLite format 3\x00" + b"\xff" * 4000):
        (tmp_path / "bad").write_bytes(bad)
        with pytest.raises(WrongUse, match="cannot be used as a store"):
            WatchStore(tmp_path / "bad")
    with pytest.raises(WrongUse, match="There is no"):
        WatchStore(tmp_path / "none")


def test_old_looks_are_merged_to_hours_and_older_ones_go(store: WatchStore):
    for number in range(300):
        store.add(look(number * 600.0, running(number * 10), connections=3.0))
    now = 300 * 600.0 + 2 * 86_400
    store.thin(now, days=60, largest=10**9)
    after = points(store)
    assert len(after) == 50
    assert sum(calls for _, calls in after) == 2_990
    assert sum(seconds for _, seconds, _, _ in store.looks()) == pytest.approx(299 * 600.0)
    store.thin(now, days=3, largest=10**9)
    assert 0 < len(points(store)) < len(after)


def test_the_file_does_not_grow_beyond_its_bound(tmp_path: Path):
    path = tmp_path / "w.sqlite"
    with WatchStore(path, create=True) as store:
        for number in range(120):
            many = {f"SELECT {text} FROM t WHERE a = $1": Counted(number + 1, 1.0 + number, 1, 1) for text in range(300)}
            store.add(look(number * 60.0, many))
            store.thin(number * 60.0, days=60, largest=400_000)
        assert list(store.looks())[-1][0] == 119 * 60.0
        assert len(list(store.looks())) < 120
    assert path.stat().st_size < 800_000


# --- what changed


def test_more_pages_are_measured_and_more_time_alone_is_suspected(store: WatchStore):
    total = {SALE: Counted(0, 0.0, 0, 0), "SELECT 2": Counted(0, 0.0, 0, 0), "SELECT 3": Counted(0, 0.0, 0, 0)}
    for number in range(40):
        late = number >= 20
        total = {SALE: total[SALE] + Counted(100, 500.0 if late else 100.0, 1, 90_000 if late else 1_000),
                 "SELECT 2": total["SELECT 2"] + Counted(100, 400.0 if late else 100.0, 1, 1_000),
                 "SELECT 3": total["SELECT 3"] + Counted(100, 20.0 if late else 90.0, 1, 10 if late else 900)}
        store.add(look(number * 60.0, total))
    found = watched(store)
    assert [each.sql for each in found.slower] == [SALE, "SELECT 2"]
    assert [each.sql for each in found.faster] == ["SELECT 3"]
    evidence = {each.sql: (each.change.evidence.value, round(each.change.factor, 2)) for each in found.queries
                if each.change}
    assert evidence == {SALE: ("measured", 5.0), "SELECT 2": ("suspected", 4.0), "SELECT 3": ("measured", 0.22)}
    change = found.slower[0].change
    assert change is not None
    assert change.at == 19 * 60.0
    assert change.ms_per_hour == pytest.approx(4.0 * 6000, rel=0.01)


def test_what_adds_nothing_to_the_whole_is_not_news(store: WatchStore):
    total = {SALE: Counted(0, 0.0, 0, 0), "SELECT 2": Counted(0, 0.0, 0, 0)}
    for number in range(40):
        total = {SALE: total[SALE] + Counted(1000, 5000.0, 1, 1),
                 "SELECT 2": total["SELECT 2"] + Counted(1, 2.0 if number >= 20 else 0.5, 1, 1)}
        store.add(look(number * 60.0, total))
    assert watched(store).slower == ()


# --- a real server


@pytest.fixture(scope="module")
def counting() -> Iterator[Scratch]:
    with Scratch(statements=True) as server:
        yield server


@pytest.fixture
def shop(counting: Scratch) -> str:
    counting.execute("DROP DATABASE IF EXISTS watched_shop WITH (FORCE)")
    counting.create_database("watched_shop")
    counting.execute("""
        CREATE EXTENSION pg_stat_statements; CREATE TABLE sale (id int PRIMARY KEY, person_id int);
        INSERT INTO sale SELECT i, i % 500 FROM generate_series(1, 20000) i;
        CREATE INDEX sale_person ON sale (person_id); ANALYZE""", database="watched_shop")
    counting.execute("DROP ROLE IF EXISTS looker")
    counting.execute("CREATE ROLE looker LOGIN; GRANT pg_read_all_stats TO looker")
    return counting.dsn("watched_shop", "looker")


def test_a_lost_index_is_seen_with_its_time_and_its_pages(counting: Scratch, shop: str, tmp_path: Path, capsys):
    store = tmp_path / "w.sqlite"
    taken = 0

    def sent(seconds: float) -> None:
        nonlocal taken
        taken += 1
        if taken == 12:
            counting.execute("DROP INDEX sale_person", database="watched_shop")
        if taken == 24:
            raise KeyboardInterrupt
        with psycopg.connect(counting.dsn("watched_shop"), autocommit=True) as connection:
            for number in range(20):
                connection.execute("SELECT * FROM sale WHERE person_id = %s", (number,))
                connection.execute("SELECT count(*) FROM sale WHERE id < %s", (100 + number,))

    with pytest.raises(KeyboardInterrupt):
        watch(Watching(shop, store, every=1.0), sleep=sent)
    (tmp_path / "empty").mkdir()
    assert main(["watch", "report", str(tmp_path / "empty"), "--store", str(store), "--format", "json", "-q"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["snapshots"] == 24
    assert found["slower"] == [SALE]
    [query] = [each for each in found["queries"] if each["sql"] == SALE]
    assert query["change"]["evidence"] == "measured"
    assert query["change"]["blocks_after"] > 2 * query["change"]["blocks_before"]
    assert sum(point["calls"] for point in query["points"]) == 23 * 20
    assert any(gauge["name"] == "connections" for gauge in found["gauges"])
    for form in ("text", "markdown", "html"):
        assert main(["watch", "report", str(tmp_path / "empty"), "--store", str(store), "--format", form, "-q"]) == 0
        assert "times longer since" in " ".join(capsys.readouterr().out.split())


def test_a_server_that_is_down_for_a_while_costs_a_look_and_is_told(counting: Scratch, shop: str, tmp_path: Path):
    store = tmp_path / "w.sqlite"
    away = counting.server.stopped()
    taken = 0

    def wait(seconds: float) -> None:
        nonlocal taken
        taken += 1
        if taken == 2:
            away.__enter__()
        if taken == 3:
            away.__exit__(None, None, None)
        if taken == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watch(Watching(shop, store, every=1.0), sleep=wait)
    with WatchStore(store) as opened:
        gaps = [why for _, why in watched(opened).gaps]
    assert gaps[0].startswith("the server did not answer")
    assert "the server was restarted" in gaps


def test_the_lines_for_prometheus_are_in_its_format(shop: str, tmp_path: Path, capsys):
    store, file = tmp_path / "w.sqlite", tmp_path / "w.prom"
    assert main(["watch", "--db", shop, "--every", "1s", "--for", "1s", "--store", str(store), "--prometheus", str(file),
                 "-q"]) == 0
    assert main(["watch", "metrics", "--store", str(store)]) == 0
    assert capsys.readouterr().out == file.read_text(encoding="utf-8")
    label = r'[a-z_]+="(?:[^"\\\n]|\\.)*"'
    line = re.compile(rf"# (?:HELP|TYPE) backend_lead_\w+ .+|backend_lead_\w+\{{{label}(?:,{label})*\}} [0-9.e+-]+")
    lines = file.read_text(encoding="utf-8").splitlines()
    assert len(lines) > 10
    assert [each for each in lines if not line.fullmatch(each)] == []


def test_hostile_text_of_a_statement_breaks_no_format(store: WatchStore, tmp_path: Path, capsys):
    for number in range(3):
        store.add(look(100.0 + number, {f"SELECT '{hostile.BAD.replace(chr(0xd800), '')}'": Counted(number + 1, 1.0, 1, 1)}))
    (tmp_path / "empty").mkdir()
    path = str(tmp_path / "w.sqlite")
    for form in ("text", "markdown", "html", "json"):
        assert main(["watch", "report", str(tmp_path / "empty"), "--store", path, "--format", form, "-q"]) == 0
        out = capsys.readouterr().out
        assert "\x1b" not in out
        if form == "html":
            assert hostile.SCRIPT not in out
    assert all("\n" not in line for line in metrics(store))


def test_a_database_without_counters_is_told_how_to_get_them(postgres: Scratch, tmp_path: Path):
    dsn = postgres.create_database("uncounted")
    with pytest.raises(NothingToLookAt, match="pg_stat_statements"):
        watch(Watching(dsn, tmp_path / "w.sqlite", lasting=0.0, allow_superuser=True))


def test_wrong_words_are_said_with_what_to_type(tmp_path: Path, capsys, monkeypatch):
    monkeypatch.delenv("BACKEND_LEAD_DB", raising=False)
    monkeypatch.chdir(tmp_path)
    for asked, said in ((["watch"], "No database was named"), (["watch", "--db", "x", "--every", "soon"], "is not a time"),
                        (["watch", "--db", "x", "--keep-size", "much"], "is not a size"),
                        (["watch", "report"], "There is no"), (["watch", "metrics"], "There is no"),
                        (["watch", "reprot"], "Did you mean report?")):
        assert main(asked) == 2
        assert said in capsys.readouterr().err
    assert main(["watch", "--db", "postgresql://nobody@127.0.0.1:1/x", "-q"]) == 4
