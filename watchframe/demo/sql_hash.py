"""The hash by which the server finds cached results and running jobs: blind to white space.

That it removes white space and comments inside quotes as well is a fault of the real server, and
clients have to live with it: ``'New York'`` and ``'NewYork'`` have one hash.
"""

from __future__ import annotations

import functools
import hashlib
import re

_UNSEEN = re.compile(r"/\*.*?\*/|\s+", re.DOTALL)


@functools.lru_cache(maxsize=4096)  # every new result is compared with every saved query
def sql_hash(sql: str) -> str:
    """Give 32 hexadecimal digits."""
    return hashlib.md5(_UNSEEN.sub("", sql).encode(), usedforsecurity=False).hexdigest()
