"""Hints under an error of the magic: what to type next, and not an argument of Python's."""

from __future__ import annotations

import shlex

import pytest

import watchframe
from watchframe.models import ParameterDefinition


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("%%watch -s Lending\nselect '{{ kind }}'", "-p kind=VALUE, or -p kind=$VARIABLE"),
        ("%watch 58", "-p decimals=VALUE"),
        ("%watch 50 -p seconds=60 --timeout 1 --refresh", "Give a longer --timeout, or 'none'"),
        ("%watch 12 --offline", "without --offline while the server can be reached"),
        ("%%watch 1\nmarkets: WETH, INV", "For several write [WETH, INV]."),
        ("%watch Borrows by market -o df", "Did you mean: %watch 'Borrows by market' -o df"),
        ("%watch 1 --markets WETH", "Did you mean: %watch 1 -p markets=WETH"),
        ("%%watch 1 --market WETH\nperiod: d_today", "Did you mean: %%watch 1 -p markets=WETH"),
        ("%watch Borrows", "1 'Borrows by market' (Admin)? Give the id. Tab behind a part of the"),
        ("%watch 987654", "Tab behind a part of its name finds a query"),
        ("%watch https://elsewhere.example/queries/1", "connect('https://elsewhere.example', key)"),
        ("%watch 1 --chart Borrows by day", "Did you mean --chart 'Borrows by day'?"),
        ("%watch 1 --chart --markets WETH", "Did you mean: %watch 1 --chart -p markets=WETH"),
        (
            "%watch 1 --chart 'Borrows by dy'",
            "Did you mean 'Borrows by day'? It has: 'Table' (TABLE",
        ),
        ("%watch 1 --chart market", "It has: 'Table' (TABLE"),
        ("%%watch -s Lending --chart\nselect 1", "Save the SQL first: --save TITLE."),
        ("%watch 1 -p period.start=2026-01-01", "-p period=2026-01-01..2026-03-31"),
    ],
)
def test_hint_in_the_words_of_a_cell(shell, cell, says):
    result = shell.run(cell)
    assert isinstance(result.error_in_exec, watchframe.errors.WatchframeError)
    assert says in result.shown.replace("\n", " ")
    for word in ("cache=", "timeout=", "params", "client=", "max_age="):
        assert word not in result.shown


def test_hint_of_an_outage_names_the_copy_option(plain_shell, demo, tmp_path):
    plain_shell.value("%load_ext watchframe")
    with watchframe.connect(demo.url, demo.user_key, cache_dir=tmp_path, max_retries=0):
        plain_shell.value("%watch 2")
        demo.faults.add("GET /api/queries/2$", status=503)
        result = plain_shell.run("%watch 2")
        assert "is in the local cache: --offline takes it." in result.shown
        demo.faults.clear()
        assert len(plain_shell.value("%watch 2 --offline")) == 9


def test_hint_of_an_execution_with_unknown_end(shell, demo):
    demo.faults.add("POST .*/results$", status=502)
    result = shell.run("%watch 2 --refresh")
    assert "with the same parameters and --max-age:" in result.shown


def test_hint_under_a_query_key_query_keeps_running(plain_shell, demo, tmp_path):
    plain_shell.value("%load_ext watchframe")
    # The poll is answered late, so that the time is over when the job is known.
    demo.faults.add("GET /api/queries/50/jobs/", delay=3)
    with watchframe.connect(demo.url, demo.query_key(50), cache_dir=tmp_path):
        result = plain_shell.run("%watch 50 -p seconds=32 --timeout 2")
    with watchframe.Client(demo.url, demo.user_key) as client:
        for job_id in demo.running_jobs():
            client.jobs.cancel(job_id)
    assert "The query keeps running on the server" in result.shown
    assert "or give a longer --timeout." in result.shown
    assert result.error_in_exec.is_cancelled is False


def test_hint_of_a_parameter_without_definition(shell, demo):
    with watchframe.Client(demo.url, demo.user_key) as client:
        defined = ParameterDefinition(name="other", type="text", title="Other")
        text = "select '{{ kind }}', '{{ other }}'"
        query = client.queries.create("not defined", text, 1, parameters=[defined])
        shown = shell.run(f"%watch {query.id}").shown
        client.queries.archive(query.id)
    assert "Open the query in its editor and save it" in shown
    assert "-p kind" not in shown


def test_hint_of_a_server_of_plain_http_names_the_variable(plain_shell, monkeypatch):
    monkeypatch.setenv("WATCHFRAME_URL", "http://watch.example")
    monkeypatch.setenv("WATCHFRAME_API_KEY", "no-key-of-anybody")
    plain_shell.value("%load_ext watchframe")
    assert "set WATCHFRAME_ALLOW_PLAIN_HTTP=1 (" in plain_shell.run("%watch 2").shown


def test_hint_of_a_wrong_option_never_waits_for_a_dead_server(plain_shell, demo, tmp_path):
    plain_shell.value("%load_ext watchframe")
    with watchframe.connect(demo.url, demo.user_key, cache_dir=tmp_path, max_retries=4):
        demo.faults.add("GET /api/queries/1$", status=503, times=99)
        result = plain_shell.run("%watch 1 --market WETH")
        assert "Did you mean: %watch 1 -p market=WETH" in result.shown
        demo.faults.clear()
        assert (
            "Did you mean: %watch 1 -p markets=WETH"
            in plain_shell.run("%watch 1 --market WETH").shown
        )
        demo.requests.clear()  # the definition is kept
        assert "-p markets=WETH" in plain_shell.run("%watch 1 --market WETH").shown
        assert "--refresh" in plain_shell.run("%watch 2 --refesh").shown
        assert demo.requests == []


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
def test_message_has_values_as_they_are_typed(shell, typed, says):
    shown = shell.run(f"%watch 1 -p {shlex.quote(typed)}").shown
    assert says in shown
    assert not any(word in shown for word in ("('", "['", "Timestamp", "d_last_7_days'"))
