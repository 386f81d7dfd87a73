"""Migrations of MySQL and MariaDB: what is looked up, what is undecided, and the table against a real server."""

from __future__ import annotations

import pytest
from benchmarks.mariadb.__main__ import ALGORITHMS, LOCKS, accepted
from benchmarks.mariadb.changes import CHANGES
from benchmarks.mariadb.server import NoMariaDB, Server

from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.lint import lint
from backend_lead.migrate.mariadb import judge, knowledge
from backend_lead.migrate.script import Script, Sent
from backend_lead.model.migration import HazardKind, Statement
from backend_lead.model.place import Place


def judged(sql: str) -> Statement:
    return judge(Sent(sql, Place("1.sql", 1)), 0)


@pytest.mark.parametrize("sql", [
    "ALTER TABLE `users` ADD COLUMN `phone` varchar(20)", "ALTER TABLE users ADD phone varchar(20) NOT NULL DEFAULT 'x, y'",
    "CREATE INDEX by_phone ON users (phone)", "ALTER TABLE users ADD INDEX (phone), ADD COLUMN b int",
    "ALTER TABLE users DROP INDEX by_phone", "DROP INDEX by_phone ON users",
    "ALTER TABLE users ALTER COLUMN a SET DEFAULT 3", "CREATE TABLE `a` (`id` int) ENGINE=InnoDB",
    "ALTER TABLE users MODIFY a bigint, ALGORITHM=INSTANT", "ALTER TABLE users MODIFY a bigint, LOCK=NONE",
])  # fmt: skip
def test_what_keeps_nobody_waiting_has_no_hazard(sql: str):
    found = judged(sql)
    assert (found.hazards, found.undecided, found.blocks_writes, found.transactional) == ((), "", False, False)


@pytest.mark.parametrize(("sql", "cause"), [
    ("ALTER TABLE `users` CONVERT TO CHARACTER SET utf8mb4", "rewrite"),
    ("ALTER TABLE users DROP PRIMARY KEY", "rewrite"),
    ("ALTER TABLE users ADD COLUMN a int, ALGORITHM=COPY", "rewrite"),
    ("ALTER TABLE users ADD FOREIGN KEY (a) REFERENCES b (id)", "rewrite"),
    ("ALTER TABLE users ADD FULLTEXT INDEX (body)", "index-build"),
    ("CREATE FULLTEXT INDEX f ON users (body)", "index-build"),
    ("ALTER TABLE users ADD INDEX (a), LOCK=SHARED", "index-build"),
])
def test_what_keeps_writers_waiting_says_so(sql: str, cause: str):
    found = judged(sql)
    assert [(each.kind, each.cause, each.relation) for each in found.hazards] == [(HazardKind.BLOCKS, cause, "users")]
    assert found.blocks_writes


def test_what_the_server_refuses_fails():
    found = judged("ALTER TABLE users CONVERT TO CHARACTER SET utf8mb4, LOCK=NONE")
    assert [(each.kind, each.certain) for each in found.hazards] == [(HazardKind.FAILS, True)]
    assert not found.blocks_writes


@pytest.mark.parametrize("sql", [
    "ALTER TABLE users RENAME COLUMN a TO b", "RENAME TABLE users TO people", "ALTER TABLE users RENAME people",
    "ALTER TABLE users DROP a", "DROP TABLE users"])
def test_another_name_breaks_what_runs(sql: str):
    assert HazardKind.BREAKS in [each.kind for each in judged(sql).hazards]


@pytest.mark.parametrize("sql", ["DROP TABLE users", "TRUNCATE TABLE users", "ALTER TABLE users DROP COLUMN a"])
def test_what_goes_is_lost(sql: str):
    assert HazardKind.LOSES in [each.kind for each in judged(sql).hazards]


@pytest.mark.parametrize("sql", [
    "ALTER TABLE users MODIFY a bigint", "ALTER TABLE users CHANGE a b bigint", "UPDATE users SET a = 1", "OPTIMIZE TABLE a",
    "ALTER TABLE users ADD COLUMN a int AUTO_INCREMENT UNIQUE", "ALTER TABLE users PARTITION BY HASH (id)",
    "ALTER TABLE users ADD COLUMN a char(36) DEFAULT (uuid())", "ALTER TABLE users ADD SPATIAL INDEX (a)",
    "CREATE TABLE a SELECT * FROM b", "ALTER TABLE users ORDER BY a",
])  # fmt: skip
def test_what_was_not_measured_is_undecided(sql: str):
    found = judged(sql)
    assert found.undecided
    assert not found.hazards


def test_one_statement_of_mysql_makes_the_others_of_the_change_its_own():
    script = Script("1.sql", "sql", tuple(Sent(sql, Place("1.sql", number)) for number, sql in enumerate((
        "CREATE TABLE `a` (`id` int AUTO_INCREMENT PRIMARY KEY) ENGINE=InnoDB", "ALTER TABLE a ADD COLUMN b int",
        "DELETE FROM a"))))
    [file] = lint([script], Catalog(), 18).files
    assert [(bool(each.undecided), each.transactional) for each in file.statements] == [
        (False, False), (False, False), (True, False)]


def test_the_table_is_what_a_server_accepts():
    try:
        server = Server()
    except NoMariaDB as error:
        pytest.skip(str(error))
    assert set(knowledge().changes) == set(CHANGES)
    with server:
        version = server.run("SELECT version()")
        if not version.startswith(f"{knowledge().version}."):
            pytest.skip(f"MariaDB {version} is installed, and {knowledge().version} was measured")
        for name, known in knowledge().changes.items():
            algorithm = next(each for each in ALGORITHMS if accepted(server, name, f"ALGORITHM={each}"))
            lock = next(each for each in LOCKS if accepted(server, name, f"LOCK={each}"))
            assert (algorithm, lock) == (known.algorithm, known.lock), name
