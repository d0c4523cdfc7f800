"""Files of settings are read safely, and files are replaced as a whole."""

import os
import shlex
import stat
import warnings

import pytest

from watchframe.config import files, load_settings, save_login
from watchframe.config.files import (
    HAS_MODES,
    atomic_file,
    check_writable,
    replaced_file,
    write_atomically,
)
from watchframe.config.login import logins_path, read_logins
from watchframe.config.settings import read_profile
from watchframe.errors import ArgumentError, ConfigurationError, ConfigurationWarning
from watchframe.keys import Secret

KEY = "k0-0123456789-abcdef"

pytestmark = pytest.mark.skipif(not HAS_MODES, reason="modes and pipes are POSIX")


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "_warned_of", set())
    return tmp_path / "it's config.toml"


def config(path, mode, text=f'[default]\nurl = "https://h.example"\napi_key = "{KEY}"\n'):
    path.write_text(text)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o666])
def test_config_file_with_readable_key_warns_once(path, mode):
    config(path, mode)
    with pytest.warns(ConfigurationWarning) as caught:
        load_settings(config_file=path, environ={})
    (words,) = [str(item.message) for item in caught]
    assert caught[0].filename == __file__
    assert "other users of this machine may read it" in words
    assert words.endswith(f"chmod 600 {shlex.quote(str(path))}")
    assert KEY not in words
    load_settings(config_file=path, environ={})  # a second warning would be an error here


def test_config_file_with_readable_key_in_its_url_warns(path):
    config(path, 0o644, f'[default]\nurl = "https://h.example/queries/1?api_key={KEY}"\n')
    with pytest.warns(ConfigurationWarning, match="holds an API key"):
        assert load_settings(config_file=path, environ={}).query_keys == {1: Secret(KEY)}


def test_config_file_closed_or_without_key_does_not_warn(path):
    assert load_settings(config_file=config(path, 0o600), environ={}).api_key == Secret(KEY)
    assert load_settings(config_file=config(path, 0o400), environ={}).api_key == Secret(KEY)
    without = config(path, 0o644, '[default]\nurl = "https://h.example"\n')
    assert load_settings(api_key=KEY, config_file=without, environ={}).url == "https://h.example"


def test_command_that_the_warning_tells_mends_it(path):
    config(path, 0o644)
    with pytest.warns(ConfigurationWarning) as caught:
        load_settings(config_file=path, environ={})
    os.system(str(caught[0].message).partition("Close it to them: ")[2])
    files._warned_of.clear()
    load_settings(config_file=path, environ={})


def test_login_that_others_may_read_warns(path, monkeypatch):
    monkeypatch.setattr("watchframe.config.login._keyring", lambda: None)
    save_login("default", "https://h.example", Secret(KEY), path)
    read_logins(path)  # as it was written, it warns of nothing
    logins_path(path).chmod(0o644)
    with pytest.warns(ConfigurationWarning, match=r"logins\.json holds an API key"):
        read_logins(path)


@pytest.mark.parametrize("name", ["config", "logins"])
@pytest.mark.parametrize("kind", ["pipe", "folder", "circle", "large"])
def test_file_of_settings_that_is_none_is_an_error_at_once(path, name, kind):
    place = path if name == "config" else logins_path(path)
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    elif kind == "circle":
        place.symlink_to(place.name)
    else:
        with place.open("wb") as file:
            file.truncate(1_000_001)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_settings("https://h.example", KEY, config_file=path, profile="x", environ={})


@pytest.mark.parametrize("name", ["config", "logins"])
def test_file_of_settings_that_is_nested_deeply_is_an_error(path, name):
    place = path if name == "config" else logins_path(path)
    place.write_text(("a = " if name == "config" else "") + "[" * 100_000)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_profile("x", path)


def test_link_to_a_config_file_is_followed(path, tmp_path):
    config(path, 0o600)
    link = tmp_path / "link.toml"
    link.symlink_to(path.name)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read_profile(None, link)["api_key"] == Secret(KEY)


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o022, 0o077])
def umask(request):
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_replaced_file_has_old_mode_or_the_usual_one(tmp_path, umask):
    path = tmp_path / "rows.csv"
    with replaced_file(path) as file:
        file.write(b"new")
    assert mode_of(path) == 0o666 & ~umask
    path.chmod(0o640)
    assert write_atomically(path, b"newer")
    assert mode_of(path) == 0o640
    with replaced_file(path, mode=0o600) as file:
        file.write(b"secret")
    assert mode_of(path) == 0o600


def test_replaced_file_is_the_old_one_until_the_block_ends(tmp_path):
    path = tmp_path / ("long name " * 20 + ".csv")
    path.write_bytes(b"old")
    with replaced_file(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_login_is_its_owners_alone_whatever_the_umask_is(path, monkeypatch):
    monkeypatch.setattr("watchframe.config.login._keyring", lambda: None)
    before = os.umask(0)
    try:
        save_login("default", "https://h.example", Secret(KEY), path)
    finally:
        os.umask(before)
    assert mode_of(logins_path(path)) == 0o600


def test_atomic_file_follows_links_and_writes_to_devices(tmp_path):
    target, link = tmp_path / "rows.csv", tmp_path / "link"
    link.symlink_to(target.name)
    with atomic_file(link) as file:
        file.write(b"rows")
    assert link.is_symlink()
    assert target.read_bytes() == b"rows"
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with atomic_file(pipe) as file:
        file.write(b"rows")
    assert os.read(reader, 10) == b"rows"
    os.close(reader)


def test_links_that_lead_in_a_circle_are_an_os_error(tmp_path):
    link = tmp_path / "link"
    link.symlink_to(link.name)
    with pytest.raises(OSError, match="link"), atomic_file(link):
        raise AssertionError
    with pytest.raises(ArgumentError, match="link in a circle"):
        check_writable(link)
