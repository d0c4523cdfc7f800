from watchframe.charts import after_drawing, plotly_spec, prepare

ROWS = [
    {"day": "2024-03-02", "o": 1, "h": 4, "l": 0.5, "c": 2},
    {"day": "2024-03-01", "o": 2, "h": 3, "l": 1, "c": None},
]
COLUMNS = [{"name": name} for name in ROWS[0]]
PRICES = {"day": "x", "o": "open", "h": "high", "l": "low", "c": "close"}


def spec_of(kind, mapping, **options):
    visualization = {
        "type": "CHART",
        "options": {"globalSeriesType": kind, "columnMapping": mapping, **options},
    }
    return after_drawing(plotly_spec(visualization, COLUMNS, ROWS), visualization)


def test_candlesticks_are_of_four_columns_sorted_by_x():
    spec = spec_of("candlestick", PRICES, swappedAxes=True)
    (trace,) = spec["traces"]
    assert trace["x"] == ["2024-03-01 00:00:00", "2024-03-02 00:00:00"]
    assert [trace[name] for name in ("open", "high", "low", "close")] == [
        [2, 1],
        [3, 4],
        [1, 0.5],
        [None, 2],
    ]
    assert spec["layout"]["xaxis"]["rangeslider"] == {"visible": False}


def test_candlesticks_without_their_columns_are_a_table_that_says_so():
    options = {"globalSeriesType": "candlestick", "columnMapping": {"day": "x", "o": "y"}}
    made = prepare({"type": "CHART", "options": options}, COLUMNS, ROWS)
    assert made["note"].startswith(
        "A candlestick chart needs columns mapped to open, high, low, close."
    )
    assert "cells" in made


def test_radar_is_a_closed_line():
    (trace,) = spec_of("radar", {"day": "x", "o": "y"})["traces"]
    assert trace["theta"] == ["2024-03-01 00:00:00", "2024-03-02 00:00:00", "2024-03-01 00:00:00"]
    assert trace["r"] == [2, 1, 2]


def test_treemap_of_several_series_has_each_as_a_tile_of_tiles():
    (trace,) = spec_of("treemap", {"day": "x", "o": "y", "h": "y"})["traces"]
    assert trace["parents"] == ["", "series o", "series o", "", "series h", "series h"]
    assert trace["values"] == [0, 2, 1, 0, 3, 4]
    assert len(set(trace["ids"])) == len(trace["ids"])


def test_gauge_shows_the_first_value_of_each_series():
    chosen = {"yAxis": [{"rangeMin": 0, "rangeMax": 10}], "sortX": False}
    first, second = spec_of("gauge", {"o": "y", "h": "y"}, **chosen)["traces"]
    assert (first["value"], second["value"]) == (1, 4)
    assert first["gauge"]["axis"] == {"range": [0, 10]}
    assert second["domain"]["x"] == [0.5, 1]
