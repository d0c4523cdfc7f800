"""Partitions read by two worker processes of a real cluster, against the demo server."""

import os
from contextlib import ExitStack

import cloudpickle
import pandas as pd
import pytest
from distributed import Client as DaskClient
from distributed import LocalCluster

import watchframe.dask as watch_dask
from watchframe import connect, read_watch_query
from watchframe.demo.catalogue_types import PYTHON_SOURCE
from watchframe.errors import (
    ArgumentError,
    ConfigurationError,
    JobFailedError,
    ParameterValueError,
)
from watchframe.models import ParameterDefinition

KINDS = [{"kind": kind} for kind in ("borrow", "repay", "liquidation")]


@pytest.fixture(scope="module")
def cluster(demo_server, tmp_path_factory):
    """Two worker processes whose environment names the demo server, its key and a cache."""
    environment = {
        "WATCHFRAME_URL": demo_server.url,
        "WATCHFRAME_API_KEY": demo_server.user_key,
        "WATCHFRAME_CACHE_DIR": str(tmp_path_factory.mktemp("workers")),
    }
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in environment.items():
            patch.setenv(name, value)
        found = stack.enter_context(
            LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0")
        )
        patch.undo()
        yield found


@pytest.fixture
def workers(cluster):
    with DaskClient(cluster) as found:
        yield found


@pytest.fixture
def caller(demo, tmp_path):
    """The caller's own connection, by `connect`: of no use to another process."""
    return connect(demo.url, demo.user_key, cache_dir=tmp_path / "cache", timezone="UTC")


def posts(demo):
    return [item for item in demo.requests if item.method == "POST"]


def made_query(client, text, choices):
    choice = ParameterDefinition(
        name="choice", type="enum", title="Choice", enum_options=tuple(choices)
    )
    return client.queries.create("made", text, 1, parameters=[choice]).id


@pytest.mark.slow
def test_partitions_of_each_set_read_in_workers(workers, caller):
    frame = watch_dask.read_watch_query(13, KINDS)
    alone = [read_watch_query(13, params) for params in KINDS]
    assert frame.npartitions == 3
    for number, expected in enumerate(alone):
        pd.testing.assert_frame_equal(frame.partitions[number].compute(), expected)
    pids = frame.map_partitions(
        lambda part: pd.Series([os.getpid()] * min(len(part), 1)), meta=pd.Series(dtype="int64")
    ).compute()
    assert set(pids) <= set(workers.run(os.getpid).values())
    assert os.getpid() not in set(pids)


def test_name_is_a_query_in_the_workers(workers, caller):
    frame = watch_dask.read_watch_query("events OF one kind by month", KINDS)
    alone = read_watch_query(13, KINDS[1])
    pd.testing.assert_frame_equal(frame.partitions[1].compute(), alone)


def test_dtypes_are_known_before_and_hold_after(workers, caller):
    frame = watch_dask.read_watch_query(13, KINDS, dtype_backend="pyarrow")
    expected = read_watch_query(13, KINDS[0], dtype_backend="pyarrow").dtypes
    assert frame.dtypes.equals(expected)
    assert frame.compute().dtypes.equals(expected)
    by_month = frame.groupby("month")["events"].sum().compute()
    assert by_month.sum() == sum(read_watch_query(13, kind)["events"].sum() for kind in KINDS)


def test_metadata_from_first_set_or_given_meta(caller, demo):
    watch_dask.read_watch_query(13, KINDS, max_age=0)
    assert [item.body["parameters"] for item in posts(demo)] == [KINDS[0]]
    demo.requests.clear()
    meta = {"month": "datetime64[us]", "events": "Int64", "amount_usd": "Float64"}
    frame = watch_dask.read_watch_query(13, KINDS, max_age=0, meta=meta)
    assert posts(demo) == []
    assert len(frame.compute(scheduler="threads")) > 0
    assert len(posts(demo)) == 3


def test_no_key_is_in_the_graph(caller, demo):
    frame = watch_dask.read_watch_query(13, KINDS)
    graph = cloudpickle.dumps((frame, frame.expr, dict(frame.__dask_graph__())))
    assert demo.url.encode() in graph
    assert b"liquidation" in graph
    assert demo.user_key.encode() not in graph
    assert demo.user_key.encode() not in repr(frame.__dask_graph__()).encode()


