"""``watchframe dashboard``, and many reads by ``watchframe query``."""

from __future__ import annotations

import json
import re
import signal
import time

import pyarrow.parquet as pq
import pytest

from watchframe import read_watch_dashboard, read_watch_sweep

TITLES = ["Borrowed a day, in dollars", "Events by day", "Price", "Events by market"]
FILES = ["borrowed-a-day-in-dollars", "events-by-day", "price", "events-by-market"]
PATIENT = 60


@pytest.mark.slow
def test_dashboard_writes_a_file_for_each_widget(run, tmp_path, client):
    done = run.process("dashboard", "lending-overview", "-p", "market=WETH", "-o", "out")
    assert (done.returncode, done.stdout) == (0, "")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(
        f"{name}.parquet" for name in FILES
    )
    expected = read_watch_dashboard(1, {"market": "WETH"}, client=client)
    table = pq.read_table(tmp_path / "out" / "price.parquet")
    assert table.num_rows == len(expected["Price"])
    facts = json.loads(table.schema.metadata[b"watchframe"])
    assert facts["parameters"] == {"market": "WETH"}
    assert done.stderr.count("out/") == 4


@pytest.mark.slow
def test_dashboard_as_json_is_one_object_by_title(run):
    done = run("dashboard", 1, "--json", "-q")
    assert done.stderr == ""
    found = json.loads(done.stdout)
    assert list(found) == TITLES
    assert set(found["Price"][0]) == {"day", "market", "price_usd", "source"}


def test_dashboard_is_shown_as_tables_under_their_titles(invoke, demo):
    page = f"{demo.url}/dashboards/1-lending-overview?p_w4_market=WBTC"
    result = invoke("dashboard", page, "--rows", 1)
    lines = result.stdout.splitlines()
    assert [line for line in lines if line in TITLES] == TITLES
    assert any("WBTC" in line for line in lines)
    assert result.stderr.count("rows not shown") == 4


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("nothing-like-that",), 4, "no dashboard with the slug or the name"),
        (("Lendin overview",), 4, "Did you mean 1 'Lending overview' (Admin)?"),
        (("1", "-p", "colour=red"), 2, "no parameter 'colour'"),
        (("1", "--json", "-o", "out"), 2, "do not go together"),
        (("1", "-o", "no/such/out"), 2, "There is no folder"),
        (("1", "--html", "no/such/out/page.html"), 2, "There is no folder"),
        (("1", "--html", "out", "--json"), 2, "--html goes with neither -o nor --json"),
        (("1", "--html", "out", "-o", "out"), 2, "--html goes with neither -o nor --json"),
        (("1", "--filter", "market=INV"), 2, "--filter chooses what --html shows"),
        (("1", "--html", "out.pdf"), 2, "it ends in .html or .htm"),
        (("1", "--html", "out.pdf"), 2, "open the page in a browser and print it"),
        (("3", "--html", "out.html", "--filter", "markt=INV"), 2, "Did you mean 'market'?"),
        (("1", "--concurrency", "0"), 2, "concurrency"),
        (("1", "--offline"), 4, "local cache does not hold"),
    ],
)
def test_dashboard_that_cannot_be_read_says_why(invoke, tmp_path, words, code, message):
    result = invoke("dashboard", *words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert message in result.stderr
    assert list(tmp_path.glob("out*")) == []


def test_dashboard_is_found_by_its_name(invoke):
    result = invoke("dashboard", "lending Overview", "--rows", 1)
    assert [line for line in result.stdout.splitlines() if line in TITLES] == TITLES


def test_dashboard_is_written_as_a_page(invoke, demo, tmp_path):
    words = ("liquidations", "-p", "period=2026-02-01..2026-02-28", "--filter", "market=[USDC]")
    result = invoke("dashboard", *words, "--html", "page.html")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "page.html: Dashboard 3 'Liquidations', 9 visualizations" in result.stderr
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "2026-02-01 to 2026-02-28" in text
    assert re.search(r">USDC</td>", text)
    assert not re.search(r">WBTC</td>", text)
    assert demo.user_key not in text


def test_page_is_written_to_standard_output(invoke, tmp_path):
    result = invoke("dashboard", "Recent activity", "--html", "-")
    assert result.exit_code == 0
    assert result.stdout.startswith("<!doctype html>")
    assert "Recent activity', 2 visualizations" in result.stderr
    assert not (tmp_path / "-").exists()


def test_page_shows_errors_in_their_places_and_they_follow(invoke, tmp_path):
    result = invoke("dashboard", "Odd widgets", "-p", "divisor=ten", "--html", "page.html")
    assert result.exit_code == 1
    assert "Error: 2 of 6 widgets could not be shown:" in result.stderr
    assert "borrow_events does not exist" in result.stderr
    assert "Warning" not in result.stderr
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "borrow_events does not exist" in text
    assert "240,000" in text


@pytest.mark.slow
def test_shared_dashboard_is_written_without_a_login(run_unset, demo, client, tmp_path):
    client.queries.dropdown_options(23, 20)
    done = run_unset("dashboard", demo.public_url(3), "--html", "page.html")
    assert (done.returncode, done.stdout) == (0, "")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<title>Liquidations</title>" in text
    assert demo.dashboard_token(3) not in f"{text} {done.stderr}"


@pytest.mark.slow
def test_shared_dashboard_needs_no_login(run_unset, demo, client, tmp_path):
    client.queries.dropdown_options(23, 20)
    token, url = demo.dashboard_token(1), demo.public_url(1)
    done = run_unset("dashboard", f"{url}&p_w4_market=WBTC", "-o", "out")
    assert (done.returncode, done.stdout) == (0, "")
    assert {path.stem for path in (tmp_path / "out").iterdir()} == set(FILES)
    wrong = run_unset("dashboard", url.replace(token, f"{token}x"))
    assert wrong.returncode != 0
    assert "No dashboard is shared under this address." in wrong.stderr
    assert token not in f"{done.stderr} {wrong.stdout} {wrong.stderr}"
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) > len(FILES)
    assert not [path for path in written if token.encode() in path.read_bytes()]


