"""Past results as a simple model keeps them, whatever is stored in whatever order."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from example_counts import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from watchframe.cache import Provenance, ResultCache

KEYS = ("ab" * 32, "cd" * 32)
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
HISTORY = timedelta(days=10)
#: A result is told by the moment of its data: some have an id, as of a user's key.
moments = st.integers(0, 7).map(lambda day: NOON - timedelta(days=day))
puts = st.tuples(st.sampled_from(KEYS), moments, st.none() | st.integers(1, 3))
steps = st.lists(st.tuples(puts, st.integers(0, 4)), max_size=25)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


class Model:
    """The newest result of each key, and the past ones with the moments of their replacement."""

    def __init__(self):
        self.newest, self.past = {}, {key: {} for key in KEYS}

    def put(self, key, moment, result_id, number, now):
        self.past[key].pop(moment, None)
        old = self.newest.get(key)
        if old is not None:
            has_same_id = old[1] is not None and old[1] == result_id
            if old[0] != moment and not has_same_id:
                self.past[key][old[0]] = old[2], now
        self.newest[key] = moment, result_id, number
        for past in self.past.values():
            for kept in [kept for kept, (_, at) in past.items() if at < now - HISTORY]:
                del past[kept]

    def numbers(self, key):
        found = {moment: number for moment, (number, _) in self.past[key].items()}
        if key in self.newest:
            found[self.newest[key][0]] = self.newest[key][2]
        return [found[moment] for moment in sorted(found, reverse=True)]


def table_of(number, size=1):
    return pa.table({"n": pa.array([number] * size, pa.int64())})


def numbers_in(cache, key):
    heads = cache.results_under(key)
    entries = [cache.get_past(key, head.provenance.retrieved_at) for head in heads]
    assert [entry.provenance for entry in entries] == [head.provenance for head in heads]
    return [entry.table["n"][0].as_py() for entry in entries]


def clock_of(now):
    """Return a clock that shows the moment in a list, which the test replaces."""

    def clock():
        return now[0].timestamp()

    return clock


def store(cache, put, number, size=1):
    key, moment, result_id = put
    origin = Provenance(
        server="s", retrieved_at=moment, stored_at=NOON, query_result_id=result_id, query_id=1
    )
    assert cache.put(key, table_of(number, size), origin)


@settings(max_examples=examples(40))
@given(steps=steps)
def test_past_results_are_those_of_the_model(folder, steps):
    now, model = [NOON], Model()
    unused = timedelta(days=10_000)
    with ResultCache(folder, history=HISTORY, unused_limit=unused, clock=clock_of(now)) as cache:
        cache.clear()
        for number, (put, days) in enumerate(steps):
            now[0] += timedelta(days=days)
            store(cache, put, number)
            model.put(*put, number, now[0])
        for key in KEYS:
            assert numbers_in(cache, key) == model.numbers(key)
            if key in model.newest:
                assert cache.get(key).table["n"][0].as_py() == model.newest[key][2]
        frame = cache.entries()
        assert len(frame) == sum(len(model.numbers(key)) for key in KEYS)
        assert (~frame["replaced_at"].isna()).sum() == sum(map(len, model.past.values()))
        assert cache.size() == frame["bytes"].sum()
        assert cache.verify().damaged == ()


@settings(max_examples=examples(25))
@given(steps=steps, limit=st.integers(30_000, 60_000))
def test_newest_results_stay_while_past_ones_make_room(folder, steps, limit):
    """Two newest results fit into each of the limits, and not all past ones into any."""
    now, newest = [NOON], {}
    with ResultCache(folder, history="52w", size_limit=limit, clock=clock_of(now)) as cache:
        cache.clear()
        for number, (put, _) in enumerate(steps):
            now[0] += timedelta(seconds=1)
            store(cache, put, number, size=1_000)
            newest[put[0]] = number
            assert cache.size() <= limit
        for key, number in newest.items():
            assert cache.get(key).table["n"][0].as_py() == number
            assert number in numbers_in(cache, key)
