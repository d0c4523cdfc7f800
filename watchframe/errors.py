"""Every error that watchframe raises, as one tree.

::

    WatchframeError                     .hint: what to do next, one sentence
    |- ConfigurationError               no server, no key, a bad setting
    |- ArgumentError                    (ValueError) an argument that cannot mean anything
    |- QueryReferenceError              (ValueError) not an id, not a query's page
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
    |  |- JobFailedError                .reason: the data source's own words, whole
    |  |- JobCancelledError
    |  `- JobTimeoutError               (TimeoutError) .timeout
    |- DecodeError                      (ValueError) .offset, in bytes
    `- CacheError
       |- CacheMissError                (LookupError)
       `- CacheFormatError

Attributes hold the facts, messages repeat them for people: with control characters written out, for
servers send some. No message ever holds an API key.
"""

from __future__ import annotations

from watchframe.plain_text import plain_text

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
    "MissingParameterError",
    "NotFoundError",
    "ParameterError",
    "ParameterValueError",
    "ParameterWarning",
    "PrecisionWarning",
    "ProtocolError",
    "QueryReferenceError",
    "RateLimitError",
    "ResponseError",
    "ResultTruncatedWarning",
    "ServerError",
    "TransportError",
    "TransportTimeoutError",
    "UnknownParameterError",
    "UnprovenResultWarning",
    "WatchframeError",
    "WatchframeWarning",
]


class WatchframeError(Exception):
    """Base of every error of this library.

    Parameters
    ----------
    message : str
        What happened.
    hint : str, optional
        What to do next, in one sentence.
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        message = plain_text(message)
        super().__init__(message)
        self.message = message
        self.hint = None if hint is None else plain_text(hint)

    def __str__(self) -> str:
        # Once more: the code that catches an error may set another hint, or another message.
        return plain_text(f"{self.message}\nHint: {self.hint}" if self.hint else self.message)

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword-only arguments do not survive the default pickling, and errors cross processes.
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(
    cls: type[WatchframeError], args: tuple[object, ...], state: dict[str, object]
) -> WatchframeError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class ConfigurationError(WatchframeError):
    """No server, no API key, or a setting that cannot be used."""


class ArgumentError(WatchframeError, ValueError):
    """An argument of a function is not one of the values that it can take."""


class QueryReferenceError(WatchframeError, ValueError):
    """What was given as a query is neither an id nor the URL of a query's page."""


