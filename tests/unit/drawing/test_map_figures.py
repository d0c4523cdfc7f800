"""Maps: markers and countries are where they belong, and nothing is loaded for them."""

import json

import pytest

from tests.unit.charts.test_golden import DATA
from watchframe.charts import prepare
from watchframe.drawing.countries import projected
from watchframe.drawing.figures import figure_of
from watchframe.drawing.map_figures import MOST_MARKERS

HOSTILE = "<a href='javascript:x()'>$x$ & y</a>"


def figure(kind, rows, **options):
    columns = [{"name": name} for name in rows[0]]
    prepared = prepare({"type": kind, "options": options}, columns, rows)
    return json.loads(figure_of(kind, prepared).to_json())


def golden(name):
    given = json.loads((DATA / f"{name}.json").read_text())["input"]
    return figure(given["type"], given["rows"], **given["options"])


def markers(found):
    return [trace for trace in found["data"] if trace["mode"] == "markers"]


def countries_of(found):
    """Return the colors of countries by their texts."""
    return {
        trace["text"]: trace["fillcolor"]
        for trace in found["data"]
        if trace.get("hoveron") == "fills"
    }


def test_map_has_markers_in_the_colors_of_their_groups():
    found = golden("map-classify")
    one, other = markers(found)
    assert (one["name"], one["marker"]["color"]) == ("a", "#ff0000")
    assert (other["name"], other["marker"]["color"]) == ("b", "#1f77b4")
    assert one["x"] == [13.4, -74]
    assert one["y"] == [projected(52.5), projected(40.7)]
    assert one["text"][0] == "<b>52.5, 13.4</b><br>kind: a<br>n: 1"
    assert one["showlegend"]


def test_map_shows_all_its_markers():
    layout = golden("map-classify")["layout"]
    west, east = layout["xaxis"]["range"]
    south, north = layout["yaxis"]["range"]
    assert west < -74 < 13.4 < east
    assert south < projected(40.7) < projected(52.5) < north
    assert layout["yaxis"]["scaleanchor"] == "x"


def test_map_shows_the_part_of_the_world_that_was_saved():
    rows = [{"lat": 52.5, "lon": 13.4}]
    layout = figure("MAP", rows, bounds=[[40, -10], [60, 30]])["layout"]
    assert layout["xaxis"]["range"] == [-10, 30]
    assert layout["yaxis"]["range"] == [projected(40), projected(60)]
    for odd in ([], [[60, 0], [40, 9]], [["x", 0], [1, 1]], {"a": 1}, 7):
        west, east = figure("MAP", rows, bounds=odd)["layout"]["xaxis"]["range"]
        assert west < 13.4 < east


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ({"lat": "52.5", "lon": "13.4"}, (13.4, projected(52.5))),
        ({"lat": 90, "lon": 190}, (-170, 180)),
        ({"lat": 0, "lon": -541}, (179, 0)),
        ({"lat": None, "lon": 1}, None),
        ({"lat": "north", "lon": 1}, None),
        ({"lat": 1, "lon": float("inf")}, None),
    ],
)
def test_map_has_markers_where_they_belong(row, place):
    found = [
        spot
        for trace in markers(figure("MAP", [row]))
        for spot in zip(trace["x"], trace["y"], strict=True)
    ]
    assert found == ([] if place is None else [pytest.approx(place)])


def test_map_of_very_many_groups_has_no_legend():
    rows = [{"lat": place, "lon": place, "k": f"group {place}"} for place in range(40)]
    (trace,) = markers(figure("MAP", rows, classify="k"))
    assert not trace["showlegend"]
    assert len(set(trace["marker"]["color"])) == 10
    assert trace["text"][7] == "<b>7, 7</b><br>k: group 7"


def test_map_without_places_says_so():
    found = figure("MAP", [{"lat": None, "lon": None}])
    assert found["layout"]["annotations"][0]["text"] == "No row has a place."


def test_map_texts_are_no_markup():
    (trace,) = markers(figure("MAP", [{"lat": 1, "lon": 2, HOSTILE: HOSTILE}]))
    shown = "&lt;a href='javascript:x()'&gt;&#36;x&#36; &amp; y&lt;/a&gt;"
    assert trace["text"] == [f"<b>1, 2</b><br>{shown}: {shown}"]


