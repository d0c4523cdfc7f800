"""How a command ends: its exit code, one message on stderr, and never a traceback or a key."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import termios
import time

import pytest

pytestmark = pytest.mark.slow

PATIENT = 60
WRONG = "no-such-key-0123456789-abcdef"


@pytest.fixture
def closed_port():
    """The address of a port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def wait_for(is_so):
    end = time.monotonic() + PATIENT
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("query", 49), 0, ""),
        (("query", 51), 1, "Table with name borrow_events does not exist"),
        (("query", 62), 1, "The query failed"),
        (("query", "forty-two"), 2, "No query is called 'forty-two'"),
        (("query", 1, "-p", "market=WETH"), 2, "no parameter 'market'"),
        (("query", 1, "-p", "markets"), 2, "-p markets has no value"),
        (("query", 1, "-p", "markets=[DOGE]"), 2, "DOGE"),
        (("query", 1, "-p", "markets=[WETH"), 2, "do not match"),
        (("query", 1, "--max-age", "soon"), 2, "--max-age cannot be 'soon'"),
        (("query", 1, "--colour"), 2, "--colour"),
        (("query", 1, "--json", "--format", "csv"), 2, "do not go together"),
        (("qeury", 1), 2, "qeury"),
        (("--profile", "nowhere", "query", 1), 2, "no profile 'nowhere'"),
        (("query", 999), 4, "404"),
        (("query", 1, "--offline"), 4, "local cache does not hold"),
        (("query", 50, "--timeout", "0.5"), 5, "Give a longer --timeout"),
    ],
)
def test_exit_code_and_message_say_what_happened(invoke, words, code, message):
    result = invoke(*words)
    assert result.exit_code == code, result.stderr
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert code == 0 or result.stdout == ""


@pytest.mark.parametrize(
    ("settings", "code", "message"),
    [
        ({"WATCHFRAME_API_KEY": WRONG}, 3, "This key is no user's"),
        ({"WATCHFRAME_API_KEY": None}, 2, "watchframe login"),
        ({"WATCHFRAME_URL": None}, 2, "watchframe login"),
        ({"WATCHFRAME_URL": "http://watch.example"}, 2, "WATCHFRAME_ALLOW_PLAIN_HTTP=1"),
        ({"WATCHFRAME_MAX_RETRIES": "many"}, 2, "WATCHFRAME_MAX_RETRIES"),
    ],
)
def test_settings_wrong_say_what_to_do_without_key(run, demo, settings, code, message):
    for debug in ((), ("--debug",)):
        done = run(*debug, "query", 1, **settings)
        assert done.returncode == code, done.stderr
        assert message in done.stderr
        assert ("Traceback" in done.stderr) == bool(debug)
        for key in (WRONG, demo.user_key):
            assert key not in done.stdout + done.stderr


def test_query_key_in_place_of_a_user_key(run, demo):
    key = demo.query_key(1)
    for words in (("queries",), ("query", 2), ("sql", "select 1", "-s", "Lending")):
        done = run(*words, WATCHFRAME_API_KEY=key)
        assert done.returncode == 3
        assert key not in done.stderr


def test_server_unreachable_has_its_own_code(run, closed_port):
    done = run.process("query", 1, WATCHFRAME_URL=closed_port, WATCHFRAME_MAX_RETRIES="0")
    assert (done.returncode, done.stdout) == (6, "")


def test_server_that_answers_500_is_an_error_of_the_server(invoke, demo):
    demo.faults.add("GET /api/queries", status=500, times=9)
    assert invoke("queries").exit_code == 1


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signal_during_a_query_cancels_its_job(run, demo, tmp_path, number, code):
    path = tmp_path / "rows.csv"
    path.write_text("old")
    process = run.start("query", 50, "-p", "seconds=60", "--max-age", "0", "-o", "rows.csv")
    wait_for(lambda: demo.running_jobs() and any("/jobs/" in item.path for item in demo.requests))
    process.send_signal(number)
    out, err = process.communicate(timeout=PATIENT)
    assert (process.returncode, out) == (code, "")
    assert "Traceback" not in err
    wait_for(lambda: not demo.running_jobs())
    assert any(request.method == "DELETE" for request in demo.requests)
    assert path.read_text() == "old"


def test_reader_that_stops_early_ends_the_command_quietly(run):
    words = ("query", 41, "-q", "-o", "-")
    process = run.start(*words)
    assert process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait(PATIENT) == 141


def test_reader_gone_at_once_ends_small_answer_quietly(run):
    reading, writing = os.pipe()
    os.close(reading)
    process = run.start("queries", stdout=writing)
    os.close(writing)
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait(PATIENT) == 141


def test_full_disk_is_a_message(run):
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        process = run.start("query", 49, "-q", stdout=full)
        _, err = process.communicate(timeout=PATIENT)
    assert process.returncode == 1
    assert err.splitlines() == ["Error: No space left on device"]


def test_progress_line_is_drawn_on_a_terminals_stderr_alone(run):
    controller, terminal = os.openpty()
    termios.tcsetwinsize(terminal, (24, 100))
    process = run.start("query", 50, "-p", "seconds=3", "--max-age", "0", "--json", stderr=terminal)
    os.close(terminal)
    out, _ = process.communicate(timeout=PATIENT)
    drawn = b""
    try:
        while piece := os.read(controller, 4096):
            drawn += piece
    except OSError:  # the other end is closed: how Linux says the end
        pass
    finally:
        os.close(controller)
    assert process.returncode == 0
    assert b"running on the data source" in drawn
    assert out.startswith("[\n{")
    assert "running" not in out


def test_debug_logs_each_step_on_stderr(run, demo):
    done = run.process("--debug", "query", 49)
    assert "watchframe.read" in done.stderr
    assert demo.user_key not in done.stderr


def test_module_and_command_without_words_show_the_help(run):
    done = run.process()
    assert "Look after a server:" in done.stdout + done.stderr
    assert run.process("--version").stdout.startswith("watchframe 0.")
    assert subprocess.run([run.process("-h").args[0], "-h"], capture_output=True, check=True).stdout
