"""Results that the settings keep out of the local cache."""

import time

import pytest

from watchframe import Client, ResultCache, read_watch_query, read_watch_sql
from watchframe.errors import CacheMissError
from watchframe.read import ReadOptions, explain_watch_query
from watchframe.read.pipeline import plan_query

TOTALS, BY_LABEL, BY_KIND = 2, 10, 13


@pytest.fixture
def discreet(demo, tmp_path):
    with Client(
        demo.url,
        demo.user_key,
        cache_dir=tmp_path / "cache",
        cache_text_parameters=False,
        uncached_queries="2, 99",
    ) as client:
        yield client


def on_disk(client, text):
    folder = client.settings.cache_dir
    return [path for path in folder.rglob("*") if path.is_file() and text in path.read_bytes()]


def test_result_of_a_text_parameter_is_not_kept(discreet, demo):
    person = "jane.doe@example.com"
    for _ in range(2):
        demo.requests.clear()
        frame = read_watch_query(BY_LABEL, {"label": person}, max_age="1h", client=discreet)
        assert frame.attrs["watchframe"]["source"] != "local cache"
        assert any(item.method == "POST" for item in demo.requests)
    assert on_disk(discreet, person.encode()) == []
    assert len(ResultCache(discreet.settings.cache_dir).entries()) == 0


def test_result_that_is_kept_out_leaves_no_columns_behind(discreet, monkeypatch):
    written = []
    monkeypatch.setattr(
        "watchframe.cache.ResultCache.put_document",
        lambda cache, key, value: written.append(key),
    )
    read_watch_query(TOTALS, client=discreet)
    assert [key for key in written if key.startswith("columns/")] == []
    read_watch_query(BY_KIND, client=discreet)
    assert len([key for key in written if key.startswith("columns/")]) == 1


def test_result_of_a_text_parameter_by_default_is_kept(client):
    read_watch_query(BY_LABEL, {"label": "jane.doe@example.com"}, client=client)
    assert on_disk(client, b"jane.doe@example.com") != []


def test_ad_hoc_result_is_kept_by_number_and_not_by_text(discreet):
    sql = "select '{{ a }}' as a"
    read_watch_sql(sql, 1, {"a": "jane"}, client=discreet)
    assert len(ResultCache(discreet.settings.cache_dir).entries()) == 0
    read_watch_sql(sql, 1, {"a": 5}, client=discreet)
    assert ResultCache(discreet.settings.cache_dir).entries()["parameters"].tolist() == [{"a": 5}]


def test_result_of_undefined_text_is_not_kept(discreet, client):
    query = client.queries.create("undefined", "select '{{ a }}' as a", 1)
    read_watch_query(query.id, {"a": "jane"}, client=discreet)
    assert len(ResultCache(discreet.settings.cache_dir).entries()) == 0


def test_result_of_a_chosen_value_is_kept(discreet):
    read_watch_query(BY_KIND, {"kind": "repay"}, client=discreet)
    frame = read_watch_query(BY_KIND, {"kind": "repay"}, max_age="1h", client=discreet)
    assert frame.attrs["watchframe"]["source"] == "local cache"


def test_result_of_uncached_query_is_not_kept_nor_read(discreet, client):
    """Not even where it was stored before the setting was made."""
    read_watch_query(TOTALS, client=client)
    frame = read_watch_query(TOTALS, max_age="1h", client=discreet)
    assert frame.attrs["watchframe"]["source"] == "server cache"
    with pytest.raises(CacheMissError, match="not kept") as caught:
        read_watch_query(TOTALS, cache="only", client=discreet)
    assert "uncached_queries" in caught.value.hint


def test_explanation_and_decisions_name_the_reason(discreet):
    plan = explain_watch_query(TOTALS, max_age="1h", client=discreet)
    assert plan.decision.reason == "never-kept"
    assert "the settings keep its results out of it" in str(plan)
    read_watch_query(TOTALS, client=discreet)
    decisions = ResultCache(discreet.settings.cache_dir).decisions()
    of_query = decisions[decisions["what"].str.startswith("query ")]
    assert of_query[["action", "reason"]].iloc[0].tolist() == ["fetch", "never-kept"]
    assert of_query["what"].iloc[0].startswith("query 2 ")


def test_explanation_of_a_copy_from_the_future_names_no_age(client):
    read_watch_query(TOTALS, client=client)
    store = ResultCache(client.settings.cache_dir, clock=lambda: time.time() - 3600)
    options = ReadOptions.resolve(client=client, max_age="1h", store=store)
    text = str(plan_query(TOTALS, None, options))
    assert "a result of unknown age; by the clocks it is from the future" in text
    store.close()
