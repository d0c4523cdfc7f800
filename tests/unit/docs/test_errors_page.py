"""The reference of errors has a heading for each class: messages link to it by its name."""

import re
from pathlib import Path

from watchframe import errors

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "errors.md"


def test_each_class_of_error_and_warning_has_one_heading():
    headings = re.findall(r"^### (.+)$", PAGE.read_text(), re.MULTILINE)
    assert sorted(headings) == sorted(errors.__all__)
