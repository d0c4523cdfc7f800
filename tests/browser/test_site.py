"""The site, as it was built last: what its search finds first, and how its pages fit."""

from __future__ import annotations

import functools
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote_plus

import pytest

BUILT = Path(__file__).parents[2] / "docs" / "_build" / "html"
PAGES = (
    "index.html",
    "howto/connect.html",
    "reference/api-read.html",
    "reference/errors.html",
    "reference/gallery.html",
    "notebooks/07_charts.html",
)
#: What strangers type, and the page that they look for.
ASKED = {
    "query's own key": "howto/connect.html",
    "query key": "howto/connect.html",
    "api key of one query": "howto/connect.html",
    "why is a column object": "howto/column-types.html",
    "object column": "howto/column-types.html",
    "draw a saved chart": "howto/charts.html",
    "read faster": "howto/read-faster.html",
    "what is stored on disk": "howto/stored-on-disk.html",
    "where is my data stored": "howto/stored-on-disk.html",
    "read_watch_query": "reference/api-read.html",
    "JobTimeoutError": "reference/errors.html",
}


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments):
        """Print nothing among the results of tests."""


@pytest.fixture(scope="module")
def site():
    if not (BUILT / "searchindex.js").exists():
        pytest.skip("no site is built: python docs/build.py")
    handler = functools.partial(Quiet, directory=BUILT)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def page(browser, site):
    with browser.new_context(viewport={"width": 420, "height": 900}) as context:
        yield context.new_page()


@pytest.mark.parametrize(("asked", "wanted"), ASKED.items(), ids=ASKED)
def test_search_finds_the_page_first_or_second(page, site, asked, wanted):
    page.goto(f"{site}search.html?q={quote_plus(asked)}")
    page.get_by_text("Search finished").wait_for()
    found = page.locator("#search-results ul.search > li > a").evaluate_all(
        "links => links.map(link => new URL(link.href).pathname.slice(1))"
    )
    assert wanted in list(dict.fromkeys(found))[:2]


@pytest.mark.parametrize("name", PAGES)
def test_page_fits_a_phone_and_asks_for_nothing_that_is_missing(page, site, name):
    missing = []
    page.on("response", lambda it: missing.append(it.url) if it.status >= 400 else None)
    page.goto(site + name, wait_until="networkidle")
    assert missing == []
    beyond = page.locator(".bd-article *").evaluate_all(
        """found => found.filter(it => {
          const box = it.getBoundingClientRect();
          return box.width > 0 && box.right > innerWidth + 1 && !it.closest(
            "pre, .cell_output, .pst-scrollable-table-container, a.headerlink");
        }).map(it => it.outerHTML.slice(0, 120))"""
    )
    assert beyond == []


@pytest.mark.parametrize("name", PAGES)
def test_no_picture_stands_in_a_light_box_on_a_dark_page(page, site, name):
    page.emulate_media(color_scheme="dark")
    page.goto(site + name)
    behind = page.locator(".bd-article img").evaluate_all(
        "found => found.map(it => getComputedStyle(it).backgroundColor)"
    )
    assert set(behind) <= {"rgba(0, 0, 0, 0)"}
