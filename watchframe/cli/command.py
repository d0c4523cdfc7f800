"""The classes of every command and group: global options anywhere, and what was probably meant."""

from __future__ import annotations

import contextlib
import difflib
import logging
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import click

from watchframe.cli.connection import GlobalOptions, connect
from watchframe.config import as_server
from watchframe.parameters.mistyped import REFERENCE, Correction, corrected
from watchframe.plain_text import shell_text

#: The commands that have to do with keys, and what their errors say.
OF_KEYS = ("login", "logout")
NO_ARGUMENT = (
    "watchframe login --url URL asks for the key, or reads it from standard input: it is never an "
    "argument."
)
OTHER_PROFILE = "watchframe logout --profile NAME forgets the keys of another profile."
#: Under which name the context holds what was typed behind the program's name.
_WORDS = "watchframe.words"
#: Under which name it holds the global options that were typed.
_GIVEN = "watchframe.given"

#: What other programs call the root's commands; a last option takes what stands behind the word.
_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("run", "get", "read", "fetch", "download", "execute"), ("query",)),
    **dict.fromkeys(("draw", "plot", "graph", "figure", "visualization"), ("chart",)),
    **dict.fromkeys(("list", "ls"), ("queries",)),
    **dict.fromkeys(("search", "find"), ("queries", "--search")),
    **dict.fromkeys(("describe", "params", "parameters"), ("show",)),
    **dict.fromkeys(("sources", "databases"), ("data-sources",)),
    **dict.fromkeys(("auth", "connect", "signin"), ("login",)),
    **dict.fromkeys(("serve", "server"), ("demo",)),
    "explain": ("query", "--explain"),
}


class _GlobalOption(click.Option):
    """An option that may stand before and after the command's name."""

    def __init__(self, *names: str, **settings: Any) -> None:
        is_flag = settings.get("is_flag", False)
        super().__init__(
            names, expose_value=False, callback=_keep, multiple=not is_flag, **settings
        )

    def value_from_envvar(self, ctx: click.Context) -> Any:
        # click would split it at its spaces, as of every option that may stand several times.
        found = self.resolve_envvar_value(ctx)
        return None if found is None else (found,)


def _keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    """Put a global option's value into the context's `GlobalOptions`, if it was given."""
    if not value:
        return
    values = value if isinstance(value, tuple) else (value,)
    options: GlobalOptions = ctx.obj or GlobalOptions()
    name = str(param.name)
    if ctx.get_parameter_source(name) is click.core.ParameterSource.ENVIRONMENT:
        values = (getattr(options, name) or values[0],)
    else:
        given: dict[str, object] = ctx.meta.setdefault(_GIVEN, {})
        for other in values:
            if given.setdefault(name, other) != other:
                words = (given[name], other)
                shown = (as_server(it).url or "no URL" if name == "url" else it for it in words)
                raise click.UsageError(
                    f"{param.opts[-1]} is given twice: {' and '.join(map(str, shown))}.", ctx
                )
        if name in ("url", "profile"):
            options = replace(options, is_typed=True)
    # The root's too: where an error of the command ends up.
    ctx.obj = ctx.find_root().obj = replace(options, **{name: values[0]})
    if name == "is_debug":
        logging.basicConfig(stream=sys.stderr)
        logging.getLogger("watchframe").setLevel(logging.DEBUG)


GLOBAL_OPTIONS: tuple[click.Option, ...] = (
    _GlobalOption(
        "--url",
        metavar="URL",
        envvar="WATCHFRAME_URL",
        help="The server's address; with no --profile, the key is that of its profile.",
    ),
    _GlobalOption(
        "--profile",
        metavar="NAME",
        envvar="WATCHFRAME_PROFILE",
        help="A profile of the config file, or of watchframe login.",
    ),
    _GlobalOption(
        "-q", "--quiet", "is_quiet", is_flag=True, help="Say nothing but errors and warnings."
    ),
    _GlobalOption(
        "--debug",
        "is_debug",
        is_flag=True,
        help="Log each step, and show the traceback of an error.",
    ),
)


