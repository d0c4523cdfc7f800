"""Take the docs' pictures of charts (`docs/images/chart-*.png`): pages of drawings in Chromium.

Each is taken for light and for dark pages; a dark one has no background, and stands on the page's.

``python tests/browser/take_chart_pictures.py`` takes all; names of files choose some.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page, sync_playwright

from watchframe import draw_watch_query
from watchframe.client import Client
from watchframe.demo import DemoServer

sys.path.insert(0, str(Path(__file__).parents[2] / "docs"))
sys.path.insert(0, str(Path(__file__).parent))
from conftest import chromium_path

from generators.gallery import CHARTS, FIRST, FORK, OTHERS, Picture

IMAGES = Path(__file__).parents[2] / "docs" / "images"
WIDTH, HEIGHT = 700, 340
#: Of what is no figure, and may be a long table.
HIGHEST = 430
#: A page has room for a higher figure than a gallery.
RESIZE = """height => {
  const box = document.querySelector(".wf-figure");
  box.style.height = `${height}px`;
  return Plotly.relayout(box, { height });
}"""
#: Pixels around what is drawn.
MARGIN = 8


def main(wanted: list[str]) -> None:
    pictures = [it for it in (FIRST, *CHARTS, *OTHERS, *FORK) if not wanted or it.file in wanted]
    home = Path(tempfile.mkdtemp())
    with (
        DemoServer(version="fork") as demo,
        Client(demo.url, demo.user_key, cache_dir=home / "cache", timezone="UTC") as client,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH + 40, "height": 4 * HEIGHT})
        for picture in pictures:
            address = write_page(picture, client, home / "page.html")
            take(page, address, IMAGES / picture.file, "light")
            take(page, address, IMAGES / picture.dark_file, "dark")
        browser.close()


def take(page: Page, address: str, file: Path, scheme: Literal["light", "dark"]) -> None:
    """Take the picture of a drawing's page."""
    page.emulate_media(color_scheme=scheme)
    page.goto(address)
    shown = page.locator("body > :not(h1, style, footer)").first
    shown.wait_for()
    if page.locator(".wf-figure").count():
        page.locator(".wf-figure .main-svg").first.wait_for()
        page.evaluate(RESIZE, HEIGHT)
    page.wait_for_timeout(700)  # plotly fades some traces in
    box = shown.bounding_box()
    page.screenshot(
        path=file,
        omit_background=scheme == "dark",
        style="html, body { background: none !important; }" if scheme == "dark" else None,
        clip={
            "x": max(0, box["x"] - MARGIN),
            "y": max(0, box["y"] - MARGIN),
            "width": box["width"] + 2 * MARGIN,
            "height": min(box["height"], HIGHEST) + 2 * MARGIN,
        },
    )


def write_page(picture: Picture, client: Client, path: Path) -> str:
    """Write a drawing's page, and return its address."""
    draw_watch_query(picture.query, picture.name, picture.params, client=client).to_html(path)
    return path.as_uri()


if __name__ == "__main__":
    main(sys.argv[1:])
