"""Commands that look after a whole server, in processes of their own."""

from __future__ import annotations

import json

import pytest

from watchframe.client import Client
from watchframe.demo import DemoServer

pytestmark = pytest.mark.slow


@pytest.fixture
def client(own_server):
    with Client(own_server.url, own_server.user_key) as found:
        yield found


def test_clone_gives_the_copy_and_its_address(run_own, own_server, client):
    done = run_own("clone", f"{own_server.url}/dashboards/1-lending-overview", "--json")
    (record,) = json.loads(done.stdout)
    made = client.dashboards.get(record["id"])
    assert made.name == "Copy of Lending overview"
    assert record["url"] == f"{own_server.url}/dashboards/{made.id}-{made.slug}"
    original = {item.query.id for item in client.dashboards.get(1).widgets if item.query}
    assert not original & {item.query.id for item in made.widgets if item.query}
    same = run_own("clone", 1, "--name", "Same", "--same-queries")
    assert same.stdout.splitlines()[2].split()[1] == "Same"


def test_tables_lists_what_queries_use(run_own):
    lines = run_own("tables", "--search", "Borrows").stdout.splitlines()
    assert lines[0].split() == ["query_id", "query_name", "data_source", "schema", "table", "error"]
    assert any(line.split()[0] == "1" and line.endswith("events") for line in lines)
    records = json.loads(run_own("tables", "--json").stdout)
    assert {"query_id": 1, "table": "events"}.items() <= next(
        item for item in records if item["query_id"] == 1
    ).items()


def test_find_personal_data_value_from_standard_input(run_own, client):
    client.queries.create("who", "select 'ada@example.com' as who", 1)
    done = run_own("find-personal-data", "-", "--json", stdin="ADA@example.com\n")
    assert done.returncode == 0, done.stderr
    found = [item for item in json.loads(done.stdout) if item["place"] == "text"]
    assert [(item["name"], item["count"]) for item in found] == [("who", 1)]
    assert done.stderr.split()[1] == "places;"
    assert run_own("find-personal-data", "ab").returncode == 2
    several = run_own("find-personal-data", "nobody", "ada@EXAMPLE.com", "--json")
    assert {item["value"] for item in json.loads(several.stdout) if not item["error"]} == {1}


def test_disable_users_does_it_only_where_it_is_meant(run_own, own_server):
    key = own_server.user_key
    with Client(own_server.url, key) as client:
        other = next(user for user in client.users.list() if user.id != client.session().user.id)
        told = run_own("disable-users", other.email)
        assert "would disable" in told.stdout
        assert told.stderr == "Nothing was done: --yes does it.\n"
        assert not client.users.get(other.id).is_disabled
        done = run_own("disable-users", "-", "--yes", "--json", stdin=f"{other.email}\n")
        assert [item["action"] for item in json.loads(done.stdout)] == ["disabled"]
        assert done.stderr == ""
        assert client.users.get(other.id).is_disabled
    unknown = run_own("disable-users", "nobody@example.com")
    assert unknown.stderr == "There is nothing to do.\n"
    missing = run_own("disable-users", "nobody@example.com", "--yes")
    assert missing.returncode == 1
    assert "not found" in missing.stdout


def test_move_between_two_profiles_and_again(run_own, own_server, tmp_path):
    with DemoServer(events=500) as target:
        folder = tmp_path / "config" / "watchframe"
        folder.mkdir(parents=True)
        (folder / "config.toml").write_text(
            f'[here]\nurl = "{own_server.url}"\napi_key = "{own_server.user_key}"\n'
            f'[there]\nurl = "{target.url}"\napi_key = "{target.user_key}"\n'
        )
        unset = {"WATCHFRAME_URL": None, "WATCHFRAME_API_KEY": None}
        words = ("move", "here", "there", "--state", "state.json", "--data-source", "1=1")
        words += ("--dashboard", 2, "--json")
        dry = run_own(*words, "--dry-run", **unset)
        assert dry.returncode == 0, dry.stderr
        assert {item["action"] for item in json.loads(dry.stdout)} == {"would create"}
        assert not (tmp_path / "state.json").exists()
        first = json.loads(run_own(*words, **unset).stdout)
        assert {item["kind"] for item in first} >= {"query", "dashboard", "widget"}
        assert {item["action"] for item in first} == {"created"}
        again = json.loads(run_own(*words, **unset).stdout)
        assert {item["action"] for item in again} == {"unchanged"}
    wrong = run_own("move", "here", "there", "--state", "s.json", "--data-source", "one=1")
    assert wrong.returncode == 2


def test_completion_offers_dashboards(run_own):
    done = run_own(
        _WATCHFRAME_COMPLETE="zsh_complete", COMP_WORDS="watchframe dashboard 1", COMP_CWORD="2"
    )
    assert done.stdout.splitlines()[1::3] == ["1"]
    assert "Lending overview" in done.stdout


@pytest.mark.parametrize(
    "address",
    [
        "http://other.example/public/dashboards/TOKEN",
        "http://other.example/api/queries/1?api_key=K",
    ],
)
def test_completion_searches_for_no_address(run_own, own_server, address):
    """It may hold the key of another server."""
    words = f"watchframe dashboard {address}"
    done = run_own(_WATCHFRAME_COMPLETE="zsh_complete", COMP_WORDS=words, COMP_CWORD="2")
    assert (done.stdout.strip(), own_server.requests) == ("", [])
