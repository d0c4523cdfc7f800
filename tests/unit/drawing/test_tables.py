"""Tables and details as HTML: every text as it was prepared, and links to web pages only."""

import json

import pytest

from tests.shown import cells_of, parsed
from tests.unit.charts.test_golden import DATA
from watchframe.charts import prepare
from watchframe.drawing.tables import details_html, table_html

ROW = {"id": 7, "name": "WETH", "note": "a <b>bold</b> claim"}


def golden(name):
    given = json.loads((DATA / f"{name}.json").read_text())["input"]
    return prepare(given, given["columns"], given["rows"])


def prepared(rows, options=(), kind="TABLE"):
    columns = [{"name": name, "type": "string"} for name in rows[0]]
    return prepare({"type": kind, "options": {"columns": list(options)}}, columns, rows)


def shown_cell(cell):
    text = cell.get("text")
    if "value" in cell:
        return json.dumps(cell["value"])
    return "" if text is None else text["text"] if isinstance(text, dict) else text


@pytest.mark.parametrize("name", ["table-default", "table-options", "table-reordered"])
def test_table_has_the_texts_of_its_cells(name):
    found = golden(name)
    head, *rows = cells_of(parsed(table_html(found)))
    assert head == [column["title"] for column in found["header"]]
    assert rows == [[shown_cell(cell) for cell in row] for row in found["cells"]]


def test_table_aligns_columns_as_they_say():
    found = golden("table-options")
    shown = parsed(table_html(found))
    kinds = {"right": "wf-right", "center": "wf-center", "left": None}
    expected = [kinds[column["align"]] for column in found["header"]]
    for row in shown.iter("tr"):
        assert [cell.get("class") for cell in row] == expected


def test_table_shows_its_first_rows_and_says_how_many_there_are():
    shown = parsed(table_html(prepared([ROW] * 12_345)))
    assert len(cells_of(shown)) == 51
    assert shown.find(".//caption").text == "the first 50 of 12,345 rows"
    assert parsed(table_html(prepared([ROW] * 50))).find(".//caption") is None


def test_table_without_rows_says_so():
    found = prepare({"type": "TABLE"}, [{"name": "a"}], [])
    assert parsed(table_html(found)).find(".//caption").text == "no rows"


def test_table_marks_what_is_missing():
    html = table_html(prepared([{"a": None}, {"a": "null"}]))
    assert html.count('<span class="wf-null">null</span>') == 1


def test_table_has_links_to_web_pages():
    link = {"name": "id", "displayAs": "link", "linkUrlTemplate": "https://x.example/{{ @ }}"}
    link["linkTitleTemplate"] = "Market {{ name }}"
    shown = parsed(table_html(prepared([ROW], [link])))
    found = shown.find(".//a")
    assert found.attrib == {"href": "https://x.example/7", "target": "_blank", "rel": "noopener"}
    assert shown.find(".//span[@title='Market WETH']/a") is found
    for address in ("javascript:alert(1)", "data:text/html,x", "/queries/42"):
        link["linkUrlTemplate"] = address
        assert parsed(table_html(prepared([ROW], [link]))).find(".//a") is None


def test_table_shows_an_image_as_a_link_to_it():
    image = {
        "name": "id",
        "displayAs": "image",
        "imageUrlTemplate": "https://x.example/{{ @ }}.png",
    }
    shown = parsed(table_html(prepared([ROW], [image])))
    assert shown.find(".//a").get("href") == "https://x.example/7.png"
    assert shown.find(".//img") is None


def test_table_shows_html_as_its_text_where_its_author_says_so():
    assert cells_of(parsed(table_html(prepared([ROW]))))[1][2] == ROW["note"]
    html = table_html(prepared([ROW], [{"name": "note", "allowHTML": True}]))
    assert "a <b>bold</b> claim" in html


def test_table_folds_long_json():
    rows = [{"a": '{"b": [1]}'}, {"a": json.dumps({"b": list(range(100))})}]
    short, long = parsed(table_html(prepared(rows, [{"name": "a", "displayAs": "json"}]))).iter(
        "td"
    )
    assert "".join(short.itertext()) == '{"b": [1]}'
    assert long.find("details/summary/code").text.endswith("…")
    assert json.loads(long.find("details/pre").text) == {"b": list(range(100))}


def test_details_are_names_and_values_of_rows():
    shown = parsed(details_html(prepared([ROW, ROW], kind="DETAILS")))
    rows = [["id", "7"], ["name", "WETH"], ["note", ROW["note"]]]
    assert [row for row in cells_of(shown) if row] == rows * 2
    assert [found.text for found in shown.iter("caption")] == ["row 1 of 2", "row 2 of 2"]
    assert [cell.get("scope") for cell in shown.iter("th")] == ["row"] * 6
    # The second one is folded.
    assert len(shown.findall(".//details//table")) == 1


def test_details_of_many_rows_say_how_many_there_are():
    shown = parsed(details_html(prepared([ROW] * 5_000, kind="DETAILS")))
    assert shown.find(".//summary").text == "rows 2 to 10 of 5,000"
    assert len(shown.findall(".//table")) == 10


def test_details_without_rows_say_so():
    found = prepare({"type": "DETAILS"}, [{"name": "a"}], [])
    assert "no rows" in "".join(parsed(details_html(found)).itertext())
