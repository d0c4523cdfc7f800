"""Every way of answering wrongly, at every request of a read: an error of the right kind."""

import gc
import gzip
import itertools
import json
import threading
import warnings

import pytest

from watchframe import Client, read_watch_query
from watchframe.errors import (
    ConnectError,
    DecodeError,
    IncompleteBodyError,
    NotFoundError,
    ProtocolError,
    RateLimitError,
    ResponseError,
    TransportTimeoutError,
)

pytestmark = pytest.mark.slow

KEY = "k-0123456789-secret"
JOB = {"id": "j", "status": 1, "error": "", "query_result_id": None, "updated_at": 0}
RIGHT = {
    "definition": {
        "id": 1,
        "name": "One",
        "query": "select 1 as a",
        "options": {"parameters": []},
        "data_source_id": 1,
    },
    "execution": {"job": JOB},
    "job": {"job": {**JOB, "status": 3, "query_result_id": 9}},
    "result": {
        "query_result": {
            "id": 9,
            "query": "select 1 as a",
            "data": {
                "columns": [{"name": "a", "friendly_name": "a", "type": "integer"}],
                "rows": [{"a": 1}],
            },
            "data_source_id": 1,
            "runtime": 0.1,
            "retrieved_at": "2024-01-01T00:00:00Z",
        }
    },
    "cancellation": None,
}
STAGES = tuple(RIGHT)
READS = STAGES[:-1]
#: What a body that is no document, or no result, is.
UNREADABLE = (ProtocolError, DecodeError)


def stage_of(method, path):
    if method == "DELETE":
        return "cancellation"
    if "/jobs/" in path:
        return "job"
    if path.endswith(".json"):
        return "result"
    return "execution" if method == "POST" else "definition"


def http(body=b"", *, status="200 OK", kind="application/json", **headers):
    """Bytes of an answer; a header's name is written with underscores, one of None is left out."""
    found = {"Content_Type": kind, "Content_Length": str(len(body)), "Connection": "close"}
    lines = [
        f"{name.replace('_', '-')}: {value}\r\n"
        for name, value in {**found, **headers}.items()
        if value is not None
    ]
    return f"HTTP/1.1 {status}\r\n{''.join(lines)}\r\n".encode("latin-1") + body


def right(stage, **headers):
    return http(json.dumps(RIGHT[stage]).encode(), **headers)


def answered(answers, released):
    """An answer function: those of `answers` (bytes, or made of the stage), else the right ones."""

    def answer(method, path):
        stage = stage_of(method, path)
        made = answers.get(stage, right)
        found = made(stage) if callable(made) else made
        if not found.endswith(b"<hang>"):
            return found
        return itertools.chain([found.removesuffix(b"<hang>")], hanging(released))

    return answer


def hanging(released):
    released.wait(60)
    yield b""


@pytest.fixture
def ask(raw_server, tmp_path, monkeypatch):
    """Ask a server that answers wrongly at one stage: a read, or a cancellation."""
    released = threading.Event()
    monkeypatch.setattr("watchframe.http.body.START_TIMEOUT", 0.3)

    def ask(stage, fault, **settings):
        with (
            raw_server(answered({stage: fault}, released)) as watch,
            Client(
                watch.url,
                KEY,
                cache_dir=tmp_path / "cache",
                max_retries=0,
                **settings,
            ) as client,
        ):
            if stage == "cancellation":
                return client.jobs.cancel("j")
            return read_watch_query(1, client=client, timeout=20)

    yield ask
    released.set()


DEEP = b"[" * 100_000
GZIPPED = {"Content_Encoding": "gzip"}
LONGER = {"Content_Length": "100000"}
FAR = "Fri, 31 Dec 9999 23:59:59 -1000"
CHUNKED = {"Content_Length": None, "Transfer_Encoding": "chunked"}

