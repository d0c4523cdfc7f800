"""The compiled reader: what it gives, and that wrong buffers are refused and never overrun."""

import json

import numpy as np
import pyarrow as pa
import pytest

from watchframe.decode import compiled
from watchframe.decode.blocks import undeclared
from watchframe.decode.column_plan import plan_column
from watchframe.decode.compiled_rows import LayoutReader, RowLayout

NONE = (None, None, None)


if compiled.rows is None:
    pytest.skip("this installation was made without a C compiler", allow_module_level=True)


def integers(*texts):
    data = "".join(texts).encode()
    offsets = np.cumsum([0, *map(len, texts)], dtype=np.int32)
    return compiled.integers.from_digits(offsets, data)


def decoded(rows, *, plans=None):
    """The columns of rows, read as what the first one is."""
    first = json.loads(b"[%b]" % rows)[0]
    plans = plans or [plan_column(undeclared(key), [value])[0] for key, value in first.items()]
    layout = RowLayout.of_row(rows, list(first), b", ")
    reader = LayoutReader(layout, {plan.column.name: plan.kind for plan in plans}, plans)
    arrays = reader.decode(rows)
    return None if arrays is None else [array.to_pylist() for array in arrays]


@pytest.mark.parametrize("digits", [1, 7, 8, 9, 18, 19, 20, 76, 77, 78, 95, 96, 97, 400])
def test_integers_of_any_length_are_exact(digits):
    values = [10 ** (digits - 1), 10**digits - 1, int("123456789" * 50) % 10**digits]
    values += [-value for value in values]
    assert integers(*map(str, values)) == values


@pytest.mark.parametrize("digits", range(1, 100))
@pytest.mark.parametrize("sign", ["", "-"])
def test_integers_at_the_ends_of_limbs_and_signs_are_exact(digits, sign):
    ends = [2**bits + near for bits in range(7, 330, 8) for near in (-1, 0, 1)]
    texts = [f"{sign}{value:0{digits}}" for value in [0, 1, 10 ** (digits - 1), *ends]]
    assert integers(*texts) == [int(text) for text in texts]


@pytest.mark.parametrize("length", [1, 7, 8, 9, 15, 16, 17, 32, 33, 95, 96, 97])
def test_byte_that_is_no_digit_is_refused_wherever_it_stands(length):
    for place in range(length):
        for byte in (0, ord("/"), ord(":"), ord("a"), 0x7F, 0x80, 0xB0, 0xB9, 0xFF):
            text = bytearray(b"1" * length)
            text[place] = byte
            with pytest.raises(ValueError, match="digits"):
                compiled.integers.from_digits(np.array([0, length], np.int32), bytes(text))
    for wrong in ("-" * length, "1" * length + "-"):
        with pytest.raises(ValueError, match="digits"):
            integers(wrong)


def test_large_integers_stand_in_their_rows():
    values = [1, 10**300, None, -(10**400), 5]
    assert integers(*("" if value is None else str(value) for value in values)) == values


def test_integer_of_more_digits_than_python_takes_is_refused():
    with pytest.raises(ValueError, match="Exceeds the limit"):
        integers("1" * 5000)


def test_no_digits_are_no_integer():
    assert integers("", "0", "-0", "007") == [None, 0, 0, 7]


@pytest.mark.parametrize("text", ["-", "1.0", "1e5", " 1", "0x1", "a" * 100, "1" * 100 + "x"])
def test_text_that_is_no_digits_is_refused(text):
    with pytest.raises(ValueError, match=r"digits|invalid literal"):
        integers("1", text)


@pytest.mark.parametrize("offsets", [[0, 5], [2, 1], [-1, 1], [0, 1, -(2**31)], [4, 4]])
def test_offsets_outside_of_the_digits_are_refused(offsets):
    with pytest.raises(ValueError, match="outside"):
        compiled.integers.from_digits(np.array(offsets, np.int32), b"123")


