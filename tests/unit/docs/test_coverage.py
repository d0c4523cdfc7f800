"""The table of what is covered says nothing that is not so, and leaves nothing out."""

import ast
import inspect
import pkgutil
import re
from importlib.metadata import version

import pytest
import redash_toolbelt
from redash_toolbelt import examples

import watchframe
import watchframe.admin
from generators.coverage import (
    DOCUMENTED_ROUTES,
    FURTHER_ROUTES,
    PAGE,
    TOOLBELT_EXAMPLES,
    TOOLBELT_METHODS,
    _row,
)
from watchframe.cli.main import program
from watchframe.client import Client
from watchframe.demo.application import ROUTES

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


@pytest.mark.parametrize(
    "line",
    [
        "| `GET /api/x` | | |",
        "| `GET /api/x` | client.session() | |",
        "| GET /api/x | `client.session()` | |",
        "and text below a table",
    ],
)
def test_row_without_a_call_or_of_another_shape_is_refused(line):
    with pytest.raises(ValueError, match=r"coverage\.md: not a row"):
        _row(line)


def test_every_table_of_the_page_is_read_whole():
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    assert len(lines) - 1 == len(EVERYTHING)  # one heading is in code


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
    served = [f"{method} {path}" for method, path, _ in ROUTES if path.startswith("/api/")]
    assert sorted(covered) == sorted(map(plain, served))  # the others are pages


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
