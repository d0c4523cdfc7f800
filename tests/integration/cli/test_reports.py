"""``watchframe freeze``, ``replay`` and ``pack``, and the variables for other programs."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time

import nbformat
import pytest

pytestmark = pytest.mark.slow

READ = "number = watchframe.read_watch_sql('select random() as n', 1, max_age=0)['n'].iloc[0]"
PRINT = f"import watchframe\n{READ}\nprint(repr(float(number)))"


@pytest.fixture
def server(own_server):
    return own_server


@pytest.fixture
def line(run_own):
    """The command in a folder of its own, connected by the environment to `server`."""
    run_own.environment["IPYTHONDIR"] = str(run_own.folder / "ipython")
    return run_own


def notebook(path, *sources):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    kernel = {"name": "python3", "display_name": "Python", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path


def printed(path):
    """Return what the cells of an executed notebook printed."""
    cells = nbformat.read(path, as_version=4).cells
    return [out["text"] for cell in cells for out in cell.outputs if out["output_type"] == "stream"]


def test_a_notebook_has_the_same_rows_again_offline_and_from_its_pack(server, line):
    source = notebook(line.folder / "report.ipynb", "import watchframe", PRINT)
    before = source.read_bytes()
    done = line.process("freeze", "report.ipynb", "--executed", "one.ipynb")
    assert done.returncode == 0, done.stderr
    assert "report.lock: 1 result of 1 read" in done.stderr
    assert line.process("pack", "report.lock").returncode == 0
    server.close()
    again = line.process("replay", "report.ipynb", "--executed", "two.ipynb")
    assert again.returncode == 0, again.stderr
    nothing = {"WATCHFRAME_URL": "", "WATCHFRAME_API_KEY": "", "WATCHFRAME_CACHE_DIR": "empty"}
    packed = ("replay", "report.ipynb", "--lock", "report.tar", "--executed", "three.ipynb")
    third = line.process(*packed, **nothing)
    assert third.returncode == 0, third.stderr
    first = printed(line.folder / "one.ipynb")
    assert len(first) == 1
    assert printed(line.folder / "two.ipynb") == printed(line.folder / "three.ipynb") == first
    assert source.read_bytes() == before
    # Without the rows, it says which result is gone.
    gone = line.process("replay", "report.ipynb", WATCHFRAME_CACHE_DIR="empty")
    assert gone.returncode == 1
    assert "Cell 2 of report.ipynb ended with an error: ResultGoneError: Result" in gone.stderr


def test_an_error_or_a_killed_kernel_leaves_the_old_lock(line):
    lock = line.folder / "report.lock"
    lock.write_text("old")
    kill = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
    for last, words in (("1 / 0", "ZeroDivisionError"), (kill, "The kernel of report.ipynb died")):
        notebook(line.folder / "report.ipynb", PRINT, last)
        done = line.process("freeze", "report.ipynb")
        assert done.returncode == 1
        assert words in done.stderr
        assert lock.read_text() == "old"


def test_a_notebook_that_reads_nothing_makes_no_lock(line):
    notebook(line.folder / "report.ipynb", "1 + 1")
    done = line.process("freeze", "report.ipynb")
    assert done.returncode == 1
    assert "Nothing was read" in done.stderr
    assert not (line.folder / "report.lock").exists()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("freeze", "missing.ipynb"), 2, "There is no notebook missing.ipynb."),
        (("freeze", "report.py"), 2, "WATCHFRAME_FREEZE=report.lock python report.py"),
        (("freeze", "damaged.ipynb"), 2, "damaged.ipynb cannot be read as a notebook"),
        (("replay", "damaged.ipynb", "--lock", "no.lock"), 1, "There is no lock no.lock."),
        (("pack", "no.lock"), 1, "There is no lock no.lock."),
    ],
)
def test_what_cannot_begin_says_why(line, words, code, said):
    (line.folder / "report.py").write_text("")
    (line.folder / "damaged.ipynb").write_text("{")
    done = line(*words)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr


def script(line, program, **settings):
    """Run a script with variables; return what it printed, its code and its errors."""
    path = line.folder / "script.py"
    path.write_text(textwrap.dedent(program))
    return subprocess.run(
        [sys.executable, path],
        cwd=line.folder,
        env={**line.environment, **settings},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_script_freezes_and_replays_by_variables(line):
    child = "import subprocess, sys\nsubprocess.run([sys.executable, 'child.py'], check=True)"
    (line.folder / "child.py").write_text("import watchframe\nwatchframe.read_watch_query(13)")
    first = script(line, f"{PRINT}\n{child}", WATCHFRAME_FREEZE="report.lock")
    assert first.returncode == 0, first.stderr
    again = script(line, PRINT, WATCHFRAME_REPLAY="report.lock")
    assert again.stdout == first.stdout != ""
    # A child has its own reads: they neither stand in the lock nor take its place.
    assert len(json.loads((line.folder / "report.lock").read_text())["reads"]) == 1


def test_a_script_that_fails_leaves_the_old_lock(line):
    (line.folder / "report.lock").write_text("old")
    done = script(line, f"{PRINT}\n1 / 0", WATCHFRAME_FREEZE="report.lock")
    assert done.returncode == 1
    assert "the lock was not written" in done.stderr
    assert (line.folder / "report.lock").read_text() == "old"


def test_a_lock_that_cannot_be_replayed_stops_every_read(line):
    (line.folder / "report.lock").write_text("damaged")
    program = """
        import watchframe
        for _ in range(2):
            try:
                watchframe.read_watch_query(13)
            except watchframe.errors.LockError as error:
                print(error.message)
    """
    program = program.replace("import watchframe", "import watchframe, watchframe.errors", 1)
    done = script(line, program, WATCHFRAME_REPLAY="report.lock")
    assert done.stdout.splitlines() == ["report.lock is damaged, or no lock."] * 2, done.stderr


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX")
def test_kills_leave_a_whole_lock(line):
    program = """
        import sys, watchframe
        watchframe.read_watch_query(13, {"kind": "repay"})
        print("ready", flush=True)
        for number in range(10_000):
            with watchframe.freeze("report.lock"):
                for kind in ("repay", "borrow")[: number % 2 + 1]:
                    watchframe.read_watch_query(13, {"kind": kind}, max_age="1d")
    """
    (line.folder / "endless.py").write_text(textwrap.dedent(program))
    seen = set()
    for number in range(8):
        process = subprocess.Popen(
            [sys.executable, "endless.py"],
            cwd=line.folder,
            env=line.environment,
            stdout=subprocess.PIPE,
        )
        process.stdout.readline()
        time.sleep(0.05 + number * 0.03)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        found = sorted(path.name for path in line.folder.glob("*.lock"))
        if found:
            seen.add(len(json.loads((line.folder / "report.lock").read_text())["reads"]))
            again = script(
                line,
                "import watchframe\nprint(len(watchframe.read_watch_query(13, {'kind': 'repay'})))",
                WATCHFRAME_REPLAY="report.lock",
            )
            assert again.returncode == 0, again.stderr
    assert seen <= {1, 2}
    assert seen
