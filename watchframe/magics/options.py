"""The options of ``%watch``, in one table: the parser and the reference page are made from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An option of the magic.

    Attributes
    ----------
    flags : tuple of str
        The short one first.
    name : str
        The field of `Request` that holds its value.
    help : str
    section : str
        The heading under which the help lists it.
    value : str or None
        The placeholder of its value; None for a switch.
    choices : tuple of str
        The values that it takes, where they are few.
    default : str or None
        The field of ``%config WatchMagics`` that holds its default.
    kind : {"text", "switch", "parameters"}
        Whether it takes one value, none, or ``name=value`` any number of times.
    """

    flags: tuple[str, ...]
    name: str
    help: str
    section: str
    value: str | None = None
    choices: tuple[str, ...] = ()
    default: str | None = None
    kind: Literal["text", "switch", "parameters"] = "text"

    @property
    def usage(self) -> str:
        """How it is typed, such as ``-o NAME, --out NAME``."""
        return ", ".join(f"{flag} {self.value}" if self.value else flag for flag in self.flags)


QUERY_HELP = (
    "A saved query: its id, its name in quotes, or the URL of its page, whose p_ values are "
    "parameters. Left out with --source, where the cell's body is SQL."
)

WHAT, FRESHNESS, RESULT, OTHER = (
    "What to read",
    "How fresh",
    "The result",
    "Other actions",
)

OPTIONS = (
    Option(
        flags=("-p", "--param"),
        name="params",
        kind="parameters",
        value="NAME=VALUE",
        section=WHAT,
        help="The value of a parameter; may be given several times. It is written as in a cell's "
        "body: 10, WETH, [WETH, INV], 2026-01-01..2026-03-31, d_last_7_days, $variable.",
    ),
    Option(
        flags=("-s", "--source"),
        name="source",
        value="SOURCE",
        section=WHAT,
        default="source",
        help="The data source, by name or id, on which the SQL in the cell's body is run.",
    ),
    Option(
        flags=("--timeout",),
        name="timeout",
        value="TIME",
        section=WHAT,
        default="timeout",
        help="How long the whole of it may take: seconds, or 90s, 15m, 1h; 'none' waits for ever.",
    ),
    Option(
        flags=("--max-age",),
        name="max_age",
        value="AGE",
        section=FRESHNESS,
        default="max_age",
        help="How old the data may be: seconds, or 90s, 15m, 1h, 7d. A local copy of at most that "
        "age is taken without a request. 0 always runs the query; 'any' takes any result of the "
        "query as it stands.",
    ),
    Option(
        flags=("--refresh",),
        name="refresh",
        kind="switch",
        section=FRESHNESS,
        help="Run the query now, whatever is stored, and store its result.",
    ),
    Option(
        flags=("--offline",),
        name="offline",
        kind="switch",
        section=FRESHNESS,
        help="Make no request: the local copy, of whatever age, or an error.",
    ),
    Option(
        flags=("-o", "--out"),
        name="out",
        value="NAME",
        section=RESULT,
        help="Bind the frame to this variable, and show one line on where it came from instead of "
        "the frame.",
    ),
    Option(
        flags=("--dtype-backend",),
        name="dtype_backend",
        value="BACKEND",
        section=RESULT,
        choices=("numpy_nullable", "pyarrow"),
        default="dtype_backend",
        help="The family of dtypes.",
    ),
    Option(
        flags=("--no-display",),
        name="no_display",
        kind="switch",
        section=RESULT,
        help="Show nothing. The frame still goes to --out, or to the variable on the left of "
        "'df = %watch ...'.",
    ),
    Option(
        flags=("--pick",),
        name="pick",
        kind="switch",
        section=OTHER,
        help="Show inputs for the query's parameters instead of reading it; without a query, a "
        "search for one first. With --out, that variable is the picker.",
    ),
    Option(
        flags=("--explain",),
        name="explain",
        kind="switch",
        section=OTHER,
        help="Say what would be asked and what the cache would decide. Nothing is executed.",
    ),
    Option(
        flags=("--save",),
        name="save",
        value="TITLE",
        section=OTHER,
        help="When the SQL in the cell has run without error, save it as the query of that title: "
        "a new one, or the one that you have. Says its id and URL.",
    ),
    Option(
        flags=("-h", "--help"),
        name="help",
        kind="switch",
        section=OTHER,
        help="Show this.",
    ),
)

FLAGS = {flag: option for option in OPTIONS for flag in option.flags}
