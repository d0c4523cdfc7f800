"""Warnings at the caller's line."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import watchframe
from watchframe.caller_warnings import silence_warnings, warn_caller
from watchframe.errors import CacheWarning

PACKAGE = Path(watchframe.__file__).parent


def test_warn_caller_names_nearest_line_outside_package(tmp_path):
    with pytest.warns(CacheWarning, match="It is full") as caught:
        warn_caller(CacheWarning("It is full."))
    assert caught[0].filename == __file__
    magic = str(tmp_path / "IPython" / "core" / "magics.py")
    for filename, is_inner in ((str(PACKAGE / "made.py"), True), (magic, True), ("own.py", False)):
        within = {"warn_caller": warn_caller, "CacheWarning": CacheWarning}
        exec(
            compile("def warn(): warn_caller(CacheWarning('!'))", filename, "exec"),
            within,
        )
        with pytest.warns(CacheWarning) as caught:
            within["warn"]()
        assert caught[0].filename == (__file__ if is_inner else filename)


def test_every_warning_is_given_by_warn_caller():
    for module in PACKAGE.rglob("*.py"):
        is_ours = module.name != "caller_warnings.py" and "demo" not in module.parts
        assert not is_ours or "warnings.warn(" not in module.read_text(), module


def test_silent_thread_warns_of_nothing(recwarn):
    """Only that thread: its work was nobody's call."""

    def work():
        silence_warnings()
        warn_caller(CacheWarning("nobody called"))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert not recwarn.list
    with pytest.warns(CacheWarning):
        warn_caller(CacheWarning("somebody did"))


#: How the file at PATH is run: by Python, and as the cell of a notebook.
RUNNERS = {
    "script": "exec(compile(open(PATH).read(), PATH, 'exec'))",
    "cell": "from IPython.core.interactiveshell import InteractiveShell as Shell\n"
    "Shell.instance().run_cell(open(PATH).read())",
}


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize("lines", ['read("{}")', 'read("{}",\n  )', 'for _ in 1, 2: read("{}")'])
def test_warning_shows_the_callers_line_without_its_key(tmp_path, runner, lines):
    path = tmp_path / "script.py"
    call = lines.format("https://h/api/queries/1/results.json?api_key=hunter2")
    path.write_text(
        "import linecache\nfrom watchframe.caller_warnings import warn_caller\n"
        "from watchframe.errors import CacheWarning\n"
        "exec(compile('def read(address): warn_caller(CacheWarning(\"It is full.\"))', "
        f"{str(PACKAGE / 'made.py')!r}, 'exec'))\n{call}\n"
        "print(linecache.getline((lambda: 0).__code__.co_filename, 5))\n"
    )
    program = f"PATH = {str(path)!r}\n{RUNNERS[runner]}"
    settings = {**os.environ, "IPYTHONDIR": str(tmp_path)}
    command = [sys.executable, "-W", "always", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=settings)
    assert "CacheWarning: It is full.\n" in done.stderr
    assert "?api_key=***" in done.stderr
    assert "hunter2" not in done.stderr
    assert "hunter2" in done.stdout  # the source itself is as it was


def test_warning_made_an_error_is_shown_in_a_cell_without_a_key(tmp_path):
    cell = (
        "import watchframe.caller_warnings as w; w.warn_caller(w.WatchframeWarning('!'))"
        "  # ?api_key=hunter2"
    )
    program = (
        "from IPython.core.interactiveshell import InteractiveShell as Shell\n"
        f"Shell.instance().run_cell({cell!r})"
    )
    command = [sys.executable, "-W", "error::UserWarning", "-c", program]
    settings = {**os.environ, "IPYTHONDIR": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=settings)
    assert "WatchframeWarning" in done.stdout
    assert "hunter2" not in done.stdout + done.stderr
