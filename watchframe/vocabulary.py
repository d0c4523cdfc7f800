"""The options of a read as people type them: one table for ``%watch`` and the command line.

The parser and the help of both, the reference pages, and the table that sets them beside Python's
arguments are made from `OPTIONS`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from watchframe.errors import ArgumentError

#: Where an option is typed.
Place = Literal["cell", "terminal"]
_BOTH: frozenset[Place] = frozenset(("cell", "terminal"))
_CELL: frozenset[Place] = frozenset(("cell",))
_TERMINAL: frozenset[Place] = frozenset(("terminal",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An option of a read.

    Attributes
    ----------
    flags : tuple of str
        The short one first.
    name : str
        Under which name its value is kept.
    python : str
        What says the same in Python, as Markdown.
    help : str
    cell_help, terminal_help : str
        What the help adds there.
    section : str
        The heading under which the help of ``%watch`` lists it.
    value : str or None
        The placeholder of its value; None for a switch.
    choices : tuple of str
        The values that it takes, where they are few.
    default : str or None
        The field of ``%config WatchMagics`` that holds its default.
    kind : {"text", "switch", "optional", "several", "parameters"}
        Whether it takes one value, none, one or none, or any number of them; ``parameters`` are
        several of the form ``name=value``.
    places : frozenset of {"cell", "terminal"}
    """

    flags: tuple[str, ...]
    name: str
    python: str
    help: str
    section: str
    cell_help: str = ""
    terminal_help: str = ""
    value: str | None = None
    choices: tuple[str, ...] = ()
    default: str | None = None
    kind: Literal["text", "switch", "optional", "several", "parameters"] = "text"
    places: frozenset[Place] = _BOTH

    @property
    def usage(self) -> str:
        """How it is typed, such as ``-o NAME, --out NAME``."""
        value = f" [{self.value}]" if self.kind == "optional" else f" {self.value or ''}".rstrip()
        return ", ".join(f"{flag}{value}" for flag in self.flags)

    def help_in(self, place: Place) -> str:
        """Return the help text for one place."""
        return self.help + (self.cell_help if place == "cell" else self.terminal_help)


