"""A stored result as a file on disk, whole or not at all."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Literal, get_args

import requests

from watchframe.client.answers import require_kind
from watchframe.client.deadline import Deadline
from watchframe.client.receiving import received
from watchframe.client.transport import Transport
from watchframe.errors import ArgumentError, IncompleteBodyError, TransportError

logger = logging.getLogger(__name__)

#: How often a file that breaks off is fetched: a result never changes.
FETCHES = 3
Filetype = Literal["csv", "tsv", "json", "xlsx"]
#: Called with the bytes that are there, and with how many there will be, or None.
OnProgress = Callable[[int, int | None], None]

#: How the server names what it sends.
_CONTENT_TYPES: dict[str, str] = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def download_result(
    transport: Transport,
    result_id: int,
    path: str | os.PathLike[str],
    *,
    filetype: Filetype,
    query_id: int | None,
    progress: OnProgress | None,
    deadline: Deadline,
) -> Path:
    """Write a stored result to `path`, and return that."""
    if filetype not in _CONTENT_TYPES:
        raise ArgumentError(
            f"filetype={filetype!r} is not one that the server makes.",
            hint=f"It is one of {', '.join(get_args(Filetype))}.",
        )
    target = Path(path)
    if target.is_dir():
        raise ArgumentError(
            f"{str(target)!r} is a folder.", hint="Give the path of the file to be written."
        )
    source = (
        f"/api/query_results/{result_id}.{filetype}"
        if query_id is None
        else f"/api/queries/{query_id}/results/{result_id}.{filetype}"
    )
    with _replacing(target) as file:
        for fetches_left in range(FETCHES - 1, -1, -1):
            response = transport.request("GET", source, deadline=deadline)
            with response:
                require_kind(
                    response, _CONTENT_TYPES[filetype], method="GET", url=source, deadline=deadline
                )
                try:
                    _copy(response, file, progress, deadline, transport.settings.max_body_bytes)
                except TransportError as error:
                    if not fetches_left:
                        raise
                    logger.info("Fetching the result again after: %s", error.message)
                else:
                    break
            file.seek(0)
            file.truncate()
    return target


@contextmanager
def _replacing(target: Path) -> Iterator[IO[bytes]]:
    """Give a file that takes the target's place when all went well, and else is removed."""
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with beside.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _copy(
    response: requests.Response,
    file: IO[bytes],
    progress: OnProgress | None,
    deadline: Deadline,
    max_bytes: int,
) -> None:
    # The length as it was read already: a header holds anything.
    is_known = "Content-Encoding" not in response.headers
    total = response.raw.length_remaining if is_known else None
    done = 0
    for chunk in received(response, lambda: deadline, max_bytes):
        file.write(chunk)
        done += len(chunk)
        if progress is not None:
            progress(done, total)
    if total is not None and done < total:
        raise IncompleteBodyError(
            f"The file broke off after {done} of {total} bytes; nothing was written.",
            offset=done,
            hint="Try again.",
        )
