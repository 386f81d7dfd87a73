"""Flyway and Liquibase, as Maven Central gives them: fetched once into a cache folder, and run on a project."""

from __future__ import annotations

import functools
import os
import subprocess
from pathlib import Path
from urllib.parse import urlparse

from benchmarks.rewrite.tool_cache import fetched, kept, need

PACKAGES = ("org.flywaydb:flyway-core:13.12.1", "org.flywaydb:flyway-database-postgresql:13.12.1",
            # Flyway reads settings of its database modules with it.
            "tools.jackson.core:jackson-databind:3.3.0",
            "org.liquibase:liquibase-core:4.33.0", "info.picocli:picocli:4.7.7", "org.postgresql:postgresql:42.7.14")
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy-dependencies"
_RUNNER = Path(__file__).parent / "RunFlyway.java"
_LIQUIBASE = "liquibase.integration.commandline.LiquibaseCommandLine"
# Neither tool has to tell anybody how it is used.
_QUIET = {"LIQUIBASE_ANALYTICS_ENABLED": "false", "REDGATE_DISABLE_TELEMETRY": "true"}
_CHANGELOG = "databaseChangeLog:\n  - includeAll:\n      path: db/changelog\n      endsWithFilter: .sql\n"


@functools.cache
def packages() -> Path:
    """Return the folder with the tools, fetched when they are not yet.  Raises NoTool."""
    need("java", "javac", "mvn")
    return kept("java-tools", "".join(PACKAGES) + _RUNNER.read_text(), _install)


def _install(folder: Path) -> None:
    wanted = "".join(
        f"<dependency><groupId>{group}</groupId><artifactId>{name}</artifactId><version>{version}</version></dependency>"
        for group, name, version in (each.split(":") for each in PACKAGES))
    (folder / "pom.xml").write_text(
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
        "<groupId>backend-lead</groupId><artifactId>migration-tools</artifactId><version>1</version>"
        f"<packaging>pom</packaging><dependencies>{wanted}</dependencies></project>\n")
    fetched(["mvn", "-q", "-B", _COPY, "-DoutputDirectory=jars"], folder)
    fetched(["javac", "-cp", "jars/*", "-d", "classes", str(_RUNNER)], folder)


def run_flyway(project: Path, dsn: str, folder: str = "src/main/resources/db/migration") -> None:
    """Run `migrate` on a project whose migrations lie in `folder`, with the settings of its flyway.conf.  Raises
    RuntimeError with what Flyway said, also where it waits for itself."""
    _run([*_java("RunFlyway"), *_connection(dsn), folder], project)


def run_liquibase(project: Path, dsn: str, direction: str) -> None:
    """Run `update` on the changelogs below db/changelog, or take back all of them (`down`).  Raises RuntimeError."""
    (project / "changelog.yaml").write_text(_CHANGELOG)
    url, user, password = _connection(dsn)
    command = [*_java(_LIQUIBASE), f"--url={url}", f"--username={user}", f"--password={password}",
               "--changelog-file=changelog.yaml", "--log-level=severe"]
    if direction == "up":
        _run([*command, "update"], project)
        return
    _run([*command, "rollback-count", str(_changesets(project))], project)


def _changesets(project: Path) -> int:
    return sum(path.read_text().count("--changeset ") for path in (project / "db" / "changelog").glob("*.sql"))


def _java(main: str) -> list[str]:
    there = packages()
    return ["java", "-XX:TieredStopAtLevel=1", "-cp", f"{there / 'jars'}/*{os.pathsep}{there / 'classes'}", main]


def _connection(dsn: str) -> tuple[str, str, str]:
    """Return address, user and password as JDBC takes them."""
    url = urlparse(dsn)
    return f"jdbc:postgresql://{url.hostname}:{url.port}{url.path}", url.username or "", url.password or ""


def _run(command: list[str], project: Path) -> None:
    try:
        done = subprocess.run(command, cwd=project, env={**os.environ, **_QUIET}, capture_output=True, text=True,
                              timeout=60, check=False)
    except subprocess.TimeoutExpired:
        raise RuntimeError("it did not end within a minute") from None
    if done.returncode:
        said = [line for line in (done.stderr + done.stdout).split("\n") if "ERROR" in line or "Exception" in line]
        raise RuntimeError(said[-1].strip() if said else (done.stderr or done.stdout).strip()[-300:])

