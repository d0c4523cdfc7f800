"""A cohort's rows: people of a time, and how many of them were left at each stage."""

import pytest

from watchframe.charts import prepare

COLUMNS = [
    {"name": "date", "type": "date"},
    *[{"name": name, "type": "integer"} for name in ("day_number", "total", "value")],
]


def row(date, stage, total, value):
    return {"date": date, "day_number": stage, "total": total, "value": value}


def cohort(rows, /, **options):
    return prepare({"type": "COHORT", "options": options}, COLUMNS, rows)


def texts(made):
    return [[stage["text"] for stage in cells["stages"]] for cells in made["cells"]]


def test_gaps_are_shown_as_they_are_or_filled_in_a_diagonal():
    rows = [
        row("2024-03-01", 1, 100, 100),
        row("2024-03-01", 2, 100, 50),
        row("2024-03-03", 1, 60, 30),
    ]
    simple = cohort(rows, mode="simple")
    assert simple["rows_prepared"] == [[100, 100, 50], [0], [60, 30, None]]
    assert texts(simple) == [["100.00%", "50.00%"], ["-", "-"], ["50.00%", "-"]]
    diagonal = cohort(rows)
    # The page fills a date that is missing with the values of the next one.
    assert diagonal["rows_prepared"] == [[100, 100, 50, 0], [0, 30, 0], [60, 30]]
    assert texts(diagonal)[2] == ["50.00%", "-", "-"]


def test_zero_people_are_a_value_and_a_stage_that_is_missing_is_none():
    rows = [row("2024-03-01", 1, 10, 0), row("2024-03-02", 2, 10, 5)]
    made = cohort(rows, mode="simple", noValuePlaceholder=None)
    assert made["rows_prepared"] == [[10, None, None], [10, None, 5]]
    assert texts(made) == [["0.00%", ""], ["", "50.00%"]]


@pytest.mark.parametrize(
    ("interval", "dates", "labels"),
    [
        ("daily", ["2024-02-28", "2024-03-01"], ["February 28, 2024", "February 29, 2024"]),
        ("weekly", ["2024-02-26", "2024-03-11"], ["Week of Feb 26, 2024", "Week of Mar 4, 2024"]),
        ("monthly", ["2024-01-31", "2024-03-31"], ["January 2024", "February 2024"]),
        ("monthly", ["2024-01", "2024-03"], ["January 2024", "February 2024"]),
        ("hourly", ["2024-02-28", "2024-03-01"], ["February 28, 2024", "February 29, 2024"]),
    ],
)
def test_times_follow_the_interval(interval, dates, labels):
    made = cohort([row(date, 1, 5, 5) for date in dates], timeInterval=interval, mode="simple")
    assert [cells["time"] for cells in made["cells"]][:2] == labels
    assert len(made["cells"]) == 3


@pytest.mark.parametrize(
    ("first", "second", "between"),
    [
        ("2024-01-31", "2024-02-29", 0),
        ("2024-01-31T10:00", "2024-03-31T09:00", 0),
        ("2024-01-31", "2024-03-31", 1),
        ("2023-12-15", "2024-03-14", 1),
    ],
)
def test_months_are_whole(first, second, between):
    made = cohort([row(first, 1, 1, 1), row(second, 1, 1, 1)], timeInterval="monthly")
    assert len(made["cells"]) == 2 + between


def test_counts_and_percentages_have_formats_and_hover_texts():
    rows = [row("2024-03-01", 1, 12345, 1234.9), row("2024-03-01", 2, 12345, "2469")]
    made = cohort(rows, numberFormat="0,0", percentFormat="0.0%", stageColumnTitle="day {{ @ }}")
    assert texts(made) == [["10.0%"]]
    assert made["hovers"] == [["1,234"]]
    assert made["cells"][0]["people"] == "12,345"
    assert made["stage_titles"] == ["day 1"]
    counts = cohort(rows, numberFormat="0,0", percentValues=False, mode="simple")
    assert texts(counts) == [["1,234", "2,469"]]
    assert counts["hovers"] == [[None, None]]


@pytest.mark.parametrize(
    ("steps", "colors"),
    [
        (2, ["#ffffff", "#ffffff", "#0000ff", "#0000ff"]),
        ("4", ["#ffffff", "#aaaaff", "#0000ff", "#0000ff"]),
        (1, ["#ffffff", "#b3b3ff", "#0d0dff", "#0000ff"]),
        ("many", ["#ffffff", "#b3b3ff", "#0d0dff", "#0000ff"]),
    ],
)
def test_colors_are_of_classes(steps, colors):
    rows = [row("2024-03-01", stage, 100, people) for stage, people in enumerate([0, 30, 95, 250])]
    made = cohort(rows, mode="simple", colors={"min": "#fff", "max": "#00f", "steps": steps})
    assert [stage["color"] for stage in made["cells"][0]["stages"]] == colors


def test_colors_that_are_none_are_the_usual_ones():
    made = cohort([row("2024-03-01", 1, 1, 1)], colors={"min": 3, "max": "nothing"})
    assert made["cells"][0]["stages"][0]["color"] == "#002fb4"


@pytest.mark.parametrize("options", [{}, {"dateColumn": "gone"}, {"valueColumn": 7}])
def test_nothing_is_shown_without_rows_or_columns(options):
    rows = [row("2024-03-01", 1, 1, 1)] if options else []
    made = cohort(rows, **options)
    assert (made["cells"], made["initial_date"], made["stage_titles"]) == ([], None, [])


def test_dates_that_are_none_are_one_row():
    made = cohort([row(None, 1, 7, 7), row("soon", 1, 9, 9)], mode="simple")
    assert made["rows_prepared"] == [[7, 9]]
    assert made["cells"][0]["time"] == "Invalid date"


def test_a_table_that_is_too_large_is_cut_and_says_so():
    made = cohort([row("1970-01-01", 1, 1, 1), row("9999-12-31", 1, 1, 1)], mode="simple")
    assert len(made["cells"]) == 5_000
    assert made["note"] == "The first 5,000 of 2,932,897 rows and 1 of 1 stages are shown."
    made = cohort([row("2024-01-01", 1, 1, 1), row("2024-01-02", 10**9, 1, 1)], mode="simple")
    assert made["note"] == "The first 2 of 2 rows and 2,000 of 1,000,000,000 stages are shown."
