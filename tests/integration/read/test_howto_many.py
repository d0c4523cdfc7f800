"""``docs/howto/many.md``, run from top to bottom."""

import re
from pathlib import Path

import pytest

from watchframe import connect
from watchframe.errors import JobCancelledError
from watchframe.models import ParameterDefinition

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[3] / "docs" / "howto" / "many.md"


def test_howto_many_on_the_demo_server_is_as_written(demo, tmp_path, capsys):
    client = connect(demo.url, demo.user_key, cache_dir=tmp_path / "cache", timezone="UTC")
    text = PAGE.read_text()
    sql = re.search(r"^```sql\n(.*?)^```", text, re.MULTILINE | re.DOTALL)[1]
    parameters = [
        ParameterDefinition(name=name, type="number", title=name) for name in ("rows", "start")
    ]
    paged = client.queries.create("Events, paged", sql, 1, parameters=parameters)
    cells = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    names = {}
    for cell in cells:
        exec(cell.replace("(70,", f"({paged.id},"), names)
    shown = capsys.readouterr().out
    assert shown.count("JobFailedError [") == 2
    assert set(names["days"].columns) >= {"day", "events"}
    assert len(names["days"].attrs["watchframe"]["reads"]) == 15
    assert len(names["events"]) == 240_000
    assert names["events"]["event_id"].is_unique
    assert len(names["frame"]) == 1
    assert isinstance(names["submitted"].exception(), JobCancelledError)
    assert demo.running_jobs() == []
