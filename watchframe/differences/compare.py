"""`diff`: the rows of two results beside each other, by their keys or as a whole."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np

from watchframe.differences.difference import Difference
from watchframe.differences.exact_column import is_type_change
from watchframe.differences.matching import (
    check_unique,
    differing,
    match_keys,
    match_rows,
    row_codes,
)
from watchframe.differences.rows import Rows, rows_of
from watchframe.errors import ArgumentError
from watchframe.hints import Hint, Kind
from watchframe.reprs.words import first_few

_NAMES_SHOWN = 12


def diff(a: Any, b: Any, on: Hashable | Sequence[Hashable] | None = None) -> Difference:
    """Return what differs between two results: rows added, removed, and changed.

    Values are compared exactly, with all digits, and however they are stored: a whole number is
    equal to the float of the same value, and a null to a null. The order of rows and of columns
    does not matter.

    Parameters
    ----------
    a, b : DataFrame of pandas or polars, or pyarrow.Table
        The older and the newer one. A pandas index with a name counts as a column; one without a
        name is left out.
    on : str, or sequence of str, optional
        The columns that tell the rows apart. A row whose key is on both sides is *changed* where
        another value differs. By default whole rows are compared, equal ones by how many there
        are, and none is called changed.

    Returns
    -------
    Difference
        It is true where anything differs.

    Raises
    ------
    ArgumentError
        `a` or `b` is no frame, a column of `on` is missing, or several rows of one side have the
        same key.

    Examples
    --------
    >>> import pandas as pd
    >>> old = pd.DataFrame({"market": ["DAI", "WETH"], "amount": [10, 20]})
    >>> new = pd.DataFrame({"market": ["WETH", "WBTC"], "amount": [21, 30]})
    >>> found = diff(old, new, on="market")
    >>> found.changed
      market  amount_before  amount_after
    0   WETH             20            21
    >>> found.added["market"].tolist(), found.removed["market"].tolist()
    (['WBTC'], ['DAI'])
    """
    before, after = rows_of(a, "a"), rows_of(b, "b")
    keys = _key_columns(on, before, after)
    common = [name for name in after.names if name in before.names]
    if not common and (before.names or after.names):
        raise ArgumentError("a and b have no column in common.", hint=_columns_of(before, after))
    pairs = {name: (before.column(name), after.column(name)) for name in common}
    if keys:
        codes = row_codes([pairs[name] for name in keys], before.count, after.count)
        check_unique(before, codes[0], keys, pairs, 0)
        check_unique(after, codes[1], keys, pairs, 1)
        matched = match_keys(*codes)
    else:
        matched = match_rows(*row_codes(list(pairs.values()), before.count, after.count))
    differs = {
        name: differing(pairs[name], matched) for name in common if keys and name not in keys
    }
    is_changed = np.zeros(len(matched.in_a), np.bool_)
    for mask in differs.values():
        is_changed |= mask
    return Difference(
        on=keys,
        added=after.frame(matched.only_b),
        removed=before.frame(matched.only_a),
        before=before.frame(matched.in_a[is_changed]),
        after=after.frame(matched.in_b[is_changed]),
        differs={name: mask[is_changed] for name, mask in differs.items() if mask.any()},
        columns_added=tuple(name for name in after.names if name not in before.names),
        columns_removed=tuple(name for name in before.names if name not in after.names),
        types_changed={
            name: (pair[0].kind, pair[1].kind)
            for name, pair in pairs.items()
            if is_type_change(*pair)
        },
        unchanged=len(matched.in_a) - int(is_changed.sum()),
        columns=tuple(after.names),
    )


def _columns_of(before: Rows, after: Rows) -> str:
    """Return the hint that names the columns of both."""
    shown = (first_few(list(map(str, rows.names)), _NAMES_SHOWN) for rows in (before, after))
    return "a has: {}. b has: {}.".format(*(names or "no column" for names in shown))


def _key_columns(on: Any, before: Rows, after: Rows) -> tuple[Hashable, ...]:
    """Return the names of the key's columns, of which both sides have each."""
    if on is None:
        return ()
    is_one = isinstance(on, str) or not isinstance(on, Sequence) or on in before.names
    names = tuple(dict.fromkeys([on] if is_one else on))
    if not names:
        raise ArgumentError("on is an empty list.", hint=Hint(Kind.WHOLE_ROWS))
    for rows in (before, after):
        missing = [name for name in names if name not in rows.names]
        if missing:
            both = [name for name in before.names if name in after.names]
            shown = first_few(list(map(str, both)), _NAMES_SHOWN) or "none"
            raise ArgumentError(
                f"The result {rows.side} has no column {missing[0]!r}.",
                hint=f"The columns that both have: {shown}.",
            )
    return names
