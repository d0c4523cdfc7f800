"""The project's addresses: its site, a page of it, its repository."""

from __future__ import annotations

#: Where the pages of `docs/` are read.
SITE = "https://watchframe.readthedocs.io/en/stable/"
REPOSITORY = "https://github.com/inverse-watch/watchframe"


def page(name: str, anchor: str | None = None) -> str:
    """Return the address of a page of the site.

    Parameters
    ----------
    name : str
        The page's file below `docs/`, without its ending: ``"howto/connect"``.
    anchor : str, optional
        The anchor of one of its headings: ``"the-key-of-a-query"``.
    """
    return f"{SITE}{name}.html" + (f"#{anchor}" if anchor else "")