def test_worker_with_another_server_refuses(workers, demo, tmp_path):
    other = demo.url.replace("127.0.0.1", "localhost")
    connect(other, demo.user_key, cache_dir=tmp_path / "cache")
    frame = watch_dask.read_watch_query(13, KINDS)
    demo.requests.clear()
    with pytest.raises(ConfigurationError, match=f"cannot read from {other}") as caught:
        frame.compute()
    assert "do not travel" in caught.value.hint
    assert demo.requests == []


def test_workers_find_the_profile_of_the_config_file(demo, tmp_path, monkeypatch):
    folder = tmp_path / "config" / "watchframe"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(
        f'[lending]\nurl = "{demo.url}"\napi_key = "{demo.user_key}"\n'
        f'cache_dir = "{tmp_path / "cache"}"\n'
    )
    (folder / "config.toml").chmod(0o600)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    named = watch_dask.read_watch_query(13, KINDS, profile="lending")
    assert len(named.compute(scheduler="threads")) == 180
    with pytest.raises(ConfigurationError, match="no profile 'lendign'"):
        watch_dask.read_watch_query(13, KINDS, profile="lendign")


@pytest.mark.parametrize(
    ("text", "choices", "words"),
    [
        ("select {{ choice }} as x", ["1", "'one'"], "string in column 'x', the metadata Int64"),
        ("select {{ choice }} as x", ["1", str(2**70)], "object in column 'x', the metadata Int64"),
        ("select 1 as {{ choice }}", ["x", "y"], r"columns \['y'\], the metadata \['x'\]"),
    ],
)
def test_partition_unlike_the_metadata_is_refused(workers, caller, text, choices, words):
    query = made_query(caller, text, choices)
    sets = [{"choice": choice} for choice in choices]
    frame = watch_dask.read_watch_query(query, sets)
    with pytest.raises(ArgumentError, match=words) as caught:
        frame.compute()
    assert f"Partition 1, of the parameters {sets[1]!r}" in str(caught.value)


def test_dtype_has_differing_partitions_agree(workers, caller):
    choices = ["1", str(2**70)]
    query = made_query(caller, "select {{ choice }} as x", choices)
    sets = [{"choice": choice} for choice in choices]
    frame = watch_dask.read_watch_query(query, sets, dtype={"x": object})
    assert list(frame.compute()["x"]) == [1, 2**70]


def test_partition_without_rows_has_same_columns(workers, caller):
    text = """\
result = {}
for n in range({{ n }}):
    add_result_row(result, {'at': '2026-01-01', 'value': '5'})
for n in range(({{ n }} + 1) // 2):
    add_result_column(result, 'at', 'at', 'string')
    add_result_column(result, 'value', 'value', 'string')
"""
    number = ParameterDefinition(name="n", type="number", title="n")
    query = caller.queries.create("made", text, PYTHON_SOURCE, parameters=[number]).id
    sets = [{"n": 0}, {"n": 2}, {"n": 0}]
    given = {"dtype": {"value": "integer"}, "parse_dates": ["at"]}
    frame = watch_dask.read_watch_query(query, sets, **given)
    assert frame.dtypes.astype(str).to_dict() == {"at": "datetime64[us]", "value": "Int64"}
    assert frame.compute()["value"].tolist() == [5, 5]
    assert frame["at"].compute().tolist() == [pd.Timestamp("2026-01-01")] * 2


#: Events of which each has other keys, none declared.
BORROW = "{'columns': [], 'rows': [{'block': 1, 'value': 2**70}]}"
REPAY = "{'columns': [], 'rows': [{'block': 2, 'pool': '0xab'}]}"
PLAIN = "{'columns': [], 'rows': [{'block': 3}]}"


@pytest.fixture
def events(caller):
    options = (BORROW, REPAY, PLAIN)
    event = ParameterDefinition(name="event", type="enum", title="Event", enum_options=options)
    text = "result = {{ event }}"
    return caller.queries.create("events", text, PYTHON_SOURCE, parameters=[event]).id


