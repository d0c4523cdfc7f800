"""Settings: which one wins, what is refused, and that a key never shows."""

import inspect
import pickle
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest

from watchframe.client import Client, connect
from watchframe.config import (
    Settings,
    chart_images_in_use,
    load_settings,
    load_settings_of,
    note_connected,
    profile_for_server,
    profiles,
    server_url,
)
from watchframe.errors import ConfigurationError
from watchframe.keys import Secret

KEY = "k0-0123456789-abcdef"


@pytest.fixture
def config_file(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(
        '[default]\nurl = "https://file.example"\napi_key = "file-key"\nread_timeout = 5\n'
        '[staging]\nurl = "https://staging.example/org/"\napi_key = "staging-key"\n'
        'timezone = "Europe/Berlin"\nallow_plain_http = true\n'
    )
    path.chmod(0o600)
    return path


def load(*given, config_file, environ=None, **more):
    return load_settings(*given, config_file=config_file, environ=environ or {}, **more)


def test_argument_wins_over_environment_and_file(config_file):
    environ = {"WATCHFRAME_API_KEY": "env-key", "WATCHFRAME_READ_TIMEOUT": "7"}
    found = load(config_file=config_file, environ=environ)
    assert (found.url, found.read_timeout) == ("https://file.example", 7.0)
    assert found.api_key.reveal() == "env-key"
    given = load("https://arg.example", KEY, config_file=config_file, environ=environ)
    assert (given.url, given.api_key.reveal()) == ("https://arg.example", KEY)


@pytest.mark.parametrize("url", ["https://env.example", "https://file.example/org"])
def test_key_in_the_file_is_not_taken_for_another_server(config_file, url):
    for given, environ in [((url,), {}), ((), {"WATCHFRAME_URL": url})]:
        with pytest.raises(ConfigurationError, match=f"No API key is known for {url}"):
            load(*given, config_file=config_file, environ=environ)
    assert load("https://FILE.example/", config_file=config_file).api_key.reveal() == "file-key"


def test_profile_is_chosen_by_argument_or_environment(config_file):
    found = load(config_file=config_file, profile="staging")
    assert found.url == "https://staging.example/org"
    assert found.timezone == ZoneInfo("Europe/Berlin")
    assert found.allow_plain_http is True
    by_environment = load(config_file=config_file, environ={"WATCHFRAME_PROFILE": "staging"})
    assert by_environment.url == found.url


def test_profile_of_a_server_is_found_by_its_url(config_file, monkeypatch):
    monkeypatch.setattr(profiles, "config_path", lambda: config_file)
    assert profile_for_server("https://staging.example/org") == "staging"
    assert profile_for_server("https://other.example") is None


def test_profile_that_is_not_there_names_those_that_are(config_file):
    with pytest.raises(ConfigurationError, match="default, staging"):
        load(config_file=config_file, profile="production")


def test_broken_config_file_raises_and_names_it(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text("[default\n")
    with pytest.raises(ConfigurationError, match=r"config\.toml"):
        load(config_file=path)


@pytest.mark.parametrize(("given", "words"), [((), "No server"), (("https://host",), "No API key")])
def test_what_is_missing_is_said_with_the_way_to_set_it(tmp_path, given, words):
    with pytest.raises(ConfigurationError, match=words) as caught:
        load(*given, config_file=tmp_path / "none.toml")
    assert "WATCHFRAME_API_KEY" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "value", "takes"),
    [
        ("read_timeout", "soon", "a number of seconds above 0"),
        ("read_timeout", -1, "a number of seconds above 0"),
        ("connect_timeout", float("inf"), "a number of seconds above 0"),
        ("connect_timeout", 10**400, "a number of seconds above 0"),
        ("connect_timeout", "nan", "a number of seconds above 0"),
        ("max_retries", -1, "a whole number, 0 or more"),
        ("max_retries", 1.5, "a whole number, 0 or more"),
        ("max_retries", True, "a whole number, 0 or more"),
        ("timezone", "Mars/Olympus", "the name of a time zone"),
        ("timezone", "Europe", "the name of a time zone"),
        ("timezone", "../etc", "the name of a time zone"),
        ("allow_plain_http", "perhaps", "yes or no"),
        ("cache_size_limit", "big", "a whole number, 0 or more"),
        ("ca_bundle", "/no/such/file", "a file or folder that is there"),
        ("ca_bundle", "", "a file or folder that is there"),
        ("cache_dir", 5, "the path of a folder"),
        ("uncached_queries", "x", "ids of queries"),
        ("chart_images", "often", "yes or no"),
    ],
)
def test_unusable_setting_names_its_origin_and_choices(tmp_path, name, value, takes):
    with pytest.raises(ConfigurationError, match=f"setting {name}") as caught:
        load("https://host", KEY, config_file=tmp_path / "none.toml", **{name: value})
    assert f"the argument {name}" in str(caught.value)
    assert f"It takes {takes}" in caught.value.hint


