"""The magic in a real IPython terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

pexpect = pytest.importorskip("pexpect", reason="a terminal needs a pseudo-terminal")

PATIENT, TAB_AGAIN = 60, 5


@pytest.fixture
def open_terminal(demo, tmp_path):
    """Start IPython in a pseudo-terminal, with the magic loaded."""
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "TERM": "xterm",
        "COLUMNS": "120",
        "WATCHFRAME_URL": demo.url,
        "WATCHFRAME_API_KEY": demo.user_key,
        "WATCHFRAME_CACHE_DIR": str(tmp_path / "cache"),
    }
    opened = []

    def start(*options):
        child = pexpect.spawn(
            sys.executable,
            ["-m", "IPython", "--no-banner", "--colors=NoColor", *options],
            env=environment,
            cwd=str(tmp_path),
            timeout=PATIENT,
            encoding="utf-8",
            dimensions=(40, 120),
            echo=False,
        )
        opened.append(child)
        child.expect(r"In \[1\]:")
        child.sendline("%load_ext watchframe")
        child.expect(r"In \[2\]:")
        return child

    yield start
    for child in opened:
        # To close it by force waits a tenth of a second for it, which a busy machine may not keep.
        if child.isalive():
            child.kill(signal.SIGKILL)
            child.wait()
        child.close()


@pytest.fixture
def terminal(open_terminal):
    return open_terminal("--simple-prompt")


def test_terminal_read_prints_line_and_frame(terminal):
    terminal.sendline("%watch 2")
    terminal.expect(r"\d+ rows x \d+, .*query 2 'Market totals'")
    terminal.expect("WETH")
    terminal.expect(r"In \[3\]: ")


def test_terminal_mistake_prints_short_form(terminal):
    terminal.sendline("%watch 2 --refesh")
    terminal.expect("ArgumentError: %watch has no option --refesh")
    terminal.expect("Did you mean --refresh")
    terminal.expect(r"In \[3\]: ")
    assert "Traceback" not in terminal.before


def test_terminal_shows_few_lines_of_a_plain_call(terminal):
    terminal.sendline("from watchframe import read_watch_query")
    terminal.expect(r"In \[3\]: ")
    terminal.sendline("df = read_watch_query(51)")
    terminal.expect("JobFailedError: The query failed")
    terminal.expect("--> 2 | from borrow_events")
    terminal.expect(r"Cell In\[3\], line 1: df = read_watch_query\(51\)")
    terminal.expect("%tb shows the full traceback.")
    terminal.expect(r"In \[4\]: ")
    terminal.sendline("%tb")
    terminal.expect(r"Traceback \(most recent call last\)")


def test_terminal_interrupt_keeps_variable(terminal):
    terminal.sendline("df = 'before'")
    terminal.expect(r"In \[3\]: ")
    terminal.sendline("%watch 50 -p seconds=120 -o df --refresh")
    terminal.expect("running on the data source")  # the progress line
    terminal.sendintr()
    terminal.expect("Interrupted")
    terminal.expect(r"In \[4\]: ")
    terminal.sendline("df")
    terminal.expect("before")


@pytest.mark.parametrize("uses_jedi", [True, False])
@pytest.mark.parametrize(
    ("typed", "added"),
    [
        ("%watch 2 --ref", "resh"),
        ("%watch 33 -p period=d_last_7", "_days"),
        ("%watch 1 -p markets=[WETH, I", "NV"),
        ("%watch all", "41"),  # "All borrows"
        ("read_watch_query(1, {'mark", "ets"),
    ],
)
def test_terminal_tab_completes(open_terminal, typed, added, uses_jedi):
    child = open_terminal(f"--IPCompleter.use_jedi={uses_jedi}")
    child.send(typed)
    for _ in range(PATIENT // TAB_AGAIN):  # where the server is slow, the next Tab has it
        child.send("\t")
        if child.expect_exact([added, pexpect.TIMEOUT], timeout=TAB_AGAIN) == 0:
            return
    pytest.fail(f"nothing was added: {child.before!r}")


@pytest.mark.parametrize(
    "setting",
    ["--InteractiveShellApp.extensions=watchframe", "--MagicsManager.lazy_magics=watch=watchframe"],
)
def test_terminal_magic_from_configuration(tmp_path, setting):
    run = subprocess.run(
        [sys.executable, "-m", "IPython", setting, "-c", "%watch --help"],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "HOME": str(tmp_path), "IPYTHONDIR": str(tmp_path / "ipython")},
        cwd=tmp_path,
    )
    assert "--dtype-backend" in run.stdout, run.stdout + run.stderr
