"""A long range as consecutive pieces, which neither overlap nor leave a gap.

Pieces begin where the calendar does (a month on its first day, a week on Sunday), wherever the
range itself begins. So the pieces of "the last year" are the same ones tomorrow, but for the first
and the last, and the local cache finds them again. Ranges have no zone and pieces are counted on
the calendar, so a change of the clocks lies within a piece like any other hour.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import MAXYEAR, UTC, datetime, timedelta
from typing import Literal, Self

from watchframe.cache import Policy
from watchframe.errors import ArgumentError
from watchframe.hints import Hint, Kind
from watchframe.models import ParameterDefinition, Query
from watchframe.parameters import JSON
from watchframe.parameters.normalize import definitions_of
from watchframe.parameters.sql_text import without_comments
from watchframe.parameters.templates import VALUES, tags_in
from watchframe.read.options import Params, ReadOptions
from watchframe.read.pipeline import wire_sets
from watchframe.read.side_by_side import ReadRequest
from watchframe.references import QueryReference

#: As of `pandas.Series.between`.
Inclusive = Literal["both", "left", "right"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitRange:
    """A long range of one query, and the pieces that it is read in.

    Attributes
    ----------
    reference : QueryReference
    query : Query
        The definition by which the range was split.
    name, type : str
        Of the range parameter.
    length : str
        Of a piece, in pandas' offset words.
    inclusive : {"both", "left", "right"}
        Which ends of a range the query's SQL takes in.
    params : mapping
        All parameters as they are sent, with the whole range.
    pieces : list of dict
        ``{"start": ..., "end": ...}`` in wire form, in order.
    options : ReadOptions
        With the moment from which all was counted.
    """

    reference: QueryReference
    query: Query
    name: str
    type: str
    length: str
    inclusive: Inclusive
    params: Mapping[str, JSON]
    pieces: list[dict[str, str]]
    options: ReadOptions

    @classmethod
    def of(
        cls,
        query: QueryReference,
        params: Params,
        split: Mapping[str, object],
        inclusive: Inclusive | None,
        options: ReadOptions,
    ) -> Self:
        """Return the pieces of `split`.

        Raises
        ------
        ArgumentError
            The query has no such range, or it cannot be split so.
        """
        if len(split) != 1:
            raise ArgumentError(
                f"split is {split!r}.", hint='Give one range and a length: split={"period": "1M"}.'
            )
        ((name, every),) = split.items()
        options = replace(options, now=options.now or datetime.now(UTC))
        definition, (wire,) = wire_sets(query, [params], options)
        parameter = _range_parameter(definition, name)
        value = wire[name]
        assert isinstance(value, dict)  # noqa: S101 - a range's wire form
        ends = inclusive or _inclusive(definition, name)
        pieces = range_pieces(
            {side: str(moment) for side, moment in value.items()},
            parameter.type,
            every,
            inclusive=ends,
        )
        return cls(
            reference=query,
            query=definition,
            name=name,
            type=parameter.type,
            length=_plain_length(every),
            inclusive=ends,
            params=wire,
            pieces=pieces,
            options=options,
        )

    def over_since(self, piece: Mapping[str, str]) -> float | None:
        """Return the seconds for which a piece has been over, as of `over_since`."""
        return over_since(piece, self.type, self.options.now or datetime.now(UTC))

    def request(self, piece: Mapping[str, str], policy: Policy) -> ReadRequest:
        """Return the read of one piece."""
        its = replace(self.options, exact={self.name: dict(piece)}, policy=policy)
        return ReadRequest(
            query=self.reference, params={**self.params, self.name: piece}, options=its
        )


def pieces_of(
    query: QueryReference,
    params: Params,
    split: Mapping[str, object],
    inclusive: Inclusive | None,
    options: ReadOptions,
) -> list[ReadRequest]:
    """Return a read for each piece of a long range, in order.

    A piece that is over, but for the last one, does not change: any copy of it will do that was
    made after its end, whatever `max_age` says, unless the query was edited.
    """
    whole = SplitRange.of(query, params, split, inclusive, options)
    requests = []
    for piece in whole.pieces:
        over = None if piece is whole.pieces[-1] else whole.over_since(piece)
        policy = options.policy
        if over is not None and policy.mode != "refresh":
            policy = replace(policy, max_age=max(over, policy.max_age or 0))
        requests.append(whole.request(piece, policy))
    return requests


def _range_parameter(query: Query, name: str) -> ParameterDefinition:
    ranges = [item for item in definitions_of(query, used_only=True) if item.type in STEPS]
    for item in ranges:
        if item.name == name:
            return item
    known = ", ".join(repr(item.name) for item in ranges) or "none"
    raise ArgumentError(
        f"Query {query.id} {query.name!r} has no range parameter {name!r} to split.",
        hint=f"Its ranges: {known}.",
    )


def _inclusive(query: Query, name: str) -> Inclusive:
    found = inclusive_of(query.text, name)
    if found is None:
        raise ArgumentError(
            f"Query {query.id} {query.name!r} does not say clearly which ends of {name!r} belong "
            "to it: pieces might overlap or leave a gap.",
            hint=Hint(Kind.RANGE_ENDS, name=name),
        )
    return found


#: What may stand between a comparison and the value: quotes, brackets, conversions.
_BEFORE = re.compile(
    r"""(?P<sign><>|[<>]=?)(?:\s*(?:\w+\s*\(|(?:date|timestamp|datetime)\b|[('"]))*\s*$""",
    re.IGNORECASE,
)
#: What may follow: the end of the quotes, a conversion; then a sum or a further argument.
_AFTER = re.compile(
    r"""\s*['"]?\s*(?:::\s*\w+|\bas\s+\w+|,\s*'[^']*'|\))*\s*(?P<next>[<>]=?|[-+,])?""",
    re.IGNORECASE,
)


def inclusive_of(sql: str, name: str) -> Inclusive | None:
    """Return which ends of the range parameter `name` a query's text takes in.

    ``<`` before the end leaves it out, ``>`` before the start that one; everything else takes them
    in: ``between``, ``<=``, ``< '{{ period.end }}'::date + 1``.

    Returns
    -------
    {"both", "left", "right"} or None
        None where it does so in one place and not in another, or takes in neither.
    """
    text = without_comments(sql)
    left_out = {
        "start": _left_out(text, name, "start", before=">", after="<"),
        "end": _left_out(text, name, "end", before="<", after=">"),
    }
    if any(len(answers) > 1 for answers in left_out.values()):
        return None
    is_start_out, is_end_out = True in left_out["start"], True in left_out["end"]
    if is_start_out and is_end_out:
        return None
    if is_end_out:
        return "left"
    return "right" if is_start_out else "both"


def _left_out(text: str, name: str, side: str, *, before: str, after: str) -> set[bool]:
    """Return, for each place with an end of the range, whether that end is left out."""
    found = set()
    for tag in tags_in(text):
        if tag.kind not in VALUES or tag.name != f"{name}.{side}":
            continue
        sign = _BEFORE.search(text[: tag.start])
        following = _AFTER.match(text[tag.end :])
        next_sign = following["next"] if following else None
        is_sum = next_sign is not None and next_sign in "-+,"
        found.add(
            (sign is not None and sign["sign"] == before and not is_sum) or next_sign == after
        )
    return found


#: The smallest step that each range type can tell.
STEPS = {
    "date-range": timedelta(days=1),
    "datetime-range": timedelta(minutes=1),
    "datetime-range-with-seconds": timedelta(seconds=1),
}
_STEP_WORDS = {
    timedelta(days=1): "a day",
    timedelta(minutes=1): "a minute",
    timedelta(seconds=1): "a second",
}
#: The smallest step that databases commonly tell.
_TICK = timedelta(microseconds=1)

#: More pieces than that are a slip: minutes where months were meant.
MOST_PIECES = 10_000

#: How far behind UTC the last place is where a day ends.
_LAST_ZONE = timedelta(hours=12)

#: pandas' offset words -> how many months.
_MONTHS = {"M": 1, "MS": 1, "ME": 1, "Q": 3, "QS": 3, "QE": 3, "Y": 12, "YS": 12, "YE": 12}
_SPANS = {
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "D": timedelta(days=1),
    "W": timedelta(weeks=1),
}
#: What they were called in earlier versions of pandas.
_OLDER = {"S": "s", "T": "min", "H": "h", "A": "Y", "AS": "YS"}
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_MONTH_NAMES = (
    *("JAN", "FEB", "MAR", "APR", "MAY", "JUN"),
    *("JUL", "AUG", "SEP", "OCT", "NOV", "DEC"),
)
#: A Sunday; weeks begin there, as the server's dynamic ranges have it.
_ANCHOR = datetime(2000, 1, 2)  # noqa: DTZ001 - the wire form has no zone
_LAST = datetime(MAXYEAR, 12, 31)  # noqa: DTZ001 - likewise
_WORD = re.compile(r"(\d*)\s*([A-Za-z]+)(?:-([A-Z]{3}))?", re.ASCII)


def range_pieces(
    value: Mapping[str, str], type_: str, every: object, *, inclusive: Inclusive = "both"
) -> list[dict[str, str]]:
    """Return the pieces of a range, in order.

    Parameters
    ----------
    value : mapping
        ``{"start": ..., "end": ...}`` in wire form.
    type_ : str
        The parameter's type: ``date-range``, ``datetime-range`` or ``datetime-range-with-seconds``.
    every : str or pandas offset
        The length of a piece, in pandas' offset words: ``"1M"``, ``"7D"``, ``"W-MON"``, ``"6h"``.
    inclusive : {"both", "left", "right"}
        Which ends of a range the SQL takes in, as of `pandas.Series.between`. ``"both"``: a piece
        of days ends the day before the next one begins, any other a microsecond before, which is
        finer than its type. ``"left"``, ``"right"``: it ends where the next one begins.

    Raises
    ------
    ArgumentError
        `every` is not such a word, or shorter than the type can tell; `type_` is not a range; there
        are too many pieces.
    """
    if type_ not in STEPS:
        raise ArgumentError(
            f"A parameter of type {type_!r} cannot be split.", hint="Only ranges can."
        )
    step = STEPS[type_]
    start, end = (datetime.fromisoformat(value[side]) for side in ("start", "end"))
    borders: list[datetime] = []
    for border in _borders(start, _written(every), step):
        # Where the end is no part of the range, nothing would lie in a piece that begins there.
        if border > end or (border == end and inclusive != "both"):
            break
        borders.append(border)
        if len(borders) >= MOST_PIECES:
            raise ArgumentError(
                f"Pieces of {every!r} would be more than {MOST_PIECES:,} pieces of "
                f"{value['start']} to {value['end']}.",
                hint='Give longer ones, such as "1M".',
            )
    starts = [value["start"], *(_wire(border, step) for border in borders)]
    ends = [*(_end_before(border, step, inclusive) for border in borders), value["end"]]
    return [{"start": start, "end": end} for start, end in zip(starts, ends, strict=True)]


def over_since(piece: Mapping[str, str], type_: str, now: datetime) -> float | None:
    """Return the seconds for which a piece has been over everywhere on Earth; None where it is not.

    In which zone the data's own times are is not known here.
    """
    ends = datetime.fromisoformat(piece["end"]).replace(tzinfo=UTC)
    try:
        seconds = (now - ends - STEPS[type_] - _LAST_ZONE).total_seconds()
    except OverflowError:
        return None
    return seconds if seconds >= 1 else None


def _end_before(border: datetime, step: timedelta, inclusive: Inclusive) -> str:
    """Return the end of the piece before the one that begins at `border`."""
    if inclusive != "both":
        return _wire(border, step)
    if step == STEPS["date-range"]:
        return _wire(border - step, step)
    return str(border - _TICK)


def _wire(moment: datetime, step: timedelta) -> str:
    if step == STEPS["date-range"]:
        return moment.date().isoformat()
    seconds = step == STEPS["datetime-range-with-seconds"]
    return moment.isoformat(sep=" ", timespec="seconds" if seconds else "minutes")


def _plain_length(every: object) -> str:
    """Return the length in one way of writing: ``1D`` and ``D`` are the same, and so are 1M, MS."""
    match = _WORD.fullmatch(_written(every))
    if match is None:  # `range_pieces` has refused it before
        return _written(every)
    unit = _OLDER.get(match[2], match[2])
    if unit in _MONTHS and match[3] is None:
        unit = unit[0]
    return f"{int(match[1] or 1)}{unit}{'-' + match[3] if match[3] else ''}"


def _written(every: object) -> str:
    """Return the word of a length; pandas' own offsets know theirs."""
    return str(getattr(every, "freqstr", every)).strip()


def _borders(start: datetime, every: str, step: timedelta) -> Iterator[datetime]:
    """Return the calendar's borders after `start`, until the calendar's end."""
    match = _WORD.fullmatch(every)
    if match is None:
        raise _unusable(every, step)
    count, unit, anchor = int(match[1] or 1), _OLDER.get(match[2], match[2]), match[3]
    if count and unit in _MONTHS and (anchor is None or unit[0] in "QY"):
        return _months(start, count * _MONTHS[unit], _first_month(unit, anchor, every, step))
    if not count or unit not in _SPANS or count * _SPANS[unit] < step:
        raise _unusable(every, step)
    first = _ANCHOR
    if anchor is not None:
        if unit != "W" or anchor not in _WEEKDAYS:
            raise _unusable(every, step)
        first += timedelta(days=_WEEKDAYS.index(anchor))
    return _spans(start, count * _SPANS[unit], first)


def _first_month(unit: str, anchor: str | None, every: str, step: timedelta) -> int:
    """Return the number of a month in which a piece begins; January is 0."""
    if anchor is None:
        return 0
    if anchor not in _MONTH_NAMES:
        raise _unusable(every, step)
    number = _MONTH_NAMES.index(anchor)
    return number if unit.endswith("S") else number + 1  # a quarter that ends in it


def _months(start: datetime, months: int, first: int) -> Iterator[datetime]:
    index = (start.year * 12 + start.month - 1 - first) // months * months + first
    while True:
        index += months
        year, month = divmod(index, 12)
        if year > MAXYEAR:
            return
        yield datetime(year, month + 1, 1)  # noqa: DTZ001 - the wire form has no zone


def _spans(start: datetime, span: timedelta, first: datetime) -> Iterator[datetime]:
    border = first + (start - first) // span * span
    while border <= _LAST - span:
        border += span
        yield border


def _unusable(every: str, step: timedelta) -> ArgumentError:
    return ArgumentError(
        f"split has the length {every!r}.",
        hint=f'Give a number and one of {", ".join([*_SPANS, *_MONTHS])}, such as "1M" for months '
        f'or "7D", no shorter than {_STEP_WORDS[step]}. Weeks begin on Sunday, or as in "W-MON".',
    )
