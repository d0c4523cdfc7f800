"""Ids and pasted addresses."""

import numpy as np
import pytest

from watchframe.errors import ArgumentError, QueryReferenceError
from watchframe.references import QueryReference, parse_reference, parse_references


@pytest.mark.parametrize("query", [42, "42", " 42 ", np.int64(42)])
def test_id_is_a_reference_without_a_server(query):
    assert parse_reference(query) == QueryReference(query_id=42)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("https://app.inverse.watch/queries/42", "https://app.inverse.watch"),
        ("https://app.inverse.watch/queries/42/source#123", "https://app.inverse.watch"),
        ("https://app.inverse.watch/queries/42-borrows-by-market", "https://app.inverse.watch"),
        ("https://host/org/queries/42?p_market=WETH", "https://host/org"),
        ("http://localhost:5000/queries/42", "http://localhost:5000"),
        ("https://HOST:443/queries/42", "https://host"),
        ("http://[::1]:8000/a/b/queries/42/", "http://[::1]:8000/a/b"),
        ("https://host/embed/query/42/visualization/7?api_key=secret", "https://host"),
        ("https://host/api/queries/42/results.json?api_key=secret", "https://host"),
    ],
)
def test_page_url_names_server_and_query(url, server):
    reference = parse_reference(url)
    assert (reference.query_id, reference.server_url) == (42, server)
    assert "secret" not in repr(reference)


@pytest.mark.parametrize(
    ("url", "number"),
    [
        ("https://host/queries/42#17", 17),
        ("https://host/org/queries/42/source?p_market=WETH#17", 17),
        ("https://host/embed/query/42/visualization/17?api_key=secret", 17),
        ("https://host/embed/query/42/visualization/17/", 17),
        ("https://host/queries/42", None),
        ("https://host/queries/42#table", None),
        ("https://host/embed/query/42/visualization/", None),
    ],
)
def test_address_names_the_visualization_that_it_opens(url, number):
    reference = parse_reference(url)
    assert (reference.query_id, reference.visualization_id) == (42, number)


def test_url_parameters_are_kept_as_they_stand():
    url = (
        "https://host/queries/42?p_market=%5B%22a+b%22%5D&p_day=d_now&p_r=2024-01-01--2024-01-31"
        "&p_old.start=2024-01-01&p_old.end=2024-01-02&p_empty=&other=1"
    )
    assert parse_reference(url).url_parameters == {
        "market": '["a b"]',
        "day": "d_now",
        "r": "2024-01-01--2024-01-31",
        "old.start": "2024-01-01",
        "old.end": "2024-01-02",
        "empty": "",
    }


@pytest.mark.parametrize(
    "query",
    [
        0,
        -1,
        True,
        1.5,
        None,
        "",
        "https://host/queries/",
        "https://host:port/queries/1",
        "ftp://host/queries/42",
    ],
)
def test_anything_else_raises_and_says_what_to_give(query):
    with pytest.raises(QueryReferenceError, match="does not refer to a query") as caught:
        parse_reference(query)
    assert "/queries/42" in caught.value.hint


@pytest.mark.parametrize("name", ["forty-two", "Borrows by market", " Borrows / repays? \n"])
def test_text_that_is_no_address_is_a_name(name):
    assert parse_reference(name) == QueryReference(name=name.strip())


@pytest.mark.parametrize(
    "url",
    [
        "https://host/dashboards/42",
        "https://host/dashboards/42-borrows/by-market?p_day=d_now",
        "https://host/dashboard/borrows",
        "https://host/public/dashboards/hunter2?org_slug=default",
    ],
)
def test_address_of_a_dashboard_names_what_reads_it(url):
    with pytest.raises(QueryReferenceError, match="is the address of a dashboard") as caught:
        parse_reference(url)
    assert "read_watch_dashboard" in caught.value.hint
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("text", ["queries/42", "host/queries/42", "host/x?api_key=hunter2"])
def test_address_without_its_beginning_is_no_name(text):
    with pytest.raises(QueryReferenceError, match="without its beginning") as caught:
        parse_reference(text)
    assert "https://" in caught.value.hint
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("url", ["https://user:hunter2@host/x", "https://host/x?api_key=hunter2"])
def test_error_shows_no_credentials_of_a_pasted_address(url):
    with pytest.raises(QueryReferenceError) as caught:
        parse_reference(url)
    assert "hunter2" not in str(caught.value)


def test_reference_is_its_own_reference():
    reference = QueryReference(query_id=3)
    assert parse_reference(reference) is reference


def test_list_of_references_is_one_of_each_kind_and_no_single_one():
    page = "https://host/queries/43?api_key=secret-0123456789"
    found = parse_references([42, "Borrows", page])
    assert [reference.query_id for reference in found] == [42, None, 43]
    assert parse_references(found) == found
    for single in (42, page, {42: 1}):
        with pytest.raises(ArgumentError, match="not a list") as caught:
            parse_references(single)
        assert "secret" not in str(caught.value)
