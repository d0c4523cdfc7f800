"""The pages about the programming interface leave nothing out, and their links lead somewhere."""

import inspect
import re
from pathlib import Path

import pytest

import watchframe
from generators.api import resources
from generators.coverage import routes_of
from generators.docstrings import Docstring, anchor, cell, markdown
from generators.entries import public_methods, signature
from watchframe import admin, errors, models
from watchframe.client import Client

FOLDER = Path(__file__).parents[3] / "docs" / "reference"
RESOURCES = resources()


@pytest.fixture(scope="module")
def pages():
    """The committed pages, which `test_generate.py` compares with the code."""
    return {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("api*.md")}


@pytest.fixture(scope="module")
def headings(pages):
    return {
        file: re.findall(r"^#{2,3} `(.+)`$", text, re.MULTILINE) for file, text in pages.items()
    }


def test_every_public_name_has_a_part(headings):
    names = {name for found in headings.values() for name in found}
    for module in (watchframe, admin, errors):
        assert set(module.__all__) - names == set(), module.__name__
    assert set(models.__all__) - names == {"MappingType"}  # the words stand with ParameterMapping


def test_client_page_has_every_method_of_a_resource(headings):
    assert {"queries", "query_results", "jobs", "dashboards", "alerts", "users"} <= set(RESOURCES)
    wanted = {f"client.{name}" for name in RESOURCES} | {
        f"client.{name}.{method}" for name, kind in RESOURCES.items() for method in dir(kind)
        if not method.startswith("_")
    }  # fmt: skip
    assert wanted - set(headings["api-client.md"]) == set()


METHODS = [
    (f"client.{name}.{method}", getattr(kind, method))
    for name, kind in RESOURCES.items()
    for method in public_methods(kind)
] + [(f"client.{method}", getattr(Client, method)) for method in public_methods(Client)]


@pytest.mark.parametrize(("name", "method"), METHODS, ids=[name for name, _ in METHODS])
def test_method_is_typed_documented_and_has_a_route(name, method):
    found = inspect.signature(method)
    untyped = [
        item.name
        for item in found.parameters.values()
        if item.annotation is item.empty and item.name != "self"
    ]
    assert untyped == []
    assert found.return_annotation is not found.empty
    assert Docstring.of(method).text
    assert routes_of(name) or name in ("client.close", "client.with_keys")


def test_methods_stand_in_the_order_of_the_code(headings):
    shown = [name for name in headings["api-client.md"] if name.startswith("client.queries.")]
    assert shown == [f"client.queries.{name}" for name in public_methods(RESOURCES["queries"])]


def test_method_is_told_with_signature_route_and_errors(pages):
    part = pages["api-client.md"].partition("### `client.queries.update`")[2].partition("\n### ")[0]
    assert (
        "client.queries.update(\n    query: Query | int,\n    *,\n    name: str | None = None,"
        in part
    )
    assert ") -> Query\n```\n\n`POST /api/queries/<id>`\n" in part
    assert "| `schedule` | mapping or None, optional | None stops it. |" in part
    assert (
        "**Raises**\n\n- [`ConflictError`](api-errors.md#conflicterror): It was edited since;"
        in part
    )
    assert "deadline" not in part


def test_links_lead_somewhere(pages, headings):
    anchors = {file: {anchor(name) for name in found} for file, found in headings.items()}
    links = 0
    for file, text in pages.items():
        for path, wanted in re.findall(r"\]\(([^)#]*)(?:#([^)]+))?\)", text):
            links += 1
            assert path == "" or path in pages or (FOLDER / path).exists(), path
            if wanted:
                assert wanted in anchors[path or file], wanted
    assert links > 80


def test_nothing_of_restructuredtext_is_left(pages):
    for file, text in pages.items():
        prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
        assert not re.search(r"``|:\w+:`|^-{4,}$|<[\w.]+ object at", prose, re.MULTILINE), file


def test_no_page_has_a_folder_of_the_machine_that_made_it(pages):
    assert not [file for file, text in pages.items() if str(Path.home()) in text]


def test_docstring_is_taken_apart():
    def thing(a, b=1, *, c=...):
        """Do it.

        With ``care``.

        Parameters
        ----------
        a, b : int
            Two lines
            of words.

            Another paragraph | here.
        c
        """

    said = Docstring.of(thing)
    assert said.text == "Do it.\n\nWith ``care``."
    first, second = said.items("Parameters")
    assert (first.name, first.type, second.name, second.text) == ("a, b", "int", "c", "")
    assert cell(first.text) == "Two lines of words.<br>Another paragraph \\| here."
    assert said.items("Raises") == []
    assert signature("thing", thing, hidden=["c"]).startswith("thing(a, b = 1)")


def test_examples_and_blocks_become_code():
    text = "So::\n\n    a\n      b\n\nand:\n\n>>> f(\n...     1)\n2\n\nend ``x``"
    assert markdown(text) == (
        "So:\n\n```\na\n  b\n```\nand:\n\n```python\n>>> f(\n...     1)\n2\n```\n\nend `x`"
    )
