"""Ids, slugs and pasted addresses of dashboards."""

import pytest

from watchframe.errors import ArgumentError
from watchframe.references import DashboardReference, parse_dashboard_reference


@pytest.mark.parametrize(
    ("dashboard", "number", "slug"),
    [
        (1, 1, None),
        (" 1 ", 1, None),
        ("overview", None, "overview"),
        ("1-overview", 1, "1-overview"),
        ("12345678901234567890", None, "12345678901234567890"),
    ],
)
def test_id_or_slug_is_a_reference_without_a_server(dashboard, number, slug):
    found = parse_dashboard_reference(dashboard)
    assert found == DashboardReference(dashboard_id=number, slug=slug)


@pytest.mark.parametrize(
    ("url", "server", "number", "slug"),
    [
        ("https://host/dashboards/1-overview", "https://host", 1, None),
        ("https://HOST:443/org/dashboards/1?p_day=d_now", "https://host/org", 1, None),
        ("http://[::1]:8000/dashboards/1/edit", "http://[::1]:8000", 1, None),
        ("https://me:pw@host/api/dashboards/7", "https://host", 7, None),
        ("https://host/dashboard/two%20words", "https://host", None, "two words"),
        ("https://host/api/dashboards/overview", "https://host", None, "overview"),
    ],
)
def test_page_url_names_server_and_dashboard(url, server, number, slug):
    found = parse_dashboard_reference(url)
    assert (found.server_url, found.dashboard_id, found.slug) == (server, number, slug)


def test_url_parameters_are_kept_as_they_stand():
    found = parse_dashboard_reference("https://host/dashboards/1?p_w=%5B1%5D&p_empty=&other=1")
    assert found.url_parameters == {"w": "[1]", "empty": ""}


@pytest.mark.parametrize(
    "dashboard",
    [0, -1, "0", "", " ", True, None, 1.5, "two words", "a?b", "https://host/alerts/1"],
)
def test_anything_else_raises_and_says_what_to_use(dashboard):
    with pytest.raises(ArgumentError, match="does not refer to a dashboard") as caught:
        parse_dashboard_reference(dashboard)
    assert "/dashboards/1-overview" in caught.value.hint


@pytest.mark.parametrize(
    "url",
    [
        "https://host/public/dashboards/TOKEN?api_key=TOKEN",
        "https://host/public/dashboard/TOKEN",
        "https://me:TOKEN@host/x",
        "https://host:port/dashboards/1?api_key=TOKEN",
        "https://host/dashboards/0?api_key=TOKEN",
    ],
)
def test_address_that_is_refused_is_not_shown(url):
    with pytest.raises(ArgumentError, match="This address") as caught:
        parse_dashboard_reference(url)
    assert "TOKEN" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://host/queries/1",
        "https://host/org/queries/1-borrows?p_market=WETH",
        "https://host/api/queries/1/results.json?api_key=TOKEN",
        "https://host/api/query_results/7.csv?api_key=TOKEN",
    ],
)
def test_address_of_a_query_names_what_reads_it(url):
    with pytest.raises(ArgumentError, match="address of a query") as caught:
        parse_dashboard_reference(url)
    assert "read_watch_query" in caught.value.hint
    assert "TOKEN" not in str(caught.value)