class Command(click.Command):
    """A command that takes the global options too, and says what a wrong option meant."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return its own parameters, ``--help``, and the global options."""
        return [*super().get_params(ctx), *GLOBAL_OPTIONS]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write its own options, and those of every command under a head of their own."""
        own = [it for it in self.get_params(ctx) if it not in GLOBAL_OPTIONS and _is_option(it)]
        for head, params in (("Options", own), ("Options of every command", GLOBAL_OPTIONS)):
            with formatter.section(head):
                formatter.write_dl([row for it in params if (row := it.get_help_record(ctx))])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read its words; an option that there is not gets a hint."""
        typed = tuple(args)  # click empties the list
        ctx.meta.setdefault(_WORDS, typed)
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            hint = None if ctx.resilient_parsing else self._hint(ctx, typed)
            if hint is None:
                raise
            raise click.UsageError(f"{error.message}\nHint: {hint}", ctx) from None

    def _hint(self, ctx: click.Context, typed: Sequence[str]) -> str | None:
        """Return what was meant by options that there are not; None where click says it."""
        flags = _flags(self, ctx)
        if set(ctx.help_option_names) & set(typed):
            return None
        takes_none = all(map(_is_option, self.params)) and not isinstance(self, click.Group)
        if len(typed) == 1 and not typed[0].startswith("-") and ("--search" in flags or takes_none):
            return _did_you_mean(ctx, typed, ["--search", *typed] if "--search" in flags else [])
        guess = found = corrected(typed, flags, None)
        takes_name = any(it.name in ("reference", "statement") for it in self.params)
        if (
            guess is None
            or (guess.has_parameters and "-p" not in flags)
            or (guess.has_name and not takes_name)
        ):
            return None
        parameters = self._parameters(ctx, guess)
        if parameters is not None:
            found = corrected(typed, flags, parameters)
        if found is not None and found.words != tuple(typed):
            return _did_you_mean(ctx, typed, found.words)
        if guess.has_parameters and parameters:
            return f"-p NAME=VALUE gives the query a parameter. It has: {', '.join(parameters)}."
        return None

    def _parameters(self, ctx: click.Context, guess: Correction) -> Mapping[str, bool] | None:
        """Return the parameters of the query that the line names; None where they are not known."""
        with contextlib.suppress(Exception):  # a hint less
            meant = self.make_context(ctx.info_name, list(guess.words), parent=ctx.parent)
            reference = meant.params.get("reference")
            if self.name in ("query", "chart") and reference is not None:
                from watchframe.read.documents import parameters_for_hint  # noqa: PLC0415 - a failure
                from watchframe.references import parse_reference  # noqa: PLC0415 - likewise

                return parameters_for_hint(
                    reference,
                    connect(meant.obj or GlobalOptions(), parse_reference(reference)),
                    may_ask=guess.has_parameters and not meant.params["offline"],
                )
        return None


class Group(Command, click.Group):
    """A group of commands, which says what a wrong name meant."""

    command_class = Command

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, then the commands."""
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def _hint(self, ctx: click.Context, typed: Sequence[str]) -> str | None:
        """Return the line with the options of a command behind its name."""
        at = next((at for at, word in enumerate(typed) if word in self.commands), 0)
        known = _flags(self.commands[typed[at]], ctx) if at and typed[at] not in OF_KEYS else {}
        options = [word.partition("=")[0] for word in typed[:at] if word.startswith("-")]
        if not at or not set(options) <= set(known):
            return None
        return _did_you_mean(ctx, typed, [*typed[at:], *typed[:at]])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that was named; the error of another name says what was meant."""
        name = args[0]
        if ctx.resilient_parsing or name.startswith("-") or self.get_command(ctx, name) is not None:
            return super().resolve_command(ctx, args)
        hint = f"{ctx.command_path} -h lists the commands."
        paths = dict(_paths(self))
        near, meant = difflib.get_close_matches(name, paths, n=1), _SYNONYMS.get(name)
        if REFERENCE.fullmatch(name) and "query" in paths:
            hint = _did_you_mean(ctx, args, ["query", *args])
        elif name == "connect" or (
            near[:1] in (["login"], ["logout"]) and meant in (None, ("login",))
        ):
            hint = NO_ARGUMENT  # and what was typed behind it may be a key
        elif meant is not None and "query" in paths:
            hint = _did_you_mean(ctx, args, [*(meant if args[1:] else meant[:1]), *args[1:]])
        elif near:
            hint = _did_you_mean(ctx, args, [*paths[near[0]], *args[1:]])
        raise click.UsageError(f"There is no command {name!r}.\nHint: {hint}", ctx)


class KeyCommand(Command):
    """A command behind which people type a key, which is no argument: no word is shown again."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read its words."""
        try:
            return click.Command.parse_args(self, ctx, args)
        except click.UsageError:
            options = [it.opts[-1] for it in self.get_params(ctx)]
        message = f"It takes {', '.join(options)}, and no other words."
        hint = OTHER_PROFILE if self.name == "logout" else NO_ARGUMENT
        raise click.UsageError(f"{message}\nHint: {hint}", ctx)


def _is_option(param: click.Parameter) -> bool:
    return isinstance(param, click.Option)


def _flags(command: click.Command, ctx: click.Context) -> dict[str, bool]:
    """Return how a command's options are typed, and whether each takes a value."""
    return {
        flag: not option.is_flag
        for option in command.get_params(ctx)
        if isinstance(option, click.Option)
        for flag in option.opts
    }


def _did_you_mean(ctx: click.Context, typed: Sequence[str], meant: Sequence[str]) -> str:
    """Return the hint with the whole line, of which the end was typed otherwise."""
    words = ctx.meta[_WORDS]
    before = words[: len(words) - len(typed)]
    whole = [*before, *meant]
    for at, word in enumerate(whole[1:], 1):
        if whole[at - 1] == "--url" and as_server(word).refusal is not None:
            whole[at] = "URL"  # what was typed there may be the key
    line = " ".join(map(shell_text, whole))
    return f"Did you mean: {ctx.find_root().info_name} {line}"


def _paths(group: click.Group) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the last word of each command with all its words; a nearer one comes last."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from ((last, (name, *path)) for last, path in _paths(command))
    yield from ((name, (name,)) for name in group.commands)


def command(name: str | None = None, **settings: Any) -> Callable[[Callable[..., Any]], Command]:
    """Return a decorator that makes a `Command`, as `click.command` does."""
    return click.command(name, cls=Command, **settings)
