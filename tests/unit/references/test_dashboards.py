"""Ids, slugs, names and pasted addresses of dashboards."""

import pickle

import pytest

from watchframe.errors import ArgumentError
from watchframe.keys import Secret
from watchframe.references import DashboardReference, parse_dashboard_reference


@pytest.mark.parametrize(
    ("dashboard", "number", "slug", "name"),
    [
        (1, 1, None, None),
        (" 1 ", 1, None, None),
        ("overview", None, "overview", "overview"),
        ("1-overview", 1, "1-overview", None),
        ("12345678901234567890", None, "12345678901234567890", "12345678901234567890"),
        (" Lending overview ", None, None, "Lending overview"),
        ("a?b", None, None, "a?b"),
        ("DOLA/3CRV", None, None, "DOLA/3CRV"),
    ],
)
def test_text_may_be_an_id_a_slug_or_a_name(dashboard, number, slug, name):
    found = parse_dashboard_reference(dashboard)
    assert found == DashboardReference(dashboard_id=number, slug=slug, name=name)


@pytest.mark.parametrize(
    ("url", "server", "number", "slug"),
    [
        ("https://host/dashboards/1-overview", "https://host", 1, None),
        ("https://HOST:443/org/dashboards/1?p_day=d_now", "https://host/org", 1, None),
        ("http://[::1]:8000/dashboards/1/edit", "http://[::1]:8000", 1, None),
        ("https://host/dashboards/20-transfer_dola/account-overview", "https://host", 20, None),
        (
            "https://host/dashboards/20-transfer_dola/account/edit?fullscreen",
            "https://host",
            20,
            None,
        ),
        ("https://host/dashboards/20-edit?fullscreen#there", "https://host", 20, None),
        ("https://me:pw@host/api/dashboards/7", "https://host", 7, None),
        ("https://host/dashboard/two%20words", "https://host", None, "two words"),
        ("https://host/api/dashboards/overview", "https://host", None, "overview"),
    ],
)
def test_page_url_names_server_and_dashboard(url, server, number, slug):
    found = parse_dashboard_reference(url)
    assert (found.server_url, found.dashboard_id, found.slug) == (server, number, slug)
    assert (found.name, found.is_shared, found.api_key) == (None, False, None)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("https://host/public/dashboards/{}?org_slug=default&p_week=3", "https://host"),
        ("https://host/org/public/dashboards/{}?p_week=3", "https://host/org"),
        ("https://host/public/dashboards/{}/?p_week=3#x", "https://host"),
        ("https://host/api/dashboards/public/{}?p_week=3", "https://host"),
    ],
)
@pytest.mark.parametrize("token", ["aB3dE6gH9kLmN", "7-dE6gH9kLmN_"])
def test_page_of_a_shared_dashboard_has_its_key(url, server, token):
    found = parse_dashboard_reference(url.format(token))
    assert found == DashboardReference(
        is_shared=True, api_key=Secret(token), server_url=server, url_parameters={"week": "3"}
    )
    assert token not in repr(found)
    with pytest.raises(TypeError):
        pickle.dumps(found)


def test_key_in_the_address_of_a_dashboard_is_its_key():
    found = parse_dashboard_reference("https://host/dashboards/1-overview?api_key=secret")
    assert (found.dashboard_id, found.is_shared, found.api_key) == (1, False, Secret("secret"))


def test_reference_is_its_own_reference():
    reference = DashboardReference(dashboard_id=3)
    assert parse_dashboard_reference(reference) is reference


def test_url_parameters_are_kept_as_they_stand():
    found = parse_dashboard_reference("https://host/dashboards/1?p_w=%5B1%5D&p_empty=&other=1")
    assert found.url_parameters == {"w": "[1]", "empty": ""}


@pytest.mark.parametrize("dashboard", [0, -1, "0", "", " ", True, None, 1.5, "https://host/x"])
def test_anything_else_raises_and_says_what_to_use(dashboard):
    with pytest.raises(ArgumentError, match="does not refer to a dashboard") as caught:
        parse_dashboard_reference(dashboard)
    assert "/dashboards/1-overview" in caught.value.hint


def test_address_without_its_beginning_is_no_name():
    with pytest.raises(ArgumentError, match=r"public/dashboards/\*\*\*' is an address without"):
        parse_dashboard_reference("host/public/dashboards/TOKEN")


@pytest.mark.parametrize(
    "url",
    [
        "https://host/public/dashboard/TOKEN",
        "https://host/public/dashboards/TOKEN/more",
        "https://me:TOKEN@host/x",
        "https://host:port/dashboards/1?api_key=TOKEN",
        "https://host:port/public/dashboards/TOKEN",
        "https://host/dashboards/0?api_key=TOKEN",
    ],
)
def test_address_that_is_refused_is_shown_without_its_key(url):
    with pytest.raises(ArgumentError, match="does not refer to a dashboard") as caught:
        parse_dashboard_reference(url)
    assert "TOKEN" not in str(caught.value)
    frames, place = [], caught.value.__traceback__.tb_next
    while place is not None:
        frames.append(place.tb_frame)
        place = place.tb_next
    assert frames
    assert "TOKEN" not in str([frame.f_locals for frame in frames])


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
