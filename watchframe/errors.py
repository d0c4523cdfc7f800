"""Every error that watchframe raises, as one tree, and its warnings.

::

    WatchframeError                     .message; .hint: what to do next
    |- ConfigurationError               no server, no key, a bad setting
    |- ArgumentError                    (ValueError) an argument that cannot mean anything
    |- QueryReferenceError              (ValueError) no id, no query's page, or no unique name
    |- ParameterError                   (ValueError) .query_id .query_name .name
    |  |- UnknownParameterError         .known, .suggestions
    |  |- MissingParameterError
    |  `- ParameterValueError           .value .expected
    |- ServerError                      .url .method
    |  |- TransportError                no usable answer came
    |  |  |- ConnectError               (ConnectionError)
    |  |  |- IncompleteBodyError        (DecodeError) .offset: where it broke off
    |  |  `- TransportTimeoutError      (TimeoutError)
    |  |- ResponseError                 an answer that says no: .status .server_message .retry_after
    |  |  |- AuthenticationError
    |  |  |- AccessDeniedError          (PermissionError)
    |  |  |- NotFoundError              (LookupError)
    |  |  |- ConflictError
    |  |  `- RateLimitError
    |  `- ProtocolError                 answered, but not in Watch's shape, or about something else
    |- JobError                         .job_id
    |  |- JobFailedError                .reason: the data source's own words, whole; .sql
    |  |- JobCancelledError
    |  `- JobTimeoutError               (TimeoutError) .timeout .is_cancelled
    |- DecodeError                      (ValueError) .offset, in bytes
    |- SchemaDriftError                 (ValueError) .differences .columns .path
    |- CacheError
    |  |- CacheMissError                (LookupError)
    |  `- CacheFormatError
    `- LockError                        a lock cannot be read or written
       |- NotInLockError                (LookupError)
       `- ResultGoneError               (LookupError) .query_id .query_result_id

Attributes hold the facts, messages repeat them for people, with control characters written out, for
servers send some, and with keys hidden. An error is complete when it is raised: code
that knows more about it raises a copy, made by `WatchframeError.replace`.
"""

from __future__ import annotations

import copyreg
import dataclasses
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from watchframe.hints import Hint
from watchframe.keys import without_keys
from watchframe.plain_text import plain_text

if TYPE_CHECKING:
    from watchframe.read.schema_contract import SchemaDifference

__all__ = [
    "AccessDeniedError",
    "ArgumentError",
    "AuthenticationError",
    "CacheError",
    "CacheFormatError",
    "CacheMissError",
    "CacheWarning",
    "ColumnTypeWarning",
    "ConfigurationError",
    "ConfigurationWarning",
    "ConflictError",
    "ConnectError",
    "DecodeError",
    "IncompleteBodyError",
    "JobCancelledError",
    "JobError",
    "JobFailedError",
    "JobTimeoutError",
    "LockError",
    "MissingParameterError",
    "NotFoundError",
    "NotInLockError",
    "ParameterError",
    "ParameterValueError",
    "ParameterWarning",
    "PrecisionWarning",
    "ProtocolError",
    "QueryReferenceError",
    "RateLimitError",
    "ResponseError",
    "ResultGoneError",
    "ResultTruncatedWarning",
    "SchemaDriftError",
    "ServerError",
    "TransportError",
    "TransportTimeoutError",
    "UnknownParameterError",
    "UnprovenResultWarning",
    "WatchframeError",
    "WatchframeWarning",
]


@dataclass(eq=False, repr=False)
class WatchframeError(Exception):
    """Base of every error of this library.

    Attributes
    ----------
    message : str
        What happened.
    hint : str or None
        What to do next, in one sentence.
    """

    message: str
    hint: str | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if not isinstance(self.message, Hint):
            self.message = without_keys(plain_text(self.message))
        self.args = (self.message,)
        if self.hint is not None and not isinstance(self.hint, Hint):
            self.hint = without_keys(plain_text(self.hint))
        if "IPython" in sys.modules:
            # What shows an error lies above this file, and IPython gives it no chance to load.
            from watchframe.display.tracebacks import prepare_shell  # noqa: PLC0415 - as said

            prepare_shell()

    def replace(self, **facts: Any) -> Self:
        """Return a copy with another message, another hint or other facts.

        Raises
        ------
        TypeError
            This kind of error has no such fact.
        """
        copy = dataclasses.replace(self, **facts)
        for note in getattr(self, "__notes__", ()):
            copy.add_note(note)
        copy.__cause__, copy.__suppress_context__ = self.__cause__, self.__suppress_context__
        return copy.with_traceback(self.__traceback__)

    def __str__(self) -> str:
        return f"{self.message}\nHint: {self.hint}" if self.hint else self.message

    def _render_traceback_(self) -> list[str]:
        """Return the lines that IPython shows; it asks for them by this name."""
        from watchframe.display.tracebacks import Rendering  # noqa: PLC0415 - as above

        return Rendering(self)()

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword-only arguments do not survive the default pickling, and errors cross processes.
        return copyreg.__newobj__, (type(self), *self.args), vars(self)  # type: ignore[attr-defined]


