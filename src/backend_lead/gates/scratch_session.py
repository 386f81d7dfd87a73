"""Sessions with a PostgreSQL of our own, where anything may be run.  Never used with a database of the target's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import TracebackType
from typing import Any, BinaryIO

from backend_lead.gates.grammar import Node, SqlUnreadable, enum_name, kind, parse
from backend_lead.gates.local_postgres import GUEST, OWNER, LocalPostgres
from backend_lead.gates.text import one_line

# What may be worth a look at the tree: parsing everything twice would take its time.
_SPECIAL = re.compile(r"(?i)\bextension\b|\bowner\s+to\b")
# Extensions that read files or talk to other servers, whoever may use them.
_REACHING = frozenset({"adminpack", "dblink", "file_fdw", "postgres_fdw", "xml2"})


class ScratchError(Exception):
    """What the server said against a statement; `state` is its SQLSTATE."""

    def __init__(self, message: str, state: str) -> None:
        super().__init__(message)
        self.message = message
        self.state = state


class ScratchSession:
    """One session as the owner, or as the guest who is no superuser; statements run as they are typed, and transactions
    are the caller's.

    psycopg prepares nothing by itself here: it would deallocate what the caller prepared when a transaction is rolled
    back.
    """

    def __init__(self, server: LocalPostgres, database: str, *, guest: bool = False) -> None:
        import psycopg

        self._server, self._database, self._guest = server, database, guest
        if guest:
            server.admit_guest()
        role = GUEST if guest else OWNER
        self._connection = psycopg.connect(server.dsn(database, role), autocommit=True, prepare_threshold=None)
        self.rowcount = 0
        self.status = ""

    def __enter__(self) -> ScratchSession:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the session; may be called twice."""
        self._connection.close()

    @property
    def pid(self) -> int:
        """The server's process for this session."""
        return self._connection.info.backend_pid

    @property
    def version(self) -> int:
        """The server's version as a number: 180001."""
        return self._connection.info.server_version

    def run(self, sql: str, parameters: Sequence[object] | None = None) -> list[tuple[Any, ...]]:
        """Run SQL and return the rows of its last statement, none where it gives none.  Raises ScratchError."""
        import psycopg

        try:
            # psycopg reads a % in a text without parameters as itself.
            cursor = self._connection.execute(sql.encode(), parameters)
            while cursor.nextset():
                pass
            self.rowcount, self.status = cursor.rowcount, cursor.statusmessage or ""
            return cursor.fetchall() if cursor.description else []
        except psycopg.Error as error:
            diagnostics = getattr(error, "diag", None)
            said = (getattr(diagnostics, "message_primary", None) or str(error)).strip()
            raise ScratchError(one_line(said, 300), error.sqlstate or "") from None

    def play(self, sql: str) -> list[tuple[Any, ...]]:
        """Run SQL that is not ours, as `run` does.

        What only a superuser may do and does no harm is done for the guest: installing an extension that the server's
        packages carry and that reaches neither files nor other servers.  Who owns something is left as it is, for a
        role that is there owns it as well.  Raises ScratchError.
        """
        tree = _only(sql) if self._guest and _SPECIAL.search(sql) else None
        if tree is not None:
            extension = _extension(tree)
            if extension and self._is_for_superusers(extension):
                return self._installed(sql)
            owner = _new_owner(tree)
            if owner and self.run("SELECT 1 FROM pg_roles WHERE rolname = %s", (owner,)):
                return []
        return self.run(sql)

    def _is_for_superusers(self, name: str) -> bool:
        if name in _REACHING or name.startswith("pl"):
            return False
        rows = self.run("SELECT to_jsonb(v) ->> 'trusted' FROM pg_available_extension_versions v WHERE name = %s "
                        "LIMIT 1", (name,))
        return bool(rows) and rows[0][0] != "true"

    def _installed(self, sql: str) -> list[tuple[Any, ...]]:
        with ScratchSession(self._server, self._database) as owner:
            # It would wait for what the guest's own transaction holds.
            owner.run("SET lock_timeout = '2s'")
            return owner.run(sql)

    def copy(self, sql: str, source: BinaryIO) -> None:
        """Run a COPY FROM STDIN with what a file holds.  Raises ScratchError."""
        import psycopg

        try:
            with self._connection.cursor() as cursor, cursor.copy(sql.encode()) as into:
                while block := source.read(1 << 20):
                    into.write(block)
        except psycopg.Error as error:
            raise ScratchError(one_line(str(error), 300), error.sqlstate or "") from None

    def cancel(self) -> None:
        """Ask the server to give up what the session is running."""
        self._connection.cancel_safe(timeout=5)


def _only(sql: str) -> Node | None:
    """Return a statement that stands alone: what is done as a superuser may have nothing of the guest's behind it."""
    try:
        trees = parse(sql)
    except SqlUnreadable:
        return None
    return trees[0].stmt if len(trees) == 1 else None


def _extension(tree: Node) -> str:
    """Return the name of the one extension that a statement makes, brings up to date or drops, "" for others."""
    what = kind(tree)
    if what in ("create_extension_stmt", "alter_extension_stmt"):
        return str(getattr(tree, what).extname)
    if what == "drop_stmt" and enum_name(tree.drop_stmt, "remove_type") == "OBJECT_EXTENSION":
        names = [each.string.sval for each in tree.drop_stmt.objects]
        return str(names[0]) if len(names) == 1 else ""
    return ""


def _new_owner(tree: Node) -> str:
    """Return the role that a statement makes the owner of something, "" for one that does anything else as well."""
    if kind(tree) == "alter_owner_stmt":
        return str(tree.alter_owner_stmt.newowner.rolename)
    if kind(tree) == "alter_table_stmt":
        commands = [each.alter_table_cmd for each in tree.alter_table_stmt.cmds]
        if len(commands) == 1 and enum_name(commands[0], "subtype") == "AT_ChangeOwner":
            return str(commands[0].newowner.rolename)
    return ""
