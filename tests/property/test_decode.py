"""The fast path, the exact path and a plain oracle agree on every result."""

import functools
import json
from datetime import UTC, datetime

import pandas as pd
import pyarrow as pa
import pytest
from decode_strategies import bodies, in_chunks
from example_counts import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from watchframe.decode import blocks, compiled, to_frame
from watchframe.decode.data_text import DataText
from watchframe.decode.exact import decode_exactly
from watchframe.decode.framing import find_data_text
from watchframe.decode.streaming import decode_streaming

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=["compiled", "not compiled"])
def reader(request):
    """The compiled reader of rows, and an installation that lacks it."""
    if request.param == "compiled" and compiled.rows is None:
        pytest.skip("this installation was made without a C compiler")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "SAMPLE_ROWS", 3)  # so that most rows are not looked at before
        if request.param == "not compiled":
            patch.setattr(compiled, "rows", None)
        yield


@settings(max_examples=examples(300), deadline=None)
@given(made=bodies(), chunk=st.sampled_from([1, 7, 100, 10**6]), block=st.integers(1, 400))
def test_fast_path_gives_what_the_exact_path_gives(reader, made, chunk, block):
    _, _, body = made
    exact = decode_exactly(body)
    batches = []
    decode = functools.partial(decode_streaming, block_size=block, on_batch=batches.append)
    opening = find_data_text(body)
    if opening is None:
        fast = decode(in_chunks(body, chunk))
    else:
        rest = in_chunks(body[opening + 1 :], chunk)
        fast = DataText(body[: opening + 1], opening, rest).read_by(decode)
    assert fast.table.schema.equals(exact.table.schema, check_metadata=True)
    assert frames_equal(fast.table, exact.table)
    assert (fast.info, fast.deviations) == (exact.info, exact.deviations)
    assert len({batch.schema for batch in batches}) <= 1


@settings(max_examples=examples(300), deadline=None)
@given(made=bodies())
def test_exact_path_loses_nothing(made):
    columns, rows, body = made
    table = decode_exactly(body).table
    assert table.column_names == [name for name, _ in columns]
    frame = to_frame(table)
    assert len(frame) == len(rows)
    for name, _ in columns:
        wanted = [row.get(name) for row in rows]
        for value, sent in zip(frame[name], wanted, strict=True):
            assert same(value, sent), (name, value, sent)


@settings(max_examples=examples(100), deadline=None)
@given(made=bodies())
def test_backends_hold_the_same_values(reader, made):
    _, _, body = made
    table = decode_exactly(body).table
    numpy_frame, arrow_frame = to_frame(table), to_frame(table, dtype_backend="pyarrow")
    for name in table.column_names:
        for one, other in zip(numpy_frame[name], arrow_frame[name], strict=True):
            if isinstance(one, pd.Timestamp) and not isinstance(other, pd.Timestamp):
                assert one.date() == other  # a date32 gives dates
            else:
                assert (is_null(one) and is_null(other)) or one == other


def frames_equal(one: pa.Table, other: pa.Table) -> bool:
    """Whether two tables hold equal values; JSON texts count by what they say."""
    for left, right in zip(one.columns, other.columns, strict=True):
        if left.type != right.type:
            return False
    for field, left, right in zip(one.schema, one.columns, other.columns, strict=True):
        values = left.to_pylist(), right.to_pylist()
        if (field.metadata or {}).get(b"watchframe.encoding") == b"json":
            values = tuple(
                [text if text is None else json.loads(text) for text in item] for item in values
            )
        if repr(values[0]) != repr(values[1]):
            return False
    return True


def is_null(value: object) -> bool:
    return value is None or value is pd.NA or value is pd.NaT


def same(value: object, sent: object) -> bool:
    """Whether a frame's value is what was sent."""
    if is_null(value) or sent is None:
        return is_null(value) and sent is None
    if isinstance(value, pd.Timestamp):
        moment = datetime.fromisoformat(sent)
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC)
        return value.to_pydatetime() == moment
    if isinstance(sent, bool) or isinstance(value, bool):
        return bool(value) is sent
    return value == sent and (not isinstance(sent, int) or int(value) == sent)
