"""What a type checker makes of code that uses the package: `user_code.py` beside this file."""

from pathlib import Path

import pytest
from mypy import api

ROOT = Path(__file__).parents[2]
USER_CODE = Path(__file__).with_name("user_code.py")


def checked(path):
    """Return what mypy says of a file, by the project's settings, which are strict."""
    said, failure, _ = api.run(["--config-file", str(ROOT / "pyproject.toml"), str(path)])
    assert not failure
    return [line for line in said.splitlines() if ": error:" in line]


@pytest.fixture(autouse=True)
def _in_the_clone(monkeypatch):
    monkeypatch.chdir(ROOT)


@pytest.mark.slow
def test_types_of_user_code():
    assert checked(USER_CODE) == []


@pytest.mark.slow
def test_wrong_type_is_noticed(tmp_path):
    wrong = tmp_path / "wrong_code.py"
    text = USER_CODE.read_text(encoding="utf-8")
    wrong.write_text(text.replace('output="numpy")  # type', 'output="arrow")  # type'))
    assert wrong.read_text() != text
    (error,) = checked(wrong)
    assert error.endswith('Unused "type: ignore" comment  [unused-ignore]')