class ParameterError(WatchframeError, ValueError):
    """A query parameter cannot be sent as given; no request was made.

    Attributes
    ----------
    name : str
        The parameter's name.
    query_id : int or None
        The query's id; None for ad-hoc SQL.
    query_name : str or None
        The query's name.
    """

    def __init__(
        self,
        message: str,
        *,
        name: str,
        query_id: int | None = None,
        query_name: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.name = name
        self.query_id = query_id
        self.query_name = query_name


class UnknownParameterError(ParameterError):
    """The query has no parameter of this name.

    Attributes
    ----------
    known : tuple of str
        The names that the query has.
    suggestions : tuple of str
        Those of them that look most like the given one, best first.
    """

    def __init__(
        self,
        message: str,
        *,
        name: str,
        known: tuple[str, ...] = (),
        suggestions: tuple[str, ...] = (),
        query_id: int | None = None,
        query_name: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, name=name, query_id=query_id, query_name=query_name, hint=hint)
        self.known = known
        self.suggestions = suggestions


class MissingParameterError(ParameterError):
    """The parameter has no default and no value was given."""


class ParameterValueError(ParameterError):
    """The value does not fit the parameter's definition.

    Attributes
    ----------
    value : object
        The value as given.
    expected : str
        What would have been accepted, in words.
    """

    def __init__(
        self,
        message: str,
        *,
        name: str,
        value: object,
        expected: str,
        query_id: int | None = None,
        query_name: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, name=name, query_id=query_id, query_name=query_name, hint=hint)
        self.value = value
        self.expected = expected


class ServerError(WatchframeError):
    """Talking to the server failed.

    Attributes
    ----------
    method : str or None
        The request's method.
    url : str or None
        The request's URL, without any credentials.
    """

    def __init__(
        self,
        message: str,
        *,
        method: str | None = None,
        url: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.method = method
        self.url = url


class TransportError(ServerError):
    """No usable answer came: the connection failed, broke or fell silent."""


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

    retry_after: float | None = None

    def __init__(
        self,
        message: str,
        *,
        status: int,
        server_message: str = "",
        method: str | None = None,
        url: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, method=method, url=url, hint=hint)
        self.status = status
        self.server_message = server_message


class AuthenticationError(ResponseError):
    """The server does not accept the API key (it answers 404 for that, or 401)."""


class AccessDeniedError(ResponseError, PermissionError):
    """The key is known but may not do this."""


class NotFoundError(ResponseError, LookupError):
    """The server has no such query, result, dashboard or route."""


class ConflictError(ResponseError):
    """Somebody else changed the object since it was read.

    Attributes
    ----------
    given_version, current_version : int or None
        The version that the edit was based on, and the one that the server has now. A query's
        does not count up: there, `given` and `current` tell when it was edited.
    given, current : object
        The whole object that the edit was based on, and as the server has it now; None where that
        is not known.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        server_message: str = "",
        given_version: int | None = None,
        current_version: int | None = None,
        given: object = None,
        current: object = None,
        method: str | None = None,
        url: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(
            message, status=status, server_message=server_message, method=method, url=url, hint=hint
        )
        self.given_version = given_version
        self.current_version = current_version
        self.given = given
        self.current = current


class RateLimitError(ResponseError):
    """The server asks to slow down; ``.retry_after`` says for how long, where the server does."""

    def __init__(
        self,
        message: str,
        *,
        status: int,
        retry_after: float | None = None,
        server_message: str = "",
        method: str | None = None,
        url: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(
            message, status=status, server_message=server_message, method=method, url=url, hint=hint
        )
        self.retry_after = retry_after


class ProtocolError(ServerError):
    """The server answered, but not in Watch's shape, or about something else than was asked for.

    Attributes
    ----------
    status : int or None
        The HTTP status code.
    excerpt : str
        The beginning of what it said.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        excerpt: str = "",
        method: str | None = None,
        url: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, method=method, url=url, hint=hint)
        self.status = status
        self.excerpt = excerpt


class JobError(WatchframeError):
    """An execution on the server did not end in a result.

    Attributes
    ----------
    job_id : str or None
        The server's id of the job.
    """

    def __init__(self, message: str, *, job_id: str | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.job_id = job_id


class JobFailedError(JobError):
    """The data source refused or failed the query.

    Attributes
    ----------
    reason : str
        The data source's own message, whole.
    """

    def __init__(
        self, message: str, *, reason: str, job_id: str | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message, job_id=job_id, hint=hint)
        self.reason = reason


class JobCancelledError(JobError):
    """The execution was cancelled, by this process or by anybody who shared it."""


class JobTimeoutError(JobError, TimeoutError):
    """The query was not finished within the deadline; it was cancelled where the key may.

    Attributes
    ----------
    timeout : float
        The deadline, in seconds.
    """

    def __init__(
        self, message: str, *, timeout: float, job_id: str | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message, job_id=job_id, hint=hint)
        self.timeout = timeout


class DecodeError(WatchframeError, ValueError):
    """A result's body is not what it says it is.

    Attributes
    ----------
    offset : int or None
        Where, in bytes from the start of the (uncompressed) body.
    """

    def __init__(self, message: str, *, offset: int | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.offset = offset


class IncompleteBodyError(TransportError, DecodeError):
    """An answer's body ended before all that was promised had arrived.

    Attributes
    ----------
    offset : int or None
        How many bytes of the (uncompressed) body did arrive.
    """

    def __init__(
        self,
        message: str,
        *,
        offset: int | None = None,
        method: str | None = None,
        url: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, method=method, url=url, hint=hint)
        self.offset = offset


class CacheError(WatchframeError):
    """The local cache cannot do what was asked."""


class CacheMissError(CacheError, LookupError):
    """``cache="only"`` was asked for, and the cache has nothing that fits."""


class CacheFormatError(CacheError):
    """A cache entry cannot be read; it is dropped and fetched anew."""


class WatchframeWarning(UserWarning):
    """Base of every warning of this library.

    Parameters
    ----------
    message : str
        What is not as one would expect.
    """

    def __init__(self, message: str) -> None:
        super().__init__(plain_text(message))


class ConfigurationWarning(WatchframeWarning):
    """A file with an API key may be read by other users of this machine."""


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
