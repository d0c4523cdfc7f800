from __future__ import annotations

import html as html_module

from watchframe.widgets import ParameterPicker
from watchframe.widgets.static_twin import last_state_html, twin_html


def test_twin_holds_values_rows_and_code_and_escapes_them():
    evil = "<img src=x onerror=alert(1)>"
    body = last_state_html(
        heading="<b>Q</b>",
        params={"a": evil, "period": ("2026-01-01", "2026-01-31"), "list": ["x", "y"], "n": None},
        titles={"a": evil, "period": "Period"},
        status="<i>12 rows</i>",
        shown="<table></table>",
        code=f"f({evil})",
    )
    html = twin_html("abc", body)
    assert "<img" not in html
    assert html_module.escape(evil) in html
    assert "2026-01-01 to 2026-01-31" in html
    assert "x, y" in html
    assert "(nothing)" in html
    assert "<i>12 rows</i><table></table>" in html
    assert ".wf-live-abc" in html
    assert "tex2jax_ignore" in html


def test_picker_in_marimo_shows_its_rows_and_says_what_it_lacks(client, demo):
    picker = ParameterPicker(13, {"kind": "repay"}, run=True, client=client)
    html = picker._display_()._repr_html_()
    assert "marimo does not show ipywidgets" in html
    assert html.count("<tr>") > 10
    assert "60 rows" in html
    assert html_module.escape('read_watch_query(13, {"kind": "repay"})') in html
    assert demo.user_key not in html


def test_failed_picker_in_marimo_shows_its_error(client):
    picker = ParameterPicker(48, run=True, client=client)
    assert "wf-reason" in picker._display_()._repr_html_()
