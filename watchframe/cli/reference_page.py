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
the terminal. A terminal's tables are cut to its width, but no number, date or time is; `NO_COLOR`
takes the bold head away. A pipe or a file gets plain text with nothing cut.

## Formats

| format | name ends in | |
| --- | --- | --- |
| `table` | | for people; on a terminal 40 rows, and texts of 60 characters, at most |
| `csv` | `.csv` | UTF-8; texts in quotes, so that an empty text is not a null, which is nothing |
| `tsv` | `.tsv` | the same, with tabs |
| `json` | `.json` | an array of objects, a line per row; dates and times as ISO 8601 text |
| `parquet` | `.parquet` | the Arrow table, with its origin and pandas' dtypes in the metadata |
| `arrow` | `.arrow`, `.feather` | likewise |
| `xlsx` | `.xlsx` | a workbook of one sheet, for Excel and its kin |

A column with an integer beyond 64 bits is text with all digits, in every format. Lists and objects
are JSON in JSON, which has no NaN (it is null), and JSON text in all other formats.

A workbook's numbers are 64-bit floats. A column with an integer beyond 2**53, or with a decimal of
more than 15 digits, is text, all of it. Dates and times are Excel's; a time with a zone is in UTC,
as Excel has no zones, and a column with a date before March 1900, where Excel's calendar begins, is
text. Standard error names these columns. Nulls are empty cells, and texts are never formulas or
links. More than 1,048,575 rows, 16,384 columns or 32,767 characters in a cell are an error that
leaves the file as it was.
"""


def reference_page() -> str:
    """Return the page, as Markdown."""
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
