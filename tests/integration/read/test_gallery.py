"""The gallery: its pictures are there, of every kind, and its calls make the charts shown."""

import re
from pathlib import Path

import pytest

from generators.gallery import CHARTS, FIRST, FORK, IMAGES, OTHERS
from watchframe import draw_frame, read_watch_query, save_chart, watch_query
from watchframe.charts.new_chart import NEW_KINDS
from watchframe.charts.spec import PREPARED_BY
from watchframe.client import Client
from watchframe.demo import DemoServer

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "gallery.md"
#: Bytes of a picture: people read the page over slow lines too.
LARGEST = 150_000


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")
    with (
        DemoServer(events=3_000) as server,
        Client(server.url, server.user_key, cache_dir=folder) as found,
    ):
        yield found


def test_pictures_are_there_and_small():
    pictures = (FIRST, *CHARTS, *OTHERS, *FORK)
    files = [file for picture in pictures for file in (picture.file, picture.dark_file)]
    paths = [PAGE.parent / IMAGES / file for file in files]
    assert all(path.stat().st_size < LARGEST for path in paths)
    assert set(paths) == set((PAGE.parent / IMAGES).glob("chart-*.png"))


@pytest.mark.parametrize(
    "page", ["README.md", "docs/howto/charts.md", "docs/tutorial/first-frame.md"]
)
def test_pages_show_the_chart_that_they_draw(page):
    text = (PAGE.parents[2] / page).read_text("utf-8")
    assert FIRST.name in text
    assert re.findall(r"images/(chart-\S+\.png)\)", text) == [FIRST.file]


def test_page_has_every_type_and_kind():
    assert {picture.title for picture in OTHERS} == set(PREPARED_BY) - {"CHART"}
    assert {picture.made.get("kind", "line") for picture in CHARTS} == set(NEW_KINDS)


@pytest.mark.parametrize("picture", CHARTS, ids=lambda picture: picture.title)
def test_saved_chart_is_the_one_that_is_shown(client, picture):
    frame = read_watch_query(picture.query, client=client)
    saved = save_chart(picture.query, f"{picture.name} (2)", **picture.made, client=client)
    (shown,) = (
        chart
        for chart in watch_query(picture.query, client=client).charts
        if chart.name == picture.name
    )
    expected = draw_frame(frame, shown).prepared
    assert draw_frame(frame, saved).prepared == expected
    assert expected["traces"]
