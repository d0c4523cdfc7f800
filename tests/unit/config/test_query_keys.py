"""Keys of queries and headers: where they come from, and to which server they belong."""

import json

import pytest

from watchframe.config import (
    forget_login,
    load_settings,
    load_settings_of,
    profiles,
    read_logins,
    save_login,
    settings,
)
from watchframe.errors import ConfigurationError
from watchframe.keys import Secret

URL = "https://watch.example"
OTHER = "https://other.example"


@pytest.fixture
def config_file(tmp_path, monkeypatch):
    """A config file that is the platform's own, with a profile that has keys of queries."""
    path = tmp_path / "config.toml"
    path.write_text(
        f'[default]\nurl = "{URL}"\n[default.query_keys]\n1 = "file-key-1"\n2 = "file-key-2"\n'
        '[default.headers]\n"CF-Access-Client-Id" = "file-id"\n'
    )
    path.chmod(0o600)
    monkeypatch.setattr(profiles, "config_path", lambda: path)
    monkeypatch.setattr(settings, "config_path", lambda: path)
    return path


def revealed(keys):
    return {name: key.reveal() for name, key in keys.items()}


def test_ring_is_put_together_from_all_places(config_file):
    environ = {"WATCHFRAME_QUERY_KEY_2": "env-key-2", "WATCHFRAME_QUERY_KEY_3": "env-key-3"}
    found = load_settings(query_keys={3: "argument-key-3"}, environ=environ)
    assert revealed(found.query_keys) == {1: "file-key-1", 2: "env-key-2", 3: "argument-key-3"}
    assert found.api_key is None


def test_ring_and_headers_of_another_server_are_left_out(config_file):
    environ = {
        "WATCHFRAME_URL": URL,
        "WATCHFRAME_QUERY_KEY_2": "env-key-2",
        "WATCHFRAME_API_KEY": "env-key",
        "WATCHFRAME_HEADERS": "X: env",
    }
    found = load_settings(OTHER, "argument-key", environ=environ)
    assert (found.query_keys, found.headers) == ({}, {})
    with pytest.raises(ConfigurationError, match=f"No API key is known for {OTHER}"):
        load_settings(OTHER, environ=environ)


def test_address_takes_no_key_without_a_server_beside_it(config_file, monkeypatch):
    monkeypatch.setenv("WATCHFRAME_API_KEY", "env-key")
    monkeypatch.setenv("WATCHFRAME_QUERY_KEY_1", "env-key-1")
    found = load_settings_of(OTHER)
    assert (found.url, found.api_key, found.query_keys, found.headers) == (OTHER, None, {}, {})
    monkeypatch.setenv("WATCHFRAME_URL", OTHER)
    found = load_settings_of(OTHER)
    assert found.api_key.reveal() == "env-key"
    assert revealed(found.query_keys) == {1: "env-key-1"}
    monkeypatch.setenv("WATCHFRAME_URL", URL)
    assert load_settings_of(OTHER).api_key is None
    assert revealed(load_settings_of(URL).headers) == {"CF-Access-Client-Id": "file-id"}


def test_address_takes_the_key_in_the_url_of_its_server(config_file, monkeypatch):
    monkeypatch.setenv("WATCHFRAME_URL", f"{OTHER}/queries/7?api_key=url-key-7")
    assert revealed(load_settings_of(OTHER).query_keys) == {7: "url-key-7"}
    assert revealed(load_settings().query_keys) == {7: "url-key-7"}
    assert 7 not in load_settings_of(URL).query_keys
    config_file.write_text(f'[default]\nurl = "{URL}/queries/8?api_key=url-key-8"\n')
    assert revealed(load_settings_of(URL).query_keys) == {8: "url-key-8"}
    assert load_settings_of(OTHER).query_keys.keys() == {7}


def test_trust_in_another_server_is_left_out(config_file, monkeypatch):
    plain, elsewhere = "http://intranet.example", "http://other.example"
    config_file.write_text(f'[default]\nurl = "{plain}"\nallow_plain_http = true\n')
    assert load_settings_of(plain).allow_plain_http
    monkeypatch.setenv("WATCHFRAME_URL", plain)
    monkeypatch.setenv("WATCHFRAME_ALLOW_PLAIN_HTTP", "1")
    monkeypatch.setenv("WATCHFRAME_CA_BUNDLE", str(config_file))
    assert load_settings_of(URL).ca_bundle is None
    with pytest.raises(ConfigurationError, match="plain HTTP"):
        load_settings_of(elsewhere)
    with pytest.raises(ConfigurationError, match="plain HTTP"):
        load_settings(elsewhere, "key")
    assert load_settings(elsewhere, "key", allow_plain_http=True)
    monkeypatch.delenv("WATCHFRAME_URL")
    assert load_settings_of(elsewhere).allow_plain_http


def test_address_takes_no_key_of_the_file_beside_the_url_of_a_login(config_file, keyring):
    config_file.write_text('[default]\napi_key = "file-key"\n')
    config_file.chmod(0o600)
    save_login("default", URL, Secret("login-key"), config_file)
    assert load_settings_of(URL).api_key.reveal() == "login-key"


