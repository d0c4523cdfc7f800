"""What the buttons of a picker copy: its page, its code, its cell."""

from __future__ import annotations

import pytest

from watchframe.parameters import query_url
from watchframe.read import explain_watch_query
from watchframe.widgets import pick


@pytest.mark.parametrize(
    ("query", "params", "sent"),
    [
        (13, {"kind": "repay"}, "?p_kind=repay"),
        (14, {"decimals": ["8", "18"]}, "?p_decimals=%5B%228%22%2C%2218%22%5D"),
        (33, {"period": ("2026-02-01", "2026-02-10")}, "?p_period=2026-02-01--2026-02-10"),
        (33, {"period": "d_last_month"}, "?p_period=d_last_month"),
        (12, {"min_usd": 1000.5}, "?p_min_usd=1000.5"),
        (11, {"hash": "zz"}, ""),  # wrong: the page would show what is wrong, not the reason
        (2, {}, ""),
    ],
)
def test_link_opens_the_page_with_these_values(client, demo, query, params, sent):
    picker = pick(query, params, run=False, client=client)
    assert picker.url == f"{demo.url}/queries/{query}{sent}"
    if not picker.problems:
        assert pick(picker.url, run=False, client=client).url == picker.url


def test_buttons_follow_the_values_and_hold_no_key(client, demo):
    key = demo.query_key(13)
    address = f"{demo.url}/queries/13?p_kind=repay&api_key={key}"
    picker = pick(address, run=False, client=client)
    picker.update({"kind": "deposit"})
    layout = picker._layout
    assert layout._copy_link.text == query_url(demo.url, 13, {"kind": "deposit"})
    assert layout._copy_code.text == picker.code
    assert layout._copy_magic.text == picker.magic
    assert key not in picker.url + picker.code + picker.magic
    assert explain_watch_query(picker.url, client=client).parameters == {"kind": "deposit"}
