"""Which ends of a range a query's text takes in."""

import pytest

from watchframe.read.pieces import inclusive_of

START, END = "'{{ period.start }}'", "'{{ period.end }}'"


@pytest.mark.parametrize(
    ("condition", "inclusive"),
    [
        (f"t between {START} and {END}", "both"),
        (f"t >= {START} and t <= {END}", "both"),
        (f"t >= {START} and t < {END}", "left"),
        (f"t > {START} and t <= {END}", "right"),
        (f"{START} <= t and {END} > t", "left"),
        (f"{START} < t and {END} >= t", "right"),
        (f"t >= {START} and t < date {END}", "left"),
        (f"t >= {START}::date and t < {END}::timestamp", "left"),
        (f"t >= toDateTime({START}) and t < toDateTime({END})", "left"),
        (f"t >= cast({START} as date) and t < cast({END} as date)", "left"),
        (f"t < to_date({END}, 'YYYY-MM-DD')", "left"),
        ("t >= {{period.start}} and t < {{{ period.end }}}", "left"),
        # The day after the end is left out, so the end is within.
        (f"t >= {START} and t < {END}::date + 1", "both"),
        (f"t >= {START} and t < date {END} + interval 1 day", "both"),
        (f"t >= {START} and t < (timestamp {END} + interval '1 day')", "both"),
        (f"t >= {START} and t < date_add({END}, interval 1 day)", "both"),
        (f"t >= {START} and t < dateadd(day, 1, {END})", "both"),
        (f"t >= {START} and t < cast({END} as date) + 1", "both"),
        # Another parameter's end, a comment, a text.
        (f"t between {START} and {END} and u < '{{{{ other.end }}}}'", "both"),
        (f"-- t < {END}\nt between {START} and {END}", "both"),
        (f"/* t < {END} */ t between {START} and {END}", "both"),
        (f"t between {START} and {END} # and t < {END}\n", "both"),
        (f"{{{{# x }}}} t >= {START} and t < {END} {{{{/ x }}}}", "left"),
        (f"x <> 1 and t between {START} and {END}", "both"),
        # Nobody can tell.
        (f"t > {START} and t < {END}", None),
        (f"t >= {START} and t < {END} or u <= {END}", None),
    ],
)
def test_inclusive_by_how_ends_are_compared(condition, inclusive):
    assert inclusive_of(f"select * from events where {condition}", "period") == inclusive
