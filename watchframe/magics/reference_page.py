"""``docs/reference/magic.md``, made from the parser's own table and the settings' own help.

::

    python -m watchframe.magics.reference_page > docs/reference/magic.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import groupby

import traitlets

from watchframe.magics.magic import WatchMagics
from watchframe.magics.options import OPTIONS, QUERY_HELP, Option

_HEAD = """\
# The magic

<!-- Made by `python -m watchframe.magics.reference_page`; a test compares. Do not edit. -->

```
%load_ext watchframe

%watch QUERY [options]              the frame of a saved query
df = %watch QUERY [options]
%%watch QUERY [options]             the same, with parameters in the cell's body
%%watch --source NAME [options]     SQL in the cell's body
```

`QUERY`: {query}

Words and quotes are read as a shell reads them, with three exceptions. A value which begins with a
bracket goes on to the one that closes it: `-p markets=[WETH, "New York"]` needs no quotes around
it. Everything after a lone `#` is ignored. And a backslash is kept unless it stands before a
quote, white space or another backslash: `-p file=C:\\new\\table`. Within `"..."` it escapes only
`"` and a backslash, within `'...'` and within brackets nothing.
[The how-to](../howto/magic.md) shows it at work.
"""

_SETTINGS = """
## Settings

`%config WatchMagics` lists them; `%config WatchMagics.max_age = "1h"` sets one for this session,
and `c.WatchMagics.max_age = "1h"` in `ipython_config.py` for all. What is typed in a cell wins.

| setting | default | |
| --- | --- | --- |
"""

_VALUES = """
## Values

Of `-p NAME=VALUE`, and of `name: value` lines in a cell's body.

| written | is |
| --- | --- |
| `WETH`, `10`, `d_last_7_days` | that text; the parameter's type decides what it means |
| `'a, b'`, `"[x]"` | the text within, whatever it looks like; `''` within is one quote |
| `[WETH, INV]` | a list; in a body, lines `- WETH` below the name are one too |
| `2026-01-01..2026-03-31`, `2026-01-01 to 2026-03-31`, `(2026-01-01, 2026-03-31)` | a range |
| `{"start": "2026-01-01", "end": "2026-03-31"}` | JSON |
| `$name`, `{name}` | the variable's value, whole and of its own type |
| `$$name` | the text `$name` |

What stands behind a `#` that has space on both sides is a remark, in a line as in a body:
`Proposal #12` is a text, of `10 # least` only the 10 is; in quotes it is text.

A body may also be JSON as a whole, in which a text `"$name"` is that variable, or a lone `$name`
that is a dict of parameters. A variable is never put into the middle of a text, and nothing is ever
put into SQL on this side: parameters travel beside it. In a line, the shell's quotes only hold
words together: a text such as `$name` itself needs quotes of its own within, `-p "note='$name'"`.
"""


def reference_page() -> str:
    """Return the page, as Markdown."""
    sections = "".join(
        f"\n## {section}\n\n| option | |\n| --- | --- |\n" + "".join(map(_row, options))
        for section, options in groupby(OPTIONS, key=lambda option: option.section)
    )
    settings = _SETTINGS + "".join(_setting_rows())
    return _HEAD.format(query=QUERY_HELP) + sections + settings + _VALUES


def _row(option: Option) -> str:
    text = option.help
    if option.choices:
        text += f" One of {', '.join(f'`{choice}`' for choice in option.choices)}."
    if option.default is not None:
        text += f" Default: `WatchMagics.{option.default}`."
    return f"| `{option.usage}` | {text} |\n"


def _setting_rows() -> Iterator[str]:
    for name, trait in WatchMagics.class_own_traits(config=True).items():
        default = _default(trait)
        yield f"| `{name}` | `{default!r}` | {trait.help} |\n"


def _default(trait: traitlets.TraitType[object, object]) -> object:
    value = trait.default_value
    return None if value is traitlets.Undefined else value


if __name__ == "__main__":
    sys.stdout.write(reference_page())
