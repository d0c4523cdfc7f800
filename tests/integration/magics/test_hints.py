"""Hints under an error of the magic: what to type next, and not an argument of Python's."""

from __future__ import annotations

import pytest

import watchframe


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("%%watch -s Lending\nselect '{{ kind }}'", "-p kind=VALUE, or -p kind=$VARIABLE"),
        ("%watch 58", "-p decimals=VALUE"),
        ("%watch 50 -p seconds=60 --timeout 1 --refresh", "Give a longer --timeout, or 'none'"),
        ("%watch 12 --offline", "without --offline while the server can be reached"),
        ("%%watch 1\nmarkets: WETH, INV", "For several write [WETH, INV]."),
        ("%watch Borrows", "Tab behind a part of its name finds it"),
        ("%watch https://elsewhere.example/queries/1", "connect('https://elsewhere.example'): a"),
    ],
)
def test_hint_when_an_error_is_shown_is_in_the_words_of_a_cell(shell, cell, says):
    result = shell.run(cell)
    assert isinstance(result.error_in_exec, watchframe.errors.WatchframeError)
    assert says in result.shown.replace("\n", " ")
    for word in ("cache=", "timeout=", "params:", "client="):
        assert word not in result.shown


def test_hint_when_the_server_is_gone_names_the_option_for_the_copy(plain_shell, demo, tmp_path):
    plain_shell.value("%load_ext watchframe")
    with watchframe.connect(demo.url, demo.user_key, cache_dir=tmp_path, max_retries=0):
        plain_shell.value("%watch 2")
        demo.faults.add("GET /api/queries/2$", status=503)
        result = plain_shell.run("%watch 2")
        assert "is in the local cache: --offline takes it." in result.shown
        demo.faults.clear()
        assert len(plain_shell.value("%watch 2 --offline")) == 9
