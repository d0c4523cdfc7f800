"""What each version of the server answers in its own way: a table of facts that routes look up.

The facts are those of the recordings in ``tests/data/wire_versions``; what no field says is the
same in every version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from watchframe.demo.responses import CONFLICT, NOT_FOUND

_OLD_METHOD_PAGE = (
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<title>405 Method Not Allowed</title>'
    "\n<h1>Method Not Allowed</h1>\n<p>The method is not allowed for the requested URL.</p>\n"
)
_METHOD_PAGE = (
    "<!doctype html>\n<html lang=en>\n<title>405 Method Not Allowed</title>\n"
    "<h1>Method Not Allowed</h1>\n<p>The method is not allowed for the requested URL.</p>\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One version; what is not given is as the newest one has it.

    Attributes
    ----------
    server_version : str
        What the session says.
    unknown_parameter_types : frozenset of str
        Every value of such a parameter is refused.
    missing_routes : frozenset of (str, str)
        Method and path of routes that it does not have yet.
    has_hashed_order : bool
        Keys of objects come in the order of a hash, not in that of the code.
    guesses_address : bool
        A 404 message ends with a guess of the address that was meant.
    messages : mapping of str to str
        Standard messages that it words otherwise.
    has_dashboards_by_slug : bool
        The address of a dashboard has its slug, even one of digits, where others have the id.
    dashboard_columns : int
        How many columns the grid of a dashboard has.
    has_whole_owners : bool
        A dashboard has all of its owner, and no ``options``.
    job_fields_missing : tuple of str
        Fields that a job lacks.
    has_start_of_job : bool
        A job that runs says since when.
    keeps_start_of_job : bool
        So does one that was cancelled while it ran.
    unknown_job_waits : bool
        A job that never was is pending for ever, instead of an error.
    cancelled_words : tuple of (str, str)
        The error of a job that was cancelled while it waited, and while it ran.
    has_exact_numeric : bool
        Whole numbers of ``numeric`` are exact integers, not floats.
    writes_nan : bool
        NaN and infinities are literals in the JSON, not null.
    hashes_defaults : bool
        A run with the defaults of a query's parameters becomes its latest result.
    answers_tsv_as_csv : bool
        A ``.tsv`` is a ``.csv``.
    annotation : str
        The comment that is run before a query's text, so that messages have it.
    cookies : tuple of str
        Names of the cookies that answers set.
    quotes_filename : bool
        The name in ``Content-Disposition`` is quoted.
    page_headers : mapping of str to str
        Headers of the front end's page.
    method_page : tuple of (str, str)
        Content type and body of a 405.
    hides_forked_widgets : bool
        The answer to a dashboard's fork has its widgets as restricted ones.
    is_fork : bool
        Inverse Watch's own: more data sources, routes, orders and fields.
    """

    server_version: str
    unknown_parameter_types: frozenset[str] = frozenset()
    missing_routes: frozenset[tuple[str, str]] = frozenset()
    has_hashed_order: bool = False
    guesses_address: bool = False
    messages: Mapping[str, str] = field(default_factory=dict)
    has_dashboards_by_slug: bool = False
    dashboard_columns: int = 12
    has_whole_owners: bool = False
    job_fields_missing: tuple[str, ...] = ()
    has_start_of_job: bool = True
    keeps_start_of_job: bool = False
    unknown_job_waits: bool = False
    cancelled_words: tuple[str, str] = ("Query cancelled by user.", "Query cancelled by user.")
    has_exact_numeric: bool = False
    writes_nan: bool = False
    hashes_defaults: bool = True
    answers_tsv_as_csv: bool = False
    annotation: str = ""
    cookies: tuple[str, ...] = ()
    quotes_filename: bool = False
    page_headers: Mapping[str, str] = field(
        default_factory=lambda: {
            "Content-Disposition": "inline; filename=index.html",
            "Cache-Control": "no-cache, max-age=0",
        }
    )
    method_page: tuple[str, str] = ("text/html; charset=utf-8", _METHOD_PAGE)
    hides_forked_widgets: bool = False
    is_fork: bool = False


_FORK_OF_DASHBOARD = ("POST", "/api/dashboards/{id}/fork")
_ANNOTATION = "/* Query ID: {query_id}, Queue: queries, Query Hash: {hash}, Scheduled: False */ "

_V26 = Dialect(server_version="26.08.0-dev")
#: The newest one has the comment too; here it has not, and its messages show the text's lines.
_V25 = replace(_V26, server_version="25.8.0", annotation=_ANNOTATION, hides_forked_widgets=True)
_FORK = replace(_V25, server_version="26.04.0-dev", is_fork=True)
_V10 = replace(
    _V25,
    server_version="10.1.0",
    dashboard_columns=6,
    unknown_parameter_types=frozenset({"text-pattern"}),
    missing_routes=frozenset({_FORK_OF_DASHBOARD}),
    keeps_start_of_job=True,
    has_exact_numeric=True,
    hashes_defaults=False,
    cookies=("csrf_token", "session"),
    page_headers={"Cache-Control": "public, max-age=0"},
    method_page=("text/html", _OLD_METHOD_PAGE),
)
_V8 = replace(
    _V10,
    server_version="8.0.0",
    missing_routes=frozenset(
        {
            _FORK_OF_DASHBOARD,
            ("GET", "/api/dashboards/my"),
            ("POST", "/api/alerts/{id}/mute"),
            ("DELETE", "/api/alerts/{id}/mute"),
        }
    ),
    has_hashed_order=True,
    guesses_address=True,
    messages={
        NOT_FOUND: NOT_FOUND.replace(". If", ".  If"),
        CONFLICT: CONFLICT.replace(". The", ".  The"),
    },
    has_dashboards_by_slug=True,
    has_whole_owners=True,
    job_fields_missing=("result",),
    has_start_of_job=False,
    keeps_start_of_job=False,
    unknown_job_waits=True,
    cancelled_words=("revoked", "terminated"),
    writes_nan=True,
    answers_tsv_as_csv=True,
    annotation="/* Query Hash: {hash}, Queue: queries, Query ID: {query_id} */ ",
    cookies=(),
    quotes_filename=True,
)

NEWEST = "26.8"
#: Version -> what it answers.
DIALECTS: Mapping[str, Dialect] = {
    "8.0": _V8,
    "10.1": _V10,
    "25.8": _V25,
    NEWEST: _V26,
    "fork": _FORK,
}
