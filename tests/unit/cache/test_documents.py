from datetime import timedelta

import pytest


def test_document_stored_comes_back_with_its_time(cache, clock):
    value = {"id": 42, "options": {"parameters": [{"name": "\u4e2d", "value": None}]}, "n": 2**70}
    assert cache.put_document("https://s/p/query/42", value)
    document = cache.get_document("https://s/p/query/42")
    assert document.value == value
    assert document.stored_at == clock.now
    assert cache.get_document("https://s/p/query/4") is None


def test_document_replaced_is_the_new_one(cache, clock):
    cache.put_document("name", [1])
    clock.pass_time(minutes=1)
    cache.put_document("name", [2], stored_at=clock.now - timedelta(seconds=5))
    assert cache.get_document("name").value == [2]
    assert cache.get_document("name").stored_at == clock.now - timedelta(seconds=5)


def test_document_large_comes_back_from_a_file(cache):
    values = [f"0x{number:064x}" for number in range(5000)]
    cache.put_document("dropdown", values)
    assert len(list((cache.directory / "v1").glob("*/*/*.val"))) == 1
    assert cache.get_document("dropdown").value == values


@pytest.mark.parametrize("value", [float("nan"), {1}, b"x", object()])
def test_document_not_json_is_refused(cache, value):
    with pytest.raises((TypeError, ValueError)):
        cache.put_document("name", value)