def test_unusable_setting_names_its_variable_or_file(config_file):
    variable = "WATCHFRAME_MAX_RETRIES"
    with pytest.raises(ConfigurationError, match=f"the environment variable {variable}"):
        load(config_file=config_file, environ={variable: "many"})
    with config_file.open("a") as file:
        file.write('max_retries = "many"\n')
    with pytest.raises(ConfigurationError, match=r"max_retries of .*config\.toml"):
        load(config_file=config_file, profile="staging")


@pytest.mark.parametrize(
    ("name", "written", "value"),
    [
        ("allow_plain_http", " Yes ", True),
        ("allow_plain_http", "TRUE", True),
        ("allow_plain_http", "1", True),
        ("stale_if_error", "no", False),
        ("cache_text_parameters", "0", False),
        ("cache_size_limit", "3_000_000_000", 3_000_000_000),
        ("read_timeout", " 7.5 ", 7.5),
        ("read_timeout", "1e3", 1000.0),
        ("cache_dir", "~/watch", Path.home() / "watch"),
        ("timezone", "Europe/Berlin", ZoneInfo("Europe/Berlin")),
        ("uncached_queries", "42", {42}),
        ("chart_images", "yes", True),
    ],
)
def test_setting_is_read_from_what_people_write(tmp_path, name, written, value):
    environ = {f"WATCHFRAME_{name.upper()}": written}
    found = load("https://host", KEY, config_file=tmp_path / "none.toml", environ=environ)
    assert getattr(found, name) == value


def test_setting_is_read_from_numbers_of_numpy(tmp_path):
    given = {
        "read_timeout": np.float64(5),
        "max_retries": np.int64(2),
        "uncached_queries": np.array([4]),
    }
    found = load("https://host", KEY, config_file=tmp_path / "none.toml", **given)
    assert (found.read_timeout, found.max_retries, found.uncached_queries) == (5.0, 2, {4})


@pytest.mark.parametrize("key", ["", "  ", "two words", "naïve\u2028", "line\nbreak"])
def test_key_of_no_server_is_refused_and_not_shown(tmp_path, key):
    with pytest.raises(ConfigurationError) as caught:
        load("https://host", key, config_file=tmp_path / "none.toml")
    assert not key.strip() or key.strip() not in str(caught.value)


def test_key_shows_nowhere(tmp_path):
    found = load("https://host", KEY, config_file=tmp_path / "none.toml")
    assert KEY not in f"{found!r} {found} {found.api_key!s} {[found.api_key]}"
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(found.api_key)
    assert KEY not in repr(msgspec.structs.asdict(found))


def test_secrets_are_equal_by_what_they_hold():
    assert Secret("a") == Secret("a") != Secret("b")
    assert len({Secret("a"), Secret("a")}) == 1


def test_plain_http_is_refused_but_for_this_machine(tmp_path):
    none = tmp_path / "none.toml"
    with pytest.raises(ConfigurationError, match="plain HTTP"):
        load("http://watch.example", KEY, config_file=none)
    assert load("http://watch.example", KEY, config_file=none, allow_plain_http=True)
    for url in ("http://localhost:5000", "http://127.0.0.1", "http://[::1]:80"):
        assert load(url, KEY, config_file=none)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://HOST/", "https://host"),
        ("https://host:443/org/", "https://host/org"),
        ("http://host:8080//", "http://host:8080"),
        (" https://host ", "https://host"),
        ("http://[::1]:5000", "http://[::1]:5000"),
        ("https://b\u00fccher.example/watch", "https://b\u00fccher.example/watch"),
        ("https://host/queries/42?p_x=1#7", "https://host"),
        ("https://host/queries/42/source", "https://host"),
        ("https://host/default/dashboards/3-x", "https://host/default"),
        ("https://host/org/api/queries/42/results.json?api_key=k", "https://host/org"),
        ("https://host/api/query_results/42", "https://host"),
        ("https://host/public/dashboards/t0ken?org_slug=default", "https://host"),
        ("https://host/default/users/me", "https://host/default"),
        ("https://host/login?next=%2Fqueries", "https://host"),
        ("https://host/api/session", "https://host"),
        ("https://host/dashboards", "https://host/dashboards"),
        ("https://host/api/watch", "https://host/api/watch"),
    ],
)
def test_server_url_has_one_spelling(text, url):
    assert server_url(text) == url


@pytest.mark.parametrize(
    "text",
    [
        "host",
        "ftp://host",
        "https://",
        "https://me:pw@host",
        "https://me:pw@host:99999",
        "https://me:pw@[::1",
        "app.inverse.watch?api_key=pw",
        "https://me:pw@host/queries/1",
        "http://evil.example\\.localhost",
        "http://evil.example%2f.localhost",
        "http://evil.example .localhost",
        "",
    ],
)
def test_what_is_no_server_url_is_refused(text):
    with pytest.raises(ConfigurationError) as caught:
        server_url(text)
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "given", "key", "ring"),
    [
        ("https://host/queries/4?api_key=k-of-4", None, None, {4: "k-of-4"}),
        ("https://host/queries/4?api_key=k-of-4", "own", "own", {}),
        ("https://host/dashboards/4?api_key=k-own", None, "k-own", {}),
        ("https://host/queries/0?api_key=k-own", None, "k-own", {}),
        ("https://host?api_key=k-own", None, "k-own", {}),
        ("https://host?api_key=k-own", "own", "own", {}),
    ],
)
def test_key_in_the_url_is_used_where_no_other_is_given(tmp_path, url, given, key, ring):
    found = load(url, given, config_file=tmp_path / "none.toml")
    assert found.url == "https://host"
    assert (found.api_key and found.api_key.reveal()) == key
    assert {query_id: own.reveal() for query_id, own in found.query_keys.items()} == ring
    environ = {"WATCHFRAME_URL": url} | ({"WATCHFRAME_API_KEY": given} if given else {})
    assert load(environ=environ, config_file=tmp_path / "none.toml") == found


