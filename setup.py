"""The part that is compiled; everything else about the package stands in ``pyproject.toml``.

It is optional: without a C compiler the package installs all the same, and decodes large results
more slowly (``watchframe/decode/compiled.py``).
"""

from setuptools import Extension, setup

setup(
    ext_modules=[
        Extension("watchframe.decode._rows", ["watchframe/decode/_rows.c"], optional=True),
    ],
)