@pytest.mark.parametrize(
    "text",
    [
        "", "plain", 'a "quoted" one', "\\ / \b \f \n \r \t", "\x00 \x1f \x7f", "café", "日本語",
        "\U0001f600 and \U0010ffff", '1234567"', '12345678"', "\u2028", "\ud7ff\ue000",
    ],
)  # fmt: skip
@pytest.mark.parametrize("is_ascii", [True, False])
def test_texts_are_what_json_says(text, is_ascii):
    rows = [{"a": "x", "n": 1}, {"a": text, "n": 2}, {"a": None, "n": 3}, {"a": text * 3, "n": 4}]
    body = json.dumps(rows, ensure_ascii=is_ascii).encode()[1:-1]
    assert decoded(body) == [[row["a"] for row in rows], [1, 2, 3, 4]]


@pytest.mark.parametrize("key", ["é", 'q"', "back\\slash", "tab\t", "\U0001f600"])
@pytest.mark.parametrize("is_ascii", [True, False])
def test_keys_are_found_however_they_are_spelt(key, is_ascii):
    body = json.dumps([{key: 1, "b": key}] * 3, ensure_ascii=is_ascii).encode()[1:-1]
    assert decoded(body) == [[1] * 3, [key] * 3]


@pytest.mark.parametrize("comma", [",", ", ", " , ", ",\n  "])
@pytest.mark.parametrize("colon", [":", ": ", " : "])
@pytest.mark.parametrize("between", [",", ", ", "\n,\t"])
def test_white_space_of_any_kind_is_a_layout(comma, colon, between):
    rows = [{"a": n, 'b"': f'x, "c": {n}', "c": None} for n in range(3)]
    body = between.join(json.dumps(row, separators=(comma, colon)) for row in rows).encode()
    plans = [plan_column(undeclared(key), [value])[0] for key, value in rows[0].items()]
    layout = RowLayout.of_row(body[: body.index(b"}") + 1], list(rows[0]), between.encode())
    reader = LayoutReader(layout, {plan.column.name: plan.kind for plan in plans}, plans)
    arrays = reader.decode(body)
    assert [array.to_pylist() for array in arrays] == [
        [row[key] for row in rows] for key in rows[0]
    ]


def test_layout_of_a_row_of_many_keys_takes_no_minutes():
    keys = [f"key {number}" for number in range(20_000)]
    layout = RowLayout.of_row(json.dumps(dict.fromkeys(keys, 1)).encode(), keys, b", ")
    assert layout.first == b'{"key 0": '
    assert layout.frames[0] == b'}, {"key 0": '
    assert layout.frames[-1] == b', "key 19999": '


@pytest.mark.parametrize("value", [2**63 - 1, -(2**63), 0, -1, 10**18])
def test_integers_of_64_bits_are_read_to_their_ends(value):
    assert decoded(b'{"a": 1}, {"a": %d}' % value) == [[1, value]]


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 2**64 + 1, 10**19, -(10**40)])
def test_integers_beyond_64_bits_are_not_read_as_others(value):
    assert decoded(b'{"a": 1}, {"a": %d}' % value) is None


def test_floats_of_several_columns_keep_their_own_nulls():
    rows = [
        {"a": n / 7 if n % 3 else None, "b": 0.5, "c": None if n % 5 == 0 else -n / 3 - 0.1}
        for n in range(2, 50)
    ]
    found = decoded(json.dumps(rows).encode()[1:-1])
    assert found == [[row[key] for row in rows] for key in "abc"]


def test_values_of_unwanted_columns_are_judged_too():
    plans = [plan_column(undeclared("b"), [1])[0]]
    layout = RowLayout.of_row(b'{"a": 1, "b": 2}', ["a", "b"], b", ")
    reader = LayoutReader(layout, {"a": "integer", "b": "integer"}, plans)
    assert reader.decode(b'{"a": 1, "b": 2}, {"a": 3, "b": 4}')[0].to_pylist() == [2, 4]
    assert reader.decode(b'{"a": 1, "b": 2}, {"a": x, "b": 4}') is None


