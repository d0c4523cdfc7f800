from typing import Any

# Both are anything with Python's buffers: int32, and bytes.
def from_digits(offsets: Any, data: Any, /) -> list[int | None]: ...
