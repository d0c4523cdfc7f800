"""Drawings and dashboards as pages of their own."""

import re

import pandas as pd
import pytest

from watchframe import draw_frame, draw_watch_query, show_watch_dashboard
from watchframe.errors import ArgumentError


def test_page_is_one_small_file_without_addresses(client, demo, tmp_path):
    address = f"{demo.url}/queries/1?api_key={demo.query_key(1)}"
    drawing = draw_watch_query(address, client=client)
    path = tmp_path / "chart.html"
    path.write_text("the old one")
    assert drawing.to_html(path) is None
    text = path.read_text(encoding="utf-8")
    assert len(text) < 5_500_000
    assert text.count("* plotly.js v") == 1
    assert not re.findall(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=", text)
    assert "default-src 'none'" in text
    assert "period = 2026-01-01 to 2026-03-31" in text
    assert not [key for key in (demo.user_key, demo.query_key(1)) if key in text]
    assert list(tmp_path.glob(".*.part")) == []


def test_page_says_where_its_rows_come_from(client, demo):
    repaid = {"kind": "repay"}
    text = draw_watch_query(13, "Events by month", repaid, max_age=0, client=client).to_html()
    footer = text[text.index("<footer>") :]
    assert "<title>Events by month</title>" in text
    assert f'href="{demo.url}/queries/13?p_kind=repay"' in footer
    assert "60 rows x 3, run just now, " in footer
    assert "kind = repay" in footer
    assert re.search(r"run at \d{4}-\d\d-\d\d \d\d:\d\d UTC", footer)


def test_page_of_what_is_no_plot_has_no_script(client):
    text = draw_watch_query(2, "Table", client=client).to_html()
    assert "<script" not in text
    assert "wstETH</td>" in text


@pytest.mark.parametrize("kind", ["CHART", "TABLE", "COUNTER"])
def test_page_shows_texts_of_others_as_texts(kind):
    bad = "</script><img src=x onerror=alert(1)>"
    frame = pd.DataFrame({bad: [bad, "b"], "amount": [1, 2]})
    options = {"columnMapping": {bad: "x", "amount": "y"}, "counterColName": bad, "rowNumber": 1}
    text = draw_frame(frame, {"type": kind, "name": bad, "options": options}).to_html()
    assert "<img" not in text
    assert "onerror=alert(1)&gt;" in text


def test_page_that_cannot_be_written_leaves_the_old_one(client, tmp_path):
    drawing = draw_watch_query(2, "Table", client=client)
    with pytest.raises(ArgumentError, match="There is no folder"):
        drawing.to_html(tmp_path / "nowhere" / "chart.html")
    assert list(tmp_path.rglob("*.html")) == []


@pytest.fixture
def ten_charts(client):
    """The id of a dashboard of ten charts."""
    made = client.dashboards.create("Ten charts")
    charts = [
        item
        for number in (1, 2, 13, 90, 91, 92, 93)
        for item in client.queries.get(number).visualizations
        if item.type == "CHART"
    ]
    for chart in charts[:10]:
        client.widgets.create(made.id, visualization_id=chart.id)
    yield made.id
    client.dashboards.archive(made.id)


def test_page_of_ten_charts_is_one_small_file(client, demo, ten_charts, tmp_path):
    board = show_watch_dashboard(ten_charts, client=client)
    path = tmp_path / "board.html"
    path.write_text("the old one")
    assert board.to_html(path) is None
    text = path.read_text(encoding="utf-8")
    assert text.count('role="figure"') == 10
    assert len(text) < 3_000_000
    assert text.count("/* plotly.js v") == 1
    assert not re.findall(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=", text)
    assert "default-src 'none'" in text
    assert demo.user_key not in text
    assert list(tmp_path.glob(".*.part")) == []


def test_page_of_a_dashboard_leads_to_its_queries(client, demo):
    values = {"period": ("2026-02-01", "2026-02-28"), "market": "WETH"}
    text = show_watch_dashboard("Liquidations", values, client=client).to_html()
    assert f'<h1><a href="{demo.url}/dashboards/3-liquidations"' in text
    assert "Period: <b>2026-02-01 to 2026-02-28</b>" in text
    assert f'href="{demo.url}/queries/23?p_market=WETH#' in text
    assert "Price of: <b>WETH</b>" in text


def test_page_of_a_dashboard_shows_texts_of_others_as_texts(client):
    with pytest.warns(match="'Fails at once'"):
        text = show_watch_dashboard("Odd widgets", client=client).to_html()
    assert not re.search(r"<(script>alert|img|u>|i>column)", text)
    assert "&lt;script&gt;alert('text')&lt;/script&gt;" in text
    assert "borrow_events does not exist" in text


def test_page_of_a_shared_dashboard_has_no_token(demo):
    text = show_watch_dashboard(demo.public_url(3), cache="off").to_html()
    assert "<h1>Liquidations</h1>" in text
    assert demo.dashboard_token(3) not in text


def test_page_of_tables_alone_has_no_script(client):
    made = client.dashboards.create("One table")
    client.widgets.create(made.id, visualization_id=client.queries.get(2).visualizations[0].id)
    text = show_watch_dashboard(made.id, client=client).to_html()
    client.dashboards.archive(made.id)
    assert "<script" not in text
    assert "wstETH</td>" in text


def test_page_is_written_to_a_folder_of_the_home(client, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    board = show_watch_dashboard("Liquidations", client=client)
    board.to_html("~/board.html")
    board["Liquidations"].to_html("~/counter.html")
    assert {it.name for it in tmp_path.iterdir()} >= {"board.html", "counter.html"}


def test_board_that_cannot_be_written_leaves_the_old_one(client, tmp_path):
    board = show_watch_dashboard("recent-activity", client=client)
    with pytest.raises(ArgumentError, match="There is no folder"):
        board.to_html(tmp_path / "nowhere" / "board.html")
    assert list(tmp_path.rglob("*.html")) == []


@pytest.mark.parametrize("name", ["monday.pdf", "monday.png", "monday"])
def test_page_has_a_name_that_browsers_know(client, tmp_path, name):
    board = show_watch_dashboard("recent-activity", client=client)
    for shown, hint in ((board, "print it"), (board["Events by month"], "to_image()")):
        with pytest.raises(ArgumentError, match=r"it ends in \.html or \.htm") as caught:
            shown.to_html(tmp_path / name)
        assert hint in caught.value.hint
    assert list(tmp_path.glob("monday*")) == []
    board.to_html(tmp_path / "monday.HTM")
    board.to_html("/dev/null")
