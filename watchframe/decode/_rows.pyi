from typing import Any, TypeAlias

# Anything with Python's buffers: `collections.abc.Buffer` is of 3.12.
_Buffer: TypeAlias = Any
# Kind, frame, place of how many; then writable buffers, or None for all three: validity, values,
# offsets.
_Key: TypeAlias = tuple[int, bytes, int, int, _Buffer | None, _Buffer | None, _Buffer | None]

def read_rows(rows: bytes, first: bytes, keys: tuple[_Key, ...], /) -> list[int] | None: ...
def gather_texts(
    rows: bytes, count: int, starts: _Buffer, offsets: _Buffer, data: _Buffer, /
) -> None: ...
