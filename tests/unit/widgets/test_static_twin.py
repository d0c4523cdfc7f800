from __future__ import annotations

import html as html_module

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
