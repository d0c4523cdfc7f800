"""What public functions return shows itself: no dump, no address of an object, no key."""

import inspect
import re

import pandas as pd
import pytest

import watchframe
from tests.shown import assert_shows_itself, displayed
from watchframe import admin

CALLS = {
    "connect": lambda demo, **_: watchframe.connect(demo.url, demo.user_key),
    "diff": lambda **_: watchframe.diff(pd.DataFrame({"x": [1]}), pd.DataFrame({"x": [2]}), on="x"),
    "draw_frame": lambda client, **_: watchframe.draw_frame(
        watchframe.read_watch_query(2, client=client), "Table", client=client
    ),
    "draw_watch_query": lambda client, **_: watchframe.draw_watch_query(2, "Table", client=client),
    "explain_watch_query": lambda client, **_: watchframe.explain_watch_query(1, client=client),
    "explain_watch_sql": lambda client, **_: watchframe.explain_watch_sql(
        "select 1", "Lending", client=client
    ),
    "find_watch_queries": lambda client, **_: watchframe.find_watch_queries(
        "borrow", client=client
    ),
    "link_pickers": None,  # returns nothing
    "pack": None,  # returns a path
    "pick": lambda client, **_: watchframe.pick(2, client=client),
    "read_watch_dashboard": lambda client, **_: watchframe.read_watch_dashboard(1, client=client),
    "read_watch_local": lambda client, **_: watchframe.read_watch_local(
        "SELECT * FROM query_2", client=client
    ),
    "read_watch_queries": lambda client, **_: watchframe.read_watch_queries([2], client=client),
    "read_watch_query": lambda client, **_: watchframe.read_watch_query(2, client=client),
    "read_watch_sql": lambda client, **_: watchframe.read_watch_sql(
        "select 1", "Lending", client=client
    ),
    "read_watch_sweep": lambda client, **_: watchframe.read_watch_sweep(2, [{}], client=client),
    "save_chart": lambda client, **_: watchframe.save_chart(
        2, "Shown", x="market", y="borrows", replace=True, client=client
    ),
    "show_watch_dashboard": lambda client, **_: watchframe.show_watch_dashboard(2, client=client),
    "show_watch_table": lambda **_: watchframe.show_watch_table(pd.DataFrame({"x": [1]})),
    "submit_watch_query": lambda client, **_: watchframe.submit_watch_query(2, client=client),
    "submit_watch_sweep": lambda client, **_: watchframe.submit_watch_sweep(2, [{}], client=client),
    "watch_query": lambda client, **_: watchframe.watch_query(1, client=client),
    "admin.clone_dashboard": None,  # changes the server; returns a Dashboard
    "admin.diff_queries": lambda client, exported, **_: admin.diff_queries(exported, client),
    "admin.disable_users": None,  # changes the server; returns a frame
    "admin.export_queries": lambda client, tmp_path, **_: admin.export_queries(
        tmp_path / "queries", client=client, ids=[1, 2]
    ),
    "admin.find_personal_data": None,  # a frame
    "admin.find_table_names": None,  # a frame
    "admin.import_queries": lambda client, exported, **_: admin.import_queries(
        exported, client=client, dry_run=True
    ),
    "admin.move_workspace": None,  # a frame
}


@pytest.fixture
def exported(client, tmp_path):
    """Two queries as files, one of them changed."""
    admin.export_queries(tmp_path / "exported", client=client, ids=[1, 2])
    for path in (tmp_path / "exported").glob("1-*.sql"):
        path.write_text("select 1 as changed\n")
    return tmp_path / "exported"


def test_every_public_function_is_called_here():
    functions = {
        name for name in watchframe.__all__ if inspect.isfunction(getattr(watchframe, name))
    }
    managing = {
        f"admin.{name}" for name in admin.__all__ if inspect.isfunction(getattr(admin, name))
    }
    assert (functions - {"load_ipython_extension", "unload_ipython_extension"}) | managing == set(
        CALLS
    )


@pytest.mark.parametrize("name", [name for name, call in CALLS.items() if call])
def test_what_a_function_returns_shows_itself(name, demo, client, tmp_path, exported):
    found = CALLS[name](demo=demo, client=client, tmp_path=tmp_path, exported=exported)
    if name.startswith("submit"):
        found.result()
    assert_shows_itself(found, demo.user_key)


@pytest.mark.parametrize("name", ["explain_watch_query", "submit_watch_query", "watch_query"])
def test_html_links_the_page_of_what_it_is(name, demo, client):
    html = displayed(CALLS[name](demo=demo, client=client))["text/html"]
    assert f'<a href="{demo.url}/' in html
    assert re.search(r'<div class="wf-card (wf-board )?mathjax_ignore ', html)


def test_plan_shows_the_sql_and_the_values(client):
    html = displayed(watchframe.explain_watch_query(13, {"kind": "repay"}, client=client))
    assert '<td class="wf-card-short">&quot;repay&quot;</td>' in html["text/html"]
    assert "= &#x27;repay&#x27;" in html["text/html"]


def test_failed_read_shows_its_error(client):
    submitted = watchframe.submit_watch_query(51, client=client)
    submitted.exception()
    html = submitted._repr_html_()
    assert "<span>failed</span>" in html
    assert "The query failed" in html


def test_function_of_a_query_shows_how_it_is_called(client):
    html = watchframe.watch_query(1, client=client)._repr_html_()
    assert "q(markets=..., period=..., min_amount=...)" in html
    assert "sDOLA, INV, WETH" in html


def test_definition_from_the_local_cache_knows_its_page(client, demo):
    frames = watchframe.read_watch_dashboard(1, client=client)
    again = watchframe.read_watch_dashboard(1, cache="only", client=client)
    for found in (frames, again):
        assert found.dashboard.url == f"{demo.url}/dashboards/1-lending-overview"


@pytest.mark.parametrize(
    "value",
    [
        watchframe.QueryReference(query_id=42),
        watchframe.QueryReference(name="Borrows"),
        watchframe.ResultCache("/nowhere"),
    ],
)
def test_value_that_people_make_is_no_dump(value):
    assert_shows_itself(value)
