"""The points of a quick chart: from a table's columns to positions, a million rows at a time.

Floats are good enough for positions; the exact values stand in the table.
"""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

MOST_SERIES, MOST_POINTS = 6, 600

Points = list[tuple[float, float]]


def heights(column: pa.ChunkedArray) -> np.ndarray:
    """Give a column's numbers as float64; NaN where there is none, or one beyond all floats."""
    found = pc.cast(column, pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return np.where(np.isfinite(found), found, np.nan)


def line_points(table: pa.Table, x: str, number: str, series: str | None) -> dict[str, Points]:
    """Return the points of each line by time: seconds since 1970, and values.

    Parameters
    ----------
    table : pyarrow.Table
    x : str
        A column of dates or times.
    number : str
        A column of numbers.
    series : str or None
        A column of texts or booleans: a line for each of the largest; None for one line.
    """
    times = table.column(x)
    moments = pc.cast(times, pa.timestamp("us", getattr(times.type, "tz", None)))
    seconds = pc.cast(pc.cast(moments, pa.int64()), pa.float64()).to_numpy() / 1e6
    values = heights(table.column(number))
    is_known = np.isfinite(seconds) & np.isfinite(values)
    if series is None:
        return {number: _line(seconds[is_known], values[is_known])} if is_known.any() else {}
    texts = pc.fill_null(pc.cast(table.column(series), pa.string()), "null")
    names = texts.combine_chunks().dictionary_encode()
    places = names.indices.to_numpy(zero_copy_only=False)
    sizes = np.bincount(places[is_known], np.abs(values[is_known]), minlength=len(names.dictionary))
    counts = np.bincount(places[is_known], minlength=len(names.dictionary))
    largest = [place for place in np.argsort(-sizes, kind="stable") if counts[place]]
    found = {}
    for place in largest[:MOST_SERIES]:
        chosen = is_known & (places == place)
        found[names.dictionary[int(place)].as_py()] = _line(seconds[chosen], values[chosen])
    return found


def _line(seconds: np.ndarray, values: np.ndarray) -> Points:
    """Sort points by time; keep the lowest and the highest of every few where there are many."""
    order = np.argsort(seconds, kind="stable")
    seconds, values = seconds[order], values[order]
    size = math.ceil(2 * len(values) / MOST_POINTS)
    if size > 2:  # noqa: PLR2004 - two of two would be kept anyway
        kept: list[int] = []
        for start in range(0, len(values), size):
            few = values[start : start + size]
            kept.extend(sorted({start + int(few.argmin()), start + int(few.argmax())}))
        seconds, values = seconds[kept], values[kept]
    return list(zip(seconds.tolist(), values.tolist(), strict=True))
