"""Words in another place, or no option at all: global options, and what was meant."""

from __future__ import annotations

import subprocess
import sys

import pytest
from click.shell_completion import ShellComplete

from watchframe.cli.main import program


@pytest.fixture
def invoke_unset(invoke, demo, tmp_path, monkeypatch):
    """The program where the server stands in the profile `lab` alone."""
    monkeypatch.delenv("WATCHFRAME_URL")
    monkeypatch.delenv("WATCHFRAME_API_KEY")
    path = tmp_path / "config" / "watchframe" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(f'[lab]\nurl = "{demo.url}"\napi_key = "{demo.user_key}"\n')
    path.chmod(0o600)
    return invoke


@pytest.mark.parametrize(
    "words",
    [
        ("--profile", "lab", "-q", "query", "49"),
        ("query", "49", "--profile", "lab", "-q"),
        ("-q", "query", "--profile=lab", "49"),
        ("--profile", "lab", "query", "49", "--profile", "lab", "--quiet"),
        ("--url", "{url}", "query", "49", "-q"),
        ("query", "49", "-q", "--url", "{url}"),
    ],
)
def test_global_option_before_and_after_the_command(invoke_unset, demo, words):
    result = invoke_unset(*(word.format(url=demo.url) for word in words))
    assert (result.exit_code, result.stderr) == (0, "")
    assert "events" in result.stdout


def test_global_option_in_every_place_of_a_group(invoke_unset):
    for words in (
        ("--profile", "lab", "cache", "info"),
        ("cache", "--profile", "lab", "info"),
        ("cache", "info", "--profile", "lab"),
    ):
        assert invoke_unset(*words).exit_code == 0
        assert invoke_unset(*(word.replace("lab", "lib") for word in words)).exit_code == 2


def test_global_option_wins_over_the_environment(invoke_unset, monkeypatch):
    monkeypatch.setenv("WATCHFRAME_PROFILE", "no such profile")
    assert invoke_unset("query", 49).exit_code == 2
    assert invoke_unset("query", 49, "--profile", "lab").exit_code == 0
    assert invoke_unset("--profile", "lab", "query", 49).exit_code == 0


def test_debug_behind_the_command_shows_the_traceback(invoke_unset):
    for words in (("--debug", "query", 49), ("query", 49, "--debug")):
        assert "Traceback" in invoke_unset(*words).stderr
    assert "Traceback" not in invoke_unset("query", 49).stderr


