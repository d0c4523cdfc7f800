"""SQL in pieces: what is a comment, a string, a name, a word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchframe.parameters.sql_text import sql_pieces, without_comments


@given(st.text("aZ1 \n\r;()[]{}'\"`$#-/*\\", max_size=40))
def test_pieces_joined_are_the_sql(sql):
    assert "".join(text for _, text in sql_pieces(sql)) == sql


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("'it''s; -- x'", "string"),
        ("'it\\'s'", "string"),
        ("$a$ ' $a$", "string"),
        ('"a "" b"', "name"),
        ("`a -- b`", "name"),
        ("[a; b]", "name"),
        ("-- it's\r\n", "line_comment"),
        ("# it's", "line_comment"),
        ("/* a\n'b */", "block_comment"),
        ("temp$a#1", "word"),
        ("12", "number"),
        ("\r\n", "newline"),
        ("\t", "space"),
        (";", "semicolon"),
        ("'", "other"),
    ],
)
def test_piece_is_of_its_kind(sql, kind):
    assert list(sql_pieces(sql)) == [(kind, sql)]


def test_section_of_a_template_is_no_comment():
    sql = "{{# x }} where a = 1 {{/ x }} # why\n"
    kinds = {text: kind for kind, text in sql_pieces(sql)}
    assert kinds["where"] == "word"
    assert kinds["# why\n"] == "line_comment"


def test_without_comments_keeps_quoted_lookalikes():
    assert without_comments("a -- b\n'-- c' /* d */ \"/* e */\"") == "a  '-- c'   \"/* e */\""
