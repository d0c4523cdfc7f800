"""``docs/howto/magic.md``, run from top to bottom."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

PAGE = Path(__file__).parents[3] / "docs" / "howto" / "magic.md"


def test_howto_cells_succeed_on_demo_server(shell, demo):
    text = PAGE.read_text().replace("https://app.inverse.watch", demo.url)
    cells = re.findall(r"^```python\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    run = [cell for cell in cells if not cell.startswith("c.")]  # those are a config file's
    for cell in run:
        shell.value(cell)
    assert len(run) >= 6
    assert isinstance(shell.names["borrows"], pd.DataFrame)
    assert isinstance(shell.names["by_market"], pd.DataFrame)


def test_howto_shown_errors_are_the_actual_ones(shell):
    shown = re.search(r"^```\n(JobFailedError.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    sql = "select market, count(*) as events\nform events\ngroup by market"
    assert shell.run(f"%%watch --source Lending\n{sql}").shown.strip() == shown[1].strip()
