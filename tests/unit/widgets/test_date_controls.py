"""The controls of dates and ranges, driven as the browser drives them."""

from __future__ import annotations

from datetime import timedelta

import ipywidgets
import pytest
from ipywidgets.widgets import widget

from tests.unit.widgets.conftest import NOW, below, define, fields
from watchframe.parameters import DYNAMIC_RANGES
from watchframe.widgets.control_kinds import make_control
from watchframe.widgets.date_controls import typed_moment
from watchframe.widgets.frontend import Calendar

JANUARY = {"start": "2026-01-01", "end": "2026-01-31"}


def press(control, words):
    """Click the first button that has these words."""
    for button in fields(control, ipywidgets.Button):
        if words in button.description or words in (button.tooltip or ""):
            return button.click()
    raise AssertionError(words)


def opened(control):
    press(control, "open or shut")
    return fields(control, Calendar)[0]


def shown(control):
    """What the button of a range says."""
    return fields(control, ipywidgets.Button)[0].description


@pytest.mark.parametrize(
    ("typed", "iso"),
    [
        ("2026-01-15", "2026-01-15"),
        (" 2026/1/5  7:30 ", "2026-01-05 07:30"),
        ("20260115", "2026-01-15"),
        ("2026-01-15T12:30:36", "2026-01-15 12:30:36"),
        ("15 Jan 2026", "2026-01-15"),
        ("15-JANUARY-2026", "2026-01-15"),
        ("Sep. 5, 2026, 12:30", "2026-09-05 12:30"),
        ("2026-01-15T12:30Z", "2026-01-15T12:30Z"),  # the check knows zones
        ("01/02/2026", "01/02/2026"),  # of two readings none is guessed
        ("15 Foo 2026", "15 Foo 2026"),
        ("  ", None),
    ],
)
def test_moment_typed_in_a_form_with_one_meaning_is_iso(typed, iso):
    assert typed_moment(typed) == iso


@pytest.mark.parametrize(
    ("type_", "default", "typed", "value"),
    [
        ("date", "2026-01-15", "1 Feb 2026", "2026-02-01"),
        ("datetime-local", "2026-01-15 12:30", "2026-01-15 06:07:08", "2026-01-15 06:07"),
        ("datetime-with-seconds", "2026-01-15 12:30:36", "2026-03-01", "2026-03-01 00:00:00"),
    ],
)
def test_date_typed_is_sent_in_the_server_format(checker, type_, default, typed, value):
    control = make_control(define(type_, default), checker)
    field = fields(control, ipywidgets.Text)[0]
    assert field.value == default
    field.value = typed
    assert (control.value, field.value) == (value, typed)
    assert f"Sends {value}" in below(control)
    field.value = value
    assert "Sends" not in below(control)
    field.value = "1/2/2026"
    assert control.problem.startswith("It takes a date such as 2024-01-31")
    assert control.problem.endswith("or today, yesterday."), "what people type, not Python's types"
    field.value = ""
    assert control.problem == "A value is needed."


def test_date_typed_by_name_stays_dynamic(checker):
    control = make_control(define("date", "2026-01-15"), checker)
    field = fields(control, ipywidgets.Text)[0]
    field.value = "yesterday"
    assert control.value == "d_yesterday"
    assert "Now this means 2026-11-23" in below(control)
    press(control, "Reset")
    assert field.value == "2026-01-15"
    opened(control)
    press(control, "Today")
    assert (control.value, field.value) == ("d_now", "Today")
    assert not fields(control, Calendar), "the panel is shut"


