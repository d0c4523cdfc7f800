"""Hypothesis strategies for results as servers send them, and as none should."""

import json

from hypothesis import strategies as st

TEXT = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    ['}, {"a": 1', "]}}", "\u2028", '"', "\\", "2024-01-02", "null", "1", ""]
)
INTEGERS = st.integers(-(2**70), 2**70) | st.sampled_from([2**53, 2**53 + 1, 2**63, 2**256 - 1])
SMALL = st.integers(-(10**6), 10**6)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
DATES = st.dates().map(str)
NAIVE = st.datetimes().map(
    lambda moment: moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")
)
AWARE = NAIVE.map(lambda text: text + "Z")
NESTED = st.recursive(
    st.none() | st.booleans() | SMALL | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=5,
).filter(lambda value: isinstance(value, list | dict))

#: What a column holds, and what the server declares of it; often the truth.
COLUMNS = st.sampled_from(
    [
        ("integer", SMALL),
        ("integer", INTEGERS),
        ("float", FLOATS),
        ("float", SMALL),
        ("float", INTEGERS | FLOATS),
        ("boolean", st.booleans()),
        ("string", TEXT),
        ("string", SMALL | NESTED),
        ("datetime", NAIVE),
        ("datetime", AWARE),
        ("datetime", NAIVE | AWARE),
        ("datetime", TEXT),
        ("date", DATES),
        ("date", DATES | TEXT),
        (None, SMALL),
        (None, TEXT),
        (None, FLOATS | SMALL),
        (None, SMALL | TEXT | st.booleans()),
        (None, NESTED),
        (None, st.none()),
        ("integer", st.none()),
        ("integer", FLOATS | SMALL),
        ("integer", TEXT),
        ("boolean", SMALL),
    ]
)
NAMES = st.lists(
    st.sampled_from(["a", "b", "c d", 'q"', "é", "x.y", "\\"]), min_size=1, max_size=5, unique=True
)
SPACES = st.sampled_from([(", ", ": "), (",", ":"), (",\n ", " : "), (" , ", ":\t")])


@st.composite
def results(draw):
    """A result's document: ``(columns, rows)``, where keys and whole values may be missing."""
    columns = [(name, *draw(COLUMNS)) for name in draw(NAMES)]
    drawn_row = st.fixed_dictionaries(
        {}, optional={name: st.none() | values for name, _, values in columns}
    )
    whole_row = st.fixed_dictionaries({name: st.none() | values for name, _, values in columns})
    row = draw(st.sampled_from([whole_row, whole_row, drawn_row]))
    rows = draw(st.lists(row, max_size=40))
    return [(name, declared) for name, declared, _ in columns], rows


@st.composite
def bodies(draw):
    """A result with its body as bytes: any white space, other keys before and behind the rows, the
    data themselves or a text of them.

    The server may not declare all columns: the others stand behind, in the rows' order.
    """
    columns, rows = draw(results())
    if draw(st.integers(0, 3)) == 0:
        declared = [column for column in columns if draw(st.booleans())]
        names = {name for name, _ in declared}
        found = dict.fromkeys(name for row in rows for name in row if name not in names)
        columns = [*declared, *((name, None) for name in found)]
    else:
        declared = columns
    data = {
        "columns": [
            {"name": name, "friendly_name": name, "type": type_} for name, type_ in declared
        ],
        "rows": rows,
    }
    if draw(st.booleans()):
        data["truncated"] = draw(st.booleans())
    if draw(st.booleans()):
        entry = {columns[0][0] if columns else "a": 1}
        data["log"] = draw(
            st.sampled_from([[], ["x"], [{"a": 1}], [entry] * 90, [[entry], {"rows": [entry]}]])
        )
    if draw(st.integers(0, 9)) == 0:
        data = dict(reversed(data.items()))
    if draw(st.integers(0, 5)) == 0:
        data = json.dumps(data, ensure_ascii=draw(st.booleans()))
    result = {"id": 7, "query": 'select "rows": [', "data": data, "data_source_id": 1}
    if draw(st.booleans()):
        result = {"data": data, "id": 7, "query": "}]"}
    body = json.dumps(
        {"query_result": result}, separators=draw(SPACES), ensure_ascii=draw(st.booleans())
    )
    return columns, rows, body.encode()


def in_chunks(body, size):
    """Return a body in pieces of `size` bytes."""
    return [body[start : start + size] for start in range(0, len(body), size)]
