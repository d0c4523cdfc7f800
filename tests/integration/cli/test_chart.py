"""``watchframe chart``: what is saved of a query, listed, shown and drawn into files."""

from __future__ import annotations

import json
import stat

import pytest

from watchframe import Client
from watchframe.drawing import MAX_POINTS

ODD = "Odd \x1b[2J name"


def test_chart_without_a_name_lists_what_is_saved(invoke, demo):
    lines = invoke("chart", 1).stdout.splitlines()
    assert lines[0].split() == ["id", "name", "type", "url"]
    assert [line.split("  ")[1] for line in lines[2:]] == [
        "Table",
        "Borrowed a day, in dollars",
        "Borrows by day",
    ]
    (chart,) = [it for it in records(invoke, "chart", 1) if it["name"] == "Borrows by day"]
    assert chart == {
        "id": chart["id"],
        "name": "Borrows by day",
        "type": "CHART",
        "url": f"{demo.url}/queries/1#{chart['id']}",
    }
    assert not [item for item in demo.requests if item.method == "POST"]


def records(invoke, *words):
    return json.loads(invoke(*words, "--json").stdout)


@pytest.mark.parametrize(
    "words",
    [("1", "Borrows by day"), ("1", "borrows", "by", "day"), ("1", "by day"), ("{address}",)],
)
def test_chart_is_the_one_that_is_named(invoke, demo, words):
    (chart,) = [it for it in records(invoke, "chart", 1) if it["name"] == "Borrows by day"]
    typed = [word.format(address=chart["url"]) for word in words]
    result = invoke("chart", *typed, "-p", "markets=[WETH, INV]", "-o", "chart.json")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.startswith("chart.json: CHART 'Borrows by day', ")
    assert result.stderr.endswith("query 1 'Borrows by market'\n")


def test_table_in_the_terminal_has_the_rows_that_are_asked_for(invoke, demo):
    rows = MAX_POINTS // 4 + 1
    with Client(demo.url, demo.user_key) as client:
        sql = f"select range as a, range as b, range as c, range as d from range({rows})"
        query = client.queries.create("More cells than points", sql, 1)
        for words, shown in (((), rows), (("--rows", 3), 3), (("--rows", 0), rows)):
            result = invoke("chart", query.id, "Table", *words)
            assert len(result.stdout.splitlines()) == 2 + shown
            assert f" {rows:,} rows x 4," in result.stderr
        client.queries.archive(query.id)


def test_chart_as_json_and_as_a_page(invoke, tmp_path, demo):
    words = ("chart", "Borrows by market", "by day", "-p", "markets=WETH", "--max-age", "1h")
    figure = records(invoke, *words)
    assert [trace["name"] for trace in figure["data"]] == ["WETH"]
    assert invoke(*words, "-o", "chart.JSON").exit_code == 0
    assert json.loads((tmp_path / "chart.JSON").read_text()) == figure
    before = len(demo.requests)
    assert invoke(*words, "-o", "chart.html", "--offline", "-q").stderr
    assert invoke(*words[:-2], "-o", "chart.html", "--offline", "-q").stderr == ""
    assert len(demo.requests) == before
    page = (tmp_path / "chart.html").read_text()
    assert page.startswith("<!doctype html>")
    assert "WETH" in page
    assert demo.user_key not in page


def test_chart_without_a_name_is_the_first_and_tells_the_others(invoke, tmp_path):
    result = invoke("chart", 1, "-o", "first.json")
    assert "CHART 'Borrowed a day, in dollars'" in result.stderr
    assert "Also saved: 'Table' (TABLE" in result.stderr
    assert (tmp_path / "first.json").stat().st_mode & stat.S_IRGRP


IMAGE = ("--width", 400, "--height", 300)


@pytest.mark.slow
def test_chart_as_an_image(run, tmp_path, chromium):
    done = run.process("chart", 1, "by day", "-o", "a.png", *IMAGE, BROWSER_PATH=chromium)
    assert (done.returncode, done.stdout) == (0, "")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "begins"), [("a.svg", b"<svg"), ("a.pdf", b"%PDF")])
def test_chart_as_an_image_of_lines(invoke, tmp_path, chromium, monkeypatch, name, begins):
    monkeypatch.setenv("BROWSER_PATH", chromium)
    result = invoke("chart", 1, "by day", "-o", name, *IMAGE)
    assert (result.exit_code, result.stdout) == (0, "")
    assert (tmp_path / name).read_bytes().startswith(begins)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "lacking", "hint"),
    [
        ("a.png", "Chromium", "plotly_get_chrome"),
        ("a.svg", "kaleido", 'pip install "watchframe[charts]"'),
        ("a.json", "plotly", 'pip install "watchframe[charts]"'),
    ],
)
def test_chart_that_lacks_something_asks_for_no_rows(run, demo, tmp_path, name, lacking, hint):
    (tmp_path / "none" / lacking).mkdir(parents=True)
    (tmp_path / "none" / lacking / "__init__.py").write_text("raise ImportError")
    words = "chart", 1, "by day", "-p", "markets=INV", "-o", name
    done = run.process(*words, BROWSER_PATH="/nowhere", PYTHONPATH=str(tmp_path / "none"))
    assert (done.returncode, done.stdout) == (2, "")
    assert f" needs {'a ' if lacking == 'Chromium' else ''}{lacking}" in done.stderr
    assert hint in done.stderr
    assert not [item for item in demo.requests if item.method == "POST"]
    assert not (tmp_path / name).exists()