def test_day_clicked_keeps_the_time_and_shuts_the_panel(checker):
    control = make_control(define("datetime-local", "2026-01-15 12:30"), checker)
    calendar = opened(control)
    assert (calendar.mode, calendar.chosen) == ("day", ["2026-01-15"])
    assert calendar.today == "2026-11-24"
    fields(control, ipywidgets.Text)[0].value = "2026-02-01 12:30"
    assert calendar.chosen == ["2026-02-01"]
    calendar.chosen = ["2026-02-03"]
    assert control.value == "2026-02-03 12:30"
    assert not fields(control, Calendar)
    control.set("d_now")
    opened(control).chosen = ["2026-02-04"]
    assert control.value == "2026-02-04 00:00"


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("date-range", ("2026-02-03", "2026-02-05")),
        ("datetime-range", ("2026-02-03 00:00", "2026-02-05 23:59")),
        ("datetime-range-with-seconds", ("2026-02-03 00:00:00", "2026-02-05 23:59:59")),
    ],
)
def test_range_clicked_is_of_whole_days_until_it_has_times(checker, type_, value):
    control = make_control(define(type_, "d_last_7_days"), checker)
    calendar = opened(control)
    assert (calendar.mode, calendar.today) == ("range", "2026-11-24")
    assert calendar.chosen == ["2026-11-17", "2026-11-24"]
    calendar.chosen = ["2026-02-03", "2026-02-05"]
    assert control.value == value
    assert shown(control) == f"{value[0]} \N{EN DASH} {value[1]}"
    start, end = fields(control, ipywidgets.Text)
    assert (start.value, end.value) == value
    if type_ == "datetime-range":
        end.value = "2026-02-05 18:30"
        calendar.chosen = ["2026-03-03", "2026-03-05"]
        assert control.value == ("2026-03-03 00:00", "2026-03-05 18:30")


def test_dynamic_range_says_what_it_means_now(checker):
    control = make_control(define("date-range", "d_last_7_days"), checker)
    assert shown(control) == "Last 7 days · 2026-11-17 \N{EN DASH} 2026-11-24"
    checker.clock = lambda: NOW + timedelta(days=1)
    control.recheck()
    assert shown(control) == "Last 7 days · 2026-11-18 \N{EN DASH} 2026-11-25"
    assert control.value == "d_last_7_days"


def test_range_offers_every_dynamic_one(checker):
    control = make_control(define("date-range", JANUARY), checker)
    opened(control)
    offered = {button.description for button in fields(control, ipywidgets.Button)}
    assert {found.label for found in DYNAMIC_RANGES.values()} <= offered
    press(control, "Last 2 years")
    assert control.value == "d_last_2_years"
    assert "Default: 2026-01-01 to 2026-01-31" in below(control)
    assert not fields(control, Calendar)


def test_range_half_filled_keeps_its_fields(checker):
    control = make_control(define("date-range", JANUARY), checker)
    assert control.value == ("2026-01-01", "2026-01-31")
    opened(control)
    start, end = fields(control, ipywidgets.Text)
    end.value = ""
    assert control.problem == "A value is needed."
    control.recheck()
    assert start.value == "2026-01-01"
    end.value = "2 Jan 2026"
    assert control.value == ("2026-01-01", "2026-01-02")
    assert "Sends 2026-01-01 to 2026-01-02" in below(control)
    end.value = "2025-12-31"
    assert control.problem
    press(control, "Done")
    assert shown(control) == "2026-01-01 \N{EN DASH} 2025-12-31", "what is wrong stays"


def test_range_without_a_value_says_so(checker):
    control = make_control(define("date-range"), checker)
    assert shown(control) == "Choose dates"
    opened(control).chosen = ["2026-02-03", "2026-02-05"]
    assert control.value == ("2026-02-03", "2026-02-05")


def test_panel_leaves_no_widgets_when_it_is_shut(checker):
    alive = widget._instances
    before = set(alive)
    control = make_control(define("datetime-range", JANUARY), checker)
    made = set(alive)
    opened(control)
    assert len(alive) > len(made)
    press(control, "open or shut")
    assert set(alive) == made
    opened(control)
    control.close()
    assert set(alive) == before


def test_use_current_datetime_means_now(checker):
    control = make_control(define("datetime-with-seconds", use_current_datetime=True), checker)
    assert control.value == "d_now"
    field = fields(control, ipywidgets.Text)[0]
    assert field.value == "Now"
    assert "2026-11-24 10:30:05" in below(control)
    field.value = ""
    assert (control.value, control.problem) == (None, "A value is needed.")
