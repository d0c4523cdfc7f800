"""``docs/howto/token-amounts.md``, run from top to bottom."""

import re
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from watchframe import connect

PAGE = Path(__file__).parents[3] / "docs" / "howto" / "token-amounts.md"


@pytest.fixture
def names(demo, tmp_path, monkeypatch):
    """What the page's cells leave behind."""
    monkeypatch.chdir(tmp_path)
    connect(demo.url, demo.user_key, cache_dir=tmp_path / "cache")
    found = {}
    for cell in re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL):
        exec(cell, found)
    return found


def test_howto_run_keeps_every_digit(names):
    amounts = names["borrows"]["amount_raw"]
    assert max(amounts) > 2**64
    assert names["totals"].sum() == sum(amounts)
    for market, total in names["totals"].items():
        tokens = names["whole_tokens"][market]
        assert isinstance(tokens, Decimal)
        assert int(tokens.scaleb(18)) == total
        assert names["for_a_chart"][market] == pytest.approx(float(tokens))


def test_howto_parquet_loses_nothing(names):
    borrows = names["borrows"]
    read = pd.read_parquet("borrows.parquet")
    assert read["amount_raw"].map(int).tolist() == borrows["amount_raw"].tolist()
    assert read.attrs == borrows.attrs
    assert pq.read_table("borrows-arrow.parquet").equals(names["amounts"])


def test_howto_files_read_again_restore_the_integers(names):
    expected = names["borrows"]["amount_raw"].tolist()
    for frame in (names["again"], names["restored"]):
        assert frame["amount_raw"].dtype == object
        assert frame["amount_raw"].tolist() == expected
        assert frame.attrs["watchframe"]["query_id"] == 1


def test_howto_digits_as_text_become_numbers(names):
    events = names["events"]
    assert events["units"].tolist() == [int(amount) for amount in events["same"]]
    assert max(events["units"]) > 2**64
    assert str(events["at"].dtype) == "datetime64[us, UTC]"


def test_howto_named_error_of_to_parquet_is_the_real_one(names):
    with pytest.raises(OverflowError):
        names["borrows"].to_parquet("refused.parquet")


def test_howto_sums_of_duckdb_are_those_of_pandas(names):
    assert dict(names["sums"]) == names["totals"].to_dict()
