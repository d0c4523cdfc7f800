"""``watchframe login`` and ``logout``: where the key goes, and who finds it there."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

KEYRING = """
import json, pathlib
from keyring.backend import KeyringBackend

class FileRing(KeyringBackend):
    priority = 1
    path = pathlib.Path(__file__).with_name("ring.json")

    def _all(self):
        return json.loads(self.path.read_text()) if self.path.exists() else {}

    def get_password(self, service, username):
        return self._all().get(f"{service}: {username}")

    def set_password(self, service, username, password):
        self.path.write_text(json.dumps({**self._all(), f"{service}: {username}": password}))

    def delete_password(self, service, username):
        kept = self._all()
        del kept[f"{service}: {username}"]
        self.path.write_text(json.dumps(kept))
"""
LIBRARY = "import watchframe; print(len(watchframe.read_watch_query(49)))"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "config" / "watchframe"


@pytest.fixture
def keyring_settings(tmp_path):
    """A keyring that is a file, as the system's keyring."""
    ring = tmp_path / "ring"
    ring.mkdir()
    (ring / "file_ring.py").write_text(KEYRING)
    return {"PYTHONPATH": str(ring), "PYTHON_KEYRING_BACKEND": "file_ring.FileRing"}


def test_login_keeps_right_key_for_every_use(run_unset, demo, folder):
    done = run_unset("--url", demo.url, "login", stdin=f"{demo.user_key}\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert f"Logged in to {demo.url} as Admin" in done.stderr
    assert demo.user_key not in done.stderr
    path = folder / "logins.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [item.name for item in folder.iterdir()] == ["logins.json"]
    assert run_unset("query", 49, "-q").returncode == 0
    library = subprocess.run(
        [sys.executable, "-c", LIBRARY],
        env=run_unset.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert library.stdout == "1\n"
    out = run_unset("logout")
    assert "are forgotten" in out.stderr
    assert demo.user_key not in path.read_text()
    assert run_unset("query", 49, "-q").returncode == 2
    assert "Nothing was kept" in run_unset("logout").stderr


@pytest.mark.parametrize("key", ["no-such-key", "two words", ""])
def test_login_keeps_nothing_of_wrong_key(run_unset, demo, folder, key):
    done = run_unset("--url", demo.url, "login", stdin=f"{key}\n")
    assert done.returncode == (3 if key == "no-such-key" else 2)
    assert "Hint: " in done.stderr
    assert not key or key not in done.stderr
    assert not folder.exists()


def test_login_with_a_querys_key_says_which_key_it_takes(run_unset, demo):
    done = run_unset("--url", demo.url, "login", stdin=demo.query_key(1))
    assert done.returncode == 3
    assert "there is --query ID" in done.stderr


def test_login_refuses_no_address_and_plain_http(run_unset, demo):
    assert "Which server?" in run_unset("login", stdin=demo.user_key).stderr
    done = run_unset("--url", "http://watch.example", "login", stdin=demo.user_key)
    assert (done.returncode, "plain HTTP" in done.stderr) == (2, True)


@pytest.mark.slow
def test_address_with_a_key_needs_nothing_set(run_unset, demo):
    key = demo.query_key(49)
    address = f"{demo.url}/api/queries/49/results.json?api_key={key}"
    done = run_unset("query", address, "--json")
    assert done.returncode == 0
    assert set(json.loads(done.stdout)[0]) == {"events"}
    assert key not in done.stderr
    for words in (
        ("query", address, "--market", "WETH"),
        ("query", address, address),
        (address, "-q"),
        ("--max-age", "1h", "query", address),
        ("query", address, "--timeout", "soon"),
    ):
        failed = run_unset(*words)
        assert failed.returncode == 2
        assert key not in failed.stdout + failed.stderr


def test_login_profile_found_by_name_and_page_address(run_unset, demo):
    done = run_unset("--url", demo.url, "--profile", "lab", "login", stdin=demo.user_key)
    assert done.returncode == 0
    assert run_unset("--profile", "lab", "query", 49).returncode == 0
    assert run_unset("query", f"{demo.url}/queries/49").returncode == 0
    assert run_unset("--url", demo.url, "query", 49).returncode == 0
    assert run_unset("query", 49).returncode == 2
    elsewhere = run_unset("--profile", "lab", "query", "https://watch.example/queries/49")
    assert elsewhere.returncode == 2
    assert "Leave --url and --profile out" in elsewhere.stderr
    own = {"WATCHFRAME_URL": "https://watch.example", "WATCHFRAME_API_KEY": "of-another-server"}
    assert run_unset("query", f"{demo.url}/queries/49", **own).returncode == 0
    unknown = run_unset("query", "https://other.example/queries/49", **own)
    assert unknown.returncode == 2
    assert "watchframe login --url https://other.example" in unknown.stderr


def test_login_is_not_used_for_another_server(run_unset, demo):
    assert run_unset("--url", demo.url, "login", stdin=demo.user_key).returncode == 0
    done = run_unset("--url", "https://watch.example", "--profile", "default", "query", 49)
    assert done.returncode == 2
    assert "No API key is known for https://watch.example" in done.stderr


def test_login_overruled_by_config_file_says_so(run_unset, demo, folder):
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(
        '[default]\nurl = "https://watch.example"\napi_key = "other-key"\n'
    )
    done = run_unset("--url", demo.url, "login", stdin=demo.user_key)
    assert done.returncode == 0
    assert "wins over it" in done.stderr
    assert "other-key" not in done.stderr


def test_login_key_in_the_keyring_only(run_unset, demo, folder, tmp_path, keyring_settings):
    done = run_unset.process("--url", demo.url, "login", stdin=demo.user_key, **keyring_settings)
    assert "kept in the system's keyring" in done.stderr
    ring = tmp_path / "ring" / "ring.json"
    assert demo.user_key in ring.read_text()
    assert demo.user_key not in (folder / "logins.json").read_text()
    assert run_unset.process("query", 49, **keyring_settings).returncode == 0
    assert run_unset.process("logout", **keyring_settings).returncode == 0
    assert json.loads(ring.read_text()) == {}


def test_logins_unreadable_named_without_content(run_unset, folder):
    folder.mkdir(parents=True)
    (folder / "logins.json").write_text('{"default": {"url": "https://h", "api_key": "half-a-k')
    done = run_unset("query", 49)
    assert done.returncode == 2
    assert "logins.json cannot be read" in done.stderr
    assert "half-a-k" not in done.stderr


def test_login_prompts_on_a_terminal_hide_the_key(run_unset, demo):
    controller, terminal = os.openpty()
    process = run_unset.start(
        "login",
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
        settings={"PYTHONWARNINGS": "default"},
    )
    os.close(terminal)
    seen = until(controller, b"Server's address [https://app.inverse.watch]: ")
    os.write(controller, f"{demo.url}\n".encode())
    seen += until(controller, b"API key (not shown): ")
    os.write(controller, f"{demo.user_key}\n".encode())
    seen += until(controller, b"Logged in to")
    assert process.wait(60) == 0
    os.close(controller)
    assert demo.user_key.encode() not in seen


def until(controller, words):
    """Read from a terminal until `words` were shown."""
    seen = b""
    while words not in seen:
        seen += os.read(controller, 4096)
    return seen


def test_login_keeps_a_querys_key_that_reads_its_query(run_unset, demo, folder):
    key = demo.query_key(49)
    done = run_unset("--url", demo.url, "login", "--query", "49", stdin=f"{key}\n")
    assert done.returncode == 0, done.stderr
    assert f"Logged in to {demo.url} for query 49" in done.stderr
    assert key not in done.stdout + done.stderr
    read = run_unset("query", "49", "--rows", "1")
    assert read.returncode == 0, read.stderr
    page = run_unset("query", f"{demo.url}/queries/49", "--rows", "1")
    assert page.returncode == 0, page.stderr
    out = run_unset("logout", "--query", "49")
    assert "The key of query 49" in out.stderr
    assert key not in (folder / "logins.json").read_text()


def test_login_with_a_wrong_key_of_a_query_keeps_nothing(run_unset, demo, folder):
    done = run_unset("--url", demo.url, "login", "--query", "49", stdin="a-wrong-key\n")
    assert done.returncode != 0
    assert "Copy the key from the page of query 49" in done.stderr
    assert not (folder / "logins.json").exists()


def test_login_takes_the_address_of_a_page_or_of_results(run_unset, demo, folder):
    done = run_unset("--url", f"{demo.url}/queries/1", "login", stdin=f"{demo.user_key}\n")
    assert f"Logged in to {demo.url} as " in done.stderr
    key = demo.query_key(49)
    done = run_unset("--url", f"{demo.url}/api/queries/49/results.csv?api_key={key}", "login")
    assert f"Logged in to {demo.url} for query 49" in done.stderr
    assert key not in done.stdout + done.stderr
    kept = (folder / "logins.json").read_text()
    assert key in kept
    assert demo.user_key in kept