@pytest.mark.slow
def test_chart_whose_options_make_it_a_table_needs_no_plotly(run, invoke, client, tmp_path):
    (tmp_path / "none" / "plotly").mkdir(parents=True)
    (tmp_path / "none" / "plotly" / "__init__.py").write_text("raise ImportError")
    query = client.queries.create("Drawn by code", "select 1 as n", 1).id
    own = {"globalSeriesType": "custom"}
    client.visualizations.create(query, type="CHART", name="Own code", options=own)
    done = run.process("chart", query, "own", "-o", "a.json", PYTHONPATH=str(tmp_path / "none"))
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert json.loads((tmp_path / "a.json").read_text())["cells"][0][0]["text"] == "1"
    assert invoke("chart", query, "own").stdout.split() == ["n", "-", "1"]
    refused = invoke("chart", query, "own", "-o", "a.png")
    assert "'Own code' is a CHART, which is no picture." in refused.stderr
    client.queries.archive(query)


def test_chart_that_is_a_counter_shows_its_value(invoke):
    result = invoke("chart", 49, "Events")
    assert result.stdout == "240000\n"
    assert result.stderr.startswith("COUNTER 'Events in all', 1 row x 1, ")


@pytest.mark.parametrize(
    ("words", "head", "first"),
    [
        ((90, "quarter"), "market  Q1  Q2  Q3  Q4  Totals", "wstETH"),
        (
            (93, "links"),
            "Time  Market  Value  Gas  Bonus, percent  Transaction",
            "1 Jan 2026, ",
        ),
        ((96, "in debt"), "First loan  Debtors  Month 1  Month 2", "January 2024"),
        ((12, "event"), "Time  Market  Kind  Value  Account", ""),
    ],
)
def test_chart_that_is_a_table_shows_its_texts(invoke, words, head, first):
    result = invoke("chart", *words, "--rows", 3)
    lines = ["  ".join(line.split(None)) for line in result.stdout.splitlines()]
    assert "  ".join(head.split()) in lines[0]
    assert lines[2].startswith("  ".join(first.split()))
    assert len(lines) == 2 + 3


def test_chart_table_on_no_terminal_is_whole(invoke):
    assert len(invoke("chart", 93, "links").stdout.splitlines()) == 2 + 400


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (
            (1, "by day"),
            2,
            "'Borrows by day' is a CHART, which is drawn into a file.\nHint: Give -o",
        ),
        ((94, "loans"), 2, "'How large loans are' is a FUNNEL"),
        (
            (49, "Events", "-o", "a.png"),
            2,
            "is a COUNTER, which is no picture.\nHint: Give -o chart",
        ),
        ((1, "Borows by day"), 2, "Hint: Did you mean 'Borrows by day'? It has: 'Table' (TABLE"),
        ((1, "Borrow"), 2, "2 visualizations of query 1"),
        ((1, "-o", "a.csv"), 2, "tells no format of a chart: it ends in .html, .json, .png"),
        ((1, "-o", "no/a.html"), 2, "Hint: Make it: mkdir -p"),
        ((1, "--json", "-o", "a.json"), 2, "--json and -o do not go together"),
        ((1, "-o", "a.html", "--filter", "market"), 2, "--filter market has no value."),
        ((1, "-o", "a.html", "--width", "300"), 2, "--width and --height are of an image"),
        ((1, "--refresh", "--offline"), 2, "--refresh and --offline do not go together."),
        ((987654,), 4, "watchframe queries --search"),
        ((2, "-o", "a.html", "--offline"), 4, "while the server can be reached"),
    ],
)
def test_chart_that_cannot_be_drawn_says_what_to_do(invoke, demo, tmp_path, words, code, says):
    result = invoke("chart", *words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert says in result.stderr
    assert not [item for item in demo.requests if item.method == "POST"]
    assert not list(tmp_path.glob("a.*"))


def test_chart_file_stays_as_it_was_after_an_error(invoke, tmp_path):
    (tmp_path / "a.html").write_text("before")
    assert invoke("chart", 51, "-o", "a.html").exit_code == 1
    assert (tmp_path / "a.html").read_text() == "before"


def test_chart_by_an_address_with_its_key(invoke, demo, monkeypatch, tmp_path):
    monkeypatch.delenv("WATCHFRAME_URL")
    monkeypatch.delenv("WATCHFRAME_API_KEY")
    key = demo.query_key(1)
    address = f"{demo.url}/api/queries/1/results.json?api_key={key}"
    for words in ((), ("by day", "-o", "a.html"), ("nothing",), ("by day", "-o", "a.csv")):
        result = invoke("chart", address, *words)
        assert key not in result.stdout + result.stderr
    assert key not in (tmp_path / "a.html").read_text()


def test_chart_filter_chooses_rows(invoke, demo):
    with Client(demo.url, demo.user_key) as client:
        sql = 'select market as "market::filter", count(*) as events from events group by 1'
        query = client.queries.create("Events of a market, filtered", sql, 1)
        for text in ("WETH", "[WETH]"):
            shown = invoke("chart", query.id, "Table", "--filter", f"market={text}").stdout
            assert [line.split()[0] for line in shown.splitlines()[2:]] == ["WETH"]
        client.queries.archive(query.id)


def test_chart_names_with_terminal_codes_are_shown_as_text(invoke, demo):
    with Client(demo.url, demo.user_key) as client:
        query = client.queries.create("Odd", f"select 1 as n, '{ODD}' as text", 1)
        client.visualizations.create(query.id, type="TABLE", name=ODD)
        for words in ((), ("Odd",), ("--json",), ("nothing",), ("Odd", "-o", "a.png")):
            result = invoke("chart", query.id, *words)
            assert "\x1b" not in result.stdout + result.stderr
        client.queries.archive(query.id)
