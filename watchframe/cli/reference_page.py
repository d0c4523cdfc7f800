"""``docs/reference/command-line.md``, made from the commands' own help.

::

    python -m watchframe.cli.reference_page > docs/reference/command-line.md
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator

import click

from watchframe.cli.main import program
from watchframe.cli.messages import MEANINGS

_HEAD = """\
# The command line

<!-- Made by `python -m watchframe.cli.reference_page`; a test compares. Do not edit. -->

```
watchframe [--url URL] [--profile NAME] [-q] [--debug] COMMAND [ARGUMENTS]
```

`-h` after any of them shows the same. [The how-to](../howto/command-line.md) shows them at work.

## Before the command's name

| option | |
| --- | --- |
"""

_CODES = """\

## Exit codes

| code | |
| --- | --- |
"""

_END = """
After 5, 130 and 143 the job on the server is cancelled, where the key may do that.

## Standard output and standard error

Rows, lists and JSON go to standard output, and nothing else does. Standard error has errors, each
with what to do about it, warnings, one line on what was read, and a progress line where it is a
terminal. No output ever holds an API key.

In a table, control characters are written as escapes such as `\\x1b`, so that a value cannot act on
the terminal.

## Formats

| format | name ends in | |
| --- | --- | --- |
| `table` | | for people; on a terminal 40 rows, and cells of 60 signs, at most |
| `csv` | `.csv` | UTF-8; texts in quotes, so that an empty text is not a null, which is nothing |
| `json` | `.json` | an array of objects, a line per row; dates and times as ISO 8601 text |
| `parquet` | `.parquet` | the Arrow table, with its origin and pandas' dtypes in the metadata |
| `arrow` | `.arrow`, `.feather` | likewise |

A column with an integer beyond 64 bits is text with all digits, in every format. Lists and objects
are JSON text in CSV, Parquet and Arrow, and JSON in JSON, which has no NaN either: that is null.
"""


def reference_page() -> str:
    """Give the page, as Markdown."""
    codes = "".join(f"| {code} | {words} |\n" for code, words in MEANINGS.items())
    commands = "".join(_sections(program, "watchframe"))
    return _HEAD + "".join(_rows(program)) + commands + _CODES + codes + _END


def _sections(group: click.Group, path: str) -> Iterator[str]:
    for name, command in group.commands.items():
        where = f"{path} {name}"
        if isinstance(command, click.Group):
            yield from _sections(command, where)
            continue
        arguments = [
            str(item.metavar) for item in command.params if isinstance(item, click.Argument)
        ]
        usage = " ".join([where, *arguments])
        yield f"\n## `{usage}`\n\n{inspect.cleandoc(command.help or '')}\n"
        rows = list(_rows(command))
        if rows:
            yield "\n| option | |\n| --- | --- |\n" + "".join(rows)


def _rows(command: click.Command) -> Iterator[str]:
    for param in command.params:
        if not isinstance(param, click.Option) or param.name in ("help", "version"):
            continue
        value = "" if param.is_flag else f" {param.metavar or 'WORD'}"
        usage = ", ".join(f"`{flag}{value}`" for flag in param.opts)
        text = param.help or ""
        if isinstance(param.type, click.Choice) and param.metavar is None:
            text += f" One of {', '.join(f'`{choice}`' for choice in param.type.choices)}."
        if param.show_default:
            text += f" Default: `{param.default}`."
        if param.envvar:
            text += f" Environment: `{param.envvar}`."
        yield f"| {usage} | {text} |\n"


if __name__ == "__main__":
    sys.stdout.write(reference_page())
