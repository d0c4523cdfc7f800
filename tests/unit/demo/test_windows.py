"""What the demo server does otherwise on Windows, simulated."""

import os
import socket

import pytest

from watchframe.demo.__main__ import _setting
from watchframe.demo.server import _bind


@pytest.mark.parametrize("is_windows", [False, True])
def test_port_is_taken_alone(monkeypatch, is_windows):
    """On Windows the option by which a port is used again lets two programs have it at once."""
    if is_windows:
        monkeypatch.setattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_KEEPALIVE, raising=False)
    else:
        monkeypatch.delattr(socket, "SO_EXCLUSIVEADDRUSE", raising=False)
    with _bind(0) as found:
        port = found.getsockname()[1]
        assert not found.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR)
    with _bind(port) as found:
        is_shared = found.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR)
        is_exclusive = found.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    assert (bool(is_shared), bool(is_exclusive)) == (not is_windows, is_windows)


def test_setting_is_written_for_the_shell():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "name", "posix")
        here = _setting("WATCHFRAME_URL", "http://127.0.0.1:1")
        patch.setattr(os, "name", "nt")
        there = _setting("WATCHFRAME_URL", "http://127.0.0.1:1")
    assert here == "export WATCHFRAME_URL=http://127.0.0.1:1"
    assert there == '$env:WATCHFRAME_URL = "http://127.0.0.1:1"'
