"""Words are as large as they are frequent."""

import pytest

from watchframe.charts import prepare


def words(texts, /, counts=None, **options):
    counts = counts or [None] * len(texts)
    rows = [{"t": text, "n": count} for text, count in zip(texts, counts, strict=True)]
    saved = {"column": "t", **options}
    columns = [{"name": "t"}, {"name": "n"}]
    return prepare({"type": "WORD_CLOUD", "options": saved}, columns, rows)["words"]


def counted(found):
    return [(word["text"], word["count"]) for word in found]


def test_words_are_counted_the_most_frequent_and_longest_first():
    found = words(["supply\trepay 10", "repay\u00a02", "to"])
    assert counted(found) == [("repay", 2), ("supply", 1), ("10", 1), ("to", 1), ("2", 1)]


def test_words_have_sizes_colors_and_angles():
    found = words(["a", "b", "c"], [1, 2, 4], frequenciesColumn="n")
    assert [(word["text"], word["size"], word["color"], word["angle"]) for word in found] == [
        ("c", 100, "#1f77b4", 0),
        ("b", 40, "#aec7e8", 90),
        ("a", 10, "#ff7f0e", 0),
    ]


def test_words_of_the_same_count_are_small():
    assert [word["size"] for word in words(["a b"])] == [10, 10]


def test_frequencies_are_another_column_s_numbers_above_zero():
    texts, counts = ["a b", "c", "d", "e", "a b"], [1, "2.5 times", 0, None, 7]
    assert counted(words(texts, counts, frequenciesColumn="n")) == [("a b", 7), ("c", 2.5)]


@pytest.mark.parametrize(
    ("limits", "left"),
    [
        ({"wordLengthLimit": {"min": 2}}, ["bb", "ccc"]),
        ({"wordLengthLimit": {"min": None, "max": 2}}, ["bb", "a"]),
        ({"wordCountLimit": {"min": 2, "max": 2}}, ["bb"]),
        ({"wordCountLimit": {"min": "2", "max": float("inf")}}, ["bb", "ccc", "a"]),
        ({"wordLengthLimit": "2"}, ["bb", "ccc", "a"]),
    ],
)
def test_words_beyond_limits_are_left_out(limits, left):
    found = words(["a bb ccc bb"], **limits)
    assert [word["text"] for word in found] == left
    colors = {"bb": "#1f77b4", "ccc": "#aec7e8", "a": "#ff7f0e"}
    assert all(word["color"] == colors[word["text"]] for word in found)


def test_other_values_are_texts():
    assert counted(words([None, True, 1.50, "2024-03-01"], counts=None)) == [
        *[("1709251200000", 1), ("true", 1), ("1.5", 1), ("", 1)],
    ]


@pytest.mark.parametrize("column", ["", None, 0])
def test_without_a_column_there_are_no_words(column):
    assert words(["a"], column=column) == []