QUERY_HELP = (
    "A saved query: its id, its name in quotes, the address of its page or of its results, whose "
    "p_ values are parameters, or $name, a variable that is one of these. Left out with --source, "
    "where the cell's body is SQL."
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
        python="`params={name: value}`",
        kind="parameters",
        value="NAME=VALUE",
        section=WHAT,
        help="The value of a parameter; may be given several times. 10, WETH, [WETH, INV], "
        "2026-01-01..2026-03-31, d_last_7_days",
        cell_help=", $variable: it is written as in a cell's body.",
        terminal_help="; brackets and spaces go into the shell's quotes. Those left out take the "
        "defaults that are saved with the query.",
    ),
    Option(
        flags=("-s", "--source"),
        name="source",
        python="`data_source` of `read_watch_sql`",
        value="SOURCE",
        section=WHAT,
        default="source",
        help="The data source, by name or id, on which the SQL",
        cell_help=" in the cell's body is run.",
        terminal_help=" is run.",
    ),
    Option(
        flags=("--local",),
        name="local",
        python="`read_watch_local(sql)`",
        kind="switch",
        section=WHAT,
        places=_CELL,
        help="Run the SQL in the cell's body on this machine, over the results that it names: "
        "query_42, cached_query_42, param_query_42_{a=1}, query('name').",
    ),
    Option(
        flags=("--timeout",),
        name="timeout",
        python="`timeout=60`",
        value="TIME",
        section=WHAT,
        default="timeout",
        help="How long the whole of it may take: seconds, or 90s, 15m, 1h; 'none' waits for ever. "
        "The job on the server is cancelled when it is over.",
    ),
    Option(
        flags=("--max-age",),
        name="max_age",
        python='`max_age="1h"`',
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
        python='`cache="refresh"`',
        kind="switch",
        section=FRESHNESS,
        help="Run the query now, whatever is stored, and store its result.",
    ),
    Option(
        flags=("--offline",),
        name="offline",
        python='`cache="only"`',
        kind="switch",
        section=FRESHNESS,
        help="Make no request: the local copy, of whatever age, or an error.",
    ),
    Option(
        flags=("--no-cache",),
        name="no_cache",
        python='`cache="off"`',
        kind="switch",
        section=FRESHNESS,
        help="Neither look for a local copy nor store one.",
    ),
    Option(
        flags=("--run-locally",),
        name="run_locally",
        python="`run_locally=True`",
        kind="switch",
        section=WHAT,
        help="Run a saved query of the Query Results source on this machine, over the results that "
        "its SQL names.",
    ),
    Option(
        flags=("--at",),
        name="at",
        python='`watch_query(query).at("2026-11-01")`',
        value="MOMENT",
        section=FRESHNESS,
        help="The result that was the newest then, of those that this machine keeps (setting "
        "history); no request is made. 2026-11-01 is the end of that day, '2026-11-01 18:00' that "
        "moment.",
    ),
    Option(
        flags=("--columns",),
        name="columns",
        python='`columns=["day", "market"]`',
        kind="several",
        value="NAME,NAME",
        section=RESULT,
        help="Only these columns, in this order; a name with a comma goes into double quotes.",
    ),
    Option(
        flags=("--dtype",),
        name="dtype",
        python='`dtype={"amount": "decimal(38, 18)"}`',
        kind="several",
        value="NAME=DTYPE",
        section=RESULT,
        places=_CELL,
        help="The dtype of a column, as of read_watch_query: amount='decimal(38, 18)', id=integer. "
        "May be given several times.",
    ),
    Option(
        flags=("--parse-dates",),
        name="parse_dates",
        python='`parse_dates={"block_time": "s"}`',
        kind="several",
        value="NAME,NAME=HOW",
        section=RESULT,
        places=_CELL,
        help="Columns that become times: by ISO 8601, by a format such as day=%d.%m.%Y, or by the "
        "unit of a unix time, as block_time=s.",
    ),
    Option(
        flags=("--dtype-backend",),
        name="dtype_backend",
        python='`dtype_backend="pyarrow"`',
        value="BACKEND",
        section=RESULT,
        choices=("numpy_nullable", "pyarrow"),
        default="dtype_backend",
        places=_CELL,
        help="The family of dtypes.",
    ),
    Option(
        flags=("--expect",),
        name="expect",
        python='`expect="borrows.schema"`',
        value="FILE",
        section=RESULT,
        help="The schema file that the result has to fit: its columns, types, nulls and number of "
        "rows. A result that does not is an error, and is stored all the same.",
    ),
    Option(
        flags=("-o", "--out"),
        name="out",
        python="`NAME = read_watch_query(...)`",
        value="NAME",
        section=RESULT,
        places=_CELL,
        help="Bind the frame to this variable, and show one line on where it came from instead of "
        "the frame.",
    ),
    Option(
        flags=("--no-display",),
        name="no_display",
        python="`;` behind the call",
        kind="switch",
        section=RESULT,
        places=_CELL,
        help="Show nothing. The frame still goes to --out, or to the variable on the left of "
        "'df = %watch ...'.",
    ),
    Option(
        flags=("--table",),
        name="table",
        python="`show_watch_table(df)`",
        kind="switch",
        section=RESULT,
        places=_CELL,
        help="Show the rows as a table with pages, order, filters and downloads. With --out, that "
        "variable is the frame.",
    ),
    Option(
        flags=("--chart",),
        name="chart",
        python="`draw_watch_query(query, name)`",
        kind="optional",
        value="NAME",
        section=RESULT,
        places=_CELL,
        help="Draw a visualization that is saved with the query, by its name, a part of it, its id "
        "or $name; without a name the first chart. With --out, that variable is the drawing.",
    ),
    Option(
        flags=("--filter",),
        name="filters",
        python='`filters={"market": "WETH"}` of `draw_watch_query`, `show_watch_dashboard`',
        kind="several",
        value="COLUMN=VALUE",
        section=RESULT,
        help="What is chosen of a column that is a filter, such as market::filter: market=WETH, "
        "'market=[WETH, INV]'. May be given several times.",
        cell_help=" With --chart.",
    ),
    Option(
        flags=("--each",),
        name="each",
        python="`read_watch_sweep(query, [params, ...])`",
        kind="parameters",
        value="NAME=[VALUE, ...]",
        section=WHAT,
        places=_TERMINAL,
        help="Read once with each of these values, side by side, into one table with the parameter "
        "as a column; of several --each every combination. 'kind=[borrow, repay]'.",
    ),
    Option(
        flags=("--split",),
        name="split",
        python='`split={"period": "1M"}` of `read_watch_sweep`',
        value="NAME=LENGTH",
        section=WHAT,
        places=_TERMINAL,
        help="Read a long range in consecutive pieces: period=1M, period=7D. Pieces that are over "
        "are taken from the local cache.",
    ),
    Option(
        flags=("--append-to",),
        name="append_to",
        python='`append_to="borrows.parquet"` of `read_watch_sweep`',
        value="FILE",
        section=WHAT,
        places=_TERMINAL,
        help="With --split: append the pieces that are over, and that this Parquet file lacks, to "
        "it, and show no rows.",
    ),
    Option(
        flags=("--again",),
        name="again",
        python="`again=2` of `read_watch_sweep`",
        value="N",
        section=WHAT,
        places=_TERMINAL,
        help="With --append-to: read the last N pieces in the file again, with all corrections "
        "since.",
    ),
    Option(
        flags=("--concurrency",),
        name="concurrency",
        python="`concurrency=4` of `read_watch_sweep`",
        value="N",
        section=WHAT,
        places=_TERMINAL,
        help="How many reads run at the same time.",
    ),
    Option(
        flags=("--pick",),
        name="pick",
        python="`pick(query)`",
        kind="switch",
        section=OTHER,
        places=_CELL,
        help="Show inputs for the query's parameters instead of reading it; without a query, a "
        "search for one first. With --out, that variable is the picker.",
    ),
    Option(
        flags=("--explain",),
        name="explain",
        python="`explain_watch_query`, `explain_watch_sql`",
        kind="switch",
        section=OTHER,
        help="Only say what would be asked, what the local cache holds, and what is decided. "
        "Nothing is executed.",
    ),
    Option(
        flags=("--save",),
        name="save",
        python="`client.queries.create(title, sql, data_source_id)`",
        value="TITLE",
        section=OTHER,
        places=_CELL,
        help="When the SQL in the cell has run without error, save it as the query of that title: "
        "a new one, or the one that you have. Says its id and URL.",
    ),
    Option(
        flags=("-h", "--help"),
        name="help",
        python="`help(read_watch_query)`",
        kind="switch",
        section=OTHER,
        places=_CELL,
        help="Show this.",
    ),
)

