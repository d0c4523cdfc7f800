"""The options that people type: one table for both places, and for Python beside them."""

from __future__ import annotations

import inspect
from typing import get_args

import click
import pytest

from watchframe import read_watch_query
from watchframe.cache import Mode
from watchframe.cli.main import program
from watchframe.errors import ArgumentError
from watchframe.vocabulary import (
    CELL_FLAGS,
    OPTIONS,
    cache_mode,
    check_together,
    column_names,
)

#: Arguments of Python alone: a cell and a terminal have no client, index or other kind of frame,
#: and progress is ``--quiet`` of every command.
PYTHON_ALONE = {"query", "output", "index_col", "progress", "client"}


def test_options_name_every_argument_of_a_read():
    words = " ".join(option.python for option in OPTIONS)
    arguments = set(inspect.signature(read_watch_query).parameters) - PYTHON_ALONE
    assert {name for name in arguments if f"{name}=" not in words} == set()
    assert {mode for mode in get_args(Mode) if f'cache="{mode}"' not in words} == {"use"}


def test_options_of_a_terminal_are_those_of_its_commands():
    reading = [program.commands[name] for name in ("query", "sql", "chart", "dashboard")]
    params = [it for command in reading for it in command.params if isinstance(it, click.Option)]
    typed = {flag for param in params for flag in param.opts}
    assert {flag for it in OPTIONS if "terminal" in it.places for flag in it.flags} <= typed
    elsewhere = {flag for flag, it in CELL_FLAGS.items() if "terminal" not in it.places}
    assert typed & elsewhere <= {"-o", "-h", "--help"}  # -o is a file there, and a variable here


def test_names_and_flags_are_unique_and_say_the_same():
    assert len({option.name for option in OPTIONS}) == len(OPTIONS)
    flags = [flag for option in OPTIONS for flag in option.flags]
    assert len(set(flags)) == len(flags)


@pytest.mark.parametrize(
    ("given", "both"),
    [
        ({"refresh": True, "no_cache": True}, "--no-cache and --refresh"),
        ({"explain": True, "split": "period=1M"}, "--explain and --split"),
        ({"each": ("a=[b]",), "split": "period=1M"}, "--each and --split"),
    ],
)
def test_check_together_names_both_options(given, both):
    with pytest.raises(ArgumentError, match=both):
        check_together(given)
    check_together(dict.fromkeys(given, None))
    check_together(dict.fromkeys(given, ()))


def test_cache_mode_of_each_switch():
    switches = ("refresh", "offline", "no_cache")
    found = [cache_mode(**{it: it == given for it in switches}) for given in (*switches, "")]
    assert found == ["refresh", "only", "off", "use"]


def test_column_names_commas_in_quotes():
    assert column_names(["day, market", '"a, b"', ""]) == ["day", "market", "a, b"]
