"""The table of what is covered says nothing that is not so, and leaves nothing out."""

import ast
import inspect
import pkgutil
import re
from importlib.metadata import version
from pathlib import Path

import pytest
import redash_toolbelt
from redash_toolbelt import examples

import watchframe
import watchframe.admin
from watchframe.cli.main import program
from watchframe.client import Client
from watchframe.client.coverage import DOCUMENTED_ROUTES, FURTHER_ROUTES
from watchframe.client.coverage_page import coverage_page
from watchframe.client.toolbelt_coverage import TOOLBELT_EXAMPLES, TOOLBELT_METHODS
from watchframe.demo.application import ROUTES

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "coverage.md"
EVERYTHING = (*DOCUMENTED_ROUTES, *FURTHER_ROUTES, *TOOLBELT_METHODS, *TOOLBELT_EXAMPLES)
CALLS = sorted({call for row in EVERYTHING for call in row.ours})


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with Client("https://watch.invalid", "key", cache_dir=tmp_path_factory.mktemp("c")) as found:
        yield found


def named(node, client):
    """The object that a dotted name of the table means."""
    if isinstance(node, ast.Attribute):
        return getattr(named(node.value, client), node.attr)
    return {"client": client, "watchframe": watchframe}[node.id]


@pytest.mark.parametrize("text", CALLS)
def test_call_can_be_made_as_it_is_written(client, text):
    call = ast.parse(text, mode="eval").body
    signature = inspect.signature(named(call.func, client))
    bound = signature.bind(*call.args, **{item.arg: item.value for item in call.keywords})
    swallowed = {
        item.name for item in signature.parameters.values() if item.kind is item.VAR_KEYWORD
    }
    assert not swallowed & bound.arguments.keys()


def test_every_row_has_something_of_ours():
    assert [row.theirs for row in EVERYTHING if not row.ours] == []


def test_commands_that_the_notes_name_are_there():
    named = {
        found for row in EVERYTHING for found in re.findall(r"`watchframe ([\w-]+)`", row.note)
    }
    assert len(named) > 6
    assert named - set(program.commands) == set()


def plain(route):
    return re.sub(r"<\w+>|\{\w+\}", "<>", route)


def test_routes_are_those_that_the_demo_server_answers():
    covered = [plain(row.theirs) for row in (*DOCUMENTED_ROUTES, *FURTHER_ROUTES)]
    assert sorted(covered) == sorted(plain(f"{method} {path}") for method, path, _ in ROUTES)


def test_redash_toolbelt_is_the_release_that_the_page_names():
    assert version("redash-toolbelt") == "0.1.9"
    assert "0.1.9" in PAGE.read_text()


def test_every_method_of_redash_toolbelt_is_there_once():
    theirs = [
        name
        for name, _ in inspect.getmembers(redash_toolbelt.Redash, inspect.isfunction)
        if not name.startswith("_")
    ]
    assert sorted(row.theirs for row in TOOLBELT_METHODS) == sorted(theirs)


def test_every_example_of_redash_toolbelt_is_there_once():
    theirs = [module.name for module in pkgutil.iter_modules(examples.__path__)]
    assert sorted(row.theirs for row in TOOLBELT_EXAMPLES) == sorted(theirs)


def test_every_public_method_of_the_client_is_in_the_table(client):
    """What nobody finds is as good as not there."""
    methods = {
        f"client.{resource}.{name}"
        for resource, value in vars(client).items()
        if type(value).__module__.startswith("watchframe.client.")
        for name, _ in inspect.getmembers(value, inspect.ismethod)
        if not (resource.startswith("_") or name.startswith("_"))
    }
    shown = {text.partition("(")[0] for text in CALLS}
    assert methods - shown == set()


def test_page_is_the_one_that_the_tables_make():
    assert PAGE.read_text() == coverage_page()
