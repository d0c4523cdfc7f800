"""The parts that are compiled; everything else about the package stands in ``pyproject.toml``.

They are optional: without a C compiler the package installs all the same, and decodes large results
more slowly (``watchframe/decode/compiled.py``). What is published has them: with the variable
``WATCHFRAME_COMPILED=1`` a build without them fails.

They use Python's limited interface alone, so one wheel serves every Python from 3.11 on. Pythons
without a global lock have no such interface: there each version has a build of its own.
"""

import os
import sysconfig
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

HEADERS = ["watchframe/decode/_json_number.h", "watchframe/decode/_json_text.h"]
IS_LIMITED = not sysconfig.get_config_var("Py_GIL_DISABLED")


class BuildExtensions(build_ext):
    """Builds the extensions; in a clone, an older build for one Python makes way for them."""

    def copy_extensions_to_source(self) -> None:
        """Copy what was built beside its source.

        Python would import a build for its own version first, so one of before is removed.
        """
        if IS_LIMITED:
            for extension in self.extensions:
                path = Path(*extension.name.split("."))
                for older in path.parent.glob(f"{path.name}.cp*3??-*"):
                    older.unlink()
        super().copy_extensions_to_source()


setup(
    ext_modules=[
        Extension(
            f"watchframe.decode.{name}",
            [f"watchframe/decode/{name}.c"],
            depends=HEADERS,
            define_macros=[("Py_LIMITED_API", "0x030B0000")] if IS_LIMITED else [],
            py_limited_api=IS_LIMITED,
            optional=os.environ.get("WATCHFRAME_COMPILED") != "1",
        )
        for name in ("_integers", "_rows")
    ],
    cmdclass={"build_ext": BuildExtensions},
    options={"bdist_wheel": {"py_limited_api": "cp311"}} if IS_LIMITED else {},
)
