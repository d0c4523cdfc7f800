"""The facts of a release, which stand in several files: each agrees with `__version__`."""

import datetime as dt
import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

import watchframe

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import environment

ROOT = Path(__file__).parents[2]
RELEASE = re.compile(r"^## (?P<version>\d+\.\d+\.\d+) \((?P<date>\d{4}-\d\d-\d\d)\)$", re.MULTILINE)


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def citation():
    return yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


def test_version_has_one_source(project):
    assert "version" not in project["project"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "watchframe.__version__"}


def test_newest_release_in_changelog(citation):
    released = RELEASE.search((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    assert released["version"] == watchframe.__version__ == citation["version"]
    assert dt.date.fromisoformat(released["date"]) == citation["date-released"]


def test_citation_has_what_the_format_needs(citation, project):
    # The required keys of Citation File Format 1.2.0, and the kinds of their values.
    assert citation["cff-version"] == "1.2.0"
    assert citation["title"] == project["project"]["name"]
    assert citation["message"]
    assert citation["type"] == "software"
    assert [author["name"] for author in citation["authors"]] == [
        author["name"] for author in project["project"]["authors"]
    ]
    assert citation["license"] == project["project"]["license"]
    assert citation["repository-code"] == project["project"]["urls"]["Repository"]
    assert citation["url"] == project["project"]["urls"]["Documentation"]


def test_classifiers_name_the_pythons_from_the_oldest(project):
    facts = project["project"]
    named = [
        tuple(map(int, each.rsplit(" ", 1)[1].split(".")))
        for each in facts["classifiers"]
        if re.search(r":: 3\.\d+$", each)
    ]
    oldest = tuple(map(int, facts["requires-python"].removeprefix(">=").split(".")))
    assert named == [(3, minor) for minor in range(oldest[1], oldest[1] + len(named))]
    assert [f"{major}.{minor}" for major, minor in named] == list(environment.PYTHONS)
    assert oldest == environment.OLDEST_PYTHON
