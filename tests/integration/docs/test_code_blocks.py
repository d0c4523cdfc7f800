"""Each code block of the documentation runs, and prints what the page says.

The blocks of a page run in their order, in one IPython, in an empty folder, with a demo server
connected. In a page,

- ```` ```python ```` is a cell, with ``%watch`` and ``%%watch``; ```` ```sh ```` is run by bash,
  whose ``watchframe`` asks the same server;
- ```` ```text ```` after it is all that it prints, where ``...`` stands for anything. Of an error
  it may be some of the lines. A block that fails or warns without one fails the test;
- ``https://app.inverse.watch`` is the demo server, and ``KEY`` in quotes or behind ``=`` its user's
  key;
- ``<!-- before: CODE -->`` runs Python silently before the next block; ``demo`` is the server.

What cannot be run here is ``console``, ``ini``, ``yaml`` or a block without a language.
To run one page::

    .venv/bin/pytest -n 0 tests/integration/docs -k "howto and connect"
"""

from __future__ import annotations

import warnings

import pytest

from tests.integration.docs.pages import ROOT, blocks_of, pages
from watchframe.errors import WatchframeWarning

WITH_BLOCKS = [
    path for path in pages() if "```python" in path.read_text() or "```sh" in path.read_text()
]


@pytest.mark.slow
@pytest.mark.parametrize("path", WITH_BLOCKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_code_blocks_print_what_the_page_says(page, path):
    with warnings.catch_warnings():
        warnings.simplefilter("always", WatchframeWarning)  # which a page may show
        for block in blocks_of(path.read_text()):
            page.run(block)
