"""The answer of local SQL is Python's exact one: sums, joins and groups of uint256 and decimals."""

from __future__ import annotations

from collections import defaultdict
from decimal import Context, Decimal

import pyarrow as pa
from example_counts import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from watchframe.decode import to_frame
from watchframe.decode.typing_rules import ENCODING, INTEGER
from watchframe.local.database import run

KEYS = st.sampled_from(["a", "b", "it's", "ü"])
LARGE = st.integers(-(2**256), 2**256)
EXACT = Context(prec=200)
SMALL_DECIMALS = st.integers(-(10**30), 10**30).map(lambda n: Decimal(n).scaleb(-18, EXACT))


def table_of(rows):
    fields = [
        pa.field("k", pa.string()),
        pa.field("n", pa.string(), metadata={ENCODING: INTEGER}),
        pa.field("d", pa.decimal128(38, 18)),
    ]
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    digits = [None if n is None else str(n) for n in columns[1]]
    arrays = [columns[0], digits, columns[2]]
    return pa.table(
        [pa.array(list(values), field.type) for values, field in zip(arrays, fields, strict=True)],
        schema=pa.schema(fields),
    )


ROWS = st.lists(st.tuples(KEYS, st.none() | LARGE, st.none() | SMALL_DECIMALS), max_size=8)


@settings(max_examples=examples(25), deadline=None)
@given(ROWS)
def test_sums_of_groups_are_exact(rows):
    sql = "SELECT k, sum(n) AS n, sum(d) AS d, max(n) AS top FROM query_1 GROUP BY k"
    frame = to_frame(run(sql, {"query_1": table_of(rows)}))
    found = {
        k: tuple(None if value is None or value != value else value for value in values)  # noqa: PLR0124 - NaN
        for k, *values in frame.astype(object).where(frame.notna(), None).itertuples(index=False)
    }
    groups = defaultdict(lambda: ([], []))
    for k, n, d in rows:
        groups[k][0].extend([] if n is None else [n])
        groups[k][1].extend([] if d is None else [d])
    assert found == {
        k: (
            sum(ns) if ns else None,
            sum_of(ds) if ds else None,
            max(ns) if ns else None,
        )
        for k, (ns, ds) in groups.items()
    }


def sum_of(decimals):
    total = Decimal(0)
    for item in decimals:
        total = EXACT.add(total, item)
    return total


@settings(max_examples=examples(25), deadline=None)
@given(ROWS, ROWS)
def test_a_join_on_large_integers_is_exact(left, right):
    sql = "SELECT a.k AS k, n, b.d AS d FROM query_1 a JOIN query_2 b USING (n)"
    frame = to_frame(run(sql, {"query_1": table_of(left), "query_2": table_of(right)}))
    found = [
        (k, n, None if d != d or d is None else d)  # noqa: PLR0124 - NaN
        for k, n, d in frame.astype(object).where(frame.notna(), None).itertuples(index=False)
    ]
    expected = [(k, n, d) for k, n, _ in left for _, m, d in right if n is not None and n == m]
    assert sorted(map(repr, map(normal, found))) == sorted(map(repr, map(normal, expected)))


def normal(row):
    k, n, d = row
    return k, int(n), None if d is None else d.normalize(EXACT)
