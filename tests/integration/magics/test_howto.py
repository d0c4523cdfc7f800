"""``docs/howto/magic.md``, ``charts.md`` and ``tables.md``, run from top to bottom."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from watchframe.client import current_client

HOWTO = Path(__file__).parents[3] / "docs" / "howto"
PAGE, CHARTS = HOWTO / "magic.md", HOWTO / "charts.md"


def test_howto_cells_succeed_on_demo_server(shell, demo):
    text = PAGE.read_text().replace("https://app.inverse.watch", demo.url)
    run = [
        cell for cell in blocks(text, "python") if not cell.startswith("c.")
    ]  # those are a config file's
    for cell in run:
        shell.value(cell)
    assert len(run) >= 6
    assert isinstance(shell.names["borrows"], pd.DataFrame)
    assert isinstance(shell.names["by_market"], pd.DataFrame)


def test_howto_shown_errors_are_the_actual_ones(shell):
    shown = re.search(r"^```\n(JobFailedError.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    sql = "select market, count(*) as events\nform events\ngroup by market"
    assert shell.run(f"%%watch --source Lending\n{sql}").shown.strip() == shown[1].strip()


@pytest.mark.slow
def test_howto_charts_on_demo_server_are_as_written(shell, tmp_path, monkeypatch, chromium):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BROWSER_PATH", chromium)
    text = CHARTS.read_text()
    (sql,) = blocks(text, "sql")
    query = current_client().queries.create("Events of a market", sql, 1)
    for cell in blocks(text, "python"):
        shell.value(cell.replace("(70,", f"({query.id},").replace("watch 70", f"watch {query.id}"))
    assert shell.names["events"] == 240_000
    assert shell.names["drawing"].prepared["traces"][0]["name"] == "WETH"
    assert (tmp_path / "borrows.html").read_text().startswith("<!doctype html>")
    assert (tmp_path / "borrows.png").read_bytes().startswith(b"\x89PNG")
    saved = shell.names["saved"]
    assert saved.url == f"{current_client().server}/queries/1#{saved.id}"
    current_client().visualizations.delete(saved.id)
    current_client().queries.archive(query.id)


def test_howto_tables_on_demo_server_are_as_written(shell):
    (cell,) = blocks((HOWTO / "tables.md").read_text(), "python")
    assert shell.value(cell).last_state().count("<tr>") == 26


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
