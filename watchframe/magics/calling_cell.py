"""What a cell does with a magic's value: shows it, or keeps it."""

from __future__ import annotations

import dis
import sys
from types import FrameType

#: What follows a call whose value goes nowhere, or (3.11; from 3.12 on) to the display.
_DROPPED = frozenset({("POP_TOP", None), ("PRINT_EXPR", None), ("CALL_INTRINSIC_1", 1)})


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
