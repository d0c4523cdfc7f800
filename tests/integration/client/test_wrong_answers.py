"""Answers to another question than was asked: never believed and never stored."""

import json
import re
import warnings

import pytest

from watchframe import (
    Client,
    read_watch_dashboard,
    read_watch_query,
    read_watch_sql,
    read_watch_sweep,
    submit_watch_query,
)
from watchframe.cache import ResultCache
from watchframe.errors import (
    CacheMissError,
    ColumnTypeWarning,
    ProtocolError,
    UnprovenResultWarning,
)
from watchframe.widgets import pick

TEXT = "select '{{ t }}' as t"
PARAMETER = {"name": "t", "type": "text", "title": "T", "value": "a"}


class Watch:
    """A server that answers as these fields say, whatever it is asked."""

    def __init__(self, text=TEXT, **options):
        self.query = {"id": 1, "name": "q", "query": text, "data_source_id": 1}
        self.query["options"] = {"parameters": [PARAMETER], **options}
        self.job = {"id": "j", "status": 3, "error": "", "query_result_id": 5}
        self.result = {"id": 5, "query": "select 'a' as t", "data_source_id": 1}
        self.dashboard = {"id": 3, "slug": "d", "name": "D", "widgets": []}
        self.cached = False
        self.rows = [{"t": "x"}]
        self.after = {}

    def __call__(self, path):
        if re.search(r"/results/|/query_results/", path):
            body = {"query_result": self._result()}
        elif path.endswith("results"):
            body = {"query_result": self._result()} if self.cached else {"job": self.job}
        elif "/dashboards/" in path:
            body = self.dashboard
        else:
            body = self.query
        found = json.dumps(body).encode()
        self.query |= self.after.pop(path, {})
        return 200, {"Content-Type": "application/json"}, found

    def _result(self):
        data = {"columns": [{"name": "t", "type": "string"}], "rows": self.rows}
        return {**self.result, "data": data, "retrieved_at": "2026-01-01T00:00:00.000Z"}


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def reader(watch, server, tmp_path):
    with (
        server(watch) as found,
        Client(found.url, "k-0123456789", cache_dir=tmp_path / "cache", max_retries=0) as client,
    ):
        client.seen = found.seen
        yield client


def executions(reader):
    return [path for path, _ in reader.seen if path.endswith("results")]


def is_stored(reader, params=None):
    try:
        read_watch_query(1, params, cache="only", client=reader)
    except CacheMissError:
        return False
    return True


def test_right_answer_is_stored(reader):
    assert read_watch_query(1, client=reader)["t"].item() == "x"
    assert is_stored(reader)


@pytest.mark.parametrize("is_cached", [True, False])
@pytest.mark.parametrize("cache", ["use", "refresh", "off"])
def test_other_sql_is_refused(reader, watch, is_cached, cache):
    watch.cached, watch.result["query"] = is_cached, "select 'b' as t"
    with pytest.raises(ProtocolError, match="query 1 'q' with the rows of other SQL") as caught:
        read_watch_query(1, cache=cache, client=reader)
    assert "Nothing was stored" in caught.value.hint
    assert len(executions(reader)) == 1
    assert not is_stored(reader)


def test_other_sql_is_refused_in_the_background(reader, watch):
    watch.result["query"] = "select 'b' as t"
    with pytest.raises(ProtocolError, match="other SQL"):
        submit_watch_query(1, client=reader).result(timeout=60)
    with pytest.raises(ExceptionGroup) as caught:
        read_watch_sweep(1, [{"t": "a"}, {"t": "c"}], client=reader)
    assert caught.group_contains(ProtocolError, match="other SQL")
    assert not is_stored(reader)


def test_other_sql_is_refused_for_sql_that_is_not_saved(reader, watch):
    watch.result["query"] = "select 2"
    with pytest.raises(ProtocolError, match="other SQL"):
        read_watch_sql("select 1", 1, client=reader)
    with pytest.raises(CacheMissError):
        read_watch_sql("select 1", 1, cache="only", client=reader)


def test_limit_that_the_query_does_not_have_is_other_sql(reader, watch):
    watch.result["query"] = "select 'a' as t LIMIT 1000"
    with pytest.raises(ProtocolError, match="other SQL"):
        read_watch_query(1, client=reader)
    watch.query["options"]["apply_auto_limit"] = True
    assert len(read_watch_query(1, client=reader)) == 1


def test_other_data_source_is_refused(reader, watch):
    watch.result["data_source_id"] = 2
    with pytest.raises(ProtocolError, match="rows of another data source"):
        read_watch_query(1, client=reader)
    assert not is_stored(reader)


@pytest.mark.parametrize("ran", ["select 'a b' as t", "select 'A' as t", "select 'a'as t"])
def test_rows_that_the_servers_hash_confuses_are_run_again(reader, watch, ran):
    watch.result["query"] = ran
    with pytest.raises(ProtocolError, match="again and again"):
        read_watch_query(1, {"t": "ab" if " b" in ran else "a"}, client=reader)
    assert len(executions(reader)) == 3


