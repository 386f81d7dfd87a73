"""Edit, change the blueprint, generate again: are the lines written by hand still there, and the rows?

Each scenario is generated, edited by hand, migrated on a database of its own and filled with rows; then its blueprint
changes and it is generated again.  Afterwards every line written by hand has to stand in its file, every value of a
column that was there before in its row, the migrations have to lead down and up again, the service's own tests have to
pass, and the service has to start on the migrated database.
"""

from __future__ import annotations

import copy
import io
import tempfile
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from benchmarks.generated.options import options_of
from benchmarks.generated.scenarios import SCENARIOS, Edit, Scenario
from ruamel.yaml import YAML

from backend_lead.design.blueprint_files import read_blueprint
from backend_lead.errors import WrongUse
from backend_lead.gates.local_postgres import LocalPostgres
from backend_lead.gates.scratch_session import ScratchSession
from backend_lead.gates.service_process import ended, environment, started
from backend_lead.lead.generating import generate_into
from backend_lead.migrate.create.regenerating import NOTHING_SAID, Said
from backend_lead.model.created import GeneratedService
from backend_lead.prove.rows import fill

_ROWS = 200
_YAML = YAML(typ="safe", pure=True)
# The first role is what people have who sign up: the order says something.
_YAML.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
_COLUMNS = """
    SELECT c.table_name, c.column_name FROM information_schema.columns AS c
    JOIN information_schema.tables AS t ON t.table_name = c.table_name AND t.table_schema = c.table_schema
    WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.table_name <> 'schema_migrations'
        AND c.is_generated = 'NEVER' ORDER BY 1, 2
"""


@dataclass(slots=True)
class Seen:
    """What was seen of one scenario; `wrong` says in words what is."""

    lines: int = 0
    lost: int = 0
    values: int = 0
    migrations: int = 0
    conflicts: int = 0
    wrong: list[str] = field(default_factory=list)


def print_regenerated(python: Path, server: LocalPostgres, only: str = "") -> bool:
    """Print a row for each scenario; return whether nothing was lost and nothing is wrong."""
    print(f"{'scenario':<44}{'lines':>6}{'lost':>5}{'columns kept':>13}{'migrations':>11}{'conflicts':>10}")
    every = []
    for number, scenario in enumerate(SCENARIOS):
        if only in scenario.name:
            seen = played(scenario, python, server, f"regenerated_{number}")
            every.append(seen)
            print(f"{scenario.name:<44}{seen.lines:>6}{seen.lost:>5}{seen.values:>13}{seen.migrations:>11}"
                  f"{seen.conflicts:>10}  {'; '.join(seen.wrong)}", flush=True)
    whole = sum(not each.wrong for each in every)
    print(f"\n{whole} of {len(every)} scenarios as they should be; {sum(each.lost for each in every)} of "
          f"{sum(each.lines for each in every)} lines written by hand lost")
    return whole == len(every)


def played(scenario: Scenario, python: Path, server: LocalPostgres, database: str) -> Seen:
    """Play a scenario through on a database of that name, and return what was seen."""
    seen = Seen()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary) / "service"
        blueprint = _blueprint(scenario.archetype)
        _generate(folder, blueprint, scenario, first=True)
        for edit in scenario.edits:
            _write_by_hand(folder, edit)
        if scenario.deleted:
            (folder / scenario.deleted).unlink()
        server.execute(f'CREATE DATABASE "{database}"', None, "postgres")
        settings = environment(server.dsn(database, "postgres", tcp=True))
        _migrate(python, folder, settings, seen)
        with ScratchSession(server, database) as session:
            fill(session, _ROWS)
            before = _values(session)
        renamed: dict[str, str] = {}
        for change, said in ((scenario.change, scenario.said), (scenario.then, scenario.then_said)):
            if change is not None:
                change(blueprint)
                made = _regenerated(folder, blueprint, scenario, said, seen)
                renamed |= said.renamed
                if made is None:
                    return seen
                _told(made, scenario, seen)
        _lines(folder, scenario, seen)
        _migrate(python, folder, settings, seen)
        with ScratchSession(server, database) as session:
            _compare(before, _values(session), renamed, scenario, seen)
        if not scenario.conflicts:
            _works(python, folder, server, database, seen)
    return seen


def _blueprint(archetype: str) -> dict[str, Any]:
    text = (files("backend_lead.design") / "knowledge" / "blueprints" / f"{archetype}.yaml").read_text("utf-8")
    return copy.deepcopy(_YAML.load(text))


def _generate(folder: Path, blueprint: dict[str, Any], scenario: Scenario, said: Said = NOTHING_SAID, *,
              first: bool = False) -> GeneratedService:
    text = io.StringIO()
    _YAML.dump(blueprint, text)
    options = options_of(scenario.archetype)
    if not first:
        options = replace(options, mfa=options.mfa if scenario.mfa is None else scenario.mfa,
                          api_keys=options.api_keys if scenario.api_keys is None else scenario.api_keys,
                          audit=options.audit or scenario.audit)
    return generate_into(folder, read_blueprint(text.getvalue(), "blueprint.yaml"), options, said)


