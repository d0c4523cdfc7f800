"""From what was typed and what is configured to the arguments of the read functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypedDict, cast

from watchframe.cache import Mode, parse_max_age
from watchframe.errors import ArgumentError
from watchframe.magics.request import Request

DtypeBackend = Literal["numpy_nullable", "pyarrow"]
Duration = float | str | None

#: What is typed for None.
ANY_AGE, NO_TIMEOUT = "any", "none"


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


def seconds(value: Duration, nothing: str, name: str) -> float | None:
    """Give a duration in seconds; None for None and for the word `nothing`.

    Raises
    ------
    ArgumentError
        It is no duration.
    """
    if value is None or value == nothing:
        return None
    try:
        number = float(value)
    except ValueError:
        number = None
    try:
        return parse_max_age(value if number is None else number)
    except ArgumentError:
        raise ArgumentError(
            f"{name} cannot be {value!r}.",
            hint=f"Give seconds, or a number with a unit such as 90s, 15m, 1h, 7d, or {nothing!r}.",
        ) from None


def data_source(name: str) -> int | str:
    """Give a data source as the read functions take it: digits are an id."""
    return int(name) if name.isascii() and name.isdigit() else name


def _max_age(request: Request, defaults: Defaults) -> float | None:
    if request.max_age is not None:
        return seconds(request.max_age, ANY_AGE, "--max-age")
    # A default that asks for fresh rows is no reason to refuse the only ones there are.
    fresh = request.refresh or request.offline
    return None if fresh else seconds(defaults.max_age, ANY_AGE, "max_age")
