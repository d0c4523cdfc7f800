"""Cards: the same facts in one line, as text and as HTML."""

from datetime import UTC, datetime

import pytest

from watchframe.reprs import Card, Link, Table

EVIL = '<script>alert("x")</script>\u202e\x1b[2J'
CARD = Card(
    noun="Query 42",
    name="Borrows",
    url="https://host/queries/42",
    labels=["draft"],
    summary="3 rows",
    description="**What** was borrowed.",
    facts={"owner": "Ada", "tags": ("a", "b"), "schedule": "", "updated": None},
    tables=[
        Table(
            columns=("name", "rows", "nothing"),
            rows=[(Link("period", "https://host/x"), 12, None), ("market", 3, "")],
            title="parameters",
            note="the first 2 of 9",
        )
    ],
    code="select 1 < 2",
    note="A remark.",
)


def test_line_of_card_is_one_line():
    assert CARD.line() == "<Query 42 'Borrows': 3 rows>"


def test_text_of_card_has_every_fact():
    assert CARD.text() == (
        "Query 42 'Borrows' (draft)\n"
        "https://host/queries/42\n"
        "\n"
        "  **What** was borrowed.\n"
        "\n"
        "  owner  Ada\n"
        "  tags   a, b\n"
        "\n"
        "  parameters:\n"
        "  name    rows\n"
        "  period    12\n"
        "  market     3\n"
        "  the first 2 of 9\n"
        "\n"
        "A remark."
    )


def test_text_of_card_is_no_output_of_its_own_in_a_kernel(monkeypatch):
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    assert "  name    rows\n  period    12\n" in CARD.text()


def test_html_of_card_has_links_and_no_empty_column():
    html = CARD.html()
    assert '<a href="https://host/queries/42" target="_blank" rel="noopener">Borrows</a>' in html
    assert "<strong>What</strong>" in html
    assert '<a href="https://host/x" target="_blank" rel="noopener">period</a>' in html
    assert "select 1 &lt; 2" in html
    assert "nothing" not in html
    assert "schedule" not in html


def test_texts_of_others_are_escaped_everywhere():
    card = Card(
        noun=EVIL,
        name=EVIL,
        url=f'https://host/"{EVIL}',
        labels=[EVIL],
        summary=EVIL,
        description=EVIL,
        facts={EVIL: EVIL, "more": (EVIL,), "options": {EVIL: EVIL}},
        tables=[Table(columns=[EVIL], rows=[[Link(EVIL, "https://x")]], title=EVIL, note=EVIL)],
        code=EVIL,
        note=EVIL,
    )
    html = card.html()
    assert "<script" not in html
    for text in (card.line(), card.text(), html):
        assert "\u202e" not in text
        assert "\x1b" not in text
    assert "\n" not in card.line()


def test_link_to_no_web_page_is_text():
    html = Card(noun="Query", name="x", url="javascript:alert(1)").html()
    assert "<a" not in html


def test_address_alone_is_shown_once():
    card = Card(noun="Client of", name="https://host", url="https://host")
    assert card.text() == "Client of https://host"


def test_long_value_is_cut_and_whole_as_a_title():
    html = Card(noun="x", facts={"a": "y" * 500}).html()
    assert f'title="{"y" * 500}">{"y" * 159}…<' in html


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (datetime(2026, 1, 2, 3, 4, tzinfo=UTC), "2026-01-02 03:04 UTC"),
        (True, "yes"),
        (0.25, "0.25"),
        (1234.5, "1,234.5"),
        ({"a": ["é"]}, '{"a": ["é"]}'),
        (["x", 3], "x, 3"),
    ],
)
def test_value_is_shown_as_people_read_it(value, shown):
    assert f"  a  {shown}" in Card(noun="x", facts={"a": value}).text()