def _regenerated(folder: Path, blueprint: dict[str, Any], scenario: Scenario, said: Said,
                 seen: Seen) -> GeneratedService | None:
    """Generate again; first without an answer where one has to be asked for, which may write nothing."""
    if scenario.refused and said is scenario.said:
        whole = _state(folder)
        try:
            _generate(folder, blueprint, scenario)
            seen.wrong.append("nothing was asked")
        except WrongUse as error:
            if scenario.refused not in f"{error.message} {error.hint}":
                seen.wrong.append(f"asked: {error.message} {error.hint}")
        if _state(folder) != whole:
            seen.wrong.append("something was written before it was answered")
    try:
        return _generate(folder, blueprint, scenario, said)
    except WrongUse as error:
        seen.wrong.append(f"{error.message} {error.hint}")
        return None


def _state(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
            and "__pycache__" not in path.parts}


def _told(made: GeneratedService, scenario: Scenario, seen: Seen) -> None:
    seen.migrations += len(made.migrations) // 2
    seen.conflicts += len(made.conflicts)
    seen.wrong += [note for note in made.schema_notes if note.startswith("The way back")]
    if made.conflicts != scenario.conflicts:
        seen.wrong.append(f"conflicts: {', '.join(made.conflicts) or 'none'}")
    if bool(made.migrations) != scenario.migrates and not made.schema_notes:
        seen.wrong.append("migrations, though the schema is the same" if made.migrations else "no migration")


def _write_by_hand(folder: Path, edit: Edit) -> None:
    path = folder / edit.path
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    at = next((number for number, line in enumerate(lines) if edit.before and line.startswith(edit.before)), len(lines))
    if edit.before.startswith("| `"):
        del lines[at]
    path.write_text("\n".join((*lines[:at], *edit.lines, *lines[at:])) + "\n", encoding="utf-8")


def _lines(folder: Path, scenario: Scenario, seen: Seen) -> None:
    """Count the lines written by hand that are not in their file any more."""
    for edit in scenario.edits:
        path = folder / edit.path
        there = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        for line in edit.lines:
            if line.strip():
                seen.lines += 1
                seen.lost += line not in there
    if seen.lost:
        seen.wrong.append("lines were lost")
    if scenario.deleted and (folder / scenario.deleted).exists():
        seen.wrong.append(f"{scenario.deleted} came back")
    for name in scenario.conflicts:
        text = (folder / name).read_text(encoding="utf-8")
        if "<<<<<<< yours" not in text or ">>>>>>> generated" not in text:
            seen.wrong.append(f"{name} does not show both sides")


def _migrate(python: Path, folder: Path, settings: dict[str, str], seen: Seen) -> None:
    done = ended([str(python), "-m", "app.migrate", "up"], folder, settings)
    if done.code:
        seen.wrong.append(f"migrate up: {done.said[-200:]}")


def _values(session: ScratchSession) -> dict[str, list[str]]:
    """Return the values of every column, in the order of the rows' keys where they have an id."""
    found: dict[str, list[str]] = {}
    for table, column in session.run(_COLUMNS):
        rows = session.run(f'SELECT "{column}"::text FROM "{table}" ORDER BY to_jsonb("{table}") ->> \'id\', 1')
        found[f"{table}.{column}"] = [str(value) for (value,) in rows]
    return found


def _compare(before: dict[str, list[str]], after: dict[str, list[str]], renamed: dict[str, str], scenario: Scenario,
             seen: Seen) -> None:
    for whole, values in before.items():
        aim, given = whole, renamed.get(whole)
        while given:
            aim = f"{whole.partition('.')[0]}.{given}"
            given = renamed.get(aim)
        if whole in scenario.said.gone or whole in scenario.touched:
            continue
        if after.get(aim) == values:
            seen.values += 1
        else:
            seen.wrong.append(f"{whole} is not what it was")


def _works(python: Path, folder: Path, server: LocalPostgres, database: str, seen: Seen) -> None:
    """Run the service's own tests, there and back on a database of its own, and start it on the migrated one."""
    fresh = f"{database}_tests"
    server.execute(f'CREATE DATABASE "{fresh}"', None, "postgres")
    tests = ended([str(python), "-m", "pytest", "-q", "-x"], folder,
                  environment("", TEST_DATABASE_URL=server.dsn(fresh, "postgres", tcp=True)))
    if tests.code:
        seen.wrong.append(f"its tests: {tests.output[-400:]}")
    try:
        with started(python, folder, ["-m", "app"], environment(server.dsn(database, "postgres", tcp=True)),
                     folder / "service.log"):
            pass
    except WrongUse as error:
        seen.wrong.append(error.message)
    for name in (database, fresh):
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)', None, "postgres")
