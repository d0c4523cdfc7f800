"""Whether this installation is what its machine allows."""

import shutil
import sysconfig
from pathlib import Path

import pytest

from watchframe.decode import compiled

HAS_COMPILER = shutil.which("cc") and Path(sysconfig.get_paths()["include"], "Python.h").exists()


@pytest.mark.skipif(not HAS_COMPILER, reason="there is no C compiler, or no Python.h")
def test_installation_with_a_compiler_has_what_is_compiled():
    assert compiled.rows is not None
    assert compiled.integers is not None


@pytest.mark.skipif(compiled.rows is None, reason="nothing is compiled here")
@pytest.mark.skipif(
    bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    reason="a Python without a global lock has no limited interface",
)
@pytest.mark.parametrize("part", ["rows", "integers"])
def test_what_is_compiled_is_for_every_python(part):
    # On Windows a build for every Python has no more in its name, a build for one its version.
    name = Path(getattr(compiled, part).__file__).name
    assert name.partition(".")[2] in {"abi3.so", "pyd"}, f"an old build: remove {name}"
