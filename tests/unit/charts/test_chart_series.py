from watchframe.charts.chart_options import ChartOptions
from watchframe.charts.chart_series import columns_by_role, find_series
from watchframe.charts.columns import Columns

ROWS = [{"day": 1, "usd": 5, "eth": 2, "market": "b"}, {"day": 2, "usd": 6, "eth": 3, "market": 7}]


def series_of(mapping, rows=ROWS, **options):
    return find_series(
        Columns.of(rows), ChartOptions.of_saved({"columnMapping": mapping, **options})
    )


def test_each_y_column_is_a_series():
    found = series_of({"day": "x", "usd": "y", "eth": "y", "market": "unused"})
    assert [(series.name, series.x, series.y) for series in found] == [
        ("usd", [1, 2], [5, 6]),
        ("eth", [1, 2], [2, 3]),
    ]


def test_series_column_splits_the_last_y_column():
    found = series_of({"day": "x", "usd": "y", "eth": "y", "market": "series"})
    # Names that are integers come first, as keys of an object.
    assert [(series.name, series.places, series.y) for series in found] == [
        ("7", [1], [2, 3]),
        ("b", [0], [2, 3]),
    ]


def test_filter_of_several_values_splits_too():
    found = series_of({"usd": "y", "market": "multiFilter"})
    assert [series.name for series in found] == ["7", "b"]


def test_z_index_comes_before_the_order_of_columns():
    chosen = {"usd": {"zIndex": 1}, "eth": {"zIndex": None}}
    found = series_of({"usd": "y", "eth": "y"}, seriesOptions=chosen)
    assert [series.name for series in found] == ["eth", "usd"]


def test_without_an_x_column_x_is_0_and_missing_in_a_split_series():
    assert series_of({"usd": "y"})[0].x == [0, 0]
    assert series_of({"usd": "y", "market": "series"})[0].x == [None, None]


def test_name_of_a_series_is_without_the_columns_suffix():
    rows = [{"usd::filter": 1, "usd::y": 2}]
    found = series_of({"usd::filter": "y", "usd::y": "y"}, rows)
    assert [(series.name, series.y) for series in found] == [("usd", [2])]


def test_columns_are_found_by_their_names_where_nothing_is_mapped():
    rows = [{"day::x": 1, "usd::y": 2, "other": 3}]
    assert columns_by_role(rows[0], None) == {"x": ["day::x"], "y": ["usd::y"]}


def test_column_that_the_rows_lack_is_none():
    assert series_of({"gone": "y"}) == []
    assert series_of({"usd": "y"}, []) == []
