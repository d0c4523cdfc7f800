"""Loading the magic into a shell, and its settings."""

from __future__ import annotations

import subprocess
import sys

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from watchframe.magics.completion import WatchMatcher
from watchframe.magics.magic import is_value_used


def matchers(ipython):
    found = ipython.shell.Completer.custom_matchers
    return [item for item in found if isinstance(getattr(item, "__self__", None), WatchMatcher)]


def test_import_brings_no_ipython():
    code = "import sys, watchframe; print('IPython' in sys.modules, 'pandas' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert out.stdout.split() == ["False", "False"]


def test_load_twice_registers_once(ipython):
    ipython.run("%load_ext watchframe")
    ipython.run("%reload_ext watchframe")
    assert len(matchers(ipython)) == 1
    assert ipython.shell.find_line_magic("watch") is not None
    assert ipython.shell.find_cell_magic("watch") is not None
    assert "WatchMagics" in ipython.run("%config").shown


def test_unload_leaves_nothing_behind(ipython):
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


def test_load_takes_settings_of_config_file(ipython):
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
def test_config_right_setting_is_taken(ipython, setting):
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


def test_help_by_question_mark_has_options(ipython):
    ipython.run("%load_ext watchframe")
    assert "--max-age" in ipython.shell.find_line_magic("watch").__doc__


@pytest.mark.parametrize(
    ("cell", "is_used"),
    [
        ("%probe", False),
        ("x = 1\n%probe", False),
        ("%probe\nx = 1", False),
        ("for _ in [1]:\n    %probe", False),
        ("x = %probe", True),
        ("for _ in [1]:\n    x = %probe", True),
        ("def f():\n    x = %probe\n    return x\nf()", True),
        ("x = [get_ipython().run_line_magic('probe', '')]", True),
        ("len([get_ipython().run_line_magic('probe', '')])", True),
    ],
)
def test_is_value_used_of_a_running_cell(ipython, cell, is_used):
    seen = []

    def probe(line):
        seen.append(is_value_used())
        return 7

    ipython.shell.register_magic_function(probe, "line", "probe")
    ipython.run(cell)
    assert seen == [is_used]
