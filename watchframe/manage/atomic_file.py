"""Files that are there whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from watchframe.config.files import read_regular


def write_atomically(path: Path, content: bytes) -> bool:
    """Have `path` hold `content`; tell whether it held anything else before.

    Whoever reads it meanwhile sees the old content or the new one. Its folder is made if need be.

    Raises
    ------
    OSError
        It cannot be written; the old content is still there, and nothing beside it.
    """
    with contextlib.suppress(OSError):  # what is no file there, such as a link, is replaced
        if read_regular(path, limit=len(content)) == content:
            return False
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name[:100]}.{secrets.token_hex(6)}")
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return True