def test_malformed_url_of_a_profile_stops_that_profile_alone(config_file, monkeypatch):
    monkeypatch.setattr(profiles, "config_path", lambda: config_file)
    monkeypatch.setattr("watchframe.config.settings.config_path", lambda: config_file)
    with config_file.open("a") as file:
        file.write('[broken]\nurl = "no url?api_key=hunter2"\napi_key = "broken-key"\n')
    words = rf"is not a server's URL \(url of the profile 'broken' in {config_file}\)"
    with pytest.raises(ConfigurationError, match=words) as caught:
        load(config_file=config_file, profile="broken")
    assert "hunter2" not in str(caught.value)
    assert load(config_file=config_file, profile="staging").api_key.reveal() == "staging-key"
    assert load_settings_of("https://staging.example/org").api_key.reveal() == "staging-key"
    assert load_settings_of("https://unknown.example").api_key is None
    monkeypatch.setenv("WATCHFRAME_PROFILE", "broken")
    assert load_settings_of("https://unknown.example").api_key is None


def test_url_of_a_profile_that_is_no_text_is_of_no_server(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text('[default]\nurl = 5\napi_key = "file-key"\n')
    path.chmod(0o600)
    with pytest.raises(ConfigurationError, match="No API key is known for https://host"):
        load("https://host", config_file=path)


def test_server_of_an_address_is_not_taken_for_a_page():
    assert load_settings_of("https://host/login").url == "https://host/login"


def test_malformed_url_of_the_environment_has_no_keys(config_file):
    environ = {"WATCHFRAME_URL": "no url", "WATCHFRAME_API_KEY": "env-key"}
    with pytest.raises(ConfigurationError, match="the environment variable WATCHFRAME_URL"):
        load(config_file=config_file, environ=environ)
    assert load("https://host", KEY, config_file=config_file, environ=environ).api_key
    with pytest.raises(ConfigurationError, match="No API key is known"):
        load("https://host", config_file=config_file, environ=environ)


def test_host_without_a_scheme_is_shown():
    with pytest.raises(ConfigurationError, match=r"'app\.inverse\.watch' is not a server's URL"):
        server_url("app.inverse.watch")


def test_key_in_place_of_the_url_is_not_shown(tmp_path):
    with pytest.raises(ConfigurationError, match="seem to be swapped") as caught:
        load(KEY, "https://host", config_file=tmp_path / "none.toml")
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("function", [connect, Client])
def test_every_setting_is_an_argument_and_is_documented(function):
    names = [field.name for field in msgspec.structs.fields(Settings)]
    arguments = set(inspect.signature(function).parameters) - {"settings", "sharing", "check"}
    assert arguments == {"profile", *names}
    with pytest.raises(TypeError, match="read_time"):
        function("https://host", KEY, read_time=5)
    for name in names:
        documented = re.findall(rf"^{name} : ", inspect.getdoc(connect), re.MULTILINE)
        assert len(documented) == 1, name


def test_reference_page_names_every_setting():
    page = (Path(__file__).parents[3] / "docs" / "reference" / "settings.md").read_text()
    for field in msgspec.structs.fields(Settings):
        assert f"| `{field.name}` |" in page


@pytest.mark.parametrize("value", ["42, 57", "42 57", [42, 57], {57, 42}, ["42", "57"]])
def test_uncached_queries_are_read_from_what_people_write(value):
    found = load_settings("https://watch.example", "key", environ={}, uncached_queries=value)
    assert found.uncached_queries == {42, 57}


@pytest.mark.parametrize("value", ["x", "4.5", [None], "-1"])
def test_uncached_queries_that_are_no_ids_are_refused(value):
    with pytest.raises(ConfigurationError, match="uncached_queries"):
        load_settings("https://watch.example", "key", environ={}, uncached_queries=value)


def test_images_of_charts_are_as_set_and_none_in_voila(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert chart_images_in_use() is None
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5.8")
    assert chart_images_in_use() is False
    monkeypatch.setenv("WATCHFRAME_CHART_IMAGES", "yes")
    assert chart_images_in_use() is True
    note_connected(
        load("https://host", KEY, config_file=tmp_path / "none.toml", chart_images=False)
    )
    try:
        assert chart_images_in_use() is False
    finally:
        note_connected(None)