class ConfigurationError(WatchframeError):
    """No server, no API key, or a setting that cannot be used."""


class ArgumentError(WatchframeError, ValueError):
    """An argument of a function is not one of the values that it can take."""


class QueryReferenceError(WatchframeError, ValueError):
    """What should name a query is no id, no URL of a query's page, and not one query's name."""


@dataclass(eq=False, repr=False, kw_only=True)
class ParameterError(WatchframeError, ValueError):
    """A query parameter cannot be sent; no request was made.

    Attributes
    ----------
    name : str
        The parameter's name.
    query_id : int or None
        The query's id; None for ad-hoc SQL.
    query_name : str or None
        The query's name.
    """

    name: str
    query_id: int | None = None
    query_name: str | None = None


@dataclass(eq=False, repr=False, kw_only=True)
class UnknownParameterError(ParameterError):
    """The query has no parameter of this name.

    Attributes
    ----------
    known : tuple of str
        The names that the query has.
    suggestions : tuple of str
        The names among them that look most like the wrong one, best first.
    """

    known: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()


class MissingParameterError(ParameterError):
    """The parameter has no default and no value was given."""


@dataclass(eq=False, repr=False, kw_only=True)
class ParameterValueError(ParameterError):
    """The value does not fit the parameter's definition.

    Attributes
    ----------
    value : object
        The value, as the caller passed it.
    expected : str
        What would have been accepted, in words.
    """

    value: object
    expected: str


@dataclass(eq=False, repr=False, kw_only=True)
class ServerError(WatchframeError):
    """Talking to the server failed.

    Attributes
    ----------
    method : str or None
        The request's method.
    url : str or None
        The request's URL, without any credentials.
    """

    method: str | None = None
    url: str | None = None


class TransportError(ServerError):
    """No usable answer came: the connection failed, broke or fell silent."""


@dataclass(eq=False, repr=False, kw_only=True)
class ConnectError(TransportError, ConnectionError):
    """No connection to the server could be made, or it broke before an answer came.

    Attributes
    ----------
    was_not_sent : bool
        Whether it is certain that the server did not get the request.
    is_lasting : bool
        Whether it would be the same a moment later, as with a certificate that is not trusted.
    """

    was_not_sent: bool = False
    is_lasting: bool = False


class TransportTimeoutError(TransportError, TimeoutError):
    """The server did not answer within the connection or read timeout."""


@dataclass(eq=False, repr=False, kw_only=True)
class ResponseError(ServerError):
    """The server answered with a status that says no.

    Attributes
    ----------
    status : int
        The HTTP status code.
    server_message : str
        The server's own words; empty when it sent none.
    retry_after : float or None
        Seconds after which the server would like to be asked again, where it says so.
    """

    status: int
    server_message: str = ""
    retry_after: float | None = None


class AuthenticationError(ResponseError):
    """The server does not accept the API key (it answers 404 for that, or 401)."""


class AccessDeniedError(ResponseError, PermissionError):
    """The key is known but may not do this."""


class NotFoundError(ResponseError, LookupError):
    """The server has no such query, result, dashboard or route."""


@dataclass(eq=False, repr=False, kw_only=True)
class ConflictError(ResponseError):
    """The object was changed by another user since it was read.

    Attributes
    ----------
    given_version, current_version : int or None
        The version that the edit was based on, and the one that the server has now. A query's
        does not count up: there, `given` and `current` tell when it was edited.
    given, current : object
        The whole object that the edit was based on, and as the server has it now; None where that
        is not known.
    """

    given_version: int | None = None
    current_version: int | None = None
    given: object = None
    current: object = None


class RateLimitError(ResponseError):
    """The server asks to slow down; ``.retry_after`` says for how long, where the server does."""


@dataclass(eq=False, repr=False, kw_only=True)
class ProtocolError(ServerError):
    """The server answered, but not in Watch's shape, or about something else than was asked for.

    Attributes
    ----------
    status : int or None
        The HTTP status code.
    excerpt : str
        The beginning of the answer's body.
    """

    status: int | None = None
    excerpt: str = ""


