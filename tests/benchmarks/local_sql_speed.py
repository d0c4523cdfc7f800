"""A join of two stored results of a million rows: local SQL beside pandas, in time and memory.

Run: python tests/benchmarks/local_sql_speed.py [rows]

Each way runs in a process of its own and begins with the same two entries of a local cache. The
second join sums a uint256 as well, whose texts DuckDB has to read as numbers. The peak is that of
the process above what it had before the read.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from watchframe.cache import Provenance, ResultCache
from watchframe.decode import to_frame
from watchframe.decode.typing_rules import ENCODING, INTEGER
from watchframe.local.database import load_duckdb, run

ROWS = 1_000_000
SQL = (
    "SELECT a.market AS market, count(*) AS n, sum(b.price) AS price{}"
    " FROM query_1 a JOIN query_2 b USING (id) GROUP BY 1 ORDER BY 1"
)
#: What is added up exactly: a small or a large column.
JOINS = {"plain": ("id", ", sum(a.id) AS total"), "uint256": ("amount", ", sum(a.amount) AS total")}


def store(folder: Path, rows: int) -> None:
    """Write both results."""
    draw = random.Random(18)
    digits = [str(draw.randrange(2**200)) for _ in range(rows)]
    ids, markets = list(range(rows)), [f"market {number % 40}" for number in range(rows)]
    large = pa.field("amount", pa.string(), metadata={ENCODING: INTEGER})
    one = pa.table(
        [ids, markets, pa.array(digits), [f"0x{number:064x}" for number in ids]],
        schema=pa.schema([("id", pa.int64()), ("market", pa.string()), large, ("tx", pa.string())]),
    )
    two = pa.table({"id": ids[::-1], "price": [number / 7 for number in ids], "note": markets})
    cache = ResultCache(folder)
    for key, table in (("1" * 64, one), ("2" * 64, two)):
        now = datetime.now(UTC)
        cache.put(key, table, Provenance(server="https://x", retrieved_at=now, stored_at=now))


def by_sql(join: str, one: pa.Table, two: pa.Table) -> list[int]:
    found = run(SQL.format(JOINS[join][1]), {"query_1": one, "query_2": two})
    return [int(n) for n in found["total"].to_pylist()]


def by_pandas(join: str, one: pa.Table, two: pa.Table) -> list[int]:
    merged = to_frame(one).merge(to_frame(two), on="id")
    found = merged.groupby("market").agg(
        n=("id", "size"), price=("price", "sum"), total=(JOINS[join][0], "sum")
    )
    return [int(n) for n in found.sort_index()["total"]]


def measure(way: str, join: str, folder: Path) -> dict[str, object]:
    """Run one way in this process."""
    load_duckdb()
    run("SELECT 1", {})
    cache = ResultCache(folder)
    before, start = peak(), time.perf_counter()
    tables = [cache.get(key * 64).table for key in "12"]
    size = sum(table.nbytes for table in tables)
    total = {"sql": by_sql, "pandas": by_pandas}[way](join, *tables)
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "bytes": size, "peak": peak() - before, "sum": str(sum(total))}


def peak() -> int:
    """Return the largest memory of this process so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        subprocess.run([sys.executable, __file__, "store", name, str(rows)], check=True)
        for join in JOINS:
            sums = set()
            for way in ("sql", "pandas"):
                done = subprocess.run(
                    [sys.executable, __file__, way, join, name],
                    check=True,
                    capture_output=True,
                    text=True,
                )
                facts = json.loads(done.stdout)
                sums.add(facts["sum"])
                size = facts["bytes"]
                sys.stdout.write(
                    f"{join:8} {way:7} {facts['seconds']:6.2f} s, peak {facts['peak'] / 1e6:5.0f}"
                    f" MB, {facts['peak'] / size:.2f} x the {size / 1e6:.0f} MB of both results\n"
                )
            assert len(sums) == 1, join


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["store", name, rows]:
            store(Path(name), int(rows))
        case [("sql" | "pandas") as way, join, name]:
            sys.stdout.write(json.dumps(measure(way, join, Path(name))))
        case rest:
            main(int(rest[0]) if rest else ROWS)
