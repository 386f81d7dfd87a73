"""New migrations for Knex."""

from __future__ import annotations

import re
from collections.abc import Sequence

from backend_lead.gates.files import Tree
from backend_lead.migrate.formats._javascript.finding import beside, is_module, text_of
from backend_lead.migrate.formats._javascript.writing import groups, in_quotes, stem
from backend_lead.migrate.formats._sql import next_numbers
from backend_lead.migrate.formats.knex.config import config_of
from backend_lead.migrate.script import NewFile, Step

_TYPED = "import type { Knex } from 'knex';\n\n"


def written(tree: Tree, there: Sequence[str], steps: Sequence[Step], moment: str) -> list[NewFile]:
    """Return a file for each step, after those that are there."""
    config = config_of(tree)
    folder = beside(there) if there else (config.folders[0] if config.folders else "migrations")
    ending = there[-1].rpartition(".")[2] if there else ("ts" if config.file.endswith("ts") else "js")
    style = text_of(tree, there[-1]) if there else ""
    modern = bool(re.search(r"(?m)^\s*export\s", style)) or ending == "ts"
    if not there and ending == "js":
        modern = is_module(tree, f"{folder}/x.js")
    found = []
    for step, number in zip(steps, next_numbers(there or ["00000000000000_x"], len(steps), moment), strict=True):
        name = f"{number}_{stem(step)}.{ending}"
        found.append(NewFile(f"{folder}/{name}" if folder else name, _text(step, modern, ending == "ts")))
    return found


def _text(step: Step, modern: bool, typed: bool) -> str:
    parts = [_TYPED if typed else ""]
    if not step.transactional:
        parts.append(
            "export const config = { transaction: false };\n\n"
            if modern
            else "exports.config = { transaction: false };\n\n"
        )
    parts += [
        _function("up", step.up, step.transactional, modern, typed),
        "\n",
        _function("down", step.down, step.transactional, modern, typed),
    ]
    return "".join(parts)


def _function(name: str, lines: Sequence[str], transactional: bool, modern: bool, typed: bool) -> str:
    given = "knex: Knex" if typed else "knex"
    back = ": Promise<void>" if typed else ""
    head = f"export async function {name}({given}){back} {{"
    if not modern:
        head = f"exports.{name} = async function ({given}) {{"
    body: list[str] = []
    for own, statements in groups(lines, transactional):
        if own and not transactional:
            body.append("  await knex.transaction(async (trx) => {")
            body += [f"    await trx.raw({_raw(sql)});" for sql in statements]
            body.append("  });")
        else:
            body += [f"  await knex.raw({_raw(sql)});" for sql in statements]
    return "\n".join([head, *body, "}" if modern else "};"]) + "\n"


def _raw(sql: str) -> str:
    # A question mark stands for a value unless a backslash is before it.
    return in_quotes(sql).replace("?", "\\\\?")