@dataclass(eq=False, repr=False, kw_only=True)
class JobError(WatchframeError):
    """An execution on the server did not end in a result.

    Attributes
    ----------
    job_id : str or None
        The server's id of the job.
    """

    job_id: str | None = None


@dataclass(eq=False, repr=False, kw_only=True)
class JobFailedError(JobError):
    """The data source refused or failed the query.

    Attributes
    ----------
    reason : str
        The data source's own message, whole.
    sql : str or None
        The statement that it refused, as the server renders it, where that is known.
    """

    reason: str
    sql: str | None = None


class JobCancelledError(JobError):
    """The execution was cancelled, by this process or by another one that waited for it."""


@dataclass(eq=False, repr=False, kw_only=True)
class JobTimeoutError(JobError, TimeoutError):
    """The query was not finished within the deadline; it was cancelled where the key may.

    Attributes
    ----------
    timeout : float
        The deadline, in seconds.
    is_cancelled : bool or None
        Whether the server stopped the execution; None where none had begun.
    """

    timeout: float
    is_cancelled: bool | None = None


@dataclass(eq=False, repr=False, kw_only=True)
class DecodeError(WatchframeError, ValueError):
    """A result's body is not what it says it is.

    Attributes
    ----------
    offset : int or None
        Where, in bytes from the start of the (uncompressed) body.
    """

    offset: int | None = None


@dataclass(eq=False, repr=False, kw_only=True)
class IncompleteBodyError(TransportError, DecodeError):
    """The body of an answer ended early; ``.offset`` is how many bytes of it had arrived."""


@dataclass(eq=False, repr=False, kw_only=True)
class SchemaDriftError(WatchframeError, ValueError):
    """A result is not as its schema says. It was read, and stored where results are.

    Attributes
    ----------
    differences : tuple of SchemaDifference
        Each with ``.column``, ``.what``, ``.expected`` and ``.found``.
    path : str or None
        The schema's file.
    """

    differences: tuple[SchemaDifference, ...] = ()
    path: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that differ, each once."""
        names = (item.column for item in self.differences if item.column is not None)
        return tuple(dict.fromkeys(names))


class CacheError(WatchframeError):
    """The local cache cannot do what was asked."""


class CacheMissError(CacheError, LookupError):
    """``cache="only"`` was asked for, and the cache has nothing that fits."""


class CacheFormatError(CacheError):
    """A cache entry cannot be read; it is dropped and fetched again."""


class LockError(WatchframeError):
    """A lock, or its pack, cannot be read or written."""


class NotInLockError(LockError, LookupError):
    """A read was to be answered by a lock that does not hold it."""


@dataclass(eq=False, repr=False)
class ResultGoneError(LockError, LookupError):
    """A result that a lock names is neither here nor on the server any more.

    Attributes
    ----------
    query_id : int or None
        The saved query; None for ad-hoc SQL.
    query_result_id : int or None
        The server's id of the result; None where the lock does not know it.
    """

    query_id: int | None = field(default=None, kw_only=True)
    query_result_id: int | None = field(default=None, kw_only=True)


class WatchframeWarning(UserWarning):
    """Base of every warning of this library.

    Parameters
    ----------
    message : str
        What is not as one would expect.
    """

    def __init__(self, message: str) -> None:
        super().__init__(without_keys(plain_text(message)))

    def _render_traceback_(self) -> list[str]:
        """Return the lines that IPython shows where warnings are made errors; as of errors."""
        from watchframe.display.tracebacks import Rendering  # noqa: PLC0415 - as above

        return Rendering(self)()


class ConfigurationWarning(WatchframeWarning):
    """Others may read a file with a key, or the server does not know the key or is not there."""


class ColumnTypeWarning(WatchframeWarning):
    """A column's values are not of the declared type, or it is not declared; each was kept."""


class PrecisionWarning(WatchframeWarning):
    """A column holds floats from 2**53 on: the server has rounded what the data source had."""


class ResultTruncatedWarning(WatchframeWarning):
    """Rows are missing: the data source says so, or the server's automatic ``LIMIT`` cut them."""


class UnprovenResultWarning(WatchframeWarning):
    """Nothing proves that the rows are of the values that were asked for; they were not stored."""


class ParameterWarning(WatchframeWarning):
    """A parameter value will be sent, but is likely not to mean what it says."""


class CacheWarning(WatchframeWarning):
    """The local cache could not be read or written; the result itself is right."""
