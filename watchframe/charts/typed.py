"""Columns as arrays, in which points are chosen before Python's objects are made of those drawn."""

from __future__ import annotations

import datetime as dt
from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

Array = np.ndarray[Any, Any]


class Lazy(Sequence[Any]):
    """Values whose objects are made, of all at once, when the first of them is asked for.

    It equals the list of its values.
    """

    @cached_property
    def plain(self) -> list[Any]:
        """The values as a list."""
        return self._plain()

    @abstractmethod
    def _plain(self) -> list[Any]:
        """Make the values."""

    def __getitem__(self, place: Any) -> Any:
        """Return a value, or those of a slice."""
        return self.plain[place]

    def __iter__(self) -> Iterator[Any]:
        """Return an iterator of the values."""
        return iter(self.plain)

    def __contains__(self, value: object) -> bool:
        """Return whether a value is one of these."""
        return value in self.plain

    def __eq__(self, other: object) -> bool:
        """Return whether another sequence has the same values."""
        return isinstance(other, Sequence) and self.plain == list(other)

    __hash__ = None  # type: ignore[assignment] # as of a list


class Typed(Lazy):
    """Integers, floats (of which NaN is missing), or times in UTC with microseconds.

    Attributes
    ----------
    array : numpy.ndarray
    is_missing : numpy.ndarray of bool, optional
        Where `missing` is in place of the array's value; None where no value is missing.
    missing : int or float or None
    """

    def __init__(
        self, array: Array, is_missing: Array | None = None, missing: float | None = None
    ) -> None:
        self.array = array
        self.is_missing = is_missing if is_missing is not None and is_missing.any() else None
        self.missing = missing

    def __len__(self) -> int:
        """Return how many values there are."""
        return len(self.array)

    def _plain(self) -> list[Any]:
        values: list[Any] = self.array.tolist()
        if self.is_times:
            values = [moment.replace(tzinfo=dt.UTC) for moment in values]
        if self.is_missing is not None:
            for place in np.flatnonzero(self.is_missing):
                values[place] = self.missing
        return values

    @property
    def is_times(self) -> bool:
        """Whether they are times, and no numbers."""
        return bool(self.array.dtype.kind == "M")

    @property
    def is_increasing(self) -> bool:
        """Whether none is missing, and each is above the one before."""
        return self.is_missing is None and bool(np.all(self.array[:-1] < self.array[1:]))

    def at(self, places: Sequence[int]) -> Typed:
        """Return the values at places."""
        index = places.array if isinstance(places, Typed) else np.asarray(places, dtype=np.intp)
        is_missing = None if self.is_missing is None else self.is_missing[index]
        return Typed(self.array[index], is_missing, self.missing)

    def finite(self, missing: float | None) -> Typed:
        """Return the numbers, with `missing` for those that are infinite or missing."""
        is_missing = ~np.isfinite(self.array)
        if self.is_missing is not None:
            is_missing |= self.is_missing
        return Typed(np.where(is_missing, 0, self.array), is_missing, missing)

    def texts(self) -> Sequence[str]:
        """Return the texts of times, with as many decimals of a second as each has: 0, 3 or 6."""
        are_seconds = not (self.array.view(np.int64) % 1_000_000).any()
        times = pa.array(self.array, pa.timestamp("s" if are_seconds else "us"))
        texts: list[str] = times.cast(pa.string()).to_numpy(zero_copy_only=False).tolist()
        if are_seconds:
            return texts
        return [text.removesuffix("000").removesuffix(".000") for text in texts]


class Coded(Lazy):
    """Values of which each is one of `distinct`, at the place that its code tells.

    Attributes
    ----------
    codes : numpy.ndarray of int
    distinct : sequence
    """

    def __init__(self, codes: Array, distinct: Sequence[Any]) -> None:
        self.codes = codes
        self.distinct = distinct

    def __len__(self) -> int:
        """Return how many values there are."""
        return len(self.codes)

    def _plain(self) -> list[Any]:
        return list(map(self.distinct.__getitem__, self.codes.tolist()))

    def at(self, places: Sequence[int]) -> Coded:
        """Return the values at places."""
        return Coded(self.codes[np.asarray(places, dtype=np.intp)], self.distinct)

    def places_by(self, key: Callable[[Any], str]) -> dict[str, Typed]:
        """Return the places of the values with the same key, in the order that keys come first."""
        numbers: dict[str, int] = {}
        of_distinct = [numbers.setdefault(key(value), len(numbers)) for value in self.distinct]
        keys = list(numbers)
        codes = np.array(of_distinct, dtype=np.intp)[self.codes]
        order = np.argsort(codes, kind="stable")
        ends = np.flatnonzero(np.diff(codes[order])) + 1
        groups = sorted(np.split(order, ends), key=lambda group: group[0])
        return {keys[codes[group[0]]]: Typed(group) for group in groups}
