from __future__ import annotations

from pathlib import Path

from watchframe.widgets.reference_page import reference_page

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "pickers.md"


def test_reference_page_is_the_one_made_from_the_table():
    assert PAGE.read_text(encoding="utf-8") == reference_page(), (
        "run: python -m watchframe.widgets.reference_page > docs/reference/pickers.md"
    )
