"""The white-space trap while the other value is still running: both get one job and one result."""

import threading
import time

import pytest

from watchframe import Client, read_watch_query
from watchframe.errors import ProtocolError
from watchframe.models import ParameterDefinition

pytestmark = pytest.mark.slow

CHOICES = ParameterDefinition(
    name="t", type="enum", title="T", enum_options=("New York", "NewYork", "newyork")
)
TEXT = "select '{{ t }}' as t, $n as n from range(12) as r(s) where sleep_ms(100) is null limit 1"


@pytest.fixture
def slow(site):
    """A query of a second or so, whose parameter may be any words."""
    words = ParameterDefinition(name="t", type="text-pattern", title="T", regex="[A-Za-z ]+")
    # A number of its own, for comments do not tell queries apart either.
    text = TEXT.replace("$n", str(time.monotonic_ns()))
    return site.queries.create("slow words", text, 1, parameters=[words])


def start(site, query, value):
    """Have somebody else run the query, and come back when it is running."""
    job = site.queries.execute(query.id, {"t": value}, max_age=0)
    while site.jobs.get(job.id).status == 1:
        time.sleep(0.01)


@pytest.mark.parametrize("max_age", [None, 0])
@pytest.mark.parametrize("is_user", [True, False])
def test_rows_of_another_running_value_are_not_taken(
    own_server, site, slow, tmp_path, max_age, is_user
):
    key = own_server.user_key if is_user else own_server.query_key(slow.id)
    with Client(own_server.url, key, cache_dir=tmp_path / "other") as reader:
        start(site, slow, "NewYork")
        frame = read_watch_query(slow.id, {"t": "New York"}, max_age=max_age, client=reader)
    assert set(frame["t"]) == {"New York"}
    assert frame.attrs["watchframe"]["source"] == "executed"


@pytest.mark.parametrize(
    ("parameters", "values"),
    [([], ("NewYork", "New York")), ([CHOICES], ("New York", "NewYork"))],
)
@pytest.mark.parametrize("max_age", [None, "1h"])
def test_rows_of_another_cached_value_are_not_taken(
    own_server, site, tmp_path, parameters, values, max_age
):
    """Where the parameter has no definition, and where the value itself has no white space."""
    text = f"select '{{{{ t }}}}' as t, {time.monotonic_ns()} as n"
    query = site.queries.create("words", text, 1, parameters=parameters)
    key = own_server.query_key(query.id)
    with Client(own_server.url, key, cache_dir=tmp_path / "other") as reader:
        for value in values:
            frame = read_watch_query(query.id, {"t": value}, max_age=max_age, client=reader)
            assert frame["t"].item() == value


def test_job_of_the_same_safe_value_is_shared(own_server, site, slow):
    start(site, slow, "Paris")
    frame = read_watch_query(slow.id, {"t": "Paris"}, max_age=0, client=site)
    assert set(frame["t"]) == {"Paris"}
    jobs = {item.path for item in own_server.requests if "/jobs/" in item.path}
    assert len({path.rpartition("/")[2] for path in jobs}) == 1


def test_other_value_that_runs_repeatedly_is_an_error(own_server, site, slow, tmp_path):
    key, ended = own_server.query_key(slow.id), threading.Event()

    def keep_running():
        while not ended.is_set():
            site.queries.execute(slow.id, {"t": "NewYork"}, max_age=0)

    somebody = threading.Thread(target=keep_running)
    start(site, slow, "NewYork")
    somebody.start()
    try:
        with (
            Client(own_server.url, key, cache_dir=tmp_path / "other") as reader,
            pytest.raises(ProtocolError, match="again and again"),
        ):
            read_watch_query(slow.id, {"t": "New York"}, client=reader)
    finally:
        ended.set()
        somebody.join()
