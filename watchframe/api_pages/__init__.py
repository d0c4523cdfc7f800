"""``docs/reference/api*.md``, made from signatures, docstrings and the table of routes.

::

    python -m watchframe.api_pages docs/reference
"""

from watchframe.api_pages.pages import api_pages

__all__ = ["api_pages"]
