"""Take the docs' pictures of a dashboard's page (`docs/images/dashboard-page*.png`)."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from watchframe import show_watch_dashboard
from watchframe.client import Client
from watchframe.demo import DemoServer

sys.path.insert(0, str(Path(__file__).parent))
from conftest import chromium_path

IMAGES = Path(__file__).parents[2] / "docs" / "images"
#: What is added to the file's name: colors, and the size of the window.
PICTURES = {
    "": ("light", 1240, 830),
    "-dark": ("dark", 1240, 830),
    "-narrow": ("light", 420, 1000),
}


def main() -> None:
    home = Path(tempfile.mkdtemp())
    path = home / "page.html"
    with (
        DemoServer() as demo,
        Client(demo.url, demo.user_key, cache_dir=home / "cache", timezone="UTC") as client,
        sync_playwright() as playwright,
    ):
        show_watch_dashboard("Liquidations", client=client).to_html(path)
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        for suffix, (scheme, width, height) in PICTURES.items():
            page = browser.new_page(
                viewport={"width": width, "height": height}, color_scheme=scheme
            )
            page.goto(path.as_uri())
            page.locator(".main-svg .pielayer path").first.wait_for()
            page.wait_for_timeout(700)  # plotly fades some traces in
            page.screenshot(path=IMAGES / f"dashboard-page{suffix}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
