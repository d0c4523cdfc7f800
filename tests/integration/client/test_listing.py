"""Lists as they are shown: the first rows with links, and how many there are."""

import pytest

from tests.shown import displayed
from watchframe.client import Client, Deadline


def test_listing_shows_its_first_page_with_one_request(site, own_server):
    listing = site.queries.list()
    own_server.requests.clear()
    shown = displayed(listing)
    assert [item.path for item in own_server.requests] == ["/api/queries"]
    total = listing.count()
    assert shown["text/plain"].startswith(f"{total} queries\n")
    assert f"the first 20 of {total}" in shown["text/plain"]
    assert shown["text/html"].count(f'<a href="{own_server.url}/queries/') == 20


def test_listing_makes_no_request_for_its_repr(site, own_server):
    own_server.requests.clear()
    assert repr(site.queries.list()) == "<Listing of Query from /api/queries>"
    assert repr(site.queries.list(search="a\x1b")) == (
        "<Listing of Query with 'a\\x1b' from /api/queries>"
    )
    assert not own_server.requests


def test_listing_is_shown_after_its_own_deadline(site):
    listing = site.queries.list(deadline=Deadline.after(0))
    assert " queries\n" in displayed(listing)["text/plain"]


def test_recent_queries_are_shown_too(site):
    shown = displayed(site.queries.list(is_recent=True))
    assert " queries\n" in shown["text/plain"]


@pytest.mark.usefixtures("site")
def test_listing_that_is_refused_says_why(own_server, tmp_path):
    with Client(own_server.url, "wrong-key", cache_dir=tmp_path) as stranger:
        shown = displayed(stranger.queries.list())
    assert "It cannot be shown: " in shown["text/plain"]
    assert "&lt;Listing of Query" in shown["text/html"]
    assert "wrong-key" not in str(shown)


def test_whole_list_is_shown_as_a_table(site, own_server):
    shown = displayed(site.data_sources.list())
    assert "4 data sources\n\n  id  name " in shown["text/plain"]
    assert f'<a href="{own_server.url}/data_sources/1"' in shown["text/html"]


def test_parameters_of_a_query_are_shown_as_a_table(site):
    shown = displayed(site.queries.parameters(1))
    assert "markets     Markets" in shown["text/plain"]


def test_choices_of_a_dropdown_are_a_list(site):
    found = site.queries.dropdown_options(24, 20)
    assert repr(found[0]).startswith("<Dropdown option '")
    assert list(found.to_frame().columns) == ["name", "value"]


def test_parts_of_a_client_tell_their_server(site, own_server):
    assert repr(site.queries) == f"<Queries of {own_server.url}>"