BODIES = {
    "page": (http(b"<p>Hello", kind="text/html"), ProtocolError),
    "page that breaks off": (http(b"<p>Hello", kind="text/html", **LONGER), ProtocolError),
    "page that hangs": (http(b"<p>He<hang>", kind="text/html", **LONGER), ProtocolError),
    "page with bad gzip": (http(b"\x1f\x8b\x08nope", kind="text/html", **GZIPPED), ProtocolError),
    "page with bad chunks": (http(b"zz\r\n", kind="text/html", **CHUNKED), ProtocolError),
    "nothing": (http(), UNREADABLE),
    "no content": (http(status="204 No Content"), UNREADABLE),
    "not JSON": (http(b"hello"), UNREADABLE),
    "not UTF-8": (http(b'{"id": "\xff\xfe"}'), UNREADABLE),
    "number": (http(b"5"), UNREADABLE),
    "null": (http(b"null"), UNREADABLE),
    "list": (http(b"[]"), UNREADABLE),
    "number of 5000 digits": (http(b'{"id": ' + b"9" * 5000 + b"}"), UNREADABLE),
    "deep": (http(DEEP), UNREADABLE),
    "deep and whole": (http(DEEP + b"]" * len(DEEP)), UNREADABLE),
    "deep within": (http(b'{"id": ' + DEEP), UNREADABLE),
    "bad gzip": (http(b"\x1f\x8b\x08nope", **GZIPPED), UNREADABLE),
    "gzip that is none": (http(b"{}", **GZIPPED), UNREADABLE),
    "gzip cut off": (http(gzip.compress(b"{}" * 99)[:-9], **GZIPPED), UNREADABLE),
    "not asked for compression": (http(b"{}", Content_Encoding="br"), UNREADABLE),
    "breaks off": (http(b'{"id": 1', **LONGER), IncompleteBodyError),
    "shorter than it says": (http(b'{"id": 1, "name": "x"}', Content_Length="9"), UNREADABLE),
    "bad chunks": (http(b'5\r\n{"id"\r\nzz\r\n', **CHUNKED), IncompleteBodyError),
    "chunks that break off": (http(b'ff\r\n{"id"', **CHUNKED), IncompleteBodyError),
}  # fmt: skip

HEADS = {
    "refusal with bad gzip": (http(b"\x1f\x8bno", status="500 No", **GZIPPED), ResponseError),
    "refusal that is deep": (http(DEEP, status="400 No"), ResponseError),
    "refusal whose message is deep": (
        http(b'{"message": ' + b"[" * 600 + b"]" * 600 + b"}", status="400 No"),
        ResponseError,
    ),
    "refusal that breaks off": (http(b"{", status="404 No", **LONGER), NotFoundError),
    "refusal that hangs": (http(b"{<hang>", status="404 No", **LONGER), NotFoundError),
    "refusal in no UTF-8": (http(b"\xff\xfe", status="400 No"), ResponseError),
    "busy until year 9999": (http(status="429 Busy", Retry_After=FAR), RateLimitError),
    "busy for ever": (http(status="429 Busy", Retry_After="9" * 400), RateLimitError),
    "busy until no year": (
        http(status="429 Busy", Retry_After="Fri, 31 Dec 99999999999999999999 23:59:59 GMT"),
        RateLimitError,
    ),
    "out until year 9999": (http(status="503 Out", Retry_After=FAR), ResponseError),
    "redirect to no address": (http(status="302 No", Location="http://[::1"), ProtocolError),
    "redirect to no port": (http(status="302 No", Location="http://a:99999/"), ProtocolError),
    "redirect to a word as port": (http(status="302 No", Location="http://a:b/"), ProtocolError),
    "redirect with controls": (http(status="302 No", Location="http://a\x01\x7f/"), ProtocolError),
    "redirect to a script": (http(status="302 No", Location="javascript:x"), ProtocolError),
    "redirect to nowhere": (http(status="302 No"), ProtocolError),
    "choices": (http(status="300 Choose"), ProtocolError),
    "not modified": (http(status="304 Not Modified"), ProtocolError),
    "another protocol": (http(status="101 Switching Protocols"), ProtocolError),
    "two lengths": (http(b"{}", Content_Length="5, 6"), ProtocolError),
    "many headers": (http(**{f"X{n}": "y" for n in range(300)}), ConnectError),
    "long header": (http(X="y" * 100_000), ConnectError),
    "interim answers for ever": (b"HTTP/1.1 100 Continue\r\n\r\n" * 15_000, ConnectError),
    "hints for ever": (b"HTTP/1.1 103 Hints\r\n\r\n" * 15_000, ConnectError),
    "another service": (b"SSH-2.0-OpenSSH_9.6\r\n", ConnectError),
    "no status": (b"HTTP/1.1 abc\r\n\r\n", ConnectError),
    "status of five digits": (b"HTTP/1.1 99999 No\r\n\r\n", ConnectError),
    "bytes": (bytes(range(128, 256)) * 9, ConnectError),
    "closed": (b"", ConnectError),
}  # fmt: skip

SILENCES = {
    "document that hangs": http(b'{"id": 1<hang>', **LONGER),
    "half a head": b"HTTP/1.1 200 OK\r\nContent-Le<hang>",
}