@pytest.mark.parametrize(
    "given",
    [
        {"CF-Access-Client-Id": "a", "X-Team": "b c"},
        "CF-Access-Client-Id: a\nX-Team:b c\n",
        '{"CF-Access-Client-Id": "a", "X-Team": "b c"}',
    ],
)
def test_headers_are_read_from_a_mapping_lines_or_json(given, config_file):
    found = load_settings(URL, "key", headers=given, environ={})
    assert revealed(found.headers) == {"CF-Access-Client-Id": "a", "X-Team": "b c"}
    if isinstance(given, str):
        by_environment = load_settings(URL, "key", environ={"WATCHFRAME_HEADERS": given})
        assert by_environment.headers == found.headers


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("query_keys", {"one": "secret-1"}),
        ("query_keys", {0: "secret-1"}),
        ("query_keys", {1: "secret 1"}),
        ("query_keys", {1: ""}),
        ("query_keys", "secret-1"),
        ("headers", "secret-1"),
        ("headers", {"Authorization": "secret-1"}),
        ("headers", {"X": "secret-1\r\nY: 2"}),
        ("headers", {"X Y": "secret-1"}),
        ("headers", {"X": 1}),
    ],
)
def test_ring_or_headers_that_cannot_be_used_raise(name, value, config_file):
    with pytest.raises(ConfigurationError, match=f"The setting {name} cannot be used") as caught:
        load_settings(URL, "key", environ={}, **{name: value})
    assert "secret" not in str(caught.value)


def test_keys_show_in_no_repr(config_file):
    found = load_settings(
        URL, "key-0123456", query_keys={1: "key-1234567"}, headers={"X": "h-123456"}
    )
    assert not any(text in repr(found) for text in ("key-0", "key-1", "h-1", "file-"))


@pytest.mark.parametrize(("query_id", "expected"), [(1, "own-1"), (3, "user"), (None, "user")])
def test_least_key_is_chosen(query_id, expected, config_file):
    found = load_settings(URL, "user", query_keys={1: "own-1"}, environ={})
    assert found.key_for(query_id).reveal() == expected


def test_single_key_is_tried_for_all(tmp_path):
    missing = tmp_path / "config.toml"
    found = load_settings(URL, query_keys={1: "a"}, environ={}, config_file=missing)
    assert {found.key_for(query_id).reveal() for query_id in (1, 2, None)} == {"a"}
    found = load_settings(URL, query_keys={1: "a", 2: "b"}, environ={}, config_file=missing)
    assert (found.key_for(3), found.key_for(None)) == (None, None)


class Keyring:
    """A keyring in memory, in place of the system's."""

    def __init__(self):
        self.kept = {}

    def set_password(self, service, name, text):
        self.kept[service, name] = text

    def get_password(self, service, name):
        return self.kept.get((service, name))

    def delete_password(self, service, name):
        del self.kept[service, name]


@pytest.fixture(params=[False, True], ids=["file", "keyring"])
def keyring(request, monkeypatch):
    from watchframe.config import login  # noqa: PLC0415 - the module, not the function

    found = Keyring() if request.param else None
    monkeypatch.setattr(login, "_keyring", lambda: found)
    return found


def test_login_keeps_keys_of_queries_beside_the_users_own(tmp_path, keyring):
    path = tmp_path / "config.toml"
    save_login("default", URL, Secret("of-query-7"), path, query_id=7)
    assert load_settings(environ={}, config_file=path).api_key is None
    save_login("default", URL, Secret("of-user"), path)
    save_login("default", URL, Secret("of-query-8"), path, query_id=8)
    found = load_settings(environ={}, config_file=path)
    assert found.api_key.reveal() == "of-user"
    assert revealed(found.query_keys) == {7: "of-query-7", 8: "of-query-8"}
    in_file = json.loads((tmp_path / "logins.json").read_text())["default"]
    assert ("of-query-7" in str(in_file)) is (keyring is None)
    if keyring is not None:
        assert len(keyring.kept) == 3


def test_login_to_another_server_drops_the_keys_of_the_first(tmp_path, keyring):
    path = tmp_path / "config.toml"
    save_login("default", URL, Secret("of-query-7"), path, query_id=7)
    save_login("default", OTHER, Secret("of-user"), path)
    found = load_settings(environ={}, config_file=path)
    assert (found.url, found.query_keys) == (OTHER, {})
    if keyring is not None:
        assert list(keyring.kept.values()) == ["of-user"]


def test_key_of_one_query_is_forgotten_alone(tmp_path, keyring):
    path = tmp_path / "config.toml"
    for query_id in (7, 8):
        save_login("default", URL, Secret(f"of-query-{query_id}"), path, query_id=query_id)
    assert forget_login("default", path, query_id=9) is None
    forget_login("default", path, query_id=7)
    assert set(read_logins(path)["default"].keys) == {8}
    forget_login("default", path)
    assert read_logins(path) == {}
    assert keyring is None or keyring.kept == {}
