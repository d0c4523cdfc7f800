"""Which visualization of a query is drawn."""

from watchframe.models import Query, Visualization
from watchframe.read.draw import chosen_visualization


def test_first_chart_is_that_of_the_first_tab():
    saved = [
        Visualization(id=number, type=kind, name=f"{kind} {number}")
        for number, kind in [(9, "CHART"), (3, "COUNTER"), (1, "TABLE")]
    ]
    query = Query(id=1, text="select 1", visualizations=tuple(saved))
    found, notes = chosen_visualization(query, None)
    assert found.id == 3
    assert notes == ["Also saved: 'TABLE 1' (TABLE, id 1), 'CHART 9' (CHART, id 9)."]
