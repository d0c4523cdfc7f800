"""Past results of a saved query, listed and read again."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pytest

from watchframe import ResultCache, watch_query
from watchframe.client import Client
from watchframe.errors import (
    ArgumentError,
    CacheMissError,
    CacheWarning,
    UnknownParameterError,
)
from watchframe.read import list_past, read_past
from watchframe.read.history import moment_until
from watchframe.read.output import Output
from watchframe.references import QueryReference, parse_reference

BORROWS = 1
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 5, 9, tzinfo=UTC)


@pytest.fixture
def kept(demo, tmp_path):
    """A client whose cache keeps past results."""
    settings = {"cache_dir": tmp_path / "cache", "timezone": "UTC", "history": "30d"}
    with Client(demo.url, demo.user_key, **settings) as client:
        yield client


@pytest.fixture
def q(kept):
    return watch_query(BORROWS, client=kept)


def moments(frames):
    return [pd.Timestamp(frame.attrs["watchframe"]["retrieved_at"]) for frame in frames]


def test_history_lists_and_at_reads_every_result(q, demo):
    frames = [q(markets=["INV"], max_age=0) for _ in range(3)]
    demo.requests.clear()
    listed = q.history(markets=["INV"])
    assert listed["retrieved_at"].tolist() == moments(frames)[::-1]
    assert listed["rows"].tolist() == [len(frames[0])] * 3
    assert listed["columns"].tolist() == [frames[0].shape[1]] * 3
    ids = [frame.attrs["watchframe"]["query_result_id"] for frame in frames]
    assert listed["query_result_id"].tolist() == ids[::-1]
    runtimes = [frame.attrs["watchframe"]["runtime_s"] for frame in frames]
    assert listed["runtime_s"].tolist() == runtimes[::-1]
    assert (listed["bytes"] > 0).all()
    for frame, moment in zip(frames, moments(frames), strict=True):
        past = q.at(moment, markets=["INV"])
        pd.testing.assert_frame_equal(past, frame)
        facts = {**frame.attrs["watchframe"], "from_cache": True, "source": "local cache"}
        assert past.attrs["watchframe"] == facts
    just_before = moments(frames)[2] - timedelta(microseconds=1)
    found = q.at(just_before, {"markets": ["INV"]}).attrs["watchframe"]
    assert found["query_result_id"] == ids[1]
    assert list(demo.requests) == []


def test_results_of_other_values_are_not_listed(q):
    q(markets=["INV"], max_age=0)
    q(markets=["WETH"], max_age=0)
    q(markets=["WETH"], max_age=0)
    assert [len(q.history(markets=[name])) for name in ("INV", "WETH", "CRV")] == [1, 2, 0]


def test_results_of_another_key_are_not_listed(q, demo, kept, tmp_path):
    q(max_age=0)
    q(max_age=0)
    settings = {"cache_dir": tmp_path / "cache", "timezone": "UTC", "history": "30d"}
    with Client(demo.url, query_keys={BORROWS: demo.query_key(BORROWS)}, **settings) as other:
        theirs = watch_query(BORROWS, client=other)
        assert len(theirs.history()) == 0
        with pytest.raises(CacheMissError, match="holds no result"):
            theirs.at("2100-01-01")
    assert len(q.history()) == 2


def test_history_is_empty_with_types_before_the_first_read(q):
    empty = q.history()
    q()
    assert (len(empty), len(q.history())) == (0, 1)
    assert empty.dtypes.equals(q.history().dtypes)


def test_without_the_setting_only_the_newest_is_there(client):
    q = watch_query(BORROWS, client=client)
    frames = [q(max_age=0) for _ in range(2)]
    assert q.history()["retrieved_at"].tolist() == moments(frames)[1:]
    with pytest.raises(CacheMissError, match="the only one is of") as caught:
        q.at(moments(frames)[0])
    assert 'history="30d"' in str(caught.value)


def test_moment_before_all_names_the_first_and_the_last(q):
    for _ in range(2):
        q(max_age=0)
    with pytest.raises(CacheMissError) as caught:
        q.at("2020-02-29")
    told = caught.value.message
    assert "is kept from before 2020-02-29 23:59 UTC: the first of the 2 is of" in told
    assert f"{datetime.now(UTC):%Y-%m-%d}" in told


@pytest.mark.parametrize("output", ["arrow", "pandas"])
def test_past_rows_are_returned_as_the_arguments_say(q, output):
    frame = q(max_age=0)
    q(max_age=0)
    past = q.at(moments([frame])[0], output=output, columns=["market"])
    assert isinstance(past, pa.Table if output == "arrow" else pd.DataFrame)
    names = past.column_names if output == "arrow" else list(past.columns)
    assert names == ["market"]
    indexed = q.at(moments([frame])[0], index_col="market", dtype_backend="pyarrow")
    pd.testing.assert_frame_equal(indexed, q(index_col="market", dtype_backend="pyarrow"))


def test_arguments_of_a_request_are_refused(q):
    for wrong in ({"max_age": 3}, {"cache": "off"}, {"timeout": 1}):
        with pytest.raises(ArgumentError, match=f"takes no {next(iter(wrong))}="):
            q.at("2026-01-01", **wrong)
    with pytest.raises(ArgumentError, match="history takes no output="):
        q.history(output="arrow")
    with pytest.raises(UnknownParameterError):
        q.history(nonsense=1)
    with pytest.raises(ArgumentError, match="is one result"):
        list_past(QueryReference(query_id=BORROWS, result_id=7))


def test_damaged_past_result_is_no_older_one(q, kept):
    frames = [q(max_age=0) for _ in range(3)]
    cache = ResultCache(kept.settings.cache_dir)
    head = cache.results_under(frames[0].attrs["watchframe"]["cache_key"])[1]
    index = cache._access._index
    (name,) = [name for name in index.past_names(head.key) if "-" in name][-1:]
    body = index.load(name, None)[1].to_pybytes()
    index._sql(
        "UPDATE Cache SET value = ?, mode = 1, filename = NULL WHERE key = ?",
        (bytes([body[0] ^ 1]) + body[1:], name),
    )
    moment = next(moment for moment in moments(frames) if name.endswith(str(_microseconds(moment))))
    with (
        pytest.warns(CacheWarning, match="past result"),
        pytest.raises(CacheMissError, match="cannot be read any more"),
    ):
        q.at(moment)
    assert len(q.history()) == 2


def _microseconds(moment):
    return (moment.to_pydatetime() - datetime.min.replace(tzinfo=UTC)) // timedelta(microseconds=1)


def test_edited_query_begins_a_new_history(demo_server, tmp_path):
    settings = {"cache_dir": tmp_path / "cache", "timezone": "UTC", "history": "30d"}
    with Client(demo_server.url, demo_server.user_key, **settings) as client:
        saved = client.queries.create("A history", "select 1 as n", 1)
        q = watch_query(saved.id, client=client)
        for _ in range(2):
            q(max_age=0)
        assert len(q.history()) == 2
        client.queries.update(saved.id, text="select 2 as n")
        edited = watch_query(saved.id, client=client)
        assert len(edited.history()) == 0
        edited(max_age=0)
        # The object of before the edit knows by the read that the query was edited.
        assert q.history()["retrieved_at"].tolist() == edited.history()["retrieved_at"].tolist()


def test_definition_need_not_be_asked_for_where_it_is_known(q, kept, demo):
    q(max_age=0)
    q(max_age=0)
    demo.requests.clear()
    reference = parse_reference(BORROWS)
    assert len(list_past(reference, client=kept)) == 2
    frame = read_past(reference, "2100-01-01", output=Output(), client=kept)
    pd.testing.assert_frame_equal(frame, q())
    with pytest.raises(CacheMissError, match="definition of query 2"):
        list_past(parse_reference(2), client=kept)


def test_results_that_are_not_kept_have_no_history(demo, tmp_path):
    settings = {"cache_dir": tmp_path / "c", "history": "1d", "uncached_queries": [BORROWS]}
    with Client(demo.url, demo.user_key, **settings) as client:
        q = watch_query(BORROWS, client=client)
        q()
        with pytest.raises(CacheMissError, match="not kept"):
            q.history()


@pytest.mark.parametrize(
    ("value", "until"),
    [
        ("2026-11-01", datetime(2026, 11, 1, 22, 59, 59, 999_999, tzinfo=UTC)),
        (" 2026-11-01 ", datetime(2026, 11, 1, 22, 59, 59, 999_999, tzinfo=UTC)),
        (date(2026, 10, 24), datetime(2026, 10, 24, 21, 59, 59, 999_999, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 25, 22, 59, 59, 999_999, tzinfo=UTC)),
        ("2026-11-01 18:00", datetime(2026, 11, 1, 17, tzinfo=UTC)),
        ("2026-11-01T18:00:00Z", datetime(2026, 11, 1, 18, tzinfo=UTC)),
        ("2026-11-01T18:00:00.000001+05:30", datetime(2026, 11, 1, 12, 30, 0, 1, tzinfo=UTC)),
        (datetime.fromisoformat("2026-11-01 00:00"), datetime(2026, 10, 31, 23, tzinfo=UTC)),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        (pd.Timestamp("2026-11-01 12:00", tz="Asia/Tokyo"), datetime(2026, 11, 1, 3, tzinfo=UTC)),
        (
            datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=-3))),
            datetime(2026, 1, 1, 3, tzinfo=UTC),
        ),
        ("d_yesterday", NOW - timedelta(days=1)),
    ],
)
def test_moment_of_a_day_is_its_end(value, until):
    assert moment_until(value, now=NOW, timezone=BERLIN) == until


@pytest.mark.parametrize(
    "value",
    ["", "soon", "2026", "2026-02-30", "2026-W01-1", 5, None, pd.NaT, date.max, ["2026-11-01"]],
)
def test_what_is_no_moment_is_refused(value):
    with pytest.raises(ArgumentError, match="is no day and no moment"):
        moment_until(value, now=NOW, timezone=BERLIN)


def test_key_given_as_a_moment_is_not_shown(q):
    address = "https://watch.example/api/queries/1/results.json?api_key=" + "k3y" * 13
    with pytest.raises(ArgumentError) as caught:
        q.at(address)
    assert "k3yk3y" not in str(caught.value)
