"""The other commands: lists, show, cache, demo, and what a shell completes."""

from __future__ import annotations

import csv
import io
import json
import re
import signal
import subprocess
import urllib.request

import pandas as pd
import pytest

from watchframe import Client, ResultCache, read_watch_query

PATIENT = 60


def test_queries_search_by_tag_or_words(invoke):
    records = json.loads(invoke("queries", "--tag", "tutorial", "--json").stdout)
    assert {record["id"] for record in records} >= {1}
    assert all("tutorial" in record["tags"] for record in records)
    lines = invoke("queries", "--search", "Allowances").stdout.splitlines()
    assert lines[0].split() == ["id", "name", "tags", "owner", "updated_at", "url"]
    assert [line.split()[:2] for line in lines[2:]] == [["40", "Allowances"]]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("--search", "market totalz"),
            "No query is found. Did you mean 2 'Market totals' (Admin)",
        ),
        (("--tag", "lendingz"), "No query has the tag 'lendingz'. Did you mean 'lending'?\n"),
        (("--search", "zzzz"), "No query is found.\n"),
        (("-q", "--search", "zzzz"), ""),
    ],
)
def test_queries_that_are_not_found_name_the_nearest(invoke, words, said):
    told = invoke("queries", *words).stderr
    assert told.startswith(said) if said else told == ""


def test_queries_mine_with_drafts_and_limit(invoke, demo):
    assert "New query" in invoke("queries", "--mine").stdout
    assert [request.path for request in demo.requests] == ["/api/queries/my"]
    assert len(json.loads(invoke("queries", "-n", 3, "--json").stdout)) == 3


@pytest.mark.slow
def test_queries_favorites_are_those_that_the_key_marked(run_own, own_server):
    assert run_own("queries", "--favorite", "--json").stdout == "[]\n"
    with Client(own_server.url, own_server.user_key) as client:
        client.queries.favorite(13)
        client.dashboards.favorite(1)
    assert [it["id"] for it in json.loads(run_own("queries", "--favorite", "--json").stdout)] == [
        13
    ]
    assert run_own("dashboards", "--favorite").stdout.splitlines()[2].split()[0] == "1"
    refused = run_own("dashboards", "--favorite", "--mine")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "do not go together" in refused.stderr


@pytest.mark.parametrize("name", ["queries", "dashboards", "data-sources"])
def test_lists_in_every_format_have_links(invoke, demo, name):
    records = json.loads(invoke(name, "--json").stdout)
    assert all(
        record["url"].startswith(f"{demo.url}/{name.replace('-', '_')}/") for record in records
    )
    assert json.loads(invoke(name, "--format", "json").stdout) == records
    for format_, separator in (("csv", ","), ("tsv", "\t")):
        text = invoke(name, "--format", format_).stdout
        rows = list(csv.DictReader(io.StringIO(text), delimiter=separator))
        assert [row["url"] for row in rows] == [record["url"] for record in records]
        assert list(rows[0]) == list(records[0])
    table = invoke(name).stdout.splitlines()
    assert [line.split()[-1] for line in table[2:]] == [record["url"] for record in records]
    refused = invoke(name, "--json", "--format", "csv")
    assert (refused.exit_code, refused.stdout) == (2, "")


def test_dashboards_search_by_words_or_tag(invoke):
    found = json.loads(invoke("dashboards", "--search", "lending", "--json").stdout)
    assert {record["id"] for record in found} >= {1}
    assert json.loads(invoke("dashboards", "--search", "no such words", "--json").stdout) == []
    assert (
        json.loads(invoke("dashboards", "-n", 1, "--json").stdout)
        == (json.loads(invoke("dashboards", "--json").stdout)[:1])
    )


def test_data_sources_are_those_that_sql_takes(invoke):
    names = {record["name"] for record in json.loads(invoke("data-sources", "--json").stdout)}
    assert "Lending" in names
    assert invoke("sql", "select 1", "-s", "Lending", "-q").exit_code == 0


def test_show_parameters_in_full_and_sql(invoke, demo):
    text = invoke("show", 1).stdout
    assert text.startswith(f"Borrows by market\n{demo.url}/queries/1\n")
    assert "markets (Markets): enum, several\n    choices: sDOLA, INV, WETH" in text
    assert "period (Period): date-range\n    default: 2026-01-01..2026-03-31" in text
    assert "and market in ({{ markets }})" in text


def test_show_json_has_all_choices_of_a_query(invoke):
    assert "and 4,980 more" in invoke("show", 25).stdout
    facts = json.loads(invoke("show", 25, "--json").stdout)
    account, markets = facts["parameters"]
    assert len(account["choices"]) == 5000
    assert account["default"] is None
    assert markets["takes_several"]
    assert {"value": "INV", "name": "INV (18 decimals)"} in markets["choices"]


def test_show_holds_no_key_and_no_markup(invoke, demo):
    for words in (("show", 1), ("show", 1, "--json"), ("queries", "--json")):
        assert demo.query_key(1) not in invoke(*words).stdout


