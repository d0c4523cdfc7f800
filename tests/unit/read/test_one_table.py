"""Several results as one table, with the parameters that tell them apart."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from watchframe.cache import Provenance
from watchframe.read.answer import Answer
from watchframe.read.sweep import one_table

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def answer_of(**parameters):
    origin = Provenance(server="s", parameters=parameters, retrieved_at=NOON, stored_at=NOON)
    table = pa.table({"rows": pa.array([1], pa.int64())})
    return Answer(table=table, provenance=origin, source="executed", cache_key="k")


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([2**63 - 1, 1], [2**63 - 1, 1]),
        ([2**63, 1], [str(2**63), "1"]),
        ([-(2**63), 1], [-(2**63), 1]),
        ([-(2**63) - 1, 1], [str(-(2**63) - 1), "1"]),
        ([2**256 - 1, 2**63], [str(2**256 - 1), str(2**63)]),
    ],
)
def test_one_table_integers_beyond_64_bits_are_digits(values, shown):
    whole = one_table([answer_of(amount=value) for value in values], ["amount"])
    assert whole["amount"].to_pylist() == shown
