"""``ResultCache()`` opens what reads use, whichever way that was said."""

import json

import pytest

import watchframe
from watchframe import ResultCache
from watchframe.cli.main import program
from watchframe.client import Client, disconnect


@pytest.fixture
def config(tmp_path, monkeypatch):
    """A config file to write; its folder is the one that settings are read from."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "platform"))
    path = tmp_path / "config" / "watchframe" / "config.toml"
    path.parent.mkdir(parents=True)

    def write(text):
        path.write_text(text)
        path.chmod(0o600)

    return write


def key_of(demo):
    return f'url = "{demo.url}"\napi_key = "{demo.user_key}"\n'


def by_argument(demo, folder, config, monkeypatch):
    watchframe.connect(demo.url, demo.user_key, cache_dir=folder, cache_size_limit=5_000_000)


def by_environment(demo, folder, config, monkeypatch):
    monkeypatch.setenv("WATCHFRAME_URL", demo.url)
    monkeypatch.setenv("WATCHFRAME_API_KEY", demo.user_key)
    monkeypatch.setenv("WATCHFRAME_CACHE_DIR", str(folder))
    monkeypatch.setenv("WATCHFRAME_CACHE_SIZE_LIMIT", "5000000")


def by_file(demo, folder, config, monkeypatch):
    config(f'[default]\n{key_of(demo)}cache_dir = "{folder}"\ncache_size_limit = 5000000\n')


def by_profile_of_the_environment(demo, folder, config, monkeypatch):
    config(f'[lending]\n{key_of(demo)}cache_dir = "{folder}"\ncache_size_limit = 5000000\n')
    monkeypatch.setenv("WATCHFRAME_PROFILE", "lending")


def by_profile_of_connect(demo, folder, config, monkeypatch):
    config(f'[lending]\n{key_of(demo)}cache_dir = "{folder}"\ncache_size_limit = 5000000\n')
    watchframe.connect(profile="lending")


WAYS = [
    by_argument,
    by_environment,
    by_file,
    by_profile_of_the_environment,
    by_profile_of_connect,
]


@pytest.mark.parametrize("way", WAYS)
def test_cache_without_a_folder_is_that_of_the_reads(demo, tmp_path, config, monkeypatch, way):
    folder = tmp_path / "project"
    other = ResultCache(tmp_path / "platform" / "watchframe")
    way(demo, folder, config, monkeypatch)
    with ResultCache() as cache:
        assert cache.directory == folder
        assert cache.size_limit == 5_000_000
        watchframe.read_watch_query(49)
        assert cache.entries()["query_id"].tolist() == [49]
        assert cache.decisions()["what"].str.contains("query 49").any()
        assert len(other.entries()) == 0
        assert cache.clear().entries > 0
        assert len(cache.entries()) == 0


def test_cache_without_folder_follows_connect(demo, tmp_path, config):
    assert ResultCache().directory == tmp_path / "platform" / "watchframe"
    watchframe.connect(demo.url, demo.user_key, cache_dir=tmp_path / "one")
    assert ResultCache().directory == tmp_path / "one"
    watchframe.connect(demo.url, demo.user_key, cache_dir=tmp_path / "two")
    assert ResultCache().directory == tmp_path / "two"
    Client(demo.url, demo.user_key, cache_dir=tmp_path / "three").close()  # is not connected
    assert ResultCache().directory == tmp_path / "two"
    disconnect()
    assert ResultCache().directory == tmp_path / "platform" / "watchframe"


def test_folder_of_first_read_outlasts_the_environment(demo, tmp_path, config, monkeypatch):
    by_environment(demo, tmp_path / "one", config, monkeypatch)
    watchframe.read_watch_query(49)
    monkeypatch.setenv("WATCHFRAME_CACHE_DIR", str(tmp_path / "two"))
    watchframe.read_watch_query(49)
    assert ResultCache().directory == tmp_path / "one"


def test_folder_and_size_that_are_given_win(demo, tmp_path, config, monkeypatch):
    by_argument(demo, tmp_path / "project", config, monkeypatch)
    assert ResultCache(tmp_path / "mine").directory == tmp_path / "mine"
    assert ResultCache(tmp_path / "mine").size_limit == 2_000_000_000
    assert ResultCache(size_limit=7).size_limit == 7
    assert ResultCache(size_limit=7).directory == tmp_path / "project"


def test_client_without_folder_ignores_that_of_connect(demo, tmp_path, config):
    watchframe.connect(demo.url, demo.user_key, cache_dir=tmp_path / "project")
    with Client(demo.url, demo.user_key) as client:
        watchframe.read_watch_query(49, client=client)
    assert len(ResultCache().entries()) == 0
    assert len(ResultCache(tmp_path / "platform" / "watchframe").entries()) == 1


@pytest.mark.parametrize("words", [["--profile", "lending"], ["--url", "{url}"], []])
def test_cache_commands_see_what_read_commands_kept(demo, tmp_path, config, capsys, words):
    profile = "lending" if words else "default"
    config(f'[{profile}]\n{key_of(demo)}cache_dir = "{tmp_path / "project"}"\n')
    words = [word.format(url=demo.url) for word in words]

    def run(*more):
        with pytest.raises(SystemExit) as ended:
            program.main([*words, *more])
        assert not ended.value.code
        return capsys.readouterr().out

    assert "events" in run("query", "49")
    assert json.loads(run("cache", "info", "--json"))["directory"] == str(tmp_path / "project")
    (entry,) = json.loads(run("cache", "list", "--json"))
    assert entry["query_id"] == 49
