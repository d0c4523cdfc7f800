"""Which row of one side stands for which of the other: by keys, or as whole rows."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from watchframe.differences.exact_column import ExactColumn, Mask, differ, paired_codes
from watchframe.differences.rows import Positions, Rows
from watchframe.errors import ArgumentError
from watchframe.hints import Hint, Kind

#: A column of both sides.
Pair = tuple[ExactColumn, ExactColumn]
#: Beyond this two numbers are not made one by multiplication.
_MOST_CODES = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """Positions: of the rows of one side alone, and of those on both, in the order of `a`."""

    only_a: Positions
    only_b: Positions
    in_a: Positions
    in_b: Positions


def row_codes(pairs: Sequence[Pair], rows_a: int, rows_b: int) -> tuple[Positions, Positions]:
    """Return a number for each row, from 0, the same for rows that are equal in all columns."""
    codes, count = np.zeros(rows_a + rows_b, np.int64), 1
    for pair in pairs:
        left, no_left, right, no_right = paired_codes(*pair)
        found, known = pd.factorize(np.concatenate([left, right]))
        is_null = np.concatenate([no_left, no_right])
        found = np.where(is_null, len(known), found)
        if count * (len(known) + 1) >= _MOST_CODES:
            codes, seen = pd.factorize(codes)
            count = len(seen)
        codes = codes * (len(known) + 1) + found
        count *= len(known) + 1
    codes = pd.factorize(codes)[0]
    return codes[:rows_a], codes[rows_a:]


def match_keys(codes_a: Positions, codes_b: Positions) -> Matched:
    """Return which row stands for which, by codes of which no side has one twice."""
    size = int(max(codes_a.max(initial=-1), codes_b.max(initial=-1))) + 1
    place_a, place_b = np.full(size, -1, np.int64), np.full(size, -1, np.int64)
    place_a[codes_a] = np.arange(len(codes_a))
    place_b[codes_b] = np.arange(len(codes_b))
    other = place_b[codes_a]
    return Matched(
        only_a=np.flatnonzero(other < 0),
        only_b=np.flatnonzero(place_a[codes_b] < 0),
        in_a=np.flatnonzero(other >= 0),
        in_b=other[other >= 0],
    )


def match_rows(codes_a: Positions, codes_b: Positions) -> Matched:
    """Return which rows one side has more often: the last ones of those that are equal."""
    size = int(max(codes_a.max(initial=-1), codes_b.max(initial=-1))) + 1
    count_a = np.bincount(codes_a, minlength=size)
    count_b = np.bincount(codes_b, minlength=size)
    is_over_a = _occurrence(codes_a) >= count_b[codes_a]
    is_over_b = _occurrence(codes_b) >= count_a[codes_b]
    return Matched(
        only_a=np.flatnonzero(is_over_a),
        only_b=np.flatnonzero(is_over_b),
        in_a=np.flatnonzero(~is_over_a),
        in_b=np.flatnonzero(~is_over_b),
    )


def _occurrence(codes: Positions) -> Positions:
    """Return how many earlier rows have the same code."""
    return np.asarray(pd.Series(codes).groupby(codes).cumcount(), np.int64)


def differing(pair: Pair, matched: Matched) -> Mask:
    """Return whether the values of a column differ, for each row that both sides have."""
    return differ(*pair, matched.in_a, matched.in_b)


def check_unique(
    rows: Rows, codes: Positions, keys: Sequence[Hashable], pairs: Mapping[Hashable, Pair], at: int
) -> None:
    """Raise ArgumentError where several rows of a side have one key; `at` is 0 or 1."""
    counts = np.bincount(codes)
    repeated = np.flatnonzero(counts > 1)
    if not len(repeated):
        return
    is_repeated = counts[codes] > 1
    first = int(np.flatnonzero(is_repeated)[0])
    shown = rows.frame(np.array([first]))[list(keys)].astype(object).iloc[0]
    key = ", ".join(f"{name} {value}" for name, value in zip(keys, shown, strict=True))
    more = len(repeated) - 1
    others = f", and so do {more:,} other keys" if more > 1 else ", and so does another key"
    raise ArgumentError(
        f"{rows.side} has {counts[codes[first]]:,} rows with the key {key}"
        f"{others if more else ''}.",
        hint=_finer_key(np.flatnonzero(is_repeated), codes, keys, pairs, at),
    )


def _finer_key(
    positions: Positions,
    codes: Positions,
    keys: Sequence[Hashable],
    pairs: Mapping[Hashable, Pair],
    at: int,
) -> Hint:
    """Return the hint with a column that tells the repeated rows apart, if one alone does."""
    for name, pair in pairs.items():
        if name in keys or pair[at].kind == "float":
            continue
        column = ExactColumn(kind=pair[at].kind, array=pair[at].array.take(positions))
        own, is_null, *_ = paired_codes(column, column)
        known = pd.DataFrame({"key": codes[positions], "value": own, "null": is_null})
        if not known.duplicated().any():
            return Hint(Kind.FINER_KEY, names=[*map(str, keys), str(name)], name=str(name))
    return Hint(Kind.NO_FINER_KEY)
