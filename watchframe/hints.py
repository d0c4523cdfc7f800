"""What to do after an error, and what it says, in the words of the place where it is shown.

A hint that names an argument, an option or a button reads differently in Python, in a cell of
``%watch``, on the command line and at a picker, and the code that raises the error does not know
where it will be shown. So the error gets a `Hint`, which is a kind and its facts, and the table
`Kind` has the words for each place. A hint that reads the same everywhere, or that is shown in one
place only, is plain text.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from enum import Enum
from typing import Any, Literal, Self, overload

from watchframe.keys import without_keys
from watchframe.plain_text import plain_text, shell_text

#: Where an error is shown.
Face = Literal["python", "cell", "terminal", "picker"]


class _FactFormatter(string.Formatter):
    """`str.format` with ``!q``, which quotes a fact as a shell and ``%watch`` read it."""

    def convert_field(self, value: Any, conversion: str | None) -> Any:
        if conversion == "q":
            return shell_text(str(value))
        return super().convert_field(value, conversion)


_FORMATTER = _FactFormatter()


class Words:
    """The words of one kind of hint, with its facts in braces as of `str.format`.

    Parameters
    ----------
    python : str
    cell, picker : str, optional
        As in Python by default: that is where a cell and a picker are.
    terminal : str, optional
        As in a cell by default: most options of ``%watch`` are those of the command line.
    """

    def __init__(
        self,
        *,
        python: str,
        cell: str | None = None,
        terminal: str | None = None,
        picker: str | None = None,
    ) -> None:
        cell = python if cell is None else cell
        self.of: Mapping[Face, str] = {
            "python": python,
            "cell": cell,
            "terminal": cell if terminal is None else terminal,
            "picker": python if picker is None else picker,
        }


class Kind(Enum):
    """Every kind of hint that reads differently in different places."""

    # Connections
    CONNECT = Words(
        python='Call watchframe.connect("https://app.inverse.watch", key), or set WATCHFRAME_URL '
        "and WATCHFRAME_API_KEY, or run: watchframe login. The address that a query's page shows "
        "under Show API Key needs none of these, and that of the page itself names its server.",
        terminal="Run: watchframe login, or set WATCHFRAME_URL and WATCHFRAME_API_KEY. The address "
        "that a query's page shows under Show API Key needs none of these, and that of the page "
        "itself names its server.",
    )
    NO_KEY = Words(
        python="Call watchframe.connect({server!r}, key), or set WATCHFRAME_URL and "
        "WATCHFRAME_API_KEY, or run: watchframe login --url {server!q}. The address that a query's "
        "page shows under Show API Key needs none of these.",
        terminal="Run: watchframe login --url {server!q}, or set WATCHFRAME_URL and "
        "WATCHFRAME_API_KEY. The address that a query's page shows under Show API Key needs none "
        "of these.",
    )
    OTHER_SERVER = Words(
        python="Call watchframe.connect({server!r}), or pass client=Client({server!r}): a key of "
        "the one server is not sent to the other.",
        cell="Call watchframe.connect({server!r}): a key of the one server is not sent to the "
        "other.",
        terminal="Leave --url and --profile out: a page's address names its server, and a key of "
        "the one server is not sent to the other.",
    )
    NEEDS_USER_KEY = Words(
        python="A query's key reads that one query and its results. It runs no query with a text "
        "parameter, cancels nothing, and sees no lists, dashboards, other queries or SQL of your "
        "own: these need a user's key, connect(url, key), or WATCHFRAME_API_KEY.",
        cell="A query's key reads that one query and its results. It runs no query with a text "
        "parameter, cancels nothing, and sees no lists, dashboards, other queries or SQL of your "
        "own: these need a user's key: WATCHFRAME_API_KEY, or watchframe.connect.",
        terminal="A query's key reads that one query and its results. It runs no query with a text "
        "parameter, cancels nothing, and sees no lists, dashboards, other queries or SQL of your "
        "own: these need a user's key. Run: watchframe login",
    )
    WRONG_QUERY_KEY = Words(
        python="This key is not that of query {query_id}, or no longer: copy it again from the "
        "query's page (its menu, Show API Key).",
    )
    WRONG_USER_KEY = Words(
        python="This key is no user's, or no longer: copy yours again from your profile's page. "
        "The key of a query reads that query alone: give it as query_keys={{479: key}}, with the "
        "query's id.",
        cell="This key is no user's, or no longer: copy yours again from your profile's page. The "
        "key of a query reads that query alone: set it as WATCHFRAME_QUERY_KEY_479, with the "
        "query's id.",
        terminal="This key is no user's, or no longer: copy yours again from your profile's page. "
        "The key of a query reads that query alone: keep it with watchframe login --query 479, "
        "with the query's id.",
    )
    ALLOW_PLAIN_HTTP = Words(
        python="Use https. If the network is yours: connect({server!r}, ..., "
        "allow_plain_http=True), or WATCHFRAME_ALLOW_PLAIN_HTTP=1 in the environment (beside a "
        "WATCHFRAME_URL it holds for that server alone).",
        cell="Use https. If the network is yours, set WATCHFRAME_ALLOW_PLAIN_HTTP=1 (beside a "
        "WATCHFRAME_URL it holds for that server alone).",
    )
    MAYBE_PLAIN_HTTP = Words(
        python="If the server speaks plain http, write http:// in its URL (and set "
        "WATCHFRAME_ALLOW_PLAIN_HTTP=1 where the network is yours). Else check the port, and the "
        "proxy where there is one.",
    )

    # Time
    LONGER_TIMEOUT = Words(
        python="Give a longer timeout=, or None to wait as long as it takes.",
        cell="Give a longer --timeout, or 'none' to wait as long as it takes.",
        picker="Make the picker with a longer timeout, or None to wait as long as it takes.",
    )
    STILL_RUNNING = Words(
        python="The query keeps running on the server: it could not be cancelled (a query's key "
        "may not do that). Read it again later, or give a longer timeout=.",
        cell="The query keeps running on the server: it could not be cancelled (a query's key may "
        "not do that). Read it again later, or give a longer --timeout.",
        picker="The query keeps running on the server: it could not be cancelled (a query's key "
        "may not do that). Run it again later.",
    )
    MAYBE_RUNNING = Words(
        python="The query may be running all the same. Read it again with the same parameters and "
        "max_age=: that joins the execution while it runs, or takes its result.",
        cell="The query may be running all the same. Read it again with the same parameters and "
        "--max-age: that joins the execution while it runs, or takes its result.",
        picker="The query may be running all the same. Run it again with the same values.",
    )
    FETCHED_ELSEWHERE = Words(
        python='Give a longer timeout=, or cache="off" to fetch it beside the other one.',
        cell="Give a longer --timeout, or --no-cache to fetch it beside the other one.",
        picker="Run it again, or make the picker with a longer timeout.",
    )

    # The local cache
    STORED_COPY = Words(
        python='A {copy} is in the local cache: cache="only" takes it.',
        cell="A {copy} is in the local cache: --offline takes it.",
        picker='A {copy} is in the local cache: in Python, cache="only" takes it.',
    )
    FREEZE_AGAIN = Words(
        python="Freeze again: run the whole report within watchframe.freeze({lock!r}).",
        cell="Freeze again: %watch_freeze {lock!q} in the first cell, run the whole report, then "
        "%watch_freeze --end.",
        terminal="Freeze again: watchframe freeze NOTEBOOK -o {lock!q}",
        picker="Freeze again: run the whole report within watchframe.freeze({lock!r}).",
    )
    RESULT_GONE = Words(
        python="Somebody who still has the rows can send them: watchframe.pack(lock, file), then "
        "watchframe.replay(file). Otherwise freeze the report again, with the rows of today.",
        terminal="Somebody who still has the rows can send them: watchframe pack LOCK -o FILE, "
        "then watchframe replay NOTEBOOK --lock FILE. Otherwise freeze the report again, with the "
        "rows of today.",
    )
    PACK_AGAIN = Words(
        python="Pack it again: watchframe.pack(lock, file).",
        terminal="Pack it again: watchframe pack LOCK -o FILE",
    )
    NOTHING_FROZEN = Words(
        python="Read within the block: with watchframe.freeze(path): ...",
        cell="Read between %watch_freeze FILE and %watch_freeze --end.",
        terminal="Reads of other processes do not count: the notebook itself has to read.",
    )
    NOT_STORED = Words(
        python='Read it with cache="use" while the server can be reached.',
        cell="Read it without --offline while the server can be reached.",
    )
    NO_PAST_RESULT = Words(
        python='The results that are kept: q.history(). connect(..., history="30d"), or '
        "WATCHFRAME_HISTORY=30d, keeps each result for 30 days after a newer one took its place.",
        cell="The results that are kept: watch_query({query_id}).history(). "
        "WATCHFRAME_HISTORY=30d keeps each result for 30 days after a newer one took its place.",
        terminal="The results that are kept: watchframe history {query_id}. "
        "WATCHFRAME_HISTORY=30d keeps each result for 30 days after a newer one took its place.",
    )

    # Schemas
    SAVE_SCHEMA = Words(
        python="Save one of a result that is as it should be: "
        "watch_query(42).schema.save({path!r}).",
        terminal="Save one of a result that is as it should be, in Python: "
        "watchframe.watch_query(42).schema.save({path!r}).",
    )
    SCHEMA_DRIFT = Words(
        python="If it is to be so from now on, edit {path}, or read the result without expect= and "
        "save its schema again: Schema.of(frame).save({path!r}).",
        cell="If it is to be so from now on, edit {path}, or read the result without --expect and "
        "save its schema again: watchframe.Schema.of(frame).save({path!r}).",
        terminal="If it is to be so from now on, edit {path}.",
    )

    # Files that pieces are appended to
    NEEDS_SPLIT = Words(
        python="The argument append_to needs split.", cell="The option --append-to needs --split."
    )
    NEEDS_FILE = Words(
        python="The argument again needs append_to.", cell="The option --again needs --append-to."
    )
    APPEND_NEEDS = Words(
        python='Give both: split={{"period": "1D"}}, append_to="borrows.parquet".',
        cell="Give both: --split period=1D --append-to borrows.parquet.",
    )
    AGAIN_NEEDS_SERVER = Words(
        python='Leave again out, or cache="only".', cell="Leave --again out, or --offline."
    )
    OTHER_FILE = Words(
        python="Name another file in append_to, or read as the file was begun.",
        cell="Name another file in --append-to, or read as the file was begun.",
    )
    EDITED_SINCE = Words(
        python="Name another file in append_to, or move this one away: then all pieces are read "
        "again.",
        cell="Name another file in --append-to, or move this one away: then all pieces are read "
        "again.",
    )

    # References
    QUERY_REFERENCE = Words(
        python="Give the query's id, its name, or the address of its page, such as "
        "https://host/queries/42. find_watch_queries finds it by a part of its name.",
        cell="Give the query's id, its name, or the address of its page, such as "
        "https://host/queries/42. Tab behind a part of its name finds it, and so does "
        "find_watch_queries.",
        terminal="Give the query's id, its name, or the address of its page, such as "
        "https://host/queries/42. watchframe queries --search finds it by a part of its name.",
    )
    UNKNOWN_QUERY = Words(
        python="Check the id, and the server's URL. find_watch_queries finds a query by a part of "
        "its name.",
        cell="Check the id, and the server's URL. Tab behind a part of its name finds a query, and "
        "so does find_watch_queries.",
        terminal="Check the id, and the server's URL. watchframe queries --search finds a query by "
        "a part of its name.",
    )
    NEAREST_QUERIES = Words(
        python="Did you mean {nearest}? Give the id. find_watch_queries finds others.",
        cell="Did you mean {nearest}? Give the id. Tab behind a part of the name finds others, and "
        "so does find_watch_queries.",
        terminal="Did you mean {nearest}? Give the id. watchframe queries --search finds others.",
    )
    NO_NEAR_QUERY = Words(
        python="Look for it with find_watch_queries, by a part of its name. The drafts of others "
        "are found by their ids alone.",
        cell="Tab behind a part of its name finds it, and so does find_watch_queries. The drafts "
        "of others are found by their ids alone.",
        terminal="Look for it with watchframe queries --search. The drafts of others are found by "
        "their ids alone.",
    )
    NAME_NEEDS_USER_KEY = Words(
        python="Only a user's key finds a query by its name: connect(url, key), or "
        "WATCHFRAME_API_KEY. With a query's own key give the query's id, or its address.",
        cell="Only a user's key finds a query by its name: WATCHFRAME_API_KEY, or "
        "watchframe.connect. With a query's own key give the query's id, or its address.",
        terminal="Only a user's key finds a query by its name. Run: watchframe login. With a "
        "query's own key give the query's id, or its address.",
    )
    IS_DASHBOARD = Words(
        python="For dashboards there is read_watch_dashboard.",
        cell="For dashboards there is read_watch_dashboard, in Python.",
        terminal="Run: watchframe dashboard",
    )
    IS_QUERY = Words(
        python="For queries there is read_watch_query.",
        cell="Run: %watch",
        terminal="Run: watchframe query",
    )

    # Parameters
    GIVE_VALUE = Words(
        python="Give it one in params, {{{name!r}: ...}}: {takes}.",
        cell="Give it one: -p {name!q}=VALUE, or -p {name!q}=$VARIABLE.",
        terminal="Give it one: -p {name!q}=VALUE.",
        picker="Fill in its field.",
    )
    WHOLE_RANGE = Words(
        python="A range is given whole: {{{name!r}: (start, end)}}.",
        cell="A range is given whole: -p {name!q}=2026-01-01..2026-03-31.",
    )
    SEVERAL_VALUES = Words(
        python="For several give a list: {values!r}.",
        cell="For several write [{text}].",
        terminal="For several write '[{text}]'.",
    )
    QUERY_ITSELF = Words(
        python="Read the query itself: read_watch_query({query_id}, {{{name!r}: ...}}).",
        cell="Read the query itself: %watch {query_id} -p {name!q}=VALUE",
        terminal="Read the query itself: watchframe query {query_id} -p {name!q}=VALUE",
    )
    RANGE_ENDS = Words(
        python="Write >= '{{{{ {name}.start }}}}' and < '{{{{ {name}.end }}}}', or pass "
        'inclusive="both", "left" or "right".',
        cell="Write >= '{{{{ {name}.start }}}}' and < '{{{{ {name}.end }}}}' in the query.",
        terminal="Write >= '{{{{ {name}.start }}}}' and < '{{{{ {name}.end }}}}' in the query, or "
        "read it in Python, where read_watch_sweep takes the argument inclusive.",
    )

    # Messages about parameters, and the parts that they are made of
    UNFIT_VALUE = Words(python="{subject} {what} {value}: it takes {takes}.")
    VALUE = Words(python="{python}", cell="{typed}", picker="{python}")
    TAKES_MOMENT = Words(
        python="a date such as {example!r}, a datetime, a Timestamp, or 'd_now', 'd_yesterday'",
        cell="a date such as {example}, or d_now, d_yesterday",
        picker="a date such as {example}, or today, yesterday",
    )
    TAKES_RANGE = Words(
        python="a start and an end such as ({start!r}, {end!r}), a Period, an Interval, or a "
        "name such as 'd_last_7_days'",
        cell="a range such as {start}..{end}, or a name such as d_last_7_days",
        picker="a start and an end, such as {start} and {end}",
    )
    TAKES_SEVERAL = Words(
        python="a list of values, each {takes}", cell="a list of values, [a, b], each {takes}"
    )
    TAKES_VALUE = Words(python="{takes}", cell="a value")

    # Care for a server
    CREATE_MISSING = Words(
        python="create_missing=True makes it a new query.",
        cell="--create-missing makes it a new query.",
    )
    OVERWRITE = Words(
        python="Look at diff_queries, then export it again and repeat the edit, or give "
        "overwrite=True.",
        cell="Look at watchframe diff, then export it again and repeat the edit, or give "
        "--overwrite.",
    )
    ONE_SERVER_COPIES = Words(
        python="For copies on one server there are clone_dashboard and client.queries.fork.",
        cell="For copies of dashboards on one server there is watchframe clone.",
    )

    # Differences of results
    FINER_KEY = Words(
        python="These rows differ in {name!r}: give on={names!r}.",
        cell="These rows differ in {name!r}: make it a part of the key.",
        terminal="These rows differ in {name!r}: add --on {name!q}.",
    )
    NO_FINER_KEY = Words(
        python="Give on= more columns, until no two rows have the same; without on=, whole rows "
        "are compared.",
        cell="Make more columns a part of the key, until no two rows have the same.",
        terminal="Give --on more columns, until no two rows have the same; without --on, whole "
        "rows are compared.",
    )
    WHOLE_ROWS = Words(
        python="Name a column, or leave on= out to compare whole rows.",
        cell="Name a column, or no key at all to compare whole rows.",
        terminal="Name a column, or leave --on out to compare whole rows.",
    )

    def __reduce_ex__(self, protocol: object) -> tuple[object, ...]:
        # By its name: errors cross processes, and an enum would be looked up there by its value.
        return getattr, (Kind, self.name)


class Hint(str):
    """What to do next, or what happened: a kind of words, and the facts that they name.

    As a string it is the words for Python.

    Parameters
    ----------
    kind : Kind
    **facts
        Each that the kind's words have in braces; one that is a `Hint` reads differently too.

    Raises
    ------
    KeyError
        A fact is missing.
    """

    __slots__ = ("facts", "kind", "words")

    def __new__(cls, kind: Kind, /, **facts: object) -> Self:
        """Make one, in the words of every face."""
        # All of them at once: a missing fact is noticed wherever the error is shown later.
        words = {
            face: without_keys(
                plain_text(
                    _FORMATTER.vformat(
                        text,
                        (),
                        {
                            name: fact.words[face] if isinstance(fact, Hint) else fact
                            for name, fact in facts.items()
                        },
                    )
                )
            )
            for face, text in kind.value.of.items()
        }
        self = super().__new__(cls, words["python"])
        self.kind, self.facts, self.words = kind, facts, words
        return self

    kind: Kind
    facts: Mapping[str, object]
    words: Mapping[Face, str]

    def __getnewargs_ex__(self) -> tuple[tuple[Kind], Mapping[str, object]]:
        return (self.kind,), self.facts


@overload
def words_for(face: Face, hint: str) -> str: ...
@overload
def words_for(face: Face, hint: str | None) -> str | None: ...
def words_for(face: Face, hint: str | None) -> str | None:
    """Return a hint, or a message, in the words of the place where it is shown."""
    return hint.words[face] if isinstance(hint, Hint) else hint
