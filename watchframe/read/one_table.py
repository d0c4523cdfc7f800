"""Many results of one query as one table, with the parameters that tell them apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import pyarrow as pa

from watchframe.decode import concat_results
from watchframe.parameters.moments import TIMESPEC
from watchframe.read.answer import Answer

#: What is put behind a parameter's name where the result has a column of that name.
_SUFFIX = "_parameter"


def one_table(answers: Sequence[Answer], names: Iterable[str] = ()) -> pa.Table:
    """Give the rows of all answers, and in front of them the parameters of those names.

    Dates and times are that, a range is two columns (``period.start``, ``period.end``), several
    values are one text. What is called like a column of the result stands as ``<name>_parameter``.
    """
    whole = concat_results([answer.table for answer in answers])
    taken = set(whole.column_names)
    for place, (label, values) in enumerate(_columns(answers, names)):
        while label in taken:
            label += _SUFFIX  # noqa: PLW2901 - until nothing is called so
        taken.add(label)
        parts = [
            pa.repeat(pa.scalar(value), answer.table.num_rows)
            for answer, value in zip(answers, values, strict=True)
        ]
        whole = whole.add_column(place, label, pa.chunked_array(_of_one_type(parts)))
    return whole


def _columns(answers: Sequence[Answer], names: Iterable[str]) -> Iterable[tuple[str, list[object]]]:
    """Give each column's name, and its value in each answer."""
    for name in names:
        values = [answer.provenance.parameters.get(name) for answer in answers]
        type_ = next(
            (answer.parameter_types[name] for answer in answers if name in answer.parameter_types),
            "",
        )
        if type_ in TIMESPEC and any(isinstance(value, Mapping) for value in values):
            for side in ("start", "end"):
                ends = [value[side] if isinstance(value, Mapping) else None for value in values]
                yield f"{name}.{side}", [_shown(end, type_) for end in ends]
        else:
            yield name, [_shown(value, type_) for value in values]


def _shown(value: object, type_: str) -> object:
    if isinstance(value, str) and type_ in TIMESPEC:
        moment = datetime.fromisoformat(value)
        return moment.date() if TIMESPEC[type_] == "days" else moment
    if isinstance(value, Mapping):
        return " to ".join(map(str, value.values()))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return str(value)
    return value


def _of_one_type(parts: Sequence[pa.Array]) -> list[pa.Array]:
    """Give arrays of one type, which holds the values of all exactly."""
    types = {part.type for part in parts if part.type != pa.null()}
    final = types.pop() if len(types) == 1 else pa.string()
    if types == {pa.int64(), pa.float64()}:
        final = pa.float64()
    try:
        return [part.cast(final) for part in parts]
    except pa.ArrowInvalid:  # an integer that no float64 is
        return [part.cast(pa.string()) for part in parts]
