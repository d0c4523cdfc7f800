"""The client that every function uses: of `connect`, of the settings, or of an address's server."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import timedelta, tzinfo
from pathlib import Path

from msgspec import structs

from watchframe.caller_warnings import warn_caller
from watchframe.client.client import Client
from watchframe.config import as_server, load_settings_of, no_key_error, note_connected
from watchframe.errors import (
    AccessDeniedError,
    ArgumentError,
    AuthenticationError,
    ConfigurationWarning,
    ConnectError,
    JobTimeoutError,
    NotFoundError,
    ProtocolError,
    TransportTimeoutError,
    WatchframeError,
)
from watchframe.http.deadline import Deadline
from watchframe.interactive import is_interactive
from watchframe.keys import Secret, as_secret, as_secrets
from watchframe.locks import ProcessLock

logger = logging.getLogger(__name__)

_lock = ProcessLock()
_current: Client | None = None
#: Whether `connect` made it, rather than the settings.
_is_chosen = False
#: Clients for the servers of addresses, by their URLs.
_of_servers: dict[str, Client] = {}

#: Seconds that `connect` waits for what the server says of a key.
CHECK_TIMEOUT = 3.0


def connect(
    url: str | None = None,
    api_key: str | Secret | None = None,
    *,
    profile: str | None = None,
    query_keys: Mapping[int, str | Secret] | None = None,
    headers: Mapping[str, str | Secret] | None = None,
    cache_dir: str | Path | None = None,
    timezone: str | tzinfo | None = None,
    connect_timeout: float | None = None,
    read_timeout: float | None = None,
    max_retries: int | None = None,
    allow_plain_http: bool | None = None,
    ca_bundle: str | Path | None = None,
    max_body_bytes: int | None = None,
    cache_size_limit: int | None = None,
    history: timedelta | str | float | None = None,
    stale_if_error: bool | None = None,
    cache_text_parameters: bool | None = None,
    uncached_queries: Iterable[int] | str | None = None,
    chart_images: bool | None = None,
    check: bool | None = None,
) -> Client:
    """Return a client, and make every function use it from now on.

    A setting that is not given comes from the environment variable ``WATCHFRAME_`` and its name in
    capitals, else from the config file's profile, else it has its default.

    Parameters
    ----------
    url : str, optional
        The server's base URL, with its path if it has one. From the address of a page, or of
        results, its server's is taken; a key in that is the query's, unless `api_key` is given.
    api_key : str, optional
        A user's key, or a query's key.
    profile : str, optional
        A profile of the config file; ``default`` by default.
    query_keys : mapping of int to str, optional
        Keys of queries by the queries' ids. Such a key may read that query and its results, and
        nothing else; for its query it is used in place of `api_key`, as long as it does. Others are
        added from the environment, ``WATCHFRAME_QUERY_KEY_<id>``, from the config file's table
        ``[<profile>.query_keys]``, and from ``watchframe login --query <id>``.
    headers : mapping of str to str, optional
        Sent with every request, and as secret as the key: what an identity proxy in front of the
        server wants, such as ``CF-Access-Client-Id``. In the environment, lines ``Name: value``, or
        JSON.
    cache_dir : str or pathlib.Path, optional
        Where results are kept: the platform's folder for caches by default.
    timezone : str or tzinfo, optional
        Where dynamic dates are resolved and naive times are taken to be: an IANA name. This
        machine's by default.
    connect_timeout : float, optional
        Seconds to wait for a connection: 10 by default.
    read_timeout : float, optional
        Seconds to wait for the next bytes of an answer: 120 by default.
    max_retries : int, optional
        How often a request that may be repeated is repeated: 4 by default.
    allow_plain_http : bool, optional
        Whether the key may go over plain HTTP to another machine: no by default.
    ca_bundle : str or pathlib.Path, optional
        A file of certificates (PEM), or a folder as OpenSSL makes them, to trust instead of the
        usual ones.
    max_body_bytes : int, optional
        How large an inflated answer may be: 16 GiB by default.
    cache_size_limit : int, optional
        Bytes that the cache may take: 2,000,000,000 by default.
    history : timedelta, str or float, optional
        For how long a result stays in the cache after a newer one took its place: ``"30d"``, or
        seconds. By default only the newest result of a read is kept.
    stale_if_error : bool, optional
        Whether a copy that is too old is used, with a warning, while the server cannot be reached:
        no by default.
    cache_text_parameters : bool, optional
        Whether results are kept of reads that have free text among their parameters: yes by
        default.
    uncached_queries : iterable of int or str, optional
        Ids of saved queries whose results are never kept, also as a text such as ``"42, 57"``.
    chart_images : bool, optional
        Whether outputs of charts hold an image beside the chart itself, for places that draw none,
        such as GitHub. It takes a Chromium. By default where a notebook is executed without a
        person watching, as by nbconvert and papermill.
    check : bool, optional
        Whether to ask the server about the key, by one small request of at most 3 seconds: whose
        `api_key` is, or, where there is none, for the first query of `query_keys`. True raises what
        is wrong. None, the default, asks where a person is watching, in a terminal or an open
        notebook, and only warns: a query's key given as `api_key` is no user's, and reads from the
        local cache need no server. Of a server that is slow or busy it says nothing. False does not
        ask.

    Raises
    ------
    ConfigurationError
        No server or no key is known, or a setting cannot be used.
    AuthenticationError, ServerError
        With ``check=True``: the server does not know the key, or it could not be asked. The client
        of an earlier `connect` stays in use.

    Warns
    -----
    ConfigurationWarning
        With ``check=None``, where a person is watching: the server does not know the key, or no
        such server answers.
    """
    global _current, _is_chosen
    url, api_key = as_server(url), as_secret(api_key)
    query_keys, headers = as_secrets(query_keys), as_secrets(headers)
    client = Client(
        url,
        api_key,
        profile=profile,
        query_keys=query_keys,
        headers=headers,
        cache_dir=cache_dir,
        timezone=timezone,
        connect_timeout=connect_timeout,
        read_timeout=read_timeout,
        max_retries=max_retries,
        allow_plain_http=allow_plain_http,
        ca_bundle=ca_bundle,
        max_body_bytes=max_body_bytes,
        cache_size_limit=cache_size_limit,
        history=history,
        stale_if_error=stale_if_error,
        cache_text_parameters=cache_text_parameters,
        uncached_queries=uncached_queries,
        chart_images=chart_images,
    )
    if check:
        _check_key(client)
    with _lock.lock:
        previous, _current, _is_chosen = _current, client, True
        note_connected(client.settings)
    if previous is not None:
        previous.close()
    if check is None and is_interactive():
        _warn_of_key(client)
    return client


def _check_key(client: Client) -> None:
    """Ask the server, by one small request, whether it knows the key.

    Raises
    ------
    WatchframeError
        It does not, or it could not be asked.
    """
    settings, deadline = client.settings, Deadline.after(CHECK_TIMEOUT)
    once = Client(settings=structs.replace(settings, max_retries=0), sharing=client)
    try:
        if settings.api_key is not None:
            client._known_session = once.session(deadline=deadline)  # noqa: SLF001 - its own
        else:
            for query_id in list(settings.query_keys)[:1]:
                once.queries.get(query_id, deadline=deadline)
    except AuthenticationError as error:
        if settings.api_key is None:
            raise
        # A query's key is refused like a wrong one, except for its own query.
        raise error.replace(
            message=f"{client.server} knows no user with this API key.",
            hint="Your own key is on your profile's page. If this is the key of a query, it reads "
            "that query alone: give it as query_keys={479: key}, with the query's id.",
        ) from None
    except JobTimeoutError:
        raise TransportTimeoutError(
            f"{client.server} did not say within {CHECK_TIMEOUT:g} s whether it knows the key.",
            hint="Try again, or connect with check=False.",
        ) from None


#: What would be the same a moment later, unlike a server that is slow or busy.
_LASTING = (AccessDeniedError, AuthenticationError, ConnectError, NotFoundError, ProtocolError)


def _warn_of_key(client: Client) -> None:
    try:
        _check_key(client)
    except _LASTING as error:
        warn_caller(ConfigurationWarning(str(error)))
    except WatchframeError:
        logger.debug("the key could not be checked", exc_info=True)


def current_client() -> Client:
    """Return the client of `connect`, or one made of the settings.

    Raises
    ------
    ConfigurationError
        There is neither.
    """
    global _current  # noqa: PLW0603 - as above
    with _lock.lock:
        if _current is None:
            _current = Client()
            note_connected(_current.settings)
        return _current


def chosen_client(client: Client | None) -> Client:
    """Return the argument `client` of a function, or without one, `current_client`.

    Raises
    ------
    ArgumentError
        It is no client.
    ConfigurationError
        As `current_client`.
    """
    if client is None:
        return current_client()
    if not isinstance(client, Client):
        # What it holds is not shown: it may be a key.
        raise ArgumentError(
            f"client= takes a Client, not a {type(client).__name__}.",
            hint="Give client=Client(url, key), or call connect(url, key) once and leave client= "
            "out.",
        )
    return client


def client_of_server(
    server: str, *, query_id: int | None = None, api_key: Secret | None = None
) -> Client:
    """Return the client for the server of an address, with the key that the address holds.

    That of `connect` goes first where the server is the same: a key in the address is then used
    only for a query for which it has none. Otherwise the settings for that server are used, as far
    as there are any; the address needs none where it holds its key.

    Parameters
    ----------
    server : str
        Its base URL.
    query_id : int, optional
        The query whose key the address holds; None where it may be a user's.
    api_key : Secret, optional

    Raises
    ------
    ConfigurationError
        No key is known for that server, or a setting cannot be used.
    """
    with _lock.lock:
        if _current is not None and _current.server == server:
            return with_address_key(_current, query_id, api_key, goes_first=not _is_chosen)
        known = _of_servers.get(server)
        if known is None:
            known = _of_servers[server] = Client(settings=load_settings_of(server))
        elif not known.has_key:  # it may have been set since
            known = _of_servers[server] = Client(settings=load_settings_of(server), sharing=known)
    if api_key is None and not known.has_key:
        raise no_key_error(server)
    return with_address_key(known, query_id, api_key, goes_first=True)


def with_address_key(
    client: Client, query_id: int | None, api_key: Secret | None, *, goes_first: bool
) -> Client:
    """Return a client that also has the key of an address; see `Settings.with_address_key`."""
    keyed = client.settings.with_address_key(query_id, api_key, goes_first=goes_first)
    return client if keyed is client.settings else Client(settings=keyed, sharing=client)


def connected_client() -> Client | None:
    """Return the client of `connect`, or the one that `current_client` has made, or None.

    Making one may take long: its key may lie in a keyring that asks the user to unlock it.
    """
    return _current


def disconnect() -> None:
    """Forget the client of `connect`; the settings decide again."""
    global _current, _is_chosen
    with _lock.lock:
        previous, _current, _is_chosen = _current, None, False
        others = [*_of_servers.values()]
        _of_servers.clear()
        note_connected(None)
    for client in (previous, *others):
        if client is not None:
            client.close()
