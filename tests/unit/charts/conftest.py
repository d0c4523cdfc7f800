"""The golden data's tables of formats, of the folder that `--golden` names."""

import json
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2] / "data" / "charts"


@pytest.fixture
def format_cases(request):
    """Return the cases of a table by its name; a folder may have none."""

    def cases(name):
        path = Path(request.config.getoption("--golden") or DATA) / f"format-{name}.json"
        if not path.exists():
            pytest.skip(f"there is no {path.name} in the folder")
        return json.loads(path.read_text())["cases"]

    return cases
