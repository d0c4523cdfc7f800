from pathlib import Path

from watchframe.decode.types_page import types_page

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "types.md"


def test_page_is_the_one_that_decoding_its_examples_makes():
    assert PAGE.read_text() == types_page()