def test_map_popup_has_its_template():
    template = "<div onclick='x()'><strong>{{ name }}</strong> at {{ lat }}<br/><img src=x></div>"
    rows = [{"lat": 1, "lon": 2, "name": HOSTILE}]
    (trace,) = markers(figure("MAP", rows, popup={"template": template}))
    shown = "&lt;a href='javascript:x()'&gt;&#36;x&#36; &amp; y&lt;/a&gt;"
    assert " ".join(trace["text"][0].split()) == f"<b>{shown}</b> at 1<br>"


def test_map_of_very_many_markers_says_how_many_are_drawn():
    rows = [{"lat": place % 90, "lon": place % 180} for place in range(3 * MOST_MARKERS)]
    found = figure("MAP", rows)
    assert found["layout"]["annotations"][0]["text"] == "10,000 of 30,000 markers are drawn."
    assert len(markers(found)[0]["x"]) == MOST_MARKERS


@pytest.mark.parametrize("name", ["choropleth-e", "choropleth-k", "choropleth-legacy-keys"])
def test_choropleth_has_countries_in_the_colors_of_their_values(name):
    output = json.loads((DATA / f"{name}.json").read_text())["output"]
    found = golden(name)
    shown = countries_of(found)
    names = {"DE": "Germany", "FR": "France", "US": "United States", "BR": "Brazil"}
    for key, country in names.items():
        feature = output["features"][key]
        assert shown[f"<b>{country}</b>: {feature['text']}"] == feature["color"]
    assert shown["<b>Peru</b>: N/A"] == shown["<b>India</b>: N/A"] == "rgba(128, 128, 128, 0.27)"
    legend = [(trace["marker"]["color"], trace["name"]) for trace in markers(found)]
    scale = output["scale_when_every_key_is_on_the_map"]
    assert [color for color, _ in legend] == [item["color"] for item in scale["legend"]]
    assert legend[0][1] == "100.00"
    assert "annotations" not in found["layout"]


def test_choropleth_names_keys_that_are_not_on_the_map():
    rows = [{"c": key, "v": 1} for key in ("DE", "<b>", *"123456")]
    found = figure("CHOROPLETH", rows, keyColumn="c", targetField="iso_a2", valueColumn="v")
    (remark,) = found["layout"]["annotations"]
    assert remark["text"] == "Not on the map: 1, 2, 3, 4, 5 and 2 more"
    rows = [{"c": "<b>", "v": 1}]
    found = figure("CHOROPLETH", rows, keyColumn="c", targetField="iso_a2", valueColumn="v")
    assert found["layout"]["annotations"][0]["text"] == "Not on the map: &lt;b&gt;"


def test_choropleth_has_its_own_colors_and_texts():
    colors = {"background": "#e0f0ff", "borders": "red", "noValue": "gray"}
    rows = [{"c": "Germany", "v": 5}]
    options = {"keyColumn": "c", "targetField": "name", "valueColumn": "v", "colors": colors}
    template = {"template": "{{ @@name_long }} <i>{{ @@iso_a3 }}</i> {{ @@value }}"}
    legend = {"position": "top-right", "visible": False}
    found = figure("CHOROPLETH", rows, tooltip=template, legend=legend, **options)
    assert found["layout"]["plot_bgcolor"] == "#e0f0ff"
    assert countries_of(found)["Germany <i>DEU</i> 5.00"] == "#002fb4"
    assert countries_of(found)["Peru <i>PER</i> N/A"] == "#808080"
    assert {trace["line"]["color"] for trace in found["data"] if "line" in trace} == {"#ff0000"}
    assert markers(found) == []


@pytest.mark.parametrize("kind", ["MAP", "CHOROPLETH"])
def test_map_is_of_lines_alone(kind):
    # plotly's own maps load outlines or tiles.
    found = figure(kind, [{"lat": 1, "lon": 2}])
    assert {trace["type"] for trace in found["data"]} == {"scatter"}
    assert {"geo", "map", "mapbox"}.isdisjoint(found["layout"])
