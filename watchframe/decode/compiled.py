"""The compiled parts of decoding, where this installation has them.

They are built with the package wherever there is a C compiler, and a wheel brings them. Without
them every result is the same, and large ones take longer.
"""

from __future__ import annotations

from typing import Any

#: Reads rows that are all written alike (`laid_out`), or None.
rows: Any
#: Makes integers of digits (`frame`), or None.
integers: Any
try:
    from watchframe.decode import _integers as integers
    from watchframe.decode import _rows as rows
except ImportError:
    rows = integers = None
