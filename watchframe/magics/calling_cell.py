"""The cell that calls a line magic: what it does with the value, and how the line ended in it."""

from __future__ import annotations

import dis
import re
import shlex
import sys
from types import FrameType

from watchframe.errors import ArgumentError

#: What follows a call whose value goes nowhere, or (3.11; from 3.12 on) to the display.
_DROPPED = frozenset({("POP_TOP", None), ("PRINT_EXPR", None), ("CALL_INTRINSIC_1", 1)})

#: A line of a magic with a backslash at its end, right behind something.
_CONTINUED = re.compile(r"%watch\s+(.*\S)\\$", re.MULTILINE)


def check_backslash_was_not_taken(line: str) -> None:
    r"""Refuse a line whose last value lost the backslash at its end to IPython.

    There it joins the next line to this one: ``-p dir=C:\data\`` would be ``C:\data``, and without
    a word where an empty line or a remark follows. IPython tells a magic nothing about that, so the
    cell as it was typed tells it.

    Raises
    ------
    ArgumentError
    """
    for found in _CONTINUED.finditer(_typed_cell()):
        word = found[1].split()[-1]
        if "=" in word and f"{line.strip()} ".startswith(f"{found[1]} "):
            typed = f"{word}\\"
            raise ArgumentError(
                f"The backslash at the end of {typed} joins the next line to this one.",
                hint="A value that ends with a backslash goes into quotes: "
                f"{shlex.quote(typed)}. With a space before it, the backslash goes on in "
                "the next line.",
            )


def is_value_kept() -> bool:
    """Whether the cell that runs a line magic does something with its value.

    ``df = %watch 42`` keeps it, ``%watch 42`` alone on its line does not. IPython tells a magic
    nothing about that, so the instruction after the call tells it.
    """
    frame = _cell_frame()
    if frame is None:
        return True
    following = (item for item in dis.get_instructions(frame.f_code) if item.offset > frame.f_lasti)
    instruction = next(following, None)
    return instruction is None or (instruction.opname, instruction.arg) not in _DROPPED


def _cell_frame() -> FrameType | None:
    frame: FrameType | None = sys._getframe()  # noqa: SLF001 - Python's own way up the stack
    while frame is not None and frame.f_code.co_name != "run_line_magic":
        frame = frame.f_back
    return frame.f_back if frame is not None else None


def _typed_cell() -> str:
    frame: FrameType | None = sys._getframe()  # noqa: SLF001 - Python's own way up the stack
    while frame is not None and frame.f_code.co_name != "run_cell_async":
        frame = frame.f_back
    typed = frame.f_locals.get("raw_cell") if frame is not None else None
    # The last line has no next one.
    return typed.rstrip("\n").rpartition("\n")[0] if isinstance(typed, str) else ""
