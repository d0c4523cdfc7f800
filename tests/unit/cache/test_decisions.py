"""Each decision can be seen, with its reason."""

from datetime import timedelta

from watchframe.cache import Decision, ResultCache
from watchframe.cache.freshness import REMEMBERED


def test_decisions_are_listed_newest_first(cache, clock):
    cache.note_decision("query 1", "aa", Decision(action="fetch", reason="not-stored"))
    clock.pass_time(seconds=5)
    cache.note_decision("query 1", "aa", Decision(action="use", reason="fresh", age=5.25))
    frame = cache.decisions()
    assert frame.loc[0].to_dict() == {
        "at": clock.now,
        "what": "query 1",
        "action": "use",
        "reason": "fresh",
        "age": timedelta(seconds=5.25),
        "key": "aa",
    }
    assert frame["reason"].tolist() == ["fresh", "not-stored"]
    assert frame["age"].isna().tolist() == [False, True]


def test_decisions_of_an_unused_cache_have_types(cache):
    empty = cache.decisions()
    assert len(empty) == 0
    cache.note_decision("query 1", "aa", Decision(action="use", reason="fresh", age=1.0))
    assert cache.decisions().dtypes.equals(empty.dtypes)


def test_decisions_are_shared_by_folder(cache, tmp_path):
    cache.note_decision("query 1", "aa", Decision(action="use", reason="fresh", age=1.0))
    assert len(ResultCache(cache.directory).decisions()) == 1
    assert len(ResultCache(tmp_path / "another").decisions()) == 0


def test_decisions_past_the_bound_are_the_last_ones(cache):
    for number in range(REMEMBERED + 10):
        cache.note_decision(f"query {number}", "aa", Decision(action="use", reason="fresh"))
    frame = cache.decisions()
    assert len(frame) == REMEMBERED
    assert frame["what"].iloc[-1] == "query 10"