def test_address_of_a_query_names_its_command(invoke, demo):
    result = invoke("dashboard", f"{demo.url}/queries/1-borrows")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Run: watchframe query" in result.stderr


@pytest.mark.slow
def test_each_reads_once_for_every_combination_of_values(run, tmp_path, client):
    done = run("query", 13, "--each", "kind=[borrow, repay]", "-o", "kinds.parquet")
    assert done.returncode == 0, done.stderr
    table = pq.read_table(tmp_path / "kinds.parquet")
    expected = read_watch_sweep(13, [{"kind": "borrow"}, {"kind": "repay"}], client=client)
    assert table.num_rows == len(expected)
    assert table.column_names == list(expected.columns)
    assert len(json.loads(table.schema.metadata[b"watchframe"])["reads"]) == 2
    assert "2 reads, 0 of them from the local cache, query 13" in done.stderr


@pytest.mark.parametrize("how", [(), ("--json",), ("-o", "out")])
def test_widgets_beside_a_failing_one_are_shown_or_kept(invoke, client, tmp_path, monkeypatch, how):
    monkeypatch.chdir(tmp_path)
    dashboard = client.dashboards.create("With a widget that fails")
    for query in (51, 2):
        table = client.queries.get(query).visualizations[0]
        client.widgets.create(dashboard.id, visualization_id=table.id)
    try:
        result = invoke("dashboard", dashboard.id, *how)
    finally:
        client.dashboards.archive(dashboard.id)
    assert result.exit_code == 1
    assert "1 of 2 reads failed" in result.stderr
    assert "'Fails at once', query 51" in result.stderr
    kept = list(tmp_path.glob("out/*"))
    assert client.queries.get(2).name in result.stdout or len(kept) == 1


def test_errors_of_several_reads_are_told_one_by_one(invoke):
    result = invoke("query", 52, "--each", "divisor=[18, ten, sixteen]")
    assert (result.exit_code, result.stdout) == (1, "")
    lines = result.stderr.splitlines()
    assert lines[0] == "Error: 2 of 3 reads failed:"
    assert "    in read 1: query 52 with {'divisor': 'ten'}" in lines
    assert "    in read 2: query 52 with {'divisor': 'sixteen'}" in lines
    assert "Traceback" not in result.stderr


def test_split_runs_the_last_piece_alone_the_second_time(invoke, demo):
    words = ("query", 33, "-p", "period=2025-11-01..2026-02-03", "--split", "period=1M")
    assert invoke(*words, "-o", "-").exit_code == 0
    demo.requests.clear()
    result = invoke(*words, "--max-age", "0", "-o", "-")
    assert "4 reads, 3 of them from the local cache" in result.stderr
    assert len([item for item in demo.requests if item.method == "POST"]) == 1
    assert len(result.stdout.splitlines()) == 96


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--each", "kind"), "--each kind has no value"),
        (("--each", "kind=borrow"), "--each kind has no list of values"),
        (("--each", "kind=[]"), "--each kind has no list of values"),
        (("--each", "kind=[borrow]", "-p", "kind=repay"), "stands in -p and in --each"),
        (("--each", "kind=[borrow]", "--split", "period=1M"), "do not go together"),
        (("--split", "period"), "--split period has no value"),
        (("--split", "period=1M"), "no range parameter 'period'"),
    ],
)
def test_many_reads_that_cannot_be_meant_are_refused(invoke, demo, words, message):
    result = invoke("query", 13, *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert not any(item.method == "POST" for item in demo.requests)


def test_ctrl_c_cancels_all_reads_that_run(run, demo):
    process = run.start("query", 50, "--each", "seconds=[60, 61, 62, 63, 64, 65]")
    end = time.monotonic() + PATIENT
    while len(demo.running_jobs()) < 4:
        assert time.monotonic() < end
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENT)
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err
    assert demo.running_jobs() == []
