"""A script of the Python data source reaches nothing of the machine, and not much of its memory."""

import pytest

from watchframe.demo.catalogue_types import PYTHON_SOURCE


@pytest.mark.parametrize(
    "text",
    [
        "import os",
        "result = open('{files}/secret.csv')",
        "result = __import__('os')",
        "result = ().__class__",
        "result = '%1000000000d' % 1",
        "result = 'x' * 1000000000",
        "x = 'x'\nfor i in range(64):\n    x += x",
        "x = [1]\nfor i in range(64):\n    x = [x, x]",
        "x = [1]\nfor i in range(64):\n    x = {{'a': x, 'b': x}}",
        "x = 2 ** 4000\ny = x ** 4000",
        "result = {{}}\nx = '"
        + "x" * 1000
        + "'\nfor i in range(1000000000):\n    add_result_row(result, {{'x': x}})",
    ],
)
def test_python_script_reaches_no_file_nor_much_memory(fails, text):
    fails(text, source=PYTHON_SOURCE)
