"""Completion without a server, or with one that says nothing."""

from __future__ import annotations

import socket
import time

import pytest

import watchframe

#: Tab may wait 0.2 s. A machine that is busy with other tests gets more, but never a network's
#: own patience, which is 10 s for a connection and more for an answer.
BOUND = 2.0


@pytest.fixture
def silent_server():
    """Takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def dead_server():
    """Nothing listens there."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    return f"http://127.0.0.1:{port}"


CELLS = ["%watch |", "%watch 1 -p |", "%%watch 1\nm|", "%%watch --source |", "%watch bor|"]


@pytest.mark.parametrize("cell", CELLS)
def test_completion_when_nothing_is_configured_changes_nothing(plain_shell, cell):
    plain_shell.run("%load_ext watchframe")
    assert plain_shell.complete(cell) == [cell.replace("|", "")]
    assert plain_shell.complete("%watch 1 --ref|") == ["%watch 1 --refresh"]


@pytest.mark.parametrize("server", ["silent_server", "dead_server"])
def test_completion_when_the_server_does_not_answer_is_silent_and_does_not_wait(
    plain_shell, server, request, tmp_path, capsys
):
    url = request.getfixturevalue(server)
    plain_shell.run("%load_ext watchframe")
    with watchframe.connect(url, "key", cache_dir=tmp_path / "cache"):
        started = time.monotonic()
        for cell in CELLS:
            assert plain_shell.complete(cell) == [cell.replace("|", "")]
        assert time.monotonic() - started < BOUND * len(CELLS)
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_completion_when_not_in_the_magic_leaves_python_to_ipython(plain_shell):
    plain_shell.run("%load_ext watchframe\nwatched_value = 1")
    assert "watched_value" in plain_shell.complete("watched_v|")
