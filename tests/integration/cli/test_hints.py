"""Hints under an error of the command line: options and commands, and no arguments of Python's."""

from __future__ import annotations

import re

import pytest

from watchframe.client import Client
from watchframe.models import ParameterDefinition
from watchframe.site import SITE, page

PYTHON = re.compile(r"(?<!-p )(?<!--split )\b[a-z_]+=|Client\(|read_watch_\w+\(|\bparams\b")

UNSET = {"WATCHFRAME_URL": None, "WATCHFRAME_API_KEY": None}


@pytest.fixture
def hint(invoke, monkeypatch):
    """The hint of a command that fails; it ends before the link to the site."""
    monkeypatch.setenv("WATCHFRAME_MAX_RETRIES", "0")

    def found(*words):
        result = invoke(*words)
        assert result.exit_code != 0
        words, _, link = result.stderr.partition("Hint: ")[2].partition("\nMore: ")
        assert link.startswith(SITE) or link == ""  # click's own errors have none
        return words.strip()

    return found


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("query", 58), "Give it one: -p decimals=VALUE."),
        (("query", 1, "-p", "markets=WETH, INV"), "For several write '[WETH, INV]'."),
        (("query", 1, "-p", "period.start=2026-01-01"), "-p period=2026-01-01..2026-03-31"),
        (("query", "Borrows"), "1 'Borrows by market' (Admin)? Give the id. watchframe queries"),
        (("query", 987654), "watchframe queries --search finds a query"),
        (("show", "queries/1"), "Copy it whole"),
        (("query", "https://host/dashboards/1"), "Run: watchframe dashboard"),
        (("dashboard", "https://host/queries/1"), "Run: watchframe query"),
        (("query", 12, "--offline"), "without --offline while"),
        (("query", 50, "-p", "seconds=30", "--timeout", "0.5"), "longer --timeout, or 'none'"),
        (("sql", "select '{{ kind }}'", "-s", "Lending"), "Give it one: -p kind=VALUE."),
        (("data-sources", "Lending"), "Did you mean: watchframe data-sources"),
        (("export", "479"), "Write watchframe export FOLDER --id 479, or ./479"),
        (("dashboard", 1, "-p", "min_amount=5"), "watchframe query 1 -p min_amount=VALUE"),
    ],
)
def test_hint_names_options_and_commands(hint, words, says):
    said = hint(*words)
    assert says in said
    assert not PYTHON.search(said)


@pytest.mark.parametrize(
    "words", [("demo", "--port", "abc"), ("query", 2, "--rows", "abc"), ("queries", "-n", "abc")]
)
def test_number_that_is_none_is_no_integer(invoke, words):
    assert "'abc' is not a valid integer." in invoke(*words).stderr


def test_connection_hint_names_addresses(hint, monkeypatch):
    for name in UNSET:
        monkeypatch.delenv(name)
    assert "that of the page itself names its server" in hint("query", 2)


def test_hint_of_an_outage_names_the_copy_option(hint, invoke, demo):
    assert invoke("query", 2).exit_code == 0
    demo.faults.add("GET /api/queries/2$", status=503)
    assert hint("query", 2).endswith("is in the local cache: --offline takes it.")
    demo.faults.clear()
    assert invoke("query", 2, "--offline").exit_code == 0


def test_hint_of_an_execution_with_unknown_end(hint, demo):
    demo.faults.add("POST .*/results$", status=502)
    assert "with the same parameters and --max-age:" in hint("query", 2, "--no-cache")


def test_hint_under_a_query_key_query_keeps_running(hint, demo, monkeypatch):
    monkeypatch.setenv("WATCHFRAME_API_KEY", demo.query_key(50))
    # Polls are answered late, so that the time is over when the job is known.
    demo.faults.add("GET /api/jobs/", delay=3)
    demo.faults.add("GET /api/queries/50/jobs/", delay=3)
    words = hint("query", 50, "-p", "seconds=31", "--timeout", "2")
    with Client(demo.url, demo.user_key) as client:
        for job_id in demo.running_jobs():
            client.jobs.cancel(job_id)
    assert words.startswith("The query keeps running on the server")
    assert words.endswith("or give a longer --timeout.")


def test_hint_of_results_not_kept_names_settings(hint, invoke, monkeypatch):
    assert invoke("query", 2).exit_code == 0
    monkeypatch.setenv("WATCHFRAME_UNCACHED_QUERIES", "2")
    assert hint("query", 2, "--offline").startswith("See uncached_queries and ")


def test_hint_of_a_split_says_what_to_write(run_own, own_server):
    text = "select 1 where '{{ period.start }}' < '2026' and '{{ period.end }}' > '2026'"
    period = ParameterDefinition(name="period", type="date-range", title="Period")
    with Client(own_server.url, own_server.user_key) as client:
        query = client.queries.create("both ends are out", text, 1, parameters=[period])
    done = run_own("query", query.id, "-p", "period=2026-01-01..2026-03-01", "--split", "period=1M")
    assert "Write >= '{{ period.start }}' and < '{{ period.end }}' in the query" in done.stderr
    assert not PYTHON.search(done.stderr.partition("Hint: ")[2])


def test_hint_of_a_move_to_the_same_server(run_own, own_server):
    for profile in ("one", "two"):
        words = ("--url", own_server.url, "--profile", profile, "login")
        assert run_own(*words, stdin=own_server.user_key).returncode == 0
    done = run_own("move", "one", "two", "--state", "s.json", "--data-source", "1=1", **UNSET)
    link = page("howto/queries-as-code", "copy-a-dashboard")
    assert done.stderr.endswith(f"there is watchframe clone.\nMore: {link}\n")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (
            "markets=[WETH, X]",
            "cannot be [WETH, X]: it takes a list of values, [a, b], each",
        ),
        (
            "period=[2026-01-01]",
            "cannot be [2026-01-01]: it takes a range such as 2024-01-01..",
        ),
        ("period=soon", "cannot be 'soon': it takes a range such as"),
        ("period=2026-02-01..2026-01-01", "cannot be '2026-02-01..2026-01-01': it takes an end"),
        (
            'period={"start": "2026-02-01", "end": "x"}',
            "cannot be (2026-02-01, x): it takes a",
        ),
    ],
)
def test_message_has_values_as_they_are_typed(invoke, typed, says):
    result = invoke("query", 1, "-p", typed)
    assert result.exit_code == 2
    assert says in result.stderr
    assert not re.search(r"\('|\['|Timestamp|d_last_7_days'", result.stderr)
