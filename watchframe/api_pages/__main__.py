"""Write the pages into a folder."""

import sys
from pathlib import Path

from watchframe.api_pages import api_pages

for name, text in api_pages().items():
    (Path(sys.argv[1]) / name).write_text(text, encoding="utf-8")
