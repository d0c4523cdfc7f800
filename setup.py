"""The parts that are compiled; everything else about the package stands in ``pyproject.toml``.

They are optional: without a C compiler the package installs all the same, and decodes large results
more slowly (``watchframe/decode/compiled.py``).
"""

from setuptools import Extension, setup

HEADERS = ["watchframe/decode/_json_number.h", "watchframe/decode/_json_text.h"]

setup(
    ext_modules=[
        Extension(
            f"watchframe.decode.{name}",
            [f"watchframe/decode/{name}.c"],
            depends=HEADERS,
            optional=True,
        )
        for name in ("_integers", "_rows")
    ],
)