HARMLESS = {
    "date of year 9999": lambda stage: right(stage, Date=FAR),
    "header that is not ASCII": lambda stage: right(stage, X_Caf_="\xe9\xff", Server="\xff"),
    "hints before it": lambda stage: b"HTTP/1.1 103 Hints\r\nLink: x\r\n\r\n" + right(stage),
    "interim answer before it": lambda stage: b"HTTP/1.1 100 Continue\r\n\r\n" + right(stage),
    "length as no number": lambda stage: right(stage, Content_Length="\xb2"),
}


@pytest.mark.parametrize("stage", READS)
@pytest.mark.parametrize(("fault", "kind"), BODIES.values(), ids=BODIES)
def test_body_at_fault_is_an_error_of_its_kind(ask, stage, fault, kind):
    with pytest.raises(kind) as caught:
        ask(stage, fault)
    assert KEY not in f"{caught.value!r} {caught.value.__dict__}"


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(("fault", "kind"), HEADS.values(), ids=HEADS)
def test_head_at_fault_is_an_error_of_its_kind(ask, stage, fault, kind):
    with pytest.raises(kind) as caught:
        ask(stage, fault)
    assert KEY not in f"{caught.value!r} {caught.value.__dict__}"


@pytest.mark.parametrize("stage", READS)
@pytest.mark.parametrize("fault", SILENCES.values(), ids=SILENCES)
def test_silence_is_an_error_after_the_read_timeout(ask, stage, fault):
    with pytest.raises(TransportTimeoutError):
        ask(stage, fault, read_timeout=0.3)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("fault", HARMLESS.values(), ids=HARMLESS)
def test_what_is_only_odd_is_read(ask, stage, fault):
    found = ask(stage, fault)
    assert stage == "cancellation" or found["a"].tolist() == [1]


IDS = {
    "definition": [
        {**RIGHT["definition"], "id": value} for value in ("1", True, None, float("nan"), [1], 1.5)
    ],
    "execution": [{"job": {**JOB, "id": value}} for value in (1, True, float("nan"), [1], {})],
    "job": [
        {"job": {**JOB, "status": 3, "query_result_id": value}}
        for value in ("9", True, float("nan"), float("inf"), {}, 1.5)
    ]
    + [{"job": {**JOB, "status": value}} for value in ("3", True, None, 99, 10**400)],
    "result": [
        {"query_result": {**RIGHT["result"]["query_result"], "id": value}}
        for value in ("9", True, float("nan"), [9], 1.5)
    ],
}


@pytest.mark.parametrize(
    ("stage", "document"),
    [(stage, document) for stage, documents in IDS.items() for document in documents],
)
def test_id_or_status_of_another_kind_is_an_error(ask, stage, document):
    with pytest.raises(UNREADABLE):
        ask(stage, http(json.dumps(document).encode()))


@pytest.mark.parametrize(
    "moment", ["9999-12-31T23:59:59-10:00", "0001-01-01T00:00:00+10:00", "soon"]
)
def test_time_that_is_none_in_utc_is_an_error(ask, moment):
    found = {**RIGHT["result"]["query_result"], "retrieved_at": moment}
    with pytest.raises(UNREADABLE, match="time of a query result"):
        ask("result", http(json.dumps({"query_result": found}).encode()))
    with pytest.raises(ProtocolError, match="time of a query"):
        ask("definition", http(json.dumps({**RIGHT["definition"], "updated_at": moment}).encode()))


@pytest.mark.parametrize("runtime", [b"NaN", b"1e999", b"9" * 400, b"null", b'"soon"'])
def test_runtime_that_is_no_number_of_seconds_is_left_out(ask, runtime):
    body = json.dumps(RIGHT["result"]).encode().replace(b"0.1", runtime)
    assert ask("result", http(body))["a"].tolist() == [1]


def test_execution_not_inflatable_frees_its_connection(ask):
    gc.collect()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ResourceWarning)
        with pytest.raises(DecodeError):
            ask("execution", http(b"{}", Content_Encoding="br"))
        gc.collect()
    assert [str(item.message) for item in caught] == []


def test_interim_answer_leaves_none_to_the_next_request(raw_server, tmp_path):
    """One behind the other on one connection: each request gets its own answer."""
    asked = itertools.count(1)

    def answer(method, path):
        name = json.dumps({**RIGHT["definition"], "name": f"Number {next(asked)}"}).encode()
        head = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n"
        return [head, http(name, Connection="keep-alive")]

    with (
        raw_server(answer, keeps_alive=True) as watch,
        Client(watch.url, KEY, cache_dir=tmp_path) as client,
    ):
        names = [client.queries.get(1).name for _ in range(3)]
    assert names == ["Number 1", "Number 2", "Number 3"]
