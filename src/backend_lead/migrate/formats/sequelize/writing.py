"""New migrations for Sequelize."""

from __future__ import annotations

import re
from collections.abc import Sequence

from backend_lead.gates.files import Tree
from backend_lead.migrate.formats._javascript.finding import beside, is_module, text_of
from backend_lead.migrate.formats._javascript.writing import groups, in_quotes, stem
from backend_lead.migrate.formats._sql import next_numbers
from backend_lead.migrate.script import NewFile, Step

_TYPED = 'import type { QueryInterface } from "sequelize";\n\n'


def written(tree: Tree, there: Sequence[str], steps: Sequence[Step], moment: str) -> list[NewFile]:
    """Return a file for each step, after those that are there."""
    folder = beside(there) if there else "migrations"
    ending = there[-1].rpartition(".")[2] if there else "cjs" if is_module(tree, f"{folder}/x.js") else "js"
    style = text_of(tree, there[-1]) if there else ""
    modern = ending.endswith("ts") or bool(re.search(r"(?m)^\s*export\s", style))
    found = []
    for step, number in zip(steps, next_numbers(there or ["00000000000000_x"], len(steps), moment), strict=True):
        name = f"{number}-{stem(step)}.{ending}"
        text = _text(step, modern, ending.endswith("ts"), umzug=bool(re.search(r"\{\s*context\b", style)))
        found.append(NewFile(f"{folder}/{name}" if folder else name, text))
    return found


def _text(step: Step, modern: bool, typed: bool, umzug: bool) -> str:
    ways = (("up", step.up), ("down", step.down))
    given = "{ context: queryInterface }" if umzug else "queryInterface"
    if typed:
        given += ": { context: QueryInterface }" if umzug else ": QueryInterface"
    if modern:
        back = ": Promise<void>" if typed else ""
        parts = [
            f"export async function {name}({given}){back} {{\n{_body(lines, step.transactional, '  ')}}}\n"
            for name, lines in ways
        ]
        return (_TYPED if typed else "") + "\n".join(parts)
    methods = "\n".join(
        f"  async {name}({given}) {{\n{_body(lines, step.transactional, '    ')}  }},\n" for name, lines in ways
    )
    return f'"use strict";\n\nmodule.exports = {{\n{methods}}};\n'


def _body(lines: Sequence[str], transactional: bool, indent: str) -> str:
    found = []
    for own, statements in groups(lines, transactional):
        if own:
            found.append(f"{indent}await queryInterface.sequelize.transaction(async (transaction) => {{\n")
            found += [
                f"{indent}  await queryInterface.sequelize.query({in_quotes(sql)}, {{ transaction }});\n"
                for sql in statements
            ]
            found.append(f"{indent}}});\n")
        else:
            found += [f"{indent}await queryInterface.sequelize.query({in_quotes(sql)});\n" for sql in statements]
    return "".join(found)
