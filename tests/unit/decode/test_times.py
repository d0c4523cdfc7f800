"""Every reader of times reads the same ones, and none of them drops a digit."""

import json

import pytest

from watchframe.decode import compiled
from watchframe.decode.exact import decode_exactly
from watchframe.decode.streaming import decode_streaming

USUAL = "2024-01-01T00:00:00"


def exactly(body):
    return decode_exactly(body).table


def compiled_rows(body):
    return decode_streaming([body], block_size=200).table


def arrow_rows(body):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "rows", None)
        return compiled_rows(body)


def body_of(texts, declared, *, late):
    columns = [{"name": "t", "friendly_name": "t", "type": declared}]
    data = {"columns": columns, "rows": [{"t": text} for text in texts]}
    data = dict(reversed(data.items())) if late else data
    return json.dumps({"query_result": {"data": data}}).encode()


READERS = pytest.mark.parametrize("read", [exactly, compiled_rows, arrow_rows])
ORDERS = pytest.mark.parametrize("late", [False, True], ids=["columns first", "rows first"])


@READERS
@ORDERS
@pytest.mark.parametrize(
    "odd",
    [
        "2024-01-01T13:55:00.1234567",
        "2024-01-01T13:55:00,1234567",
        "2024-01-01T13:55:00,1234567Z",
        "2024-01-01T13:55:00+05:30:00,1234567",
        "2024-01-01T10,5",  # half an hour, which Python reads as half a second
        "2024-01-01T10:30.5",
        "2024-01-01510:00:00",
        "2024-01-01-10",
        "2024-01-01+05:30",
    ],
)
def test_time_that_would_lose_a_digit_stays_text(read, late, odd):
    texts = [USUAL] * 150 + [odd, USUAL]  # far behind the rows that the plans are made of
    assert read(body_of(texts, "datetime", late=late))["t"].to_pylist() == texts


@READERS
@ORDERS
@pytest.mark.parametrize(
    ("unusual", "microsecond"),
    [("2024-01-01T13:55:00,123456", 123456), ("2024-01-01 13:55:00,5", 500_000)],
)
def test_comma_before_a_fraction_is_a_dot(read, late, unusual, microsecond):
    moments = read(body_of([USUAL] * 150 + [unusual], "datetime", late=late))["t"].to_pylist()
    assert moments[-1].isoformat(timespec="microseconds") == f"2024-01-01T13:55:00.{microsecond}"


@READERS
@ORDERS
@pytest.mark.parametrize(
    ("declared", "good", "odd"),
    [
        ("date", "2024-01-02", "0000-01-01"),
        ("datetime", USUAL, "0000-12-31T23:59:59"),
        ("datetime", USUAL + "Z", "0001-01-01T00:00:00+01:00"),
        ("datetime", USUAL + "Z", "9999-12-31T23:59:59-01:00"),
    ],
)
def test_time_in_no_year_of_python_stays_text(read, late, declared, good, odd):
    texts = [good] * 150 + [odd, good]
    assert read(body_of(texts, declared, late=late))["t"].to_pylist() == texts
