"""``%watch --chart``: what is saved of a query, drawn, in a shell."""

from __future__ import annotations

import pytest

from watchframe import Drawing, watch_query
from watchframe.client import current_client


def names(drawing):
    return [trace["name"] for trace in drawing.prepared["traces"]]


@pytest.mark.parametrize(
    "named",
    [
        " 'Borrows by day'",
        " 'borrows BY day'",
        " 'by day'",
        "=Borrows\\ by",
        " $number",
        " $name",
        " $one",
    ],
)
def test_chart_by_its_name_a_part_its_id_or_a_variable(shell, named):
    charts = watch_query(1).charts
    (one,) = [item for item in charts if item.name == "Borrows by day"]
    shell.names.update(number=one.id, name=one.name, one=one)
    drawing = shell.value(f"%watch 1 -p markets=WETH --chart{named}")
    assert isinstance(drawing, Drawing)
    assert drawing.visualization.name == "Borrows by day"
    assert names(drawing) == ["WETH"]


def test_chart_without_a_name_is_the_first_and_tells_the_others(shell):
    for line in ("%watch 1 --chart", "%watch --chart 1"):
        drawing = shell.value(line)
        assert drawing.visualization.name == "Borrowed a day, in dollars"
        assert "'Borrows by day'" in drawing.notes[0]


def test_chart_with_parameters_in_the_body(shell):
    cell = "%%watch 1 --chart 'Borrows by day' -o drawn\nmarkets: [WETH, INV]"
    result = shell.run(cell)
    assert "query 1 'Borrows by market'" in result.shown
    assert "Drawing" not in result.shown
    assert set(names(shell.names["drawn"])) == {"WETH", "INV"}


def test_chart_is_assigned_and_not_shown(shell):
    result = shell.run("drawn = %watch 1 --chart 'Borrows by day' --no-display")
    assert (result.shown, result.result) == ("", None)
    assert shell.names["drawn"].visualization.name == "Borrows by day"
    assert shell.value("%watch 49 --chart").value == 240_000


def test_chart_filter_chooses_rows(shell):
    client = current_client()
    sql = 'select market as "market::filter", kind, count(*) as events from events group by 1, 2'
    query = client.queries.create("Events of a market", sql, 1)
    for market in ("WETH", "[WETH]", "$market"):
        shell.names["market"] = "WETH"
        drawing = shell.value(f"%watch {query.id} --chart Table --filter market={market}")
        cells = drawing.prepared["cells"]
        assert {row[0]["text"] for row in cells} == {"WETH"}
    assert {row[0]["text"] for row in drawing.prepared["cells"]} < set(drawing.frame.iloc[:, 0])
    client.queries.archive(query.id)


def test_chart_reads_as_the_other_options_say(shell, demo):
    shell.value("%watch 2 --chart --refresh")
    before = len(demo.requests)
    drawing = shell.value("%watch 2 --chart --offline")
    assert len(demo.requests) == before
    assert drawing.provenance["source"] == "local cache"
