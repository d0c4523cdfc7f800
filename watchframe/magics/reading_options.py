"""From what was typed and what is configured to the arguments of the read functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypedDict, cast

from watchframe.cache import Mode
from watchframe.magics.request import Request
from watchframe.read.written_options import ANY_AGE, NO_TIMEOUT, Duration, seconds

DtypeBackend = Literal["numpy_nullable", "pyarrow"]


class ReadArguments(TypedDict):
    """Keyword arguments that every read function takes."""

    max_age: float | None
    cache: Mode
    dtype_backend: DtypeBackend
    timeout: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What ``%config WatchMagics`` says of reads."""

    max_age: Duration = None
    dtype_backend: DtypeBackend = "numpy_nullable"
    timeout: Duration = 300.0
    source: str | None = None


def read_arguments(request: Request, defaults: Defaults) -> ReadArguments:
    """Give the arguments of a read; what was typed wins over what is configured.

    Raises
    ------
    ArgumentError
        An age or a timeout that is none.
    """
    backend = cast("DtypeBackend", request.dtype_backend or defaults.dtype_backend)
    timeout = defaults.timeout if request.timeout is None else request.timeout
    return ReadArguments(
        max_age=_max_age(request, defaults),
        cache="refresh" if request.refresh else "only" if request.offline else "use",
        dtype_backend=backend,
        timeout=seconds(timeout, NO_TIMEOUT, "--timeout"),
    )


def _max_age(request: Request, defaults: Defaults) -> float | None:
    if request.max_age is not None:
        return seconds(request.max_age, ANY_AGE, "--max-age")
    # A default that asks for fresh rows is no reason to refuse the only ones there are.
    fresh = request.refresh or request.offline
    return None if fresh else seconds(defaults.max_age, ANY_AGE, "max_age")
