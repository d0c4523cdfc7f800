"""Starting the demo server where something is in the way: one line that says what."""

import re
import subprocess
import sys

import pytest


def output_of(*words):
    done = subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stderr.strip()


def test_start_without_the_extra_says_how_to_get_it():
    program = "import sys; sys.modules['duckdb'] = None; import watchframe.demo"
    code, words = output_of("-c", program)
    assert code == 1
    assert words.endswith("The demo server needs duckdb: pip install 'watchframe[demo]'")


@pytest.mark.parametrize("port", ["taken", "99999"])
def test_start_on_a_port_that_cannot_be_had_is_one_line(demo_server, port):
    number = demo_server.url.rpartition(":")[2] if port == "taken" else port
    code, words = output_of("-m", "watchframe.demo", "--port", number)
    assert code == 1
    assert re.fullmatch(r"The demo server cannot start: .+", words)


def test_start_on_a_folder_that_another_server_uses_is_one_line(demo_server):
    code, words = output_of("-m", "watchframe.demo", "--state-dir", str(demo_server.state_dir))
    assert code == 1
    assert words.startswith("The demo server cannot start: IO Error: Could not set lock")