def test_cut_rows_are_refused_without_overrun():
    rows = b'{"a": 12, "s": "x\\u00e9\\ud83d\\ude00", "f": -1.5e-3, "b": true, "n": null}'
    plans = [plan_column(undeclared(key), [value])[0] for key, value in json.loads(rows).items()]
    for end in range(len(rows)):
        cut = bytes(memoryview(rows)[:end])  # its own memory: a sanitizer sees what is behind it
        assert decoded_cut(cut, rows, plans) is None, cut
    assert decoded(rows, plans=plans)[1] == ["xé\U0001f600"]


def decoded_cut(cut, whole, plans):
    layout = RowLayout.of_row(whole, [plan.column.name for plan in plans], b", ")
    return LayoutReader(layout, {plan.column.name: plan.kind for plan in plans}, plans).decode(cut)


@pytest.mark.parametrize(
    "key",
    [
        (ord("x"), b"", 0, 1, *NONE),
        (0, b"", 0, 1, *NONE),
        (ord("i"), b"", 1, 1, *NONE),
        (ord("i"), b"", -1, 1, *NONE),
        (ord("i"), b"", 0, 0, *NONE),
    ],
)
def test_keys_that_cannot_be_are_refused(key):
    with pytest.raises(ValueError, match="no such"):
        compiled.rows.read_rows(b'{"a": 1}', b'{"a": ', (key,))


