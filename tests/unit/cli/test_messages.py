"""The pieces of the command line that need no server."""

from __future__ import annotations

import pytest

import watchframe.errors
from watchframe.cli.messages import MEANINGS, exit_code
from watchframe.config.files import atomic_file
from watchframe.errors import ConnectError, TransportTimeoutError, WatchframeError


def test_exit_codes_cover_every_error():
    kinds = [getattr(watchframe.errors, name) for name in watchframe.errors.__all__]
    errors = [kind for kind in kinds if issubclass(kind, WatchframeError)]
    assert len(errors) > 20
    assert {exit_code(kind.__new__(kind)) for kind in errors} <= set(MEANINGS) - {0}
    assert exit_code(ConnectError("away")) == 6
    assert exit_code(TransportTimeoutError("silent")) == 5
    assert exit_code(ValueError("a bug")) == 1


def test_atomic_file_failure_keeps_old_content(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_bytes(b"old")

    def fail():
        with atomic_file(path) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
