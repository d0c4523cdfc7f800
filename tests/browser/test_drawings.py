"""Drawings in real notebooks: live, saved and opened again, and as pages without a network."""

from __future__ import annotations

import nbformat
import pandas as pd
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import TOKEN, open_notebook, open_without_kernel
from tests.browser.test_colours import TOO_FAINT
from watchframe import Client, draw_frame, draw_watch_query

WITHIN = 60_000
#: Of texts to what is behind them: a color that reads on white and on black has not more.
ENOUGH = 4.0
BARS, LINE = ".main-svg .barlayer .point", ".main-svg .scatterlayer .js-line"
#: What JupyterLab shows of a saved figure: the picture that it kept.
KEPT = ".jp-RenderedPlotly img.plot-img"
SHOWN = "image => image.complete && image.naturalWidth > 300 && image.naturalHeight > 300"


@pytest.fixture(scope="module")
def saved(context, jupyterlab):
    """A notebook of two charts and a table, run in JupyterLab and saved; one cell ran twice."""
    jupyterlab.write("drawings.ipynb")
    notebook = open_notebook(context, jupyterlab, "drawings.ipynb")
    notebook.run("from watchframe import draw_watch_query")
    first = notebook.run("draw_watch_query(1)")
    expect(first.locator(BARS).first).to_be_visible(timeout=WITHIN)
    expect(first).to_contain_text("Also saved: 'Table'")
    check_reads(first.locator(".jp-RenderedPlotly"))
    second = notebook.run("draw_watch_query(13, 'Events by month', {'kind': 'repay'})")
    expect(second.locator(LINE)).to_be_visible(timeout=WITHIN)
    table = notebook.run("draw_watch_query(2, 'Table')")
    expect(table.locator("tbody tr").first).to_be_visible(timeout=WITHIN)
    notebook.page.evaluate(
        """async () => {
            const app = window.jupyterapp;
            const notebook = app.shell.currentWidget.content;
            notebook.activeCellIndex = notebook.widgets.findIndex(
                cell => cell.model.sharedModel.getSource() === "draw_watch_query(1)");
            await app.commands.execute("notebook:run-cell");
        }"""
    )
    expect(first.locator(BARS).first).to_be_visible(timeout=WITHIN)
    notebook.save("image/png", times=2)
    notebook.close()
    return jupyterlab.read("drawings.ipynb")


def check_reads(figure):
    assert figure.locator(".xtick text").count() > 2
    assert figure.evaluate(TOO_FAINT, ENOUGH) == []


def test_saved_notebook_holds_plotly_once_and_no_key(saved, demo):
    text = nbformat.writes(saved)
    assert text.count("/* plotly.js v") == 1
    assert len(text) < 2_600_000
    assert demo.user_key not in text
    assert not [number for number in (1, 2, 13) if demo.query_key(number) in text]


def check_kept(page):
    images = page.locator(KEPT)
    expect(images).to_have_count(2, timeout=WITHIN)
    for image in images.all():
        image.scroll_into_view_if_needed()
        expect(image).to_be_visible()
        assert image.evaluate(SHOWN)
    table = page.locator(".jp-RenderedHTML tbody tr", has_text="WETH")
    expect(table.first).to_be_visible()
    images.first.dispatch_event("mouseenter")  # with the pointer on it, it lives again
    expect(page.locator(BARS).first).to_be_visible(timeout=WITHIN)


def test_saved_notebook_of_somebody_else_shows_all(saved, context, jupyterlab):
    """No kernel runs, and JupyterLab does not trust it: no script of it runs either."""
    strangers = nbformat.from_dict(saved)
    strangers.cells[-1].outputs[-1]["data"]["text/html"] += "<p>changed since</p>"
    jupyterlab.write("strange-drawings.ipynb", notebook=strangers)
    page = open_without_kernel(context, jupyterlab, "strange-drawings.ipynb")
    check_kept(page)
    page.close()


def test_saved_notebook_in_notebook_7_shows_all(saved, context, notebook_7):
    notebook_7.write("drawings.ipynb", notebook=nbformat.from_dict(saved))
    page = context.new_page()
    page.goto(f"{notebook_7.url}notebooks/drawings.ipynb?token={TOKEN}")
    check_kept(page)
    page.close()


def test_figure_reads_in_dark_theme(dark_notebook):
    figure = dark_notebook.run("draw_watch_query(1)").locator(".jp-RenderedPlotly")
    expect(figure.locator(BARS).first).to_be_visible(timeout=WITHIN)
    check_reads(figure)


