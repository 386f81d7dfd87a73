"""Joins what the source says of tables with what a live server says."""

from __future__ import annotations

from dataclasses import replace

from backend_lead.model.table import Table


def merge_tables(declared: tuple[Table, ...], live: tuple[Table, ...]) -> tuple[Table, ...]:
    """The server's word on every table it has, with the model and place of the source; source tables it lacks stay."""
    by_name = {table.name: table for table in declared}
    found = []
    for table in live:
        source = by_name.pop(table.name, None)
        if source is None:
            found.append(table)
            continue
        places = {column.name: column.place for column in source.columns}
        indexes = {index.name: index.place for index in source.indexes}
        found.append(
            replace(
                table,
                model=source.model,
                place=source.place,
                columns=tuple(replace(c, place=places.get(c.name)) for c in table.columns),
                indexes=tuple(replace(i, place=indexes.get(i.name)) for i in table.indexes),
            )
        )
    return tuple(sorted((*found, *by_name.values()), key=lambda t: (t.schema or "", t.name)))
