"""Links of the pages lead to pages and headings that are there.

Between pages they are relative. What is read outside of the site (the README on PyPI, the
changelog) has addresses of the site. Sphinx checks the relative ones again, and the headings of the
pages that it makes of docstrings.
"""

import re
from pathlib import Path

import pytest

from watchframe.site import SITE

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *(path for path in sorted(DOCS.rglob("*.md")) if "_build" not in path.parts),
]
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")
OF_SITE = re.compile(rf"\]\({re.escape(SITE)}([^)#\s]*)(?:#([^)\s]+))?\)")


def prose(path):
    return re.sub(r"^```.*?^```", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)


def anchors(path):
    """Those of a page's headings, as GitHub and the site make them."""
    headings = re.findall(r"^#+ (.+)$", prose(path), re.MULTILINE)
    plain = (re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text).lower() for text in headings)
    return {re.sub(r"[^\w\- ]", "", text).replace(" ", "-") for text in plain}


def source(address):
    """The file that an address within the site is made from."""
    if not address:
        return DOCS / "index.md"
    if address.startswith("_images/"):
        return DOCS / "images" / address.removeprefix("_images/")
    return DOCS / f"{address.removesuffix('.html')}.md"


@pytest.mark.parametrize("page", PAGES, ids=[str(path.relative_to(ROOT)) for path in PAGES])
def test_links_of_page_lead_somewhere(page):
    relative = [
        ((page.parent / path).resolve() if path else page, anchor)
        for path, anchor in LINK.findall(prose(page))
    ]
    of_site = [(source(address), anchor) for address, anchor in OF_SITE.findall(prose(page))]
    for target, anchor in relative + of_site:
        assert target.exists(), target
        assert target.is_relative_to(ROOT), target
        if anchor and not target.name.startswith("api-"):
            assert anchor in anchors(target), f"{target}#{anchor}"


def test_readme_has_no_relative_link():
    """It is shown on PyPI, where no other file of the project is."""
    assert LINK.findall(prose(ROOT / "README.md")) == []
    assert len(OF_SITE.findall(prose(ROOT / "README.md"))) > 5
