"""A real IPython shell, of its own and without history on disk."""

from __future__ import annotations

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config


class Shell:
    """Runs cells in a real shell and tells what they showed."""

    def __init__(self, shell):
        self.shell = shell

    def run(self, cell, *, raises=True):
        """Run a cell as a user does; its outcome has `.shown`, the texts that it showed."""
        with capture_output() as shown:
            result = self.shell.run_cell(cell, store_history=True)
        result.shown = shown.stdout + "".join(
            item.data.get("text/plain", "") + "\n" for item in shown.outputs
        )
        result.errors = shown.stderr
        if raises:
            result.raise_error()
        return result


@pytest.fixture
def ipython(tmp_path, monkeypatch):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)
    yield Shell(shell)
    shell.restore_sys_module_state()
    InteractiveShell.clear_instance()
