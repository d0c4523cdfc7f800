"""``docs/reference/magic.md`` is what the parser's table says."""

from __future__ import annotations

from pathlib import Path

from watchframe.magics.magic import WatchMagics
from watchframe.magics.options import OPTIONS
from watchframe.magics.reference_page import reference_page

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "magic.md"


def test_reference_page_when_made_anew_is_the_committed_one():
    assert PAGE.read_text() == reference_page(), (
        "run: python -m watchframe.magics.reference_page > docs/reference/magic.md"
    )


def test_reference_page_when_made_has_every_option_and_every_setting():
    page = reference_page()
    assert all(f"| `{option.usage}` |" in page for option in OPTIONS)
    assert all(f"| `{name}` |" in page for name in WatchMagics.class_own_traits(config=True))
