from pathlib import Path

from watchframe.parameters.reference_page import reference_page

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "parameters.md"


def test_page_is_the_one_that_the_tables_make():
    assert PAGE.read_text() == reference_page()
