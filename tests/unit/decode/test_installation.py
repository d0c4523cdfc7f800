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
