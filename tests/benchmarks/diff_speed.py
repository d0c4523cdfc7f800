"""How long `diff` takes: python tests/benchmarks/diff_speed.py [ROWS]

Two results of ten columns, of which one row in a thousand differs, by their key and as whole rows;
as Arrow tables, as frames, and as frames that hold integers of 256 bits.
"""

import resource
import sys
import time

import numpy as np
import pyarrow as pa

from watchframe import diff


def main():
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    old = made(rows)
    new = changed(old)
    show("Arrow tables, in one order", old, new)
    order = np.random.default_rng(1).permutation(rows)
    show("Arrow tables, in another order", old, new.take(pa.array(order)))
    frames = [it.to_pandas() for it in (old, new)]
    show("frames of numpy", *frames)
    large = [it.assign(a=2**200 + it["a"].astype(object)) for it in frames]
    show("frames with an object column of large integers", *large)
    show("types changed from int64 to float64", frames[0], frames[1].astype({"a": "float64"}))


def made(rows):
    numbers = np.random.default_rng(0)
    names = np.array([f"market number {number}" for number in range(1000)])
    return pa.table({
        "id": pa.array([f"0x{number:040x}" for number in range(rows)]),
        "block": np.arange(rows),
        "a": numbers.integers(0, 2**40, rows),
        "b": numbers.integers(0, 100, rows),
        "x": numbers.random(rows),
        "y": pa.array(numbers.random(rows), mask=numbers.random(rows) < 0.1),
        "market": names[numbers.integers(0, 1000, rows)],
        "note": pa.array([f"note {number}" for number in numbers.integers(0, 10**9, rows)]),
        "is_open": numbers.random(rows) < 0.5,
        "moment": pa.array(numbers.integers(0, 2**50, rows), pa.timestamp("us")),
    })  # fmt: skip


def changed(table):
    """Return the rows, of which one in a thousand has another amount, and one was replaced."""
    amounts, ids = table["a"].to_numpy().copy(), table["id"].to_pylist()
    amounts[::1000] += 1
    ids[-1] = "another"
    return table.set_column(2, "a", pa.array(amounts)).set_column(0, "id", pa.array(ids))


def show(what, old, new):
    for words, on in (("one key", "id"), ("two keys", ["block", "id"]), ("whole rows", None)):
        start, used = time.perf_counter(), time.process_time()
        found = diff(old, new, on=on)
        seconds, used = time.perf_counter() - start, time.process_time() - used
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        counts = f"{len(found.added):,} added, {len(found.before):,} changed"
        times = f"{seconds:.2f} s, {used:.2f} s of processors"
        text = f"{what}, {words}: {times}, peak of the process {peak:.2f} GB; {counts}"
        print(text, flush=True)  # noqa: T201 - this is what the script is for


if __name__ == "__main__":
    main()