def test_cache_commands_without_a_server(invoke, monkeypatch, tmp_path):
    for query in (49, 2):
        assert invoke("query", query).exit_code == 0
    monkeypatch.delenv("WATCHFRAME_URL")
    monkeypatch.delenv("WATCHFRAME_API_KEY")
    listed = json.loads(invoke("cache", "list", "--json").stdout)
    assert [entry["query_id"] for entry in listed] == [2, 49]
    assert "Number of events" in invoke("cache", "list", "--query", 49).stdout
    assert "Market totals" not in invoke("cache", "list", "--query", 49).stdout
    facts = json.loads(invoke("cache", "info", "--json").stdout)
    assert (facts["directory"], facts["results"]) == (str(tmp_path / "results"), 2)
    assert "results     2" in invoke("cache", "info").stdout
    assert "0 damaged" in invoke("cache", "verify").stderr
    assert invoke("cache", "clear", "--query", 49).stderr.startswith("1 entry removed")
    assert invoke("cache", "prune", "--size", "0.5kB").exit_code == 0
    assert ResultCache(tmp_path / "results").entries().empty
    assert invoke("cache", "prune", "--size", "much").exit_code == 2
    assert invoke("cache", "prune", "--unused-for", "7d").exit_code == 0


def test_cache_verify_drops_damaged_entry(invoke, tmp_path):
    assert invoke("query", 54, "-q").exit_code == 0
    files = [path for path in (tmp_path / "results").rglob("*") if path.is_file()]
    entry = max((path for path in files if "cache.db" not in path.name), key=file_size)
    content = bytearray(entry.read_bytes())
    content[len(content) // 2] ^= 1
    entry.write_bytes(content)
    result = invoke("cache", "verify")
    assert result.exit_code == 1
    assert "1 damaged\ndropped: " in result.stderr
    assert invoke("cache", "verify").exit_code == 0


def file_size(path):
    return path.stat().st_size


@pytest.mark.slow
def test_demo_answers_until_ctrl_c(run_unset):
    process = run_unset.start("demo", settings={"PYTHONWARNINGS": "default"})
    said = "".join(process.stdout.readline() for _ in range(6))
    url, key = re.search(r"URL=(\S+)\n.*KEY=(\S+)", said).groups()
    request = urllib.request.Request(f"{url}/api/session", headers={"Authorization": f"Key {key}"})
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200
    address = re.search(r'read_watch_query\("(.+)"\)', said)[1]
    # The lines that people have, and ours.
    lines = pd.read_csv(address.replace("results.json", "results.csv"))
    assert len(lines) == len(read_watch_query(address)) > 0
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENT)
    assert (out, err, process.returncode) == ("stopped\n", "", 0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["sh"], {"show"}),
        (["query", "2"], {"2", "20", "21", "22", "23", "24", "25", "26"}),
        (["query", "1", "-p", "m"], {"markets=", "min_amount="}),
        (["query", "1", "-p", "markets=W"], {"markets=WETH", "markets=WBTC"}),
        (["query", "38", "-p", "period=d_last_w"], {"period=d_last_week"}),
        (["chart", "49"], {"49"}),
        (["sql", "select 1", "-s", "py"], {"Python"}),
        (["query", "1", "--format", "t"], {"table", "tsv"}),
    ],
)
def test_completion_offers_what_the_server_has(run, words, offered):
    assert set(completions(run, words)) == offered


@pytest.mark.slow
def test_completion_offers_visualizations_by_a_part_of_the_name(run):
    saved = json.loads(run("chart", 1, "--json").stdout)
    ids = {item["name"]: str(item["id"]) for item in saved}
    assert completions(run, ["chart", "1", ""]) == list(ids.values())
    assert completions(run, ["chart", "Borrows by market", "BY DAY"]) == [ids["Borrows by day"]]


@pytest.mark.slow
def test_completion_from_the_local_cache(run, demo):
    """What one Tab fetched, the next has without a request, also of a server that is silent."""
    words = (["query", "borrows by"], ["query", "1", "-p", "m"], ["sql", "select 1", "-s", "py"])
    offered = [completions(run.process, each) for each in words]
    assert offered[0] == ["1"]
    before = len(demo.requests)
    assert [completions(run.process, each) for each in words] == offered
    assert len(demo.requests) == before


@pytest.mark.slow
def test_completion_silent_without_a_server(run):
    settings = {"WATCHFRAME_URL": "http://127.0.0.1:9"}
    assert completions(run, ["query", "2"], **settings) == []
    assert completions(run, ["query", "2"], WATCHFRAME_API_KEY=None) == []


def completions(run, words, **settings):
    """Return what zsh is offered behind the last of `words`."""
    done = run(
        _WATCHFRAME_COMPLETE="zsh_complete",
        COMP_WORDS=subprocess.list2cmdline(["watchframe", *words]),
        COMP_CWORD=str(len(words)),
        **settings,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()[1::3]


@pytest.mark.slow
def test_names_with_terminal_codes_are_shown_as_text(run_own, own_server):
    evil = "Name \x1b[2J\x9b\u202e"
    with Client(own_server.url, own_server.user_key) as client:
        query = client.queries.create(evil, f"select 1 -- {evil}", 1, tags=["evil"])
    for words in (("queries", "--tag", "evil"), ("show", query.id)):
        shown = run_own(*words).stdout
        assert r"Name \x1b[2J\x9b\u202e" in shown
        assert run_own(*words, "--json").stdout.replace("\n", "").isprintable()
    assert json.loads(run_own("show", query.id, "--json").stdout)["name"] == evil
