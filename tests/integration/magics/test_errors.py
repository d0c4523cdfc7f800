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


def test_error_of_failed_sql_can_be_caught(shell):
    shell.value(
        "from watchframe.errors import JobFailedError\n"
        "try:\n"
        "    %watch 51\n"
        "except JobFailedError as error:\n"
        "    reason = error.reason"
    )
    assert "borrow_events" in shell.names["reason"]


def test_error_of_failed_sql_shows_words_and_line(shell):
    result = shell.run("%%watch --source Lending\nselect market,\n  sum(amount\nfrom events")
    assert isinstance(result.error_in_exec, JobFailedError)
    assert "Parser Error: syntax error" in result.shown
    assert "LINE 3: from events" in result.shown
    assert "-->" not in result.shown  # the source shows the line itself
    assert len(result.shown.splitlines()) < 15


def test_error_of_rendered_sql_marks_line_as_run(shell):
    result = shell.run(
        "%%watch --source Lending -p table=no_such_table\nselect 1\nfrom {{ table }}"
    )
    assert "LINE 2: from no_such_table" in result.shown


@pytest.mark.slow
@pytest.mark.parametrize("is_full", [True, False])
def test_error_of_refused_key_hides_it(plain_shell, demo, tmp_path, is_full):
    key = "a-key-that-is-not-known-to-the-server"
    plain_shell.value("%load_ext watchframe")
    plain_shell.run("%xmode Verbose")
    plain_shell.value(f"%config WatchMagics.full_traceback = {is_full}")
    with watchframe.connect(demo.url, key, cache_dir=tmp_path / "cache"):
        result = plain_shell.run("%watch 1")
    assert isinstance(result.error_in_exec, AuthenticationError)
    assert ("Traceback (most recent call last)" in result.shown) is is_full
    assert key not in result.shown + result.errors + repr(result.error_in_exec)


def test_error_without_configuration_says_how(plain_shell):
    plain_shell.value("%load_ext watchframe")
    result = plain_shell.run("%watch 1")
    assert isinstance(result.error_in_exec, ConfigurationError)
    assert "WATCHFRAME_URL" in result.shown
    assert len(result.shown.splitlines()) < 6


def test_error_of_unreachable_server_is_short(plain_shell, tmp_path):
    plain_shell.value("%load_ext watchframe")
    with watchframe.connect("http://127.0.0.1:9", "key", cache_dir=tmp_path, max_retries=0):
        result = plain_shell.run("%watch 1")
    assert isinstance(result.error_in_exec, ConnectError)
    assert len(result.shown.splitlines()) < 6


def test_error_of_malformed_query_reference(shell):
    assert isinstance(shell.run("%watch borrows").error_in_exec, QueryReferenceError)


@pytest.mark.slow
def test_error_traceback_variables_hide_the_key(shell, demo):
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


def test_error_writes_out_the_escapes_of_the_shown_line(shell):
    result = shell.run("%%watch --source Lending\nselect 1 as a\nform x -- \x1b[2J")
    assert r"LINE 2: form x -- \x1b[2J" in result.shown
    assert "\x1b[2J" not in result.shown


def test_explain_writes_out_the_escapes_of_a_query(shell):
    client = current_client()
    query = client.queries.create("Evil \x1b[2J", "select 1 as a -- \x1b[2J\u202e", 1)
    shown = shell.run(f"%watch {query.id} --explain").shown
    client.queries.archive(query.id)
    assert r"select 1 as a -- \x1b[2J\u202e" in shown
    assert "\x1b" not in shown
