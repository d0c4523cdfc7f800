"""The pages of the site: within their length, linked rightly, with every name of the code."""

from __future__ import annotations

import inspect
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

import watchframe
from generators import PARTS
from generators.names import anchor, name_in_a_call, resources
from watchframe import admin, errors, models
from watchframe.display.pages import OF_CLASSES, OF_HINTS, more_about, place
from watchframe.errors import ArgumentError, WatchframeError
from watchframe.hints import Hint, Kind
from watchframe.site import REPOSITORY, SITE, page

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
PAGES = sorted(
    path for path in DOCS.rglob("*.md") if "_build" not in path.parts and path != DOCS / "README.md"
)
REFERENCE = {path.stem: path.read_text() for path in (DOCS / "reference").glob("*.md")}
MOST_WORDS, MOST_LINES, MOST_WORDS_OF_A_DECISION = 650, 120, 200

_FENCE = re.compile(r"^(`{3,}|:{3,}).*?^\1", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{1,4} (.+)$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def named(path):
    return str(path.relative_to(DOCS))


def prose(text):
    return _FENCE.sub("", text)


def words_of(text):
    """The words that a reader reads one after the other: no code blocks, tables or addresses."""
    read = re.sub(r"\]\([^)]*\)|^\|.*$", "", prose(text), flags=re.MULTILINE)
    return len(re.findall(r"[^\W_][\w'.,-]*", read))


def anchors(name):
    text = prose((DOCS / f"{name}.md").read_text())
    return {anchor(re.sub(r"\s", "-", heading.strip())) for heading in _HEADING.findall(text)}


def places():
    yield from OF_HINTS.values()
    yield from OF_CLASSES.values()
    for name in errors.__all__:
        kind = getattr(errors, name)
        yield place(kind.__new__(kind))


@pytest.mark.parametrize("found", sorted(set(places()), key=str), ids=str)
def test_place_that_an_error_names_is_there(found):
    name, heading = found
    assert heading is None or heading in anchors(name)
    assert (DOCS / f"{name}.md").exists()


def test_place_of_an_error_is_that_of_its_hint_or_its_class():
    error = ArgumentError("No.")
    assert more_about(error) == [f"More: {SITE}reference/errors.html#argumenterror"]
    told = error.replace(hint=Hint(Kind.CONNECT))
    assert more_about(told) == [f"More: {SITE}howto/connect.html"]
    assert more_about(ExceptionGroup("Two failed", [told, error])) == more_about(told)
    assert more_about(ValueError("another's")) == []


def test_place_of_a_class_of_ones_own_is_that_of_its_base():
    class MineError(WatchframeError):
        pass

    assert place(MineError("No.")) == ("reference/errors", "watchframeerror")


def test_address_of_a_page():
    assert page("howto/connect") == f"{SITE}howto/connect.html"
    assert page("howto/connect", "a-key") == f"{SITE}howto/connect.html#a-key"


def test_addresses_of_the_project_are_those_of_the_code():
    urls = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"].get("urls", {})
    ours = [url for url in urls.values() if "readthedocs" in url or "github" in url]
    assert all(url.startswith((SITE, REPOSITORY)) for url in ours)
    for path in (ROOT / "watchframe").rglob("*.py"):
        if path.name != "site.py":
            assert "readthedocs" not in path.read_text(), path


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_page_is_no_longer_than_two_screens(path):
    name = named(path)
    words = words_of(path.read_text())
    lines = len(path.read_text().splitlines())
    if name.startswith("reference/"):
        return
    if re.match(r"decisions/\d", name):
        assert words <= MOST_WORDS_OF_A_DECISION
    assert words <= MOST_WORDS
    assert lines <= MOST_LINES


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_page_links_to_nothing_that_a_reader_of_the_site_lacks(path):
    for link in _LINK.findall(prose(path.read_text())):
        target = link.partition("#")[0]
        if target and "://" not in link and not link.startswith("mailto:"):
            found = (path.parent / target).resolve()
            in_notebooks = found.parent == DOCS / "notebooks" and found.suffix == ".ipynb"
            assert found.is_relative_to(DOCS), link
            assert found.exists() or in_notebooks, link


def test_parts_that_the_code_makes_are_each_on_one_page():
    used = re.findall(r"^```\{made\} (\S+)$", "\n".join(REFERENCE.values()), re.MULTILINE)
    assert Counter(used) == dict.fromkeys(PARTS, 1)


def test_every_public_name_has_an_entry():
    listed = re.findall(r"^\.\. auto\w+:: (\S+)$", "\n".join(REFERENCE.values()), re.MULTILINE)
    entries = Counter(name_in_a_call(name) for name in listed)
    assert max(entries[name] for name in entries) <= 2  # Dask has a function of the same name
    for module in (watchframe, admin, errors, models):
        names = {name for name in module.__all__ if name != "MappingType"}
        assert names - set(entries) == set(), module.__name__
    for kind in resources().values():
        assert f"{kind.__module__}.{kind.__qualname__}" in listed


def test_name_is_as_it_is_written_in_a_call():
    assert name_in_a_call("watchframe.client.queries.Queries.get") == "client.queries.get"
    assert name_in_a_call("watchframe.Client.session") == "client.session"
    assert name_in_a_call("watchframe.WatchQuery.draw") == "WatchQuery.draw"
    assert name_in_a_call("watchframe.read_watch_query") == "read_watch_query"


METHODS = [
    (f"client.{name}.{method}", function)
    for name, kind in resources().items()
    for method, function in vars(kind).items()
    if inspect.isfunction(function) and not method.startswith("_")
]


@pytest.mark.parametrize(("name", "method"), METHODS, ids=[name for name, _ in METHODS])
def test_method_of_the_client_is_typed_and_documented(name, method):
    found = inspect.signature(method)
    untyped = [
        item.name
        for item in found.parameters.values()
        if item.annotation is item.empty and item.name != "self"
    ]
    assert untyped == []
    assert found.return_annotation is not found.empty
    assert inspect.getdoc(method)