@pytest.mark.parametrize("cache", ["use", "off"])
def test_result_of_another_id_is_refused(reader, watch, cache):
    watch.result["id"] = 6
    with pytest.raises(ProtocolError, match="result 6, but result 5 was asked for"):
        read_watch_query(1, cache=cache, client=reader)
    assert not is_stored(reader)
    with pytest.raises(ProtocolError, match="result 6, but result 5 was asked for"):
        reader.query_results.get(5)
    assert reader.query_results.get(6).info.id == 6


def test_definition_of_another_id_is_refused(reader, watch):
    watch.query["id"] = 2
    with pytest.raises(ProtocolError):
        read_watch_query(1, client=reader)
    assert executions(reader) == []


def test_dashboard_of_another_id_is_refused(reader, watch):
    watch.dashboard["id"] = 4
    with pytest.raises(ProtocolError):
        read_watch_dashboard(3, client=reader)


def test_cached_definition_of_another_id_is_read_again(reader, watch, tmp_path):
    read_watch_query(1, client=reader)
    cache = ResultCache(tmp_path / "cache")
    key = f"{reader.server}/{cache.principal('k-0123456789')}/query/1"
    assert cache.get_document(key) is not None
    cache.put_document(key, {**watch.query, "id": 2, "query": "select 'z' as t"})
    with pytest.raises(CacheMissError, match="the definition of query 1"):
        read_watch_query(1, cache="only", client=reader)
    reader.seen.clear()
    assert len(read_watch_query(1, max_age="9000d", client=reader)) == 1
    assert [path for path, _ in reader.seen] == ["/api/queries/1"]


def test_edit_during_the_read_is_of_the_new_text(reader, watch):
    """The same values were put into it: nothing is run again, and it is stored as what it is."""
    watch.result["query"] = "select 'a' as edited"
    watch.after["/api/queries/1/results"] = {"query": "select '{{ t }}' as edited"}
    assert len(read_watch_query(1, client=reader)) == 1
    assert len(executions(reader)) == 1
    assert is_stored(reader)


def test_edit_of_a_default_during_the_read_is_read_again(reader, watch):
    watch.result["query"] = "select 'a'"
    edited = {"query": "select '{{ u }}'", "options": {"parameters": [{**PARAMETER, "name": "u"}]}}
    watch.after["/api/queries/1/results"] = edited
    assert len(read_watch_query(1, client=reader)) == 1
    assert len(executions(reader)) == 2
    assert is_stored(reader)


def test_edit_of_white_space_during_the_read_is_read_again(reader, watch):
    watch.result["query"] = "select 'a'  as t"
    watch.after["/api/queries/1/results"] = {"query": "select '{{ t }}'  as t"}
    assert len(read_watch_query(1, client=reader)) == 1
    assert is_stored(reader)


@pytest.mark.parametrize("is_cached", [True, False])
def test_doubtful_rows_warn_and_are_not_stored(reader, watch, is_cached):
    watch.query["query"] = TEXT + "{{> tail }}"
    watch.result["query"], watch.cached = "select 'a' as t where true", is_cached
    for cache in ("use", "off"):
        with pytest.warns(UnprovenResultWarning, match="takes in another template, 'tail'") as seen:
            frame = read_watch_query(1, cache=cache, client=reader)
        assert (frame["t"].item(), seen[0].filename) == ("x", __file__)
    assert not is_stored(reader)


def test_rows_of_a_doubtful_text_teach_no_types_of_columns(reader, watch):
    watch.query["query"] = TEXT + "{{> tail }}"
    watch.result["query"], watch.rows = "select 'a' as t where true", [{"t": 1}]
    with pytest.warns((UnprovenResultWarning, ColumnTypeWarning)):
        read_watch_query(1, client=reader)
    watch.result["query"], watch.rows = "select 'a' as t", []
    assert read_watch_query(1, client=reader)["t"].dtype == "string"


def test_doubtful_rows_in_a_picker_warn(reader, watch):
    watch.query["query"] = TEXT + "{{> tail }}"
    watch.result["query"] = "select 'a' as t where true"
    picker = pick(1, client=reader)
    picker.run()
    assert picker.wait(60)["t"].item() == "x"
    assert "Nothing proves that these are the rows" in picker._layout.status.value


def test_doubtful_rows_rendered_as_expected_are_stored(reader, watch):
    watch.query["query"] = TEXT + "{{> tail }}"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_watch_query(1, client=reader)
    assert is_stored(reader)


def test_doubtful_cached_rows_are_run_if_confusable(reader, watch):
    watch.query["query"] = TEXT + "{{> tail }}"
    watch.result["query"], watch.cached = "select 'a b' as t where true", True
    with pytest.raises(ProtocolError, match="again and again"):
        read_watch_query(1, {"t": "a b"}, client=reader)
    watch.cached = False
    with pytest.warns(UnprovenResultWarning):
        read_watch_query(1, {"t": "a b"}, client=reader)
