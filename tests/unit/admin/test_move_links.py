"""Links to one server rewritten for another, in the forms in which people write them."""

import pytest

from watchframe.admin.move_links import LinkRewriter

OLD, NEW = "https://old.example.org", "https://new.example.org/org"
IDS = {
    "query": {1: 101, 12: 112},
    "dashboard": {3: 303},
    "visualization": {7: 707},
    "widget": {5: 5},
}
IDS["widget"][6] = 606


def links(source=OLD, target=NEW):
    return LinkRewriter(
        source=source, target=target, on_target={kind: ids.get for kind, ids in IDS.items()}
    )


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("", ""),
        (f"{OLD}/queries/12", f"{NEW}/queries/112"),
        (f"{OLD}/queries/12, {OLD}/queries/1.", f"{NEW}/queries/112, {NEW}/queries/101."),
        (f"[a]({OLD}/queries/12#7)", f"[a]({NEW}/queries/112#707)"),
        (f"<a href='{OLD}/queries/12/source#7'>", f"<a href='{NEW}/queries/112/source#707'>"),
        (f"{OLD}/queries/12#8", f"{NEW}/queries/112#8"),
        (
            f"{OLD}/dashboards/3-name?p_a=1&p_w6_b=2&amp;p_w6_c=3&p_w9_d=4",
            f"{NEW}/dashboards/303-name?p_a=1&p_w606_b=2&amp;p_w606_c=3&p_w9_d=4",
        ),
        ("(/dashboards/3-name) and /queries/1", "(/org/dashboards/303-name) and /org/queries/101"),
        ('"/queries/12?p_x={{ @ }}"', '"/org/queries/112?p_x={{ @ }}"'),
        # What stays.
        (f"{OLD}/queries/13 {OLD}/queries/121 {OLD}/queries/12b", None),
        (f"{OLD}/users/1 {OLD}/queries /queries/x", None),
        ("https://else.org/queries/12 a/queries/12 ../queries/12 -/queries/12 x:/queries/12", None),
        (f"{OLD}.evil.org/queries/12", None),
    ],
)  # fmt: skip
def test_links_in_text(here, there):
    assert links().in_text(here) == (here if there is None else there)


def test_links_source_under_a_path():
    found = links("https://host/team", "https://new.org")
    assert found.in_text("/team/queries/1 /queries/1") == "/queries/101 /queries/1"
    assert found.in_text("https://host/team/queries/1") == "https://new.org/queries/101"
    assert found.in_text("https://host/queries/1") == "https://host/queries/1"


def test_links_in_sql():
    sql = f"select '{OLD}/queries/1?p=' || x, '/queries/1' where p = '/queries/12'"
    assert links().in_sql(sql) == sql.replace(f"{OLD}/queries/1?", f"{NEW}/queries/101?")


def test_links_in_json():
    value = {"/queries/1": ["/queries/1", 1, None, {"a": "/queries/1"}], "id": 12, "on": True}
    assert links().in_json(value) == {
        "/queries/1": ["/org/queries/101", 1, None, {"a": "/org/queries/101"}],
        "id": 12,
        "on": True,
    }
