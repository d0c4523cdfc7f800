"""The cache as it is shown: its folder, how full it is, and what was used last."""

from tests.shown import assert_shows_itself, displayed


def test_empty_cache_is_shown_without_being_made(cache):
    text = displayed(cache)["text/plain"]
    assert text == f"Local cache\n\n  folder   {cache.directory}\n  results  none yet"
    assert not cache.directory.exists()
    assert repr(cache) == f"ResultCache({str(cache.directory)!r}, size_limit=2_000_000_000)"


def test_cache_shows_results_with_links_and_counts_no_documents(cache, table, provenance):
    cache.put("a" * 64, table, provenance())
    cache.put("b" * 64, table, provenance(query_id=None, query_name=None, sql="select 1"))
    cache.put_document("definition", {"id": 42})
    shown = displayed(cache)
    assert "  results  2\n" in shown["text/plain"]
    assert " of 2.0 GB\n" in shown["text/plain"]
    assert "https://watch.example/org/queries/42?p_market=WETH" in shown["text/html"]
    lines = shown["text/plain"].splitlines()[-3:]
    assert [line.split()[0] for line in lines] == ["query", "select", "Borrows"]


def test_cache_of_many_shows_those_used_last(cache, clock, table, provenance):
    for number in range(12):
        clock.pass_time(hours=1)
        cache.put(f"{number:064x}", table, provenance(query_name=f"Query {number}"))
    text = displayed(cache)["text/plain"]
    assert "the last used of 12; entries() has all" in text
    assert "Query 11" in text
    assert "Query 2 " in text
    assert "Query 1 " not in text


def test_what_a_cache_returns_is_no_dump(cache, table, provenance):
    cache.put("a" * 64, table, provenance())
    cache.put_document("definition", {"id": 42})
    entry = cache.get("a" * 64)
    assert repr(entry).startswith("<Cache entry 'Borrows': key aaaaaaaaaaaa…, rows 3, columns 2")
    with cache.open_writer("b" * 64) as writer, cache.single_flight("c" * 64) as flight:
        for value in (entry, cache.get_document("definition"), writer, flight):
            assert_shows_itself(value)
    assert repr(cache.verify()).startswith("<Verify report: checked 2, bytes ")
    assert repr(cache.clear()).startswith("<Prune report: entries 2, bytes ")