def open_offline(context, html, path):
    path.write_text(html, encoding="utf-8")
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.route("http*://**", lambda route: route.abort())
    page.goto(path.as_uri())
    return page, asked


def test_saved_notebook_in_nbconvert_draws_all(saved, context, tmp_path):
    exporter = pytest.importorskip("nbconvert").HTMLExporter()
    html, _ = exporter.from_notebook_node(nbformat.from_dict(saved))
    assert html.count("/* plotly.js v") == 1
    page, _ = open_offline(context, html, tmp_path / "page.html")
    expect(page.locator(BARS).first).to_be_visible(timeout=WITHIN)
    expect(page.locator(LINE)).to_be_visible(timeout=WITHIN)
    expect(page.locator(".wf-figure > p")).to_have_count(0)
    page.close()


def test_figure_above_plotly_waits_for_it(saved, context, tmp_path):
    """As after a restart, when a cell further down is the first one to be run."""
    turned = nbformat.from_dict(saved)
    turned.cells = turned.cells[::-1]
    html, _ = pytest.importorskip("nbconvert").HTMLExporter().from_notebook_node(turned)
    assert html.index('class="wf-figure ') < html.index("/* plotly.js v")
    page, _ = open_offline(context, html, tmp_path / "page.html")
    expect(page.locator(LINE)).to_be_visible(timeout=WITHIN)
    expect(page.locator(BARS).first).to_be_visible(timeout=WITHIN)
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_loads_nothing_reads_and_prints(browser, demo, tmp_path, scheme):
    with Client(demo.url, demo.user_key, cache_dir=tmp_path) as client:
        html = draw_watch_query(1, client=client).to_html()
    opened = browser.new_context(viewport={"width": 1200, "height": 800}, color_scheme=scheme)
    page, asked = open_offline(opened, html, tmp_path / "page.html")
    expect(page.locator(BARS).first).to_be_visible(timeout=WITHIN)
    expect(page.get_by_role("heading", name="Borrowed a day, in dollars")).to_be_visible()
    assert page.locator("body").evaluate(TOO_FAINT, ENOUGH) == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    drawn = page.locator(".main-svg").first
    expect(drawn).to_have_attribute("width", "1160")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(drawn).to_have_attribute("width", "680")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(drawn).to_have_attribute("width", "1160")
    opened.close()


def test_page_of_a_sankey_is_whole_when_it_prints(context, tmp_path):
    rows = [{"stage1": a, "stage2": b, "stage3": a, "value": 1} for a in "ab" for b in "cd"]
    html = draw_frame(pd.DataFrame(rows), {"type": "SANKEY", "options": {}}).to_html()
    page, _ = open_offline(context, html, tmp_path / "page.html")
    parts = ".sankey-link, .sankey-node"
    expect(page.locator(parts).first).to_be_visible(timeout=WITHIN)
    faint = """parts => {
        dispatchEvent(new Event("beforeprint"));
        const found = [...document.querySelectorAll(parts)];
        return [found.length, found.filter(part => getComputedStyle(part).opacity !== "1").length];
    }"""
    assert page.evaluate(faint, parts) == [8 + 6, 0]
    page.close()


def test_page_prints_the_colors_of_cells(context, tmp_path):
    rows = [{"a": "x", "b": "y", "n": 1}, {"a": "z", "b": "y", "n": 2}]
    options = {"rows": ["a"], "cols": ["b"], "vals": ["n"], "aggregatorName": "Sum"}
    pivot = {"type": "PIVOT", "options": {**options, "rendererName": "Table Heatmap"}}
    html = draw_frame(pd.DataFrame(rows), pivot).to_html()
    page, _ = open_offline(context, html, tmp_path / "page.html")
    cell = page.locator("td[style]").first
    assert cell.evaluate("cell => getComputedStyle(cell).printColorAdjust") == "exact"
    page.close()


def test_counter_stays_on_one_line_in_a_narrow_place(browser, tmp_path):
    opened = browser.new_context(viewport={"width": 250, "height": 800})
    options = {"counterColName": "usd", "numberFormat": "0,0", "stringPrefix": "$"}
    frame = pd.DataFrame({"usd": [63_193_832]})
    html = draw_frame(frame, {"type": "COUNTER", "options": options}).to_html()
    page, _ = open_offline(opened, html, tmp_path / "page.html")
    value = page.locator(".wf-value")
    expect(value).to_be_visible()
    lines = value.evaluate("it => it.clientHeight / parseFloat(getComputedStyle(it).fontSize)")
    assert lines < 2
    assert page.evaluate("document.documentElement.scrollWidth") == 250
    opened.close()
