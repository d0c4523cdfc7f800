"""Drawings as pages of their own."""

import re

import pandas as pd
import pytest

from watchframe import draw_frame, draw_watch_query
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
