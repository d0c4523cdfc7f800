"""Word clouds: no two words overlap, the largest in the middle, the same picture each time."""

import itertools
import json
import re

from tests.shown import parsed
from tests.unit.charts.test_golden import DATA
from watchframe.charts import prepare
from watchframe.drawing.word_cloud import word_cloud_html


def cloud(counts):
    rows = [{"w": word, "n": count} for word, count in counts.items()]
    options = {"column": "w", "frequenciesColumn": "n"}
    columns = [{"name": "w"}, {"name": "n"}]
    return word_cloud_html(prepare({"type": "WORD_CLOUD", "options": options}, columns, rows))


def boxes_of(html):
    """Return the left, upper, right and lower ends of each word."""
    for word in parsed(html).iter("text"):
        x, y, size, length = (
            float(word.get(name)) for name in ("x", "y", "font-size", "textLength")
        )
        width, height = (size, length) if "transform" in word.attrib else (length, size)
        yield x - width / 2, y - height / 2, x + width / 2, y + height / 2


def test_words_do_not_overlap():
    html = cloud({f"word {place}": 100 // (place + 1) for place in range(80)})
    boxes = list(boxes_of(html))
    assert len(boxes) == 80
    for one, other in itertools.combinations(boxes, 2):
        is_beside = one[2] <= other[0] or other[2] <= one[0]
        assert is_beside or one[3] <= other[1] or other[3] <= one[1]


def test_words_are_all_in_the_picture():
    html = cloud({"a" * 50: 9, "借贷": 5, "x": 1})
    left, top, width, height = map(float, re.search(r'viewBox="([^"]+)"', html)[1].split())
    for box in boxes_of(html):
        assert left <= box[0]
        assert top <= box[1]
        assert box[2] <= left + width
        assert box[3] <= top + height


def test_words_have_their_sizes_colors_and_counts():
    given = json.loads((DATA / "wordcloud-counts.json").read_text())["input"]
    prepared = prepare(given, given["columns"], given["rows"])
    shown = list(parsed(word_cloud_html(prepared)).iter("text"))
    assert [(float(word.get("font-size")), word.get("fill")) for word in shown] == [
        (word["size"], word["color"]) for word in prepared["words"]
    ]
    assert [word.find("title").text for word in shown] == [
        f"{word['text']}: {word['count']}" for word in prepared["words"]
    ]
    assert ["transform" in word.attrib for word in shown] == [
        word["angle"] == 90 for word in prepared["words"]
    ]


def test_words_are_drawn_alike_each_time():
    counts = {f"word {place}": place for place in range(1, 40)}
    assert cloud(counts) == cloud(counts)


def test_words_that_are_too_many_are_counted():
    html = cloud({f"word {place}": 1000 - place for place in range(400)})
    assert "the first 150 of 400 words" in html
    assert len(list(boxes_of(html))) == 150


def test_words_are_told_to_screen_readers():
    picture = parsed(cloud({"WETH": 9, "USDC": 4})).find(".//svg")
    assert picture.get("role") == "img"
    assert picture.get("aria-label") == "WETH 9, USDC 4"


def test_no_words_say_so():
    assert "no words" in cloud({})
