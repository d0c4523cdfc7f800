"""The line that says where a frame came from."""

from datetime import UTC, datetime, timedelta

import pytest

from watchframe.display import age_words, provenance_line

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
