from collections.abc import Buffer
from typing import TypeAlias

# Kind, frame, then writable buffers, or None for all three: validity, values, offsets.
_Key: TypeAlias = tuple[int, Buffer, Buffer | None, Buffer | None, Buffer | None]

def read_rows(rows: Buffer, first: Buffer, keys: tuple[_Key, ...], /) -> list[int] | None: ...
def gather_texts(
    rows: Buffer, count: int, starts: Buffer, offsets: Buffer, data: Buffer, /
) -> None: ...