#: Those of a cell, by how they are typed.
CELL_FLAGS = {
    flag: option for option in OPTIONS if "cell" in option.places for flag in option.flags
}


#: Pairs of options that contradict each other, and why.
_CONTRADICTIONS = (
    ("local", "source", "--local runs the SQL here, --source on a data source"),
    ("local", "pick", "--pick shows inputs for a saved query"),
    ("local", "explain", "%watch --explain 42 explains one of its results"),
    ("local", "save", "the server has other SQL; --save keeps SQL of a data source"),
    ("local", "chart", "a chart is saved with a query"),
    (
        "run_locally",
        "local",
        "--local runs the SQL in the cell's body, --run-locally a saved query",
    ),
    ("run_locally", "source", "--source runs SQL that is not saved"),
    ("run_locally", "pick", "a picker has the server run the query"),
    ("run_locally", "explain", "--explain tells what the server would be asked"),
    ("run_locally", "chart", "a chart is drawn of the server's rows"),
    ("run_locally", "at", "--at makes no run"),
    ("run_locally", "each", "--run-locally is of one read"),
    ("run_locally", "split", "--run-locally is of one read"),
    ("refresh", "offline", "--refresh runs the query, --offline makes no request"),
    ("refresh", "max_age", "--refresh is --max-age 0 already"),
    ("offline", "max_age", "--offline takes the local copy of whatever age"),
    ("no_cache", "offline", "--offline takes the local copy, --no-cache takes none"),
    ("no_cache", "refresh", "--refresh stores the result; --no-cache --max-age 0 does not"),
    ("at", "max_age", "--at takes the result that was the newest then"),
    ("at", "refresh", "--at makes no request"),
    ("at", "no_cache", "--at takes a local copy"),
    ("at", "source", "SQL that is not saved has no --at"),
    ("at", "each", "--at is of one read"),
    ("at", "split", "--at is of one read"),
    ("at", "explain", "--at makes no request, and there is nothing to explain"),
    ("at", "chart", "--at returns rows; draw_frame draws them"),
    ("at", "pick", "--pick asks the server for the query's parameters"),
    ("at", "save", "--at is of a query that is saved"),
    ("pick", "explain", "--pick shows inputs, --explain a text"),
    ("pick", "save", "--pick shows inputs for a query that is saved"),
    ("pick", "refresh", "its Run button asks the server; --max-age 0 has it run every time"),
    ("pick", "offline", "--pick asks the server for the query's parameters"),
    ("pick", "no_cache", "a picker keeps what it reads"),
    ("pick", "columns", "a picker's frame has every column"),
    ("pick", "dtype", "a picker's frame has the default dtypes"),
    ("pick", "parse_dates", "a picker's frame has the default dtypes"),
    ("pick", "dtype_backend", "a picker's frame has the default dtypes"),
    ("pick", "no_display", "--pick is there to show something"),
    ("pick", "chart", "a picker has a tab for each saved visualization"),
    ("pick", "table", "a picker has a tab with that table"),
    ("explain", "table", "--explain shows a text, --table the rows"),
    ("table", "chart", "--table shows the rows, --chart a picture"),
    ("table", "no_display", "--table is there to show something"),
    ("explain", "chart", "--explain shows a text, --chart a picture"),
    ("chart", "columns", "a chart has the columns that were saved with it"),
    ("chart", "dtype", "what a chart shows was saved with it"),
    ("chart", "parse_dates", "what a chart shows was saved with it"),
    ("chart", "dtype_backend", "what a chart shows was saved with it"),
    ("pick", "expect", "--pick shows inputs, and a read compares with the schema"),
    ("explain", "expect", "--explain reads nothing that could be compared with the schema"),
    ("chart", "expect", "a chart is drawn of whatever rows there are"),
    ("explain", "no_display", "--explain is there to show something"),
    ("explain", "save", "--explain changes nothing, --save does"),
    ("explain", "each", "--explain is of one read"),
    ("explain", "split", "--explain is of one read"),
    ("explain", "append_to", "--explain changes nothing, --append-to does"),
    ("append_to", "each", "pieces are appended, of --split"),
    ("append_to", "columns", "the file holds every column"),
    ("each", "split", "one of them makes many reads of one"),
    ("offline", "save", "--save needs the server, --offline forbids it"),
)


def check_together(given: Mapping[str, object]) -> None:
    """Refuse options that contradict each other.

    Parameters
    ----------
    given : mapping of str to object
        Values by the options' names; None, False and nothing at all where one is left out.

    Raises
    ------
    ArgumentError
        Two of them do not go together.
    """
    for one, other, why in _CONTRADICTIONS:
        if _is_given(given.get(one)) and _is_given(given.get(other)):
            raise ArgumentError(
                f"--{one.replace('_', '-')} and --{other.replace('_', '-')} do not go together.",
                hint=f"Leave one of them out: {why}.",
            )


def _is_given(value: object) -> bool:
    return value not in (None, False, ())


def cache_mode(
    *, refresh: bool, offline: bool, no_cache: bool
) -> Literal["use", "refresh", "only", "off"]:
    """Return what the read functions take as ``cache``."""
    return "refresh" if refresh else "only" if offline else "off" if no_cache else "use"


def column_names(texts: Iterable[str]) -> list[str]:
    """Return the names in texts such as ``day,market``; one with a comma is in double quotes."""
    return [name for row in csv.reader(texts, skipinitialspace=True) for name in row if name]
