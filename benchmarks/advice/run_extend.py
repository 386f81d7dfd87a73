"""Extend on a database, run in an environment of its own: `python run_extend.py FOLDER`, asked as JSON on stdin.

Queries have the columns whose names stand in them, as the evaluation itself takes them.  Prints the indexes as JSON.
"""

from __future__ import annotations

import json
import os
import re
import sys

sys.path.insert(0, sys.argv[1])

from selection.algorithms.extend_algorithm import ExtendAlgorithm
from selection.dbms.postgres_dbms import PostgresDatabaseConnector
from selection.workload import Column, Query, Table, Workload

asked = json.load(sys.stdin)
tables = []
for name, columns in asked["columns"].items():
    table = Table(name)
    table.add_columns([Column(column) for column in columns])
    tables.append(table)
queries = []
for number, text in enumerate(asked["queries"], 1):
    words = set(re.findall(r"\w+", text.lower()))
    queries.append(Query(number, text, [column for table in tables if table.name in words for column in table.columns
                                        if column.name in words]))
connector = PostgresDatabaseConnector(os.environ["PGDATABASE"], autocommit=True)
if os.environ.get("HYPOPG"):
    connector.exec_only(f"LOAD '{os.environ['HYPOPG']}'")
# It would begin by dropping every index; the keys stay, and there is no other.
connector.drop_indexes = lambda: None
algorithm = ExtendAlgorithm(connector, {"budget_MB": asked["budget"] / 1e6, "max_index_width": asked["width"]})
found = algorithm.calculate_best_indexes(Workload(queries))
print(json.dumps([f"CREATE INDEX ON {index.table()} ({index.joined_column_names()})" for index in found]))
