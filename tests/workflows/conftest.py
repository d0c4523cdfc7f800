import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def check_release():
    """The script that decides whether a tag is released, as a module."""
    return _module(ROOT / ".github/scripts/check_release.py")


@pytest.fixture(scope="session")
def check():
    """The command that checks the workflows, as a module."""
    return _module(ROOT / "tests/workflows/check.py")


def _module(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
