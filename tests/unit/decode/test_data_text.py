"""Data that come as a text holding JSON decode as the data themselves."""

import functools
import json

import pytest

from watchframe.decode import decode_query_result
from watchframe.decode.data_text import DataText
from watchframe.decode.exact import decode_exactly
from watchframe.decode.framing import find_data_text
from watchframe.decode.streaming import decode_streaming
from watchframe.errors import DecodeError, IncompleteBodyError

TEXTS = ['say "no"', "back\\slash\\", "tab\t\nline", "caf\u00e9", "\U0001f600\U0001f600", "\u2028"]
ROWS = [
    {"n": number, "text": TEXTS[number % 6], "wide": number * 10**40, "list": [{"a": '"'}]}
    for number in range(150)
]
TYPES = {"n": "integer", "text": "string", "wide": "integer", "list": None}
COLUMNS = [{"name": name, "friendly_name": name, "type": kind} for name, kind in TYPES.items()]
DATA = {"columns": COLUMNS, "rows": ROWS, "truncated": True}


def body_of(data, **dumps):
    result = {"id": 7, "query": 'select "data": "', "data": data, "runtime": 0.5}
    return json.dumps({"query_result": result}, **dumps).encode()


def exactly(body, _size=0):
    return decode_exactly(body)


def streaming(body, size=4096):
    """Decode as large bodies are, in chunks of `size` bytes."""
    opening = find_data_text(body)
    if opening is None:
        return decode_streaming([body], block_size=500)
    rest = [body[at : at + size] for at in range(opening + 1, len(body), size)]
    decode = functools.partial(decode_streaming, block_size=500)
    return DataText(body[: opening + 1], opening, rest).read_by(decode)


BOTH = pytest.mark.parametrize("decode", [exactly, streaming])


@pytest.mark.slow
@BOTH
@pytest.mark.parametrize("size", [1, 7, 10**6])
@pytest.mark.parametrize(
    "keys", [["columns", "rows", "truncated"], ["rows", "truncated", "columns"]]
)
@pytest.mark.parametrize("is_ascii", [(True, True), (True, False), (False, True), (False, False)])
def test_data_text_decodes_as_the_data_themselves(decode, size, keys, is_ascii):
    text = json.dumps({key: DATA[key] for key in keys}, ensure_ascii=is_ascii[0])
    found = decode(body_of(text, ensure_ascii=is_ascii[1]), size)
    plain = decode_exactly(body_of(DATA))
    assert found.table.equals(plain.table, check_metadata=True)
    assert found.info == plain.info
    assert found.info.is_truncated
    assert found.table["text"].to_pylist() == [row["text"] for row in ROWS]


@BOTH
@pytest.mark.parametrize("size", [1, 2, 3, 5, 11])
@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (r"\u0041\/B", "A/B"),
        (r"\\u0041\\/", "A/"),
        (r"\\\\u0041", "\\u0041"),
        (r"\ud83d\ude00", "\U0001f600"),
        (r"\\ud83d\\ude00", "\U0001f600"),
        (r"\ud83d", "\ud83d"),
        (r"\ud83d\ud83d\ude00", "\ud83d\U0001f600"),
        (r"\ude00\ud83d", "\ude00\ud83d"),
        ("\U0001f600\u00e9\u20ac", "\U0001f600\u00e9\u20ac"),
        (r"\\\"\\\\\\\"", '"\\"'),
    ],
)
def test_escapes_in_a_data_text_say_what_they_say(decode, sent, said, size):
    text = json.dumps({"columns": COLUMNS[1:2], "rows": [{"text": "HERE"}] * 3})
    body = body_of(text).decode().replace("HERE", sent).encode()
    outer = json.loads(body)["query_result"]["data"]
    assert json.loads(outer)["rows"][0]["text"] == said  # as Python reads it
    column = decode(body, size).table["text"]
    values = column.to_pylist()
    is_json = (decode(body, size).table.field("text").metadata or {}).get(b"watchframe.encoding")
    assert [json.loads(value) if is_json else value for value in values] == [said] * 3


def test_large_data_text_is_decoded_while_it_arrives():
    rows = [{"n": number, "text": 'x"' * 50} for number in range(60_000)]
    body = body_of(json.dumps({"columns": COLUMNS[:2], "rows": rows}))
    batches, arrived = [], []

    def chunks():
        for at in range(0, len(body), 1 << 16):
            arrived.append(len(batches))
            yield body[at : at + (1 << 16)]

    found = decode_query_result(chunks(), on_batch=batches.append)
    assert found.table["text"].to_pylist() == [row["text"] for row in rows]
    assert sum(map(len, batches)) == len(rows)
    assert arrived[-1] > 2, "no block was done before the last bytes came"


@BOTH
def test_columns_called_data_are_no_data_text(decode):
    rows = [{"data": '{"columns": []}', "n": number} for number in range(150)]
    columns = [{"name": "data", "type": "string"}, {"name": "n", "type": "integer"}]
    for data in ({"columns": columns, "rows": rows}, {"rows": rows, "columns": columns}):
        assert decode(body_of(data)).table.to_pylist() == rows
        assert decode(body_of(json.dumps(data))).table.to_pylist() == rows


BODY = body_of(json.dumps(DATA))
OPENING = BODY.index(b'"{\\"columns')


@BOTH
@pytest.mark.parametrize("length", [10, OPENING + 1, OPENING + 300, len(BODY) // 2, len(BODY) - 9])
def test_data_text_cut_short_is_an_error_with_offset(decode, length):
    with pytest.raises(DecodeError, match="not JSON") as caught:
        decode(BODY[:length])
    assert caught.value.offset <= length


@BOTH
@pytest.mark.parametrize(
    ("good", "bad", "at"),
    [
        (rb"\"n\": 70,", rb"\"n\": ?0,", BODY[OPENING:]),
        (rb"{\"n\": 70,", rb"5, {\"n\": 70,", BODY[OPENING:]),
        (rb"\"n\": 70,", b'\\"n\\": \\"\xff\\",', b"\xff"),
        (rb"\"n\": 70,", rb"\"n\": \q,", rb"\q"),
        (rb"\"n\": 70,", b'\\"n\\":\t70,', b"\t"),
        (rb"\"n\": 70,", rb"\"n\": \u00zz,", rb"u00zz"),
        (rb'"runtime": 0.5', rb'"runtime": ?.5', rb"?.5"),
    ],
)
def test_damage_of_a_data_text_is_named_with_its_offset(decode, good, bad, at):
    """Of the body where it is no text, of the text's beginning where the text is no JSON."""
    body = BODY.replace(good, bad, 1)
    with pytest.raises(DecodeError) as caught:
        decode(body)
    assert body[caught.value.offset :].startswith(at[:60])


@BOTH
@pytest.mark.parametrize("text", ["", "null", "no JSON", "[1]", '{"columns": []}', '"{}"', "5"])
def test_data_text_of_something_else_is_a_decode_error(decode, text):
    with pytest.raises(DecodeError) as caught:
        decode(body_of(text))
    assert caught.value.offset is not None


def test_error_of_the_connection_keeps_its_offset():
    start = BODY[: OPENING + 9] + b"x" * (1 << 20)

    def broken():
        yield start
        raise IncompleteBodyError("broken off", offset=len(start))

    with pytest.raises(IncompleteBodyError) as caught:
        decode_query_result(broken())
    assert caught.value.offset == len(start)