@pytest.mark.parametrize(
    "words",
    [
        ("--profile", "lab", "query", "49", "--profile", "other"),
        ("query", "49", "--profile", "lab", "--profile", "other"),
    ],
)
def test_global_option_given_twice_is_an_error(invoke_unset, words):
    result = invoke_unset(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--profile is given twice: lab and other." in result.stderr


def test_help_shows_global_options_apart(invoke):
    for words in (("-h",), ("query", "-h"), ("cache", "list", "-h")):
        own, _, everywhere = invoke(*words).stdout.partition("\nOptions of every command:\n")
        assert "--profile NAME" in everywhere
        assert "--profile NAME" not in own
        assert "-h, --help" in own


def test_completion_offers_global_options_behind_the_command():
    tab = ShellComplete(program, {}, "watchframe", "")
    assert [item.value for item in tab.get_completions(["query", "1"], "--pro")] == ["--profile"]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("query", "1", "--markets", "WETH"), "query 1 -p markets=WETH"),
        (("-q", "query", "1", "--market", "WETH"), "-q query 1 -p markets=WETH"),
        (("query", "1", "--markets", "[WETH,", "INV]"), "query 1 -p 'markets=[WETH, INV]'"),
        (("query", "--min-amount", "-5", "1"), "query -p min_amount=-5 1"),
        (("query", "1", "markets=WETH", "--json"), "query 1 -p markets=WETH --json"),
        (("query", "Borrows by market", "--market", "INV"), "'Borrows by market' -p markets=INV"),
        (("sql", "select '{{ kind }}'", "-s", "Lending", "--kind", "a b"), "-p 'kind=a b'"),
        (("query", "Borrows", "by", "market", "--json"), "query 'Borrows by market' --json"),
        (("show", "Borrows", "by", "market"), "show 'Borrows by market'"),
        (("query", "1", "--refesh"), "query 1 --refresh"),
        (("queries", "--serch", "borrow", "--json"), "queries --search borrow --json"),
        (("qeury", "1"), "query 1"),
        (("1", "--refresh"), "query 1 --refresh"),
        (("-q", "cache", "lst"), "-q cache list"),
        (("prune", "--unused-for", "7d"), "cache prune --unused-for 7d"),
        (("--max-age", "1h", "query", "1"), "query 1 --max-age 1h"),
        (("list",), "queries"),
        (("-q", "ls", "--json"), "-q queries --json"),
        (("search", "borrow"), "queries --search borrow"),
        (("queries", "borrow"), "queries --search borrow"),
        (("tables", "events"), "tables --search events"),
        (("find",), "queries"),
        (("run", "1", "-o", "rows.csv"), "query 1 -o rows.csv"),
        (("explain", "1"), "query --explain 1"),
        (("describe", "1"), "show 1"),
        (("draw", "1", "-o", "a.html"), "chart 1 -o a.html"),
        (("plot",), "chart"),
        (("charts", "1"), "chart 1"),
        (("chart", "1", "--market", "WETH"), "chart 1 -p markets=WETH"),
        (("chart", "--ouput", "a.html", "1"), "chart --output a.html 1"),
    ],
)
def test_wrong_word_says_the_line_that_was_meant(invoke, words, line):
    result = invoke(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    said = result.stderr.partition("Hint: Did you mean: watchframe ")[2].strip()
    assert said.endswith(line)


def test_wrong_option_like_no_parameter_names_them(invoke):
    result = invoke("query", 1, "--xyz", "red")
    assert "Hint: -p NAME=VALUE gives the query a parameter. It has: markets, " in result.stderr


def test_words_that_are_no_name_are_not_joined_to_one(invoke):
    for words in (("tables", "a", "b"), ("queries", "a", "b"), ("cache", "list", "a", "b")):
        assert "Did you mean" not in invoke(*words).stderr


def test_group_without_a_command_shows_its_help_once(invoke):
    result = invoke("cache")
    assert result.exit_code == 2
    assert result.stderr.startswith("Usage: ")
    assert result.stderr.count("Usage: ") == 1
    assert "Error" not in result.stderr


def test_word_behind_logout_says_how_to_name_a_profile(invoke):
    assert "Hint: watchframe logout --profile NAME" in invoke("logout", "lab").stderr


def test_wrong_option_is_told_without_a_server(invoke, demo):
    demo.faults.add("GET /api/queries/1$", status=503, times=99)
    assert "watchframe query 1 -p market=WETH" in invoke("query", 1, "--market", "WETH").stderr
    demo.requests.clear()
    invoke("query", 1, "--market", "WETH", "--offline")
    assert demo.requests == []


@pytest.mark.slow
def test_module_runs_the_command_line(run, tmp_path):
    words = [sys.executable, "-m", "watchframe", "query", "49", "--json", "-q"]
    done = subprocess.run(
        words, cwd=tmp_path, env=run.environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == run.process("query", 49, "--json", "-q").stdout
    usage = subprocess.run([*words[:3], "-h"], capture_output=True, text=True, check=True).stdout
    assert usage.startswith("Usage: watchframe [OPTIONS] COMMAND")


@pytest.mark.parametrize(
    "words",
    [
        ("login", "{url}", "{key}"),
        ("login", "{key}"),
        ("login", "--query", "{key}"),
        ("login", "--key", "{key}"),
        ("logout", "{key}"),
        ("connect", "{url}", "{key}"),
        ("logn", "{key}"),
        ("--refresh", "login", "{key}"),
        ("--url", "{url}", "--url", "{key}", "queries"),
        ("query", "49", "--api-key", "{key}"),
    ],
)
@pytest.mark.parametrize("key", ["hunter2", "aB3x" * 10])
def test_word_behind_login_is_not_shown(invoke_unset, demo, words, key):
    result = invoke_unset(*(word.format(url=demo.url, key=key) for word in words))
    assert result.exit_code == 2
    assert result.stderr
    assert key not in result.stderr + result.stdout


def test_key_in_any_message_of_a_command_is_hidden(invoke_unset):
    key = "aB3x" * 10
    for words in ((key,), ("query", "1", key), ("query", "1", "--concurrency", key)):
        result = invoke_unset(*words)
        assert "***" in result.stderr
        assert key not in result.stderr
