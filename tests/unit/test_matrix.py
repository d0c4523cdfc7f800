"""Which versions the package is tested beside: `tests/matrix.py`."""

import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import matrix

PROJECT = """
[project]
name = "watchframe"
dependencies = ["pandas>=2.2", "diskcache>=5.6.3,<6", "tzdata>=1; sys_platform == 'none'"]
[project.optional-dependencies]
dask = ["dask[dataframe]>=2025.1"]
all = ["watchframe[dask]"]
unit = ["watchframe[all]", "redash-toolbelt==0.1.9"]
test = ["watchframe[unit]", "ruff>=0.11"]
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setattr(matrix, "ROOT", tmp_path)
    return tmp_path / "pyproject.toml"


def test_floors_are_the_lowest_versions(project):
    project.write_text(PROJECT)
    expected = ["dask[dataframe]==2025.1", "diskcache==5.6.3", "pandas==2.2"]
    assert sorted(matrix.floors()) == [*expected, "redash-toolbelt==0.1.9"]


def test_floors_refuse_a_requirement_without_one(project):
    project.write_text(PROJECT.replace("pandas>=2.2", "pandas"))
    with pytest.raises(ValueError, match="names no lowest version: pandas"):
        matrix.floors()


def test_cases_are_allowed_by_pyproject():
    allowed = {each.name: each.specifier for each in map(Requirement, matrix.requirements())}
    for name, version in matrix.CASES:
        assert allowed[name].contains(version.replace("*", "99")), name
        assert name in matrix.TESTS


def test_tests_of_each_package_exist():
    for path in matrix.TOGETHER:
        assert (Path(__file__).parents[1] / path).exists(), path


def test_row_of_versions_that_others_refuse(monkeypatch, capsys):
    def refused(*_arguments):
        raise SystemExit("no matching distribution")

    monkeypatch.setattr(matrix, "install", refused)
    monkeypatch.setattr(matrix, "_is_made", lambda *_arguments: False)
    monkeypatch.setattr(sys, "argv", ["matrix.py", "plotly"])
    assert matrix.main() == 1
    assert "no matching distribution" in capsys.readouterr().out