@pytest.mark.filterwarnings("ignore::watchframe.errors.ColumnTypeWarning")
def test_keys_that_rows_lack_are_null_where_meta_names_them(caller, events):
    sets = [{"event": BORROW}, {"event": REPAY}]
    meta = {"block": "Int64", "value": object, "pool": "string"}
    frame = watch_dask.read_watch_query(events, sets, meta=meta)
    found = frame.compute(scheduler="threads")
    assert found.dtypes.astype(str).to_dict() == {**meta, "value": "object"}
    assert found.astype(object).where(found.notna(), None).to_numpy().tolist() == [
        [1, 2**70, None],
        [2, None, "0xab"],
    ]
    assert frame["pool"].compute(scheduler="threads").tolist() == [pd.NA, "0xab"]
    chosen = watch_dask.read_watch_query(
        events, sets, columns=["pool"], meta={"pool": "string"}, dtype={"pool": "string"}
    )
    assert chosen.compute(scheduler="threads")["pool"].tolist() == [pd.NA, "0xab"]


@pytest.mark.filterwarnings("ignore::watchframe.errors.ColumnTypeWarning")
@pytest.mark.parametrize("dtype", ["bool", "int64"])
def test_keys_missing_in_dtype_without_nulls_refused(caller, events, dtype):
    sets = [{"event": BORROW}]
    meta = {"block": "Int64", "value": object, "pool": dtype}
    frame = watch_dask.read_watch_query(events, sets, meta=meta)
    with pytest.raises(ArgumentError, match=f"lacks the column 'pool', and {dtype} has no nulls"):
        frame.compute(scheduler="threads")


@pytest.mark.filterwarnings("ignore::watchframe.errors.ColumnTypeWarning")
def test_keys_of_the_metadata_null_and_others_refused(caller, events):
    fewer = watch_dask.read_watch_query(events, [{"event": BORROW}, {"event": PLAIN}])
    assert fewer.compute(scheduler="threads")["value"].tolist() == [2**70, None]
    more = watch_dask.read_watch_query(events, [{"event": PLAIN}, {"event": REPAY}])
    with pytest.raises(ArgumentError, match=r"has the columns \['block', 'pool'\]") as caught:
        more.compute(scheduler="threads")
    assert "meta= with the columns" in caught.value.hint


def test_integers_beyond_64_bits_stay_python_integers(workers, caller):
    amounts = watch_dask.read_watch_query(40, [{}])["amount"].compute()
    assert max(amount for amount in amounts if not pd.isna(amount)) == 2**256 - 1


def test_needed_columns_alone_are_converted(workers, caller):
    frame = watch_dask.read_watch_query(13, KINDS, columns=["events", "month"])
    assert list(frame.columns) == ["events", "month"]
    assert frame["month"].compute().name == "month"
    assert list(frame[["month"]].compute().columns) == ["month"]


def test_wrong_set_is_refused_at_once(caller, demo):
    with pytest.raises(ParameterValueError, match="nothing"):
        watch_dask.read_watch_query(13, [*KINDS, {"kind": "nothing"}])
    assert posts(demo) == []


def test_sets_may_be_the_rows_of_a_frame(caller):
    frame = watch_dask.read_watch_query(13, pd.DataFrame(KINDS))
    assert frame.npartitions == 3
    assert len(frame.compute(scheduler="threads")) == 180


@pytest.mark.parametrize("options", [{"dtype": {"event": "int64"}}, {"columns": ["event"]}])
def test_column_that_the_result_lacks_is_refused_at_once(caller, options):
    with pytest.raises(ArgumentError, match="'event'"):
        watch_dask.read_watch_query(13, KINDS, **options)


@pytest.mark.parametrize("params", [[], {"kind": "borrow"}, "borrow", None, [*KINDS, "borrow"]])
def test_what_is_not_a_list_of_sets_is_refused(caller, params):
    with pytest.raises(ArgumentError, match=r"[Pp]arameter set"):
        watch_dask.read_watch_query(13, params)


def test_failure_in_a_worker_names_the_parameter_set(workers, caller):
    frame = watch_dask.read_watch_query(52, [{"divisor": "18"}, {"divisor": "ten"}])
    with pytest.raises(JobFailedError) as caught:
        frame.compute()
    assert "in partition 1: query 52 with {'divisor': 'ten'}" in caught.value.__notes__


def test_each_call_reads_anew(workers, caller, demo):
    first = watch_dask.read_watch_query(13, KINDS[:1], max_age=0).persist()
    first.compute()
    before = len(posts(demo))
    watch_dask.read_watch_query(13, KINDS[:1], max_age=0).compute()
    assert len(posts(demo)) > before
