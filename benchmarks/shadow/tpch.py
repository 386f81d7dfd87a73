"""TPC-H: rows from tpchgen-cli, queries from the tests in sqlglot's source distribution; neither is kept here.

Both come from the package index into `benchmarks/.cache`.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

from benchmarks.routes.servers import CACHE

from backend_lead.gates.grammar import split
from backend_lead.gates.scratch_session import ScratchSession

_QUERIES = ("sqlglot", "26.0.0", "tests/fixtures/optimizer/tpc-h/tpc-h.sql")
_ROWS = "tpchgen-cli==4.0.0"
# Columns and types of the specification, revision 3.0.1, section 1.4.
TABLES = {
    "region": "r_regionkey int, r_name char(25), r_comment varchar(152)",
    "nation": "n_nationkey int, n_name char(25), n_regionkey int, n_comment varchar(152)",
    "part": "p_partkey int, p_name varchar(55), p_mfgr char(25), p_brand char(10), p_type varchar(25), p_size int,"
            " p_container char(10), p_retailprice numeric(15,2), p_comment varchar(23)",
    "supplier": "s_suppkey int, s_name char(25), s_address varchar(40), s_nationkey int, s_phone char(15),"
                " s_acctbal numeric(15,2), s_comment varchar(101)",
    "partsupp": "ps_partkey int, ps_suppkey int, ps_availqty int, ps_supplycost numeric(15,2), ps_comment varchar(199)",
    "customer": "c_custkey int, c_name varchar(25), c_address varchar(40), c_nationkey int, c_phone char(15),"
                " c_acctbal numeric(15,2), c_mktsegment char(10), c_comment varchar(117)",
    "orders": "o_orderkey int, o_custkey int, o_orderstatus char(1), o_totalprice numeric(15,2), o_orderdate date,"
              " o_orderpriority char(15), o_clerk char(15), o_shippriority int, o_comment varchar(79)",
    "lineitem": "l_orderkey int, l_partkey int, l_suppkey int, l_linenumber int, l_quantity numeric(15,2),"
                " l_extendedprice numeric(15,2), l_discount numeric(15,2), l_tax numeric(15,2), l_returnflag char(1),"
                " l_linestatus char(1), l_shipdate date, l_commitdate date, l_receiptdate date,"
                " l_shipinstruct char(25), l_shipmode char(10), l_comment varchar(44)",
}
KEYS = {"region": "r_regionkey", "nation": "n_nationkey", "part": "p_partkey", "supplier": "s_suppkey",
        "partsupp": "ps_partkey, ps_suppkey", "customer": "c_custkey", "orders": "o_orderkey",
        "lineitem": "l_orderkey, l_linenumber"}
# Section 1.4.2 as foreign keys.
REFERENCES = (
    ("nation", "n_regionkey", "region"), ("supplier", "s_nationkey", "nation"), ("customer", "c_nationkey", "nation"),
    ("partsupp", "ps_partkey", "part"), ("partsupp", "ps_suppkey", "supplier"), ("orders", "o_custkey", "customer"),
    ("lineitem", "l_orderkey", "orders"), ("lineitem", "l_partkey, l_suppkey", "partsupp"),
)
# Sets of indexes of growing kinds: none, simple, then covering, partial, of an expression, of several columns.
SIMPLE = (
    "CREATE INDEX i1 ON lineitem (l_partkey)", "CREATE INDEX i2 ON lineitem (l_suppkey)",
    "CREATE INDEX i3 ON lineitem (l_shipdate)", "CREATE INDEX i4 ON orders (o_custkey)",
    "CREATE INDEX i5 ON orders (o_orderdate)", "CREATE INDEX i6 ON customer (c_nationkey)",
    "CREATE INDEX i7 ON partsupp (ps_suppkey)",
)
VARIED = (
    "CREATE INDEX i8 ON lineitem (l_partkey, l_suppkey)",
    "CREATE INDEX i9 ON lineitem (l_shipdate) INCLUDE (l_extendedprice, l_discount, l_quantity)",
    "CREATE INDEX i10 ON lineitem (l_orderkey) WHERE l_returnflag = 'R'",
    "CREATE INDEX i11 ON orders (o_orderdate, o_custkey) INCLUDE (o_totalprice)",
    "CREATE INDEX i12 ON customer (substring(c_phone from 1 for 2))",
    "CREATE INDEX i13 ON customer (c_mktsegment, c_custkey)",
    "CREATE INDEX i14 ON part (p_size, p_type)",
    "CREATE INDEX i15 ON part (p_brand, p_container)",
    "CREATE INDEX i16 ON supplier (s_nationkey, s_suppkey)",
    "CREATE INDEX i17 ON lineitem (l_suppkey, l_partkey) INCLUDE (l_quantity, l_shipdate)",
    "CREATE INDEX i18 ON orders (o_orderpriority, o_orderdate)",
    "CREATE INDEX i19 ON lineitem (l_receiptdate DESC) WHERE l_commitdate < l_receiptdate",
)


def queries() -> list[str]:
    """Return the twenty-two queries, in their order."""
    name, version, member = _QUERIES
    folder = CACHE / "tpch"
    archive = folder / f"{name}-{version}.tar.gz"
    if not archive.exists():
        _download(f"{name}=={version}", folder, "--no-binary")
    with tarfile.open(archive) as file:
        stream = file.extractfile(f"{name}-{version}/{member}")
        text = stream.read().decode() if stream else ""
    # Each query is followed by what sqlglot makes of it.
    return [each.strip().replace(" as string)", " as text)").replace(" AS STRING)", " AS TEXT)")
            for _, each in split(text)][::2]


def load(session: ScratchSession, scale: float) -> None:
    """Create the tables, fill them at a scale of the specification (1 is a gigabyte), and analyse them."""
    folder = CACHE / "tpch" / f"rows-{scale:g}"
    if not folder.exists():
        subprocess.run([_program(), "csv", "-s", f"{scale:g}", f"--output-dir={folder}"], check=True,
                       capture_output=True)
    for table, columns in TABLES.items():
        required = ", ".join(f"{column.strip()} NOT NULL" for column in _split(columns))
        session.run(f"CREATE TABLE {table} ({required})")
        with (folder / f"{table}.csv").open("rb") as rows:
            session.copy(f"COPY {table} FROM STDIN WITH (FORMAT csv, HEADER)", rows)
        session.run(f"ALTER TABLE {table} ADD PRIMARY KEY ({KEYS[table]})")
    for table, columns, target in REFERENCES:
        session.run(f"ALTER TABLE {table} ADD FOREIGN KEY ({columns}) REFERENCES {target} NOT VALID")
    session.run("VACUUM ANALYZE")


def _split(columns: str) -> list[str]:
    """Cut a list of columns at the commas that stand outside parentheses."""
    found, depth = [""], 0
    for letter in columns:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and not depth:
            found.append("")
        else:
            found[-1] += letter
    return found


def _program() -> str:
    folder = CACHE / "tpch" / "generator"
    if not folder.exists():
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(folder), _ROWS],
                       check=True)
    return str(folder / "bin" / "tpchgen-cli")


def _download(release: str, folder: Path, kind: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", kind, ":all:", "-d", str(folder),
                    release], check=True)
