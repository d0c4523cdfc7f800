"""Results of unusual shapes: keys nobody declared, rows that are missing, rounded values, texts."""

import gzip
import json
import warnings

import pytest
from pandas.testing import assert_frame_equal

from watchframe import (
    read_watch_query,
    read_watch_sql,
    read_watch_sweep,
)
from watchframe.errors import (
    ArgumentError,
    ColumnTypeWarning,
    PrecisionWarning,
    ResultTruncatedWarning,
)
from watchframe.models import ParameterDefinition
from watchframe.read import ReadOptions
from watchframe.widgets.runs import BackgroundRead
from watchframe.widgets.status import outcome_html

PYTHON_SOURCE = 2
UNDECLARED = """
result = {}
add_result_column(result, 'block', 'Block', 'integer')
add_result_row(result, {'block': 1, 'pool': '0xab', 'value': 2**200})
add_result_row(result, {'block': 2, 'fee': 0.5})
"""
CUT = "result = {'columns': [], 'rows': [{'n': 1}, {'n': 2}], 'truncated': True}"
AMOUNTS = """
select amount::decimal(38, 1) as amount, rate::decimal(38, 1) as "Rate %" from (values
    (9007199254740991.0, 0.5), (12345678901234568244756480.5, 0.25), (null, null)
) as amounts(amount, rate)
"""


@pytest.fixture
def saved(client):
    """Save a query on the Python data source, or on another one."""

    def save(text, source=PYTHON_SOURCE, **options):
        return client.queries.create("a query", text, source, **options).id

    return save


def warnings_of(read):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        return read(), [(item.category, str(item.message)) for item in caught], caught


def test_undeclared_columns_warn_once_also_from_cache(client, saved):
    query = saved(UNDECLARED)
    frames = []
    for source in ("executed", "local cache"):
        frame, said, caught = warnings_of(
            lambda: read_watch_query(query, max_age="1h", client=client)
        )
        assert frame.attrs["watchframe"]["source"] == source
        assert [category for category, _ in said] == [ColumnTypeWarning]
        assert "'pool', 'value', 'fee';" in said[0][1]
        assert caught[0].filename == __file__
        frames.append(frame)
    assert list(frames[0].columns) == ["block", "pool", "value", "fee"]
    assert frames[0]["value"][0] == 2**200
    assert frames[0].equals(frames[1])


@pytest.mark.filterwarnings("ignore::watchframe.errors.ColumnTypeWarning")
def test_undeclared_column_is_chosen_without_a_cache(client, saved):
    query = saved(UNDECLARED)
    frame = read_watch_query(query, columns=["fee", "block"], cache="off", client=client)
    assert frame.to_dict("list")["block"] == [1, 2]
    assert list(frame.columns) == ["fee", "block"]
    with pytest.raises(ArgumentError, match="no column 'nope'"):
        read_watch_query(query, columns=["nope"], cache="off", client=client)


def test_rows_without_keys_are_counted_also_from_the_cache(client, saved):
    query = saved("result = {'columns': [], 'rows': [{}, {}, {}]}")
    for source in ("executed", "local cache"):
        frame = read_watch_query(query, max_age="1h", client=client)
        table = read_watch_query(query, max_age="1h", client=client, output="arrow")
        assert frame.attrs["watchframe"]["source"] == source
        assert (frame.shape, table.num_rows) == ((3, 0), 3)


@pytest.mark.filterwarnings("ignore::watchframe.errors.ColumnTypeWarning")
def test_truncated_result_is_warned_of_also_from_the_cache(client, saved):
    query = saved(CUT)
    for source in ("executed", "local cache"):
        with pytest.warns(ResultTruncatedWarning, match=f"2 rows of query {query}"):
            frame = read_watch_query(query, max_age="1h", client=client)
        attributes = frame.attrs["watchframe"]
        assert (attributes["source"], attributes["is_truncated"]) == (source, True)
    assert not read_watch_query(1, client=client).attrs["watchframe"]["is_truncated"]
    with pytest.warns(ResultTruncatedWarning, match="2 rows of the SQL"):
        read_watch_sql(CUT, PYTHON_SOURCE, cache="off", client=client)


@pytest.mark.filterwarnings("ignore::watchframe.errors.ColumnTypeWarning")
@pytest.mark.filterwarnings("ignore::watchframe.errors.ResultTruncatedWarning")
def test_truncated_page_is_an_error(client, saved):
    """Pages end at one that is not full: with rows missing the rest would never be read."""
    text = CUT + " #order by n limit {{ limit }} offset {{ offset }}"
    names = ("limit", "offset")
    numbers = [ParameterDefinition(name=name, type="number", title=name) for name in names]
    query = saved(text, parameters=numbers)
    page = {"limit": "limit", "offset": "offset", "size": 5}
    with pytest.raises(ArgumentError, match="2 rows where 5 were asked for") as caught:
        read_watch_sweep(query, page=page, client=client)
    assert "smaller size" in caught.value.hint


def test_rounded_decimals_are_warned_of_also_from_the_cache(client, saved):
    query = saved(AMOUNTS, 1)
    for source in ("executed", "local cache"):
        frame, said, caught = warnings_of(
            lambda: read_watch_query(query, max_age="1h", client=client)
        )
        assert frame.attrs["watchframe"]["source"] == source
        assert [item for item in said if item[0] is PrecisionWarning] == said[-1:]
        message = said[-1][1]
        assert "Column 'amount' holds the float 1.2345678901234568e+25 in row 1:" in message
        assert "(amount::text as amount)" in message
        assert "{'amount': \"integer\"}" in message
        assert caught[-1].filename == __file__


def test_picker_shows_what_a_read_warns_of(client, saved):
    read = BackgroundRead(
        saved(CUT),
        {},
        ReadOptions.resolve(client=client),
        on_progress=lambda *_: None,
        on_done=lambda *_: None,
    )
    read.start()
    outcome = read.wait(60)
    assert [note.split(":")[0] for note in outcome.notes] == [
        "The rows hold keys that the server does not declare as columns",
        "The data source says that rows are missing",
    ]
    assert outcome.notes[1] in outcome_html(outcome)


@pytest.mark.parametrize("is_compressed", [False, True])
def test_result_whose_data_are_a_text_is_read(client, demo, is_compressed):
    """The fork sent them so from May to July 2026."""
    expected = read_watch_query(1, cache="off", client=client)
    number = expected.attrs["watchframe"]["query_result_id"]
    with client.query_results.open(number) as body:
        result = json.loads(body.read())
    result["query_result"]["data"] = json.dumps(result["query_result"]["data"])
    sent, headers = json.dumps(result).encode(), {"Content-Type": "application/json"}
    if is_compressed:
        sent, headers = gzip.compress(sent), headers | {"Content-Encoding": "gzip"}
    demo.faults.add(r"POST /api/queries/1/results", status=200, body=sent, headers=headers)
    assert_frame_equal(read_watch_query(1, cache="off", client=client), expected)
