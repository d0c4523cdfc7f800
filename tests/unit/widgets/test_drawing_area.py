from __future__ import annotations

import threading

import pyarrow as pa

from tests.unit.widgets.conftest import WITHIN, until
from watchframe.drawing import draw
from watchframe.models import Visualization
from watchframe.widgets.drawing_area import DrawingArea
from watchframe.widgets.quick_points import UndrawableError


def counter(value):
    options = {"counterColName": "n", "rowNumber": 1}
    shown = Visualization(id=1, type="COUNTER", name="Count", options=options)
    return draw(shown, pa.table({"n": [value]})), f"words of {value}"


def test_area_shows_the_last_of_what_is_asked_for():
    shown, has_begun, may_end = [], threading.Event(), threading.Event()
    area = DrawingArea(lambda: shown.append(area.static_html("")))

    def slow():
        has_begun.set()
        may_end.wait(WITHIN)
        return counter(111)

    area.draw(slow)
    assert "Drawing …" in area._words.value, "who asks is not blocked"
    assert has_begun.wait(WITHIN)  # or the next one could be shown before the last is asked for
    area.draw(lambda: counter(222))
    area.draw(lambda: counter(333))
    may_end.set()
    until(lambda: shown)
    assert len(shown) == 1
    assert "333" in shown[0]
    assert "words of 333" in area._words.value


def test_area_that_was_cleared_or_closed_shows_nothing_more():
    shown, has_begun, may_end = [], threading.Event(), threading.Event()
    area = DrawingArea(lambda: shown.append(area.static_html("")))

    def slow():
        has_begun.set()
        may_end.wait(WITHIN)
        return counter(111)

    area.draw(slow)
    assert has_begun.wait(WITHIN)
    area.clear("No chart.")
    may_end.set()
    until(lambda: not area._is_working)
    assert shown == [""]
    assert "No chart." in area._words.value
    has_begun.clear()
    may_end.clear()  # or it may be drawn before it is closed
    area.draw(slow)
    assert has_begun.wait(WITHIN)
    area.close()
    may_end.set()
    until(lambda: not area._is_working)
    assert shown == [""]


def test_area_says_why_nothing_was_drawn():
    area = DrawingArea(lambda: None)

    def fails():
        raise ValueError("<b>broken</b>")

    area.draw(fails)
    until(lambda: "It could not be drawn: &lt;b&gt;broken" in area._words.value)

    def refuses():
        raise UndrawableError("Choose x.")

    area.draw(refuses)
    until(lambda: "No chart. Choose x." in area._words.value)
    area.draw(lambda: counter(5))
    until(lambda: area._output.outputs)


def test_area_holds_plotly_once_for_front_ends_that_have_none():
    chart = {"globalSeriesType": "line", "columnMapping": {"n": "x", "m": "y"}}
    line = Visualization(id=1, type="CHART", name="Line", options=chart)
    area = DrawingArea(lambda: None)
    area.draw(lambda: counter(5))
    until(lambda: area._output.outputs)
    assert area._plotly.outputs == ()
    area.draw(lambda: (draw(line, pa.table({"n": [1, 2], "m": [3, 4]})), ""))
    until(lambda: "application/vnd.plotly.v1+json" in area._output.outputs[0]["data"])
    assert len(area._plotly.outputs) == 1
    (output,) = area._output.outputs
    assert set(output["data"]) == {"application/vnd.plotly.v1+json", "text/html"}
    assert len(output["data"]["text/html"]) < 50_000
