"""Loading the magic into a shell, and its settings."""

from __future__ import annotations

import subprocess
import sys

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from watchframe.magics.completion import WatchMatcher


def matchers(ipython):
    found = ipython.shell.Completer.custom_matchers
    return [item for item in found if isinstance(getattr(item, "__self__", None), WatchMatcher)]


def test_import_when_watchframe_is_imported_brings_no_ipython():
    code = "import sys, watchframe; print('IPython' in sys.modules, 'pandas' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert out.stdout.split() == ["False", "False"]


def test_load_when_done_twice_registers_everything_once(ipython):
    ipython.run("%load_ext watchframe")
    ipython.run("%reload_ext watchframe")
    assert len(matchers(ipython)) == 1
    assert ipython.shell.find_line_magic("watch") is not None
    assert ipython.shell.find_cell_magic("watch") is not None
    assert "WatchMagics" in ipython.run("%config").shown


def test_unload_when_done_leaves_nothing_behind(ipython):
    ipython.run("%load_ext watchframe")
    ipython.run("%unload_ext watchframe")
    assert not matchers(ipython)
    assert ipython.shell.find_line_magic("watch") is None
    assert ipython.shell.find_cell_magic("watch") is None
    assert "WatchMagics" not in ipython.run("%config").shown


def test_load_lazily_happens_at_the_first_use(ipython):
    ipython.shell.magics_manager.register_lazy("watch", "watchframe")
    assert not matchers(ipython)
    assert "--dtype-backend" in ipython.run("%watch --help").shown
    assert len(matchers(ipython)) == 1


def test_load_when_a_config_file_has_settings_takes_them(ipython):
    InteractiveShell.clear_instance()
    config = Config()
    config.HistoryManager.enabled = False
    config.WatchMagics.max_age = "15m"
    config.WatchMagics.source = "Lending"
    shell = InteractiveShell.instance(config=config)
    shell.run_cell("%load_ext watchframe").raise_error()
    (magics,) = [item for item in shell.configurables if type(item).__name__ == "WatchMagics"]
    assert (magics.max_age, magics.source) == ("15m", "Lending")


@pytest.mark.parametrize(
    "setting",
    [
        "max_age = '1h'",
        "max_age = 90.0",
        "max_age = 'any'",
        "max_age = None",
        "dtype_backend = 'pyarrow'",
        "timeout = '5m'",
        "timeout = None",
        "source = 'Lending'",
        "display_rows = 10",
        "full_traceback = True",
    ],
)
def test_config_when_a_setting_is_right_takes_it(ipython, setting):
    ipython.run("%load_ext watchframe")
    ipython.run(f"%config WatchMagics.{setting}")
    name, value = setting.split(" = ")
    (magics,) = [item for item in ipython.shell.configurables if hasattr(item, "display_rows")]
    assert repr(getattr(magics, name)) == value


@pytest.mark.parametrize(
    "setting",
    [
        "max_age = 'soon'",
        "max_age = -1.0",
        "dtype_backend = 'arrow'",
        "timeout = 'none at all'",
        "display_rows = 0",
    ],
)
def test_config_wrong_setting_keeps_the_old_one(ipython, setting, caplog):
    ipython.run("%load_ext watchframe")
    name = setting.split(" = ")[0]
    (magics,) = [item for item in ipython.shell.configurables if hasattr(item, "display_rows")]
    before = getattr(magics, name)
    result = ipython.run(f"%config WatchMagics.{setting}", raises=False)
    assert getattr(magics, name) == before
    # traitlets' own handling of a setting that it refuses: an error in the log, not an exception.
    assert result.error_in_exec is not None or name in caplog.text


def test_help_when_asked_by_a_question_mark_has_the_options(ipython):
    ipython.run("%load_ext watchframe")
    assert "--max-age" in ipython.shell.find_line_magic("watch").__doc__
