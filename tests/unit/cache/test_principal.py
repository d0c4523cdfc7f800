"""One API key's results are not another's, and no key is written."""

from watchframe.cache import KeyParts, ResultCache, cache_key


def test_principal_is_one_for_each_key(cache):
    names = [cache.principal(api_key) for api_key in ("key-1", "key-1", "key-2")]
    assert names[0] == names[1] != names[2]
    with ResultCache(cache.directory) as other:
        assert other.principal("key-1") == names[0]


def test_principal_of_another_folder_is_another(cache, tmp_path):
    with ResultCache(tmp_path / "other") as other:
        assert cache.principal("key-1") != other.principal("key-1")


def test_entry_of_another_api_key_is_a_miss(cache, table, provenance):
    def key_of(api_key: str) -> str:
        parts = KeyParts(
            server="s",
            principal=cache.principal(api_key),
            query_id=1,
            data_source_id=1,
            text_hash="t",
            parameters={},
        )
        return cache_key(parts)

    cache.put(key_of("alice's"), table, provenance())
    assert cache.get(key_of("alice's")) is not None
    assert cache.get(key_of("bob's")) is None


def test_api_key_is_held_in_no_file_after_full_use(cache, table, provenance):
    api_key = "WATCH-KEY-0123456789abcdef"
    principal = cache.principal(api_key)
    cache.put(principal.ljust(64, "0"), table, provenance())
    cache.put_document(f"server/{principal}/query/1", {"a": 1})
    with cache.single_flight(principal.ljust(64, "0")):
        pass
    files = [path for path in cache.directory.rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert api_key.encode() not in path.read_bytes()
        assert api_key not in str(path)