@pytest.mark.parametrize("kind", "ibfwq")
@pytest.mark.parametrize("short", ["all", "valid", "values", "offsets"])
def test_more_rows_than_there_is_room_for_are_refused(kind, short):
    value = {"i": b"1", "b": b"true", "f": b"1.5", "w": b"1", "q": b'"x"'}[kind]
    rows = b", ".join([b'{"a": %b}' % value] * 100)

    def read(slots):
        room = dict.fromkeys(("valid", "values", "offsets"), 104)
        room.update(dict.fromkeys(room if short == "all" else [short], slots))
        values = np.empty(room["values"], np.int64 if kind == "i" else np.int32)
        if kind == "b":
            values = np.zeros(room["values"] // 8, np.uint8)
        offsets = np.zeros(room["offsets"] + 1, np.int32) if kind in "fwq" else None
        valid = np.zeros(room["valid"] // 8, np.uint8)
        key = (ord(kind), b'}, {"a": ', 0, 1, valid, values, offsets)
        return compiled.rows.read_rows(rows, b'{"a": ', (key,))

    assert read(104) == [100, 0]
    if short != "offsets" or kind in "fwq":
        assert [read(slots) for slots in (0, 1, 96)] == [None] * 3


@pytest.mark.parametrize("code", range(0x20))
def test_control_character_in_the_last_bytes(code):
    reader = reader_of(b'{"a": "x"}', {"a": "x"})
    assert reader.decode(b'{"a": "x"}, {"a": "%c"}' % code) is None
    assert reader.decode(b'{"a": "x"}, {"a": "y%c"}' % code) is None


def test_buffers_that_cannot_be_written_are_refused():
    key = (ord("i"), b'}, {"a": ', 0, 1, b"12345678", b"12345678", None)
    with pytest.raises(BufferError):
        compiled.rows.read_rows(b'{"a": 1}', b'{"a": ', (key,))


@pytest.mark.parametrize(
    ("count", "starts", "offsets", "room"),
    [
        (1, [0], [0, 4], 3),
        (1, [3], [0, 2], 9),
        (1, [99], [0, 0], 9),
        (1, [0], [0, 1], 0),
        (1, [0], [1, 0], 9),
        (1, [0], [-1, 0], 9),
        (2, [0], [0, 1, 2], 9),
        (2, [0, 1], [0, 1], 9),
        (-1, [0], [0, 1], 9),
        (1, [~0], [0, 5], 9),
        (1, [~99], [0, 1], 9),
    ],
)
def test_texts_outside_of_rows_or_room_are_refused(count, starts, offsets, room):
    places = np.array(starts, np.int32), np.array(offsets, np.int32)
    with pytest.raises(ValueError, match="outside"):
        compiled.rows.gather_texts(b"ab\\n", count, *places, np.empty(room, np.uint8))


def reader_of(row, kinds):
    layout = RowLayout.of_row(row, list(kinds), b", ")
    plans = [plan_column(undeclared(name), [value])[0] for name, value in kinds.items()]
    return LayoutReader(layout, {plan.column.name: plan.kind for plan in plans}, plans)


GOOD_ROW = b'{"i": 1, "f": 0.5, "b": true, "s": "x", "w": 99999999999999999999}'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"i": 1', b'"i": 01'),
        (b'"i": 1', b'"i": 0x1F'),
        (b'"i": 1', b'"i": +1'),
        (b'"i": 1', b'"i": -'),
        (b'"i": 1', b'"i":  1'),
        (b'"i": 1', b'"i": 1.0'),
        (b'"i": 1', b'"i": "1"'),
        (b'"i": 1', b'"i": 9223372036854775808'),
        (b'"i": 1', b'"j": 1'),
        (b'"i": 1', b'"i": nul'),
        (b'"i": 1', b'"i": nulk'),
        (b"0.5", b"00.5"),
        (b"0.5", b".5"),
        (b"0.5", b"5."),
        (b"0.5", b"1.e5"),
        (b"0.5", b"NaN"),
        (b"0.5", b"Infinity"),
        (b"0.5", b"9007199254740993"),
        (b"0.5", b"-0"),
        (b"true", b"trues"),
        (b"true", b"1"),
        (b"true", b"folse"),
        (b'"x"', b'"x""'),
        (b'"x"', b'"'),
        (b'"x"', b"x"),
        (b'"x"', b'"x\ty"'),
        (b'"x"', b'"\\ud800"'),
        (b'"x"', b'"\\udc00\\ud800"'),
        (b'"x"', b'"\\ud800\\n"'),
        (b'"x"', b'"\\ud800\\u0041"'),
        (b'"x"', b'"\\ud800\\ue000"'),
        (b'"x"', b'"\\udc00\\udc00"'),
        (b'"x"', b'"\\u00g1"'),
        (b'"x"', b'"\\u004"'),
        (b'"x"', b'"\\x"'),
        (b'"x"', b'"\\"'),
        (b"99999999999999999999", b"9999a999"),
        (b"99999999999999999999", b"099"),
        (b"99999999999999999999", b'"99"'),
        (b"}", b"}]"),
        (b"}", b"]"),
        (b"}", b"} "),
    ],
)
def test_layout_reader_takes_nothing_but_the_json_it_is_for(old, new):
    reader = reader_of(GOOD_ROW, json.loads(GOOD_ROW))
    assert [array.to_pylist() for array in reader.decode(GOOD_ROW)] == [
        [1], [0.5], [True], ["x"], ["99999999999999999999"],
    ]  # fmt: skip
    assert reader.decode(GOOD_ROW.replace(old, new, 1)) is None
    two = b", ".join((GOOD_ROW, GOOD_ROW.replace(old, new, 1), GOOD_ROW))
    assert reader.decode(two) is None


def test_layout_reader_takes_nulls_and_extreme_numbers():
    row = b'{"i": null, "f": -1.5e+300, "b": false, "s": null, "w": -12}'
    rows = b", ".join((GOOD_ROW, row, GOOD_ROW))
    arrays = reader_of(GOOD_ROW, json.loads(GOOD_ROW)).decode(rows)
    assert [array[1].as_py() for array in arrays] == [None, -1.5e300, False, None, "-12"]
    assert all(isinstance(array, pa.Array) for array in arrays)
