"""What the data sources of Inverse Watch's fork answer: from the definition to the frame."""

import warnings
from pathlib import Path

import pytest

from watchframe import Client, read_watch_query
from watchframe.errors import ResponseError, WatchframeWarning

RECORDINGS = Path(__file__).parents[2] / "data" / "wire_versions" / "fork_sources"
NAMES = [path.stem[4:] for path in sorted(RECORDINGS.glob("*.json"))]
SOURCES = [name.removesuffix("_result") for name in NAMES if name.endswith("_result")]
#: Dynamic dates, sent as they stand by who recorded: the server refuses them.
REFUSED = {"p_qrds": "day", "p_qrds2": "r"}


@pytest.fixture
def read(replaying, tmp_path):
    """Reads a source's query with the recorded parameters; gives the frame and the recording."""

    def read_source(name):
        names = {f"{name}_{step}" for step in ("query", "execute", "job", "result")}
        with (
            replaying("fork_sources", names) as watch,
            Client(watch.url, "USER-KEY", cache_dir=tmp_path / "cache") as client,
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore", WatchframeWarning)
            asked = watch.recorded[f"{name}_execute"].request
            query_id = watch.recorded[f"{name}_query"].body["id"]
            frame = read_watch_query(
                query_id, asked["json"]["parameters"], max_age=0, client=client
            )
            return frame, watch.recorded[f"{name}_result"].body["query_result"]

    return read_source


@pytest.mark.slow
@pytest.mark.parametrize("name", SOURCES)
def test_frame_has_every_recorded_value(read, same_rows, name):
    frame, sent = read(name)
    same_rows(frame, sent["data"])
    assert frame.attrs["watchframe"]["query_result_id"] == sent["id"]


def test_integers_of_256_bits_are_exact(read):
    frame, _ = read("json")
    assert frame["wei"].iloc[0] == 2**256 - 1
    frame, _ = read("evmlogs_pool")
    assert frame["deltas"].iloc[0] == [-(10**20), 3 * 10**18]


@pytest.mark.parametrize("name", REFUSED)
def test_dynamic_date_that_is_sent_as_it_stands_is_refused(replaying, tmp_path, name):
    names = {f"{name}_query", f"{name}_execute"}
    with (
        replaying("fork_sources", names) as watch,
        Client(watch.url, "USER-KEY", cache_dir=tmp_path) as client,
    ):
        query = client.queries.get(watch.recorded[f"{name}_query"].body["id"])
        assert REFUSED[name] in [item.name for item in query.parameters]
        sent = watch.recorded[f"{name}_execute"].request["json"]["parameters"]
        with pytest.raises(ResponseError, match=f"their definitions: {REFUSED[name]}"):
            client.queries.execute(query.id, sent, max_age=0)


def test_every_recording_of_a_source_is_used():
    whole = {f"{name}_{step}" for name in SOURCES for step in ("query", "execute", "job", "result")}
    refused = {f"{name}_{step}" for name in REFUSED for step in ("query", "execute")}
    assert set(NAMES) == whole | refused
    assert len(NAMES) == len(set(NAMES))
