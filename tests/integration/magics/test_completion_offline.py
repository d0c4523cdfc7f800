"""Completion without a server, or with one that says nothing."""

from __future__ import annotations

import socket
import threading

import keyring
import keyring.backend
import pytest

import watchframe
from watchframe.client import connected_client, disconnect
from watchframe.config.login import save_login
from watchframe.config.settings import config_path
from watchframe.keys import Secret
from watchframe.magics.completion_sources import ServerNames

PATIENT = 60


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
def test_completion_without_configuration(plain_shell, cell):
    plain_shell.run("%load_ext watchframe")
    assert plain_shell.complete(cell) == [cell.replace("|", "")]
    assert plain_shell.complete("%watch 1 --ref|") == ["%watch 1 --refresh"]


def fetching():
    """The threads that wait for a server at this moment, on behalf of somebody who does not."""
    return [thread for thread in threading.enumerate() if thread.name == "watchframe-completion"]


@pytest.mark.slow
def test_completion_with_unresponsive_server(plain_shell, silent_server, tmp_path, capsys):
    plain_shell.run("%load_ext watchframe")
    with watchframe.connect(silent_server, "key", cache_dir=tmp_path / "cache"):
        for cell in CELLS:
            before = len(fetching())
            assert plain_shell.complete(cell) == [cell.replace("|", "")]
            assert len(fetching()) >= max(before, 1)  # nobody has answered, and we are back
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_completion_without_a_server(plain_shell, dead_server, tmp_path, capsys):
    plain_shell.run("%load_ext watchframe")
    with watchframe.connect(dead_server, "key", cache_dir=tmp_path / "cache"):
        for cell in CELLS:
            assert plain_shell.complete(cell) == [cell.replace("|", "")]
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


class LockedKeyring(keyring.backend.KeyringBackend):
    """A keyring that first asks its user to unlock it."""

    priority = 1.0

    def __init__(self):
        super().__init__()
        self.passwords = {}
        self.is_asked, self.is_unlocked = threading.Event(), threading.Event()

    def set_password(self, service, username, password):
        self.passwords[service, username] = password

    def get_password(self, service, username):
        self.is_asked.set()
        self.is_unlocked.wait(PATIENT)
        return self.passwords.get((service, username))


@pytest.fixture
def locked_keyring():
    usual = keyring.get_keyring()
    found = LockedKeyring()
    keyring.set_keyring(found)
    yield found
    found.is_unlocked.set()
    for thread in fetching():
        thread.join(PATIENT)
    keyring.set_keyring(usual)
    disconnect()


@pytest.mark.slow
def test_completion_with_locked_keyring(plain_shell, demo, locked_keyring):
    disconnect()
    locked_keyring.is_unlocked.set()
    save_login("default", demo.url, Secret(demo.user_key), config_path())
    locked_keyring.is_unlocked.clear()
    locked_keyring.is_asked.clear()
    plain_shell.run("%load_ext watchframe")
    assert plain_shell.complete("%watch 1 -p |") == ["%watch 1 -p "]
    assert locked_keyring.is_asked.wait(PATIENT)
    assert connected_client() is None  # it is still being asked
    locked_keyring.is_unlocked.set()
    assert "%watch 1 -p markets=" in plain_shell.offers("%watch 1 -p |")


def test_prefetch_asks_no_keyring(plain_shell, demo, locked_keyring):
    """Whoever unlocks it wants to know for what."""
    disconnect()
    locked_keyring.is_unlocked.set()
    save_login("default", demo.url, Secret(demo.user_key), config_path())
    locked_keyring.is_unlocked.clear()
    locked_keyring.is_asked.clear()
    ServerNames().prefetch()
    for thread in fetching():
        thread.join(PATIENT)
    assert not locked_keyring.is_asked.is_set()


def test_completion_by_an_address_with_its_key(plain_shell, demo):
    """The address holds all that is needed; nothing is set and nobody is connected."""
    plain_shell.run("%load_ext watchframe")
    disconnect()
    address = f"{demo.url}/api/queries/1/results.json?api_key={demo.query_key(1)}"
    for typed in (f"read_watch_query('{address}', {{'", f"%watch {address} -p "):
        assert f"{typed}markets" in [item.rstrip("=") for item in plain_shell.offers(f"{typed}|")]


@pytest.mark.slow
def test_completion_outside_the_magic(plain_shell):
    plain_shell.run("%load_ext watchframe\nwatched_value = 1")
    assert "watched_value" in plain_shell.complete("watched_v|")
