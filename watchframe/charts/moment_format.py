"""Dates and times as moment.js writes them by a pattern such as ``DD/MM/YYYY HH:mm``, in English.

See https://momentjs.com/docs/#/displaying/format/. A moment is in UTC here, and has milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from watchframe.charts.javascript import shown_text

#: What a missing value is shown as.
NULL_TEXT = "null"

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


@lru_cache(maxsize=4096)
def format_moment(value: datetime, pattern: str) -> str:
    """Return a date and time as `pattern` says."""
    parts = _parts_of(pattern)
    return "".join([part if isinstance(part, str) else part(value) for part in parts])


def datetime_formatter(pattern: object) -> Callable[[object], str]:
    """Return what writes any value as a date and time by `pattern`.

    A number is milliseconds since 1970, and a text is read if it is a time by ISO 8601 or
    RFC 2822. What is no time, and everything where there is no pattern, is written as text.
    """

    def write(value: object) -> str:
        if value is None:
            return NULL_TEXT
        moment = moment_of(value) if isinstance(pattern, str) and pattern else None
        return shown_text(value) if moment is None else format_moment(moment, str(pattern))

    return write


def ordinal_suffix(number: int) -> str:
    """Return what English puts behind a number: ``st``, ``nd``, ``rd`` or ``th``."""
    is_teen = number % 100 // 10 == 1
    return "th" if is_teen else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def milliseconds_of(value: datetime) -> int:
    """Return the milliseconds from 1970 to a moment."""
    return (value - _EPOCH) // _MILLISECOND


def _ordinal(number: int) -> str:
    return f"{number}{ordinal_suffix(number)}"


def _hour12(value: datetime) -> int:
    return value.hour % 12 or 12


def _weekday(value: datetime) -> int:
    return value.isoweekday() % 7


def _week(value: datetime) -> tuple[int, int]:
    """Return the year and the number of a week that begins on Sunday, January 1st in week 1."""
    saturday = value.toordinal() - _weekday(value) + 6
    year = value.year
    if saturday > date(year, 12, 31).toordinal():
        return year + 1, 1
    first = date(year, 1, 1)
    return year, (saturday - (first.toordinal() - first.isoweekday() % 7 + 6)) // 7 + 1


def _fraction(digits: int) -> Callable[[datetime], str]:
    return lambda value: f"{value.microsecond // 1000:03}".ljust(digits, "0")[:digits]


def _iso(value: datetime) -> tuple[int, int]:
    return value.isocalendar()[:2]


def _quarter(value: datetime) -> int:
    return (value.month + 2) // 3


def _day_of_year(value: datetime) -> int:
    return value.timetuple().tm_yday


_TOKENS: dict[str, Callable[[datetime], str]] = {
    "Y": lambda value: f"{value.year:04}",
    "YY": lambda value: f"{value.year % 100:02}",
    "YYYY": lambda value: f"{value.year:04}",
    "YYYYY": lambda value: f"{value.year:05}",
    "YYYYYY": lambda value: f"+{value.year:06}",
    "y": lambda value: f"{value.year}",
    "yo": lambda value: _ordinal(value.year),
    "yy": lambda value: f"{value.year:02}",
    "yyy": lambda value: f"{value.year:03}",
    "yyyy": lambda value: f"{value.year:04}",
    **dict.fromkeys(("N", "NN", "NNN", "NNNNN"), lambda _: "AD"),
    "NNNN": lambda _: "Anno Domini",
    "Q": lambda value: f"{_quarter(value)}",
    "Qo": lambda value: _ordinal(_quarter(value)),
    "M": lambda value: f"{value.month}",
    "Mo": lambda value: _ordinal(value.month),
    "MM": lambda value: f"{value.month:02}",
    "MMM": lambda value: _MONTHS[value.month - 1][:3],
    "MMMM": lambda value: _MONTHS[value.month - 1],
    "D": lambda value: f"{value.day}",
    "Do": lambda value: _ordinal(value.day),
    "DD": lambda value: f"{value.day:02}",
    "DDD": lambda value: f"{_day_of_year(value)}",
    "DDDo": lambda value: _ordinal(_day_of_year(value)),
    "DDDD": lambda value: f"{_day_of_year(value):03}",
    "d": lambda value: f"{_weekday(value)}",
    "do": lambda value: _ordinal(_weekday(value)),
    "dd": lambda value: _DAYS[_weekday(value)][:2],
    "ddd": lambda value: _DAYS[_weekday(value)][:3],
    "dddd": lambda value: _DAYS[_weekday(value)],
    "e": lambda value: f"{_weekday(value)}",
    "E": lambda value: f"{value.isoweekday()}",
    "w": lambda value: f"{_week(value)[1]}",
    "wo": lambda value: _ordinal(_week(value)[1]),
    "ww": lambda value: f"{_week(value)[1]:02}",
    "W": lambda value: f"{_iso(value)[1]}",
    "Wo": lambda value: _ordinal(_iso(value)[1]),
    "WW": lambda value: f"{_iso(value)[1]:02}",
    "gg": lambda value: f"{_week(value)[0] % 100:02}",
    "gggg": lambda value: f"{_week(value)[0]:04}",
    "ggggg": lambda value: f"{_week(value)[0]:05}",
    "GG": lambda value: f"{_iso(value)[0] % 100:02}",
    "GGGG": lambda value: f"{_iso(value)[0]:04}",
    "GGGGG": lambda value: f"{_iso(value)[0]:05}",
    "H": lambda value: f"{value.hour}",
    "HH": lambda value: f"{value.hour:02}",
    "h": lambda value: f"{_hour12(value)}",
    "hh": lambda value: f"{_hour12(value):02}",
    "k": lambda value: f"{value.hour or 24}",
    "kk": lambda value: f"{value.hour or 24:02}",
    "hmm": lambda value: f"{_hour12(value)}{value.minute:02}",
    "hmmss": lambda value: f"{_hour12(value)}{value.minute:02}{value.second:02}",
    "Hmm": lambda value: f"{value.hour}{value.minute:02}",
    "Hmmss": lambda value: f"{value.hour}{value.minute:02}{value.second:02}",
    "a": lambda value: ("am", "pm")[value.hour // 12],
    "A": lambda value: ("AM", "PM")[value.hour // 12],
    "m": lambda value: f"{value.minute}",
    "mm": lambda value: f"{value.minute:02}",
    "s": lambda value: f"{value.second}",
    "ss": lambda value: f"{value.second:02}",
    **{"S" * digits: _fraction(digits) for digits in range(1, 10)},
    "X": lambda value: f"{milliseconds_of(value) // 1000}",
    "x": lambda value: f"{milliseconds_of(value)}",
    "z": lambda _: "UTC",
    "zz": lambda _: "Coordinated Universal Time",
    "Z": lambda _: "+00:00",
    "ZZ": lambda _: "+0000",
}
_LONG_PATTERNS = {
    "LTS": "h:mm:ss A",
    "LT": "h:mm A",
    "L": "MM/DD/YYYY",
    "LL": "MMMM D, YYYY",
    "LLL": "MMMM D, YYYY h:mm A",
    "LLLL": "dddd, MMMM D, YYYY h:mm A",
    "l": "M/D/YYYY",
    "ll": "MMM D, YYYY",
    "lll": "MMM D, YYYY h:mm A",
    "llll": "ddd, MMM D, YYYY h:mm A",
}
_QUOTED = r"\[[^\[]*\]"
_LONG_TOKEN = re.compile(rf"{_QUOTED}|\\?(?:LTS|LT|LL?L?L?|l{{1,4}})")
# A token may be escaped by a backslash. Others than these are text, and line breaks are dropped.
_TOKEN = re.compile(
    rf"{_QUOTED}|\\?(?:[Hh]mm(?:ss)?|Mo|MM?M?M?|Do|DDDo|DD?D?D?|ddd?d?|do?|w[o|w]?|W[o|W]?|Qo?"
    r"|N{1,5}|YYYYYY|YYYYY|YYYY|YY|y{2,4}|yo?|gg(?:ggg?)?|GG(?:GGG?)?|e|E|a|A|hh?|HH?|kk?|mm?|ss?"
    r"|S{1,9}|x|X|zz?|ZZ?|[^\n\r\u2028\u2029])"
)


@lru_cache(maxsize=256)
def _parts_of(pattern: str) -> tuple[str | Callable[[datetime], str], ...]:
    expanded = _LONG_TOKEN.sub(lambda found: _LONG_PATTERNS.get(found[0], found[0]), pattern)
    return tuple(_TOKENS.get(token) or _literal(token) for token in _TOKEN.findall(expanded))


def _literal(token: str) -> str:
    if "[" in token[:-1]:
        return token.removeprefix("[").removesuffix("]")
    return token.replace("\\", "")


def moment_of(value: object) -> datetime | None:
    """Return a value as a moment: one, milliseconds since 1970, or a text of a time."""
    try:
        if isinstance(value, datetime):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _EPOCH + timedelta(milliseconds=int(value))
        if isinstance(value, str):
            return _read_iso(value) or _read_rfc2822(value)
    except (ValueError, OverflowError):
        return None
    return None


def _iso_pattern(dash: str, colon: str) -> re.Pattern[str]:
    """Return the pattern of extended or basic times of ISO 8601."""
    seconds = rf"(?:{colon}(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?"
    return re.compile(
        rf"(?P<year>\d{{4}})(?:{dash}(?:(?P<month>\d\d){dash}(?P<day>\d\d)"
        rf"|W(?P<week>\d\d)(?:{dash}(?P<weekday>\d))?|(?P<day_of_year>\d{{3}})"
        rf"|(?P<whole_month>\d\d)){'' if dash else '?'})"
        rf"(?P<time>[T ](?P<hour>\d\d)(?:{colon}(?P<minute>\d\d){seconds})?"
        r"(?P<offset>[+-]\d\d(?::?\d\d)?|Z)?)?",
        re.ASCII,
    )


_ISO_PATTERNS = (_iso_pattern("-", ":"), _iso_pattern("", ""))


def _read_iso(text: str) -> datetime | None:
    found = next(filter(None, (pattern.fullmatch(text) for pattern in _ISO_PATTERNS)), None)
    if found is None:
        return None
    part = {
        name: int(digits or 0) for name, digits in found.groupdict("").items() if digits.isdecimal()
    }
    is_day = not {"day", "weekday", "day_of_year"}.isdisjoint(part)
    if found["time"] and not is_day:
        return None
    day = _read_day(part)
    if not found["time"]:
        return day
    hour, minute, second = (part.get(name, 0) for name in ("hour", "minute", "second"))
    millisecond = int((found["fraction"] or "").ljust(3, "0")[:3])
    # Midnight may be 24:00 of the day before.
    next_day = (hour, minute, second, millisecond) == (24, 0, 0, 0)
    local = day.replace(hour=0 if next_day else hour, minute=minute, second=second)
    return (
        local
        + timedelta(days=next_day, milliseconds=millisecond)
        - _offset_of(found["offset"] or "")
    )


def _read_day(part: dict[str, int]) -> datetime:
    year = part["year"]
    if "week" in part:
        day = datetime.fromisocalendar(year, part["week"], part.get("weekday", 1))
        return day.replace(tzinfo=UTC)
    if "day_of_year" in part:
        day = datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=part["day_of_year"] - 1)
        if day.year != year:
            message = "the year has no such day"
            raise ValueError(message)
        return day
    month = part.get("month", part.get("whole_month", 1))
    return datetime(year, month, part.get("day", 1), tzinfo=UTC)


_RFC2822 = re.compile(
    r"(?:(?P<weekday>Mon|Tue|Wed|Thu|Fri|Sat|Sun),?\s)?(?P<day>\d{1,2})\s"
    r"(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s(?P<year>\d{2,4})\s"
    r"(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d))?\s"
    r"(?:(?P<zone>UT|GMT|[ECMP][SD]T)|[Zz]|(?P<offset>[+-]\d{4}))",
    re.ASCII,
)
_COMMENT_OR_BREAK = re.compile(r"\([^()]*\)|[\n\t]")
_HOURS_OF_ZONE = {"E": -5, "C": -6, "M": -7, "P": -8}


def _read_rfc2822(text: str) -> datetime | None:
    found = _RFC2822.fullmatch(" ".join(_COMMENT_OR_BREAK.sub(" ", text).split()))
    if found is None:
        return None
    year = int(found["year"])
    # A year of two digits is of 1950 to 2049.
    year += 2000 if year <= 49 else 1900 if year <= 999 else 0  # noqa: PLR2004
    month = next(number for number, name in enumerate(_MONTHS, 1) if name[:3] == found["month"])
    local = datetime(
        *(year, month, int(found["day"])),
        *(int(found["hour"]), int(found["minute"]), int(found["second"] or 0)),
        tzinfo=UTC,
    )
    if found["weekday"] and found["weekday"] != _DAYS[_weekday(local)][:3]:
        return None
    zone = found["zone"] or ""
    hours = _HOURS_OF_ZONE.get(zone[:1], 0) + (zone[1:2] == "D")
    return local - timedelta(hours=hours) - _offset_of(found["offset"] or "")


def _offset_of(text: str) -> timedelta:
    digits = text.replace(":", "")[1:]
    if not digits:
        return timedelta()
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return -offset if text.startswith("-") else offset
