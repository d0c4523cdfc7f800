"""The compiled part of decoding, where this installation has it.

It is built with the package wherever there is a C compiler, and wheels bring it. Without it every
result is the same, and large ones take longer.
"""

from __future__ import annotations

from typing import Any

rows: Any
try:
    from watchframe.decode import _rows as rows
except ImportError:
    rows = None
