"""New migrations for TypeORM."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from backend_lead.gates.files import Tree
from backend_lead.migrate.formats._javascript.finding import beside, is_module, named, text_of
from backend_lead.migrate.formats._javascript.writing import PATIENCE, in_quotes, stem
from backend_lead.migrate.script import NewFile, Step

_TYPED = 'import { MigrationInterface, QueryRunner } from "typeorm";\n\n'
_OUT = ("    // Whoever takes a migration back does it in a transaction, and these statements stand in none.\n"
        "    const inside = queryRunner.isTransactionActive;\n"
        "    if (inside) await queryRunner.commitTransaction();\n")  # fmt: skip
_IN = "    if (inside) await queryRunner.startTransaction();\n"


def written(tree: Tree, there: Sequence[str], steps: Sequence[Step], moment: str) -> list[NewFile]:
    """Return a class for each step, named after times that follow those that are there."""
    folder = (
        beside(there) if there else "src/migrations" if any(p.startswith("src/") for p in tree.files) else "migrations"
    )
    typed = there[-1].endswith("ts") if there else bool(named(tree, "tsconfig.json")) or not named(tree, "package.json")
    style = text_of(tree, there[-1]) if there else ""
    modern = typed or bool(re.search(r"(?m)^\s*export\s", style)) or (not there and is_module(tree, f"{folder}/x.js"))
    ending = there[-1].rpartition(".")[2] if there else "ts" if typed else "js"
    taken = [int(number) for path in there for number in re.findall(r"\d{13}", text_of(tree, path) + path)]
    start = max(
        [
            int(datetime.strptime(moment, "%Y%m%d%H%M%S").replace(tzinfo=UTC).timestamp() * 1000),
            *(number + 1 for number in taken),
        ]
    )
    found = []
    for number, step in enumerate(steps, start=start):
        label = "".join(part[:1].upper() + part[1:] for part in re.split(r"[^0-9A-Za-z]+", stem(step)) if part)
        label = label if label[:1].isalpha() else f"Change{label}"
        name = f"{number}-{stem(step)}.{ending}"
        text = _text(step, f"{label}{number}", modern, typed)
        found.append(NewFile(f"{folder}/{name}" if folder else name, text))
    return found


def _text(step: Step, label: str, modern: bool, typed: bool) -> str:
    head = f"class {label}{' implements MigrationInterface' if typed else ''} {{\n"
    head = f"{_TYPED if typed else ''}export {head}" if modern else f"module.exports = {head}"
    body = f'  name = "{label}";\n'
    if not step.transactional:
        body += f"  transaction = false{' as const' if typed else ''};\n"
    up = _statements(step.up, step.transactional)
    down = _statements(step.down, step.transactional)
    if down and not step.transactional:
        down = _OUT + down + _IN
    return (
        f"{head}{body}\n{_method('up', up, typed)}\n{_method('down', down, typed)}}}\n"
        if modern
        else (f"{head}{body}\n{_method('up', up, typed)}\n{_method('down', down, typed)}}};\n")
    )


def _statements(lines: Sequence[str], transactional: bool) -> str:
    given = [PATIENCE, *lines] if transactional and lines else lines
    return "".join(f"    await queryRunner.query({in_quotes(sql)});\n" for sql in given)


def _method(name: str, body: str, typed: bool) -> str:
    head = f"public async {name}(queryRunner: QueryRunner): Promise<void>" if typed else f"async {name}(queryRunner)"
    return f"  {head} {{\n{body}  }}\n"
