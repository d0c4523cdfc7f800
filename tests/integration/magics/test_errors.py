"""Errors of the magic: raised, short, and without any key."""

from __future__ import annotations

import pytest

import watchframe
from watchframe.client import current_client
from watchframe.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectError,
    JobFailedError,
    QueryReferenceError,
)


def test_error_when_sql_fails_is_of_its_own_class_and_can_be_caught(shell):
    shell.value(
        "from watchframe.errors import JobFailedError\n"
        "try:\n"
        "    %watch 51\n"
        "except JobFailedError as error:\n"
        "    reason = error.reason"
    )
    assert "borrow_events" in shell.names["reason"]


def test_error_when_sql_fails_shows_the_sources_words_and_the_line(shell):
    result = shell.run("%%watch --source Lending\nselect market,\n  sum(amount\nfrom events")
    assert isinstance(result.error_in_exec, JobFailedError)
    assert "Parser Error: syntax error" in result.shown
    assert "--> " in result.shown
    assert len(result.shown.splitlines()) < 15


def test_error_when_sql_was_rendered_marks_the_line_as_it_ran(shell):
    result = shell.run(
        "%%watch --source Lending -p table=no_such_table\nselect 1\nfrom {{ table }}"
    )
    assert "--> 2 | from no_such_table" in result.shown


@pytest.mark.slow
@pytest.mark.parametrize("is_full", [True, False])
def test_error_when_the_key_is_refused_does_not_show_it(plain_shell, demo, tmp_path, is_full):
    key = "a-key-that-is-not-known-to-the-server"
    plain_shell.value("%load_ext watchframe")
    plain_shell.run("%xmode Verbose")
    plain_shell.value(f"%config WatchMagics.full_traceback = {is_full}")
    with watchframe.connect(demo.url, key, cache_dir=tmp_path / "cache"):
        result = plain_shell.run("%watch 1")
    assert isinstance(result.error_in_exec, AuthenticationError)
    assert ("Traceback (most recent call last)" in result.shown) is is_full
    assert key not in result.shown + result.errors + repr(result.error_in_exec)


def test_error_when_nothing_is_configured_says_how(plain_shell):
    plain_shell.value("%load_ext watchframe")
    result = plain_shell.run("%watch 1")
    assert isinstance(result.error_in_exec, ConfigurationError)
    assert "WATCHFRAME_URL" in result.shown
    assert len(result.shown.splitlines()) < 6


def test_error_when_the_server_is_away_is_short(plain_shell, tmp_path):
    plain_shell.value("%load_ext watchframe")
    with watchframe.connect("http://127.0.0.1:9", "key", cache_dir=tmp_path, max_retries=0):
        result = plain_shell.run("%watch 1")
    assert isinstance(result.error_in_exec, ConnectError)
    assert len(result.shown.splitlines()) < 6


def test_error_when_the_reference_is_none_says_what_it_should_be(shell):
    assert isinstance(shell.run("%watch borrows").error_in_exec, QueryReferenceError)


@pytest.mark.slow
def test_error_when_the_whole_traceback_prints_variables_hides_the_key_in_them(shell, demo):
    shell.run("%xmode Verbose")
    shell.value("%config WatchMagics.full_traceback = True")
    shell.names["key"] = demo.user_key
    shell.value("def report(found):\n    frame = %watch 51\n    return frame, found")
    result = shell.run("report(key)")
    assert "'[API key]'" in result.shown
    assert demo.user_key not in result.shown


def test_error_writes_out_the_escapes_of_a_data_source(shell):
    result = shell.run("%%watch --source Lending\nselect 1 as a,\nerror('no\x1b[2J\u202e')")
    assert isinstance(result.error_in_exec, JobFailedError)
    assert "\x1b[2J" in result.error_in_exec.reason
    assert result.shown.count(r"Error: no\x1b[2J\u202e") == 1
    assert "\x1b[2J" not in result.shown
    assert "\u202e" not in result.shown


def test_error_writes_out_the_escapes_of_the_marked_line(shell):
    result = shell.run("%%watch --source Lending\nselect 1 as a\nform x -- \x1b[2J")
    assert r"--> 2 | form x -- \x1b[2J" in result.shown
    assert "\x1b[2J" not in result.shown


def test_explain_writes_out_the_escapes_of_a_query(shell):
    client = current_client()
    query = client.queries.create("Evil \x1b[2J", "select 1 as a -- \x1b[2J\u202e", 1)
    shown = shell.run(f"%watch {query.id} --explain").shown
    client.queries.archive(query.id)
    assert r"select 1 as a -- \x1b[2J\u202e" in shown
    assert "\x1b" not in shown
