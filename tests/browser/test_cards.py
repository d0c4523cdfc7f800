"""Queries, lists and a client as JupyterLab shows them, in the light and in the dark theme."""

from __future__ import annotations

import os

from tests.browser.test_colours import faint_in

CELLS = (
    "import watchframe; client = watchframe.connect(); client",
    "client.queries.get(1)",
    "client.queries.list()",
    "client.dashboards.get(1)",
    "%load_ext watchframe\n%watch 2 -o totals",
)


def test_cards_are_readable_and_link_pages(themed_notebook, demo):
    for cell in CELLS:
        output = themed_notebook.run(cell).locator(".jp-RenderedHTMLCommon").first
        link = output.locator("a").first
        link.wait_for()
        assert link.get_attribute("href").startswith(demo.url)
        assert faint_in(output) == [], cell
        for names in output.locator("th:first-child").all():
            assert names.evaluate("each => getComputedStyle(each).textAlign") == "left"
        width = output.evaluate("each => each.scrollWidth - each.clientWidth")
        assert width <= 0, cell
        if folder := os.environ.get("PICTURES"):
            name = f"{themed_notebook.name}-{CELLS.index(cell)}.png"
            themed_notebook.screenshot(f"{folder}/{name}", output)
