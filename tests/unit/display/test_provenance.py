"""The line that says where a frame came from."""

from datetime import UTC, datetime, timedelta

import pytest

from watchframe.display import age_words, page_of, provenance_html, provenance_line

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_line_of_cached_query_has_rows_age_and_source():
    provenance = {
        "query_id": 42,
        "query_name": "Borrows by market",
        "retrieved_at": (NOW - timedelta(minutes=3)).isoformat(),
        "source": "local cache",
    }
    assert provenance_line((1204, 6), provenance, now=NOW) == (
        "1,204 rows x 6, 3 min old, from the local cache, query 42 'Borrows by market'"
    )


def test_line_of_executed_sql_has_no_age():
    provenance = {
        "query_id": None,
        "data_source": "Ethereum",
        "retrieved_at": NOW.isoformat(),
        "source": "executed",
    }
    assert provenance_line((1, 2), provenance, now=NOW) == (
        "1 row x 2, run just now, ad-hoc SQL on 'Ethereum'"
    )


def test_line_of_hostile_name_has_no_control_characters():
    provenance = {"query_id": 1, "query_name": "\x1b[2J\nx", "source": "executed"}
    line = provenance_line((0, 0), provenance, now=NOW)
    assert line.isprintable()


READ = {
    "server": "https://host/org",
    "query_id": 42,
    "query_name": "Borrows <by> market",
    "parameters": {"market": ["WETH"], "period": {"start": "2026-01-01", "end": "2026-01-31"}},
    "source": "executed",
}
PAGE = "https://host/org/queries/42"
#: To MathJax, which a page may have, it holds no formulas.
OPENED = '<div class="mathjax_ignore tex2jax_ignore">'


def test_html_links_the_query_with_its_parameters():
    url = f"{PAGE}?p_market=%5B%22WETH%22%5D&amp;p_period=2026-01-01--2026-01-31"
    assert provenance_html((2, 3), READ, now=NOW) == (
        f'{OPENED}2 rows x 3, run just now, <a href="{url}" target="_blank" rel="noopener">'
        "query 42 &#x27;Borrows &lt;by&gt; market&#x27;</a></div>"
    )


def test_html_of_many_reads_links_their_query():
    many = {"reads": [READ, {**READ, "source": "local cache"}]}
    html = provenance_html((2, 3), many, now=NOW)
    assert "2 rows x 3, 2 reads, 1 of them from the local cache, " in html
    assert f'<a href="{PAGE}" ' in html


def test_html_of_sql_has_no_link():
    html = provenance_html((2, 3), {"query_id": None, "data_source": "<b>"}, now=NOW)
    assert html == f"{OPENED}2 rows x 3, ad-hoc SQL on &#x27;&lt;b&gt;&#x27;</div>"
    assert page_of({"query_id": 1, "server": None}) is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 s"),
        (12.4, "12 s"),
        (180, "3 min"),
        (7200, "2 h"),
        (86400 * 1.5, "36 h"),
        (86400 * 9, "9 d"),
    ],
)
def test_age_is_given_in_the_unit_that_says_enough(seconds, words):
    assert age_words(seconds) == words
