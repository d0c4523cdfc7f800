"""Keys and passwords in texts that are shown."""

import pytest

from watchframe.errors import ArgumentError, CacheWarning, JobFailedError
from watchframe.hints import Hint, Kind
from watchframe.keys import HIDDEN, Secret, is_key, without_keys
from watchframe.references.pages import shown_reference

KEY = "hunter2hunter2"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://h/queries/1?api_key={}&p_a=1#2", "https://h/queries/1?api_key=***&p_a=1#2"),
        ("'https://h/queries/1?api_key={}'", "'https://h/queries/1?api_key=***'"),
        ("[x](https://h/queries/1?api_key={})", "[x](https://h/queries/1?api_key=***)"),
        ("<https://h/queries/1?api_key={}>", "<https://h/queries/1?api_key=***>"),
        ("https://h/queries/1?apikey={}", "https://h/queries/1?apikey=***"),
        ("https://h/queries/1?key={}", "https://h/queries/1?key=***"),
        ("https://h/queries/1?api%5Fkey={}", "https://h/queries/1?api%5Fkey=***"),
        ("https://h/queries/1?api_key=ab/{}", "https://h/queries/1?api_key=***"),
        ("https://h//public//dashboards/{}/x", "https://h//public//dashboards/***/x"),
        ("https://h/public/dashboards/{}?p_a=1", "https://h/public/dashboards/***?p_a=1"),
        ("https://me:{}@h/queries/1", "https://***h/queries/1"),
        ("query 1 --api-key {}", "query 1 --api-key ***"),
        ("query 1 --key={}", "query 1 --key=***"),
        ("connect(url, api_key='{}')", "connect(url, api_key='***')"),
    ],
)
def test_keys_are_hidden_and_nothing_else(text, shown):
    assert without_keys(text.format(KEY)) == shown


@pytest.mark.parametrize("text", ["https://h/queries/1?p_key=WETH", "sorted(x, key=len)"])
def test_texts_without_a_key_stay(text):
    assert without_keys(text) == text


def test_word_like_a_key_of_a_server_is_hidden():
    assert without_keys(f"(one argument too many: {'aB3x' * 10})") == (
        "(one argument too many: ***)"
    )


@pytest.mark.parametrize("kind", [lambda it: [it], lambda it: ((it, {}),), str.encode])
def test_reference_of_any_type_is_shown_without_its_key(kind):
    assert KEY not in shown_reference(kind(f"https://h/queries/1?api_key={KEY}"))


@pytest.mark.parametrize(
    "text", ["", "a b", "a\nb", "a\r\nX: y", "a\tb", "k\u20acy", "k\u00e9y", "\x00"]
)
def test_text_with_what_no_header_has_is_no_key(text):
    assert not is_key(Secret(text))
    assert is_key(Secret(KEY))


def test_errors_hints_and_warnings_hide_keys():
    key, used = "aB3x" * 10, Secret("in-use-123")
    words = f"see https://h/queries/1?api_key={KEY}, {key} and {used.reveal()}"
    error = ArgumentError(words, hint=words)
    hint = Hint(Kind.OTHER_SERVER, server=f"https://h/queries/1?api_key={KEY}")
    shown = f"{error} {error!r} {error.args} {hint} {hint.words} {CacheWarning(words)!r}"
    shown += str(JobFailedError(f"It failed: {words}", reason=words))
    assert not [text for text in (KEY, key, used.reveal()) if text in shown]
    assert HIDDEN in shown


@pytest.mark.parametrize("end", ["%0aabc", "\nabc", " abc", "\u20acabc"])
def test_key_that_is_broken_is_hidden_whole(end):
    shown = shown_reference(f"https://h/queries/1?api_key={KEY}{end}#table")
    assert shown == "'https://h/queries/1?api_key=***#table'"
