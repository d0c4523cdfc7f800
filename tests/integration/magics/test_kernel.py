"""The magic in a real kernel: what JupyterLab and Notebook talk to."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import threading
import time

import pytest
from jupyter_client.manager import start_new_kernel

import watchframe

PATIENT = 60


class Kernel:
    """A kernel, and what its cells showed."""

    def __init__(self, manager, client):
        self.manager = manager
        self.client = client

    def run(self, code, *, is_watched=False):
        """Run a cell to its end; gives the reply and the messages that it showed."""
        shown = []
        reply = self.client.execute_interactive(
            code, timeout=PATIENT, output_hook=shown.append, allow_stdin=is_watched
        )
        return reply["content"], [item for item in shown if item["msg_type"] != "status"]

    def text(self, code):
        """What a cell that succeeds shows as text."""
        reply, shown = self.run(code)
        assert reply["status"] == "ok", reply.get("traceback")
        return "\n".join(
            item["content"].get("text") or item["content"].get("data", {}).get("text/plain", "")
            for item in shown
        )

    def complete(self, cell):
        """Return the reply to ``complete_request`` at the mark ``|``."""
        position = cell.index("|")
        self.client.complete(cell.replace("|", "", 1), position)
        return self.client.get_shell_msg(timeout=PATIENT)["content"]


@contextlib.contextmanager
def start_kernel(demo, home):
    """A kernel in a home of its own, whose settings are the demo server's."""
    environment = {
        **os.environ,
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "WATCHFRAME_URL": demo.url,
        "WATCHFRAME_API_KEY": demo.user_key,
        "WATCHFRAME_CACHE_DIR": str(home / "cache"),
    }
    manager, client = start_new_kernel(kernel_name="python3", env=environment, cwd=str(home))
    try:
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.fixture(scope="module")
def kernel(demo, tmp_path_factory):
    with start_kernel(demo, tmp_path_factory.mktemp("home")) as found:
        found.text("%load_ext watchframe")
        yield found


def test_kernel_read_shows_line_then_html_frame(kernel):
    _, shown = kernel.run("%watch 2")
    kinds = [item["msg_type"] for item in shown if item["msg_type"] != "execute_input"]
    assert kinds == ["display_data", "execute_result"]
    assert "<table" in shown[-1]["content"]["data"]["text/html"]


def test_kernel_chart_shows_line_then_figure(kernel):
    _, shown = kernel.run("%watch 1 --chart 'Borrows by day'")
    line, figure = [item["content"]["data"] for item in shown if "data" in item["content"]]
    assert "query 1 'Borrows by market'" in line["text/plain"]
    traces = figure["application/vnd.plotly.v1+json"]["data"]
    assert {trace["name"] for trace in traces} == {"WETH", "WBTC"}


def test_kernel_note_about_a_key_is_an_ordinary_line_and_comes_once(kernel, demo):
    address = f"{demo.url}/api/queries/2/results.json?api_key={demo.query_key(2)}"
    read = f"import watchframe\nframe = watchframe.read_watch_query({address!r})"
    _, shown = kernel.run(read)
    (note,) = [item["content"] for item in shown if item["msg_type"] == "stream"]
    assert note["name"] == "stdout"
    assert "holds an API key in clear text" in note["text"]
    assert demo.query_key(2) not in note["text"]
    assert kernel.text(f"{read}\nframe.shape").count("clear text") == 0
    other = f"{demo.url}/api/queries/31/results.json?api_key={demo.query_key(31)}"
    quiet = "import logging\nlogging.getLogger('watchframe').setLevel('ERROR')"
    reset = "logging.getLogger('watchframe').setLevel('NOTSET')"
    read = f"frame = watchframe.read_watch_query({other!r})"
    assert "clear text" not in kernel.text(f"{quiet}\n{read}\n{reset}\nframe.shape")


def test_kernel_failed_sql_sends_short_error(kernel):
    reply, shown = kernel.run("%%watch --source Lending\nselect 1 as a,\nform events")
    assert (reply["status"], reply["ename"]) == ("error", "JobFailedError")
    error = next(item["content"] for item in shown if item["msg_type"] == "error")
    text = "\n".join(error["traceback"])
    assert error["traceback"] == reply["traceback"]
    assert "LINE 2" in text
    assert "LINE 2: form events" in text
    assert "site-packages" not in text
    assert len(text.splitlines()) < 15


def test_kernel_failed_saved_query_marks_its_line(kernel):
    _, shown = kernel.run("%watch 51")
    text = "\n".join(shown[-1]["content"]["traceback"])
    assert "LINE 2: from borrow_events" in text


@pytest.mark.slow
def test_kernel_whole_traceback_hides_the_key(kernel, demo):
    kernel.run("%xmode Verbose")
    kernel.text("%config WatchMagics.full_traceback = True")
    _, shown = kernel.run("%watch 51")
    kernel.text("%config WatchMagics.full_traceback = False")
    kernel.run("%xmode Context")
    text = "\n".join(shown[-1]["content"]["traceback"])
    assert "Traceback (most recent call last)" in text
    assert demo.user_key not in text


def test_kernel_traceback_of_the_last_error(kernel):
    kernel.run("%watch 51")
    kernel.text("%config WatchMagics.full_traceback = True")
    _, shown = kernel.run("%tb")
    kernel.text("%config WatchMagics.full_traceback = False")
    text = "\n".join(shown[-1]["content"]["traceback"])
    assert "Traceback (most recent call last)" in text


@pytest.mark.parametrize("cell", ["%watch 61 -o df", "%%watch 61 -o df --refresh\n# no parameters"])
def test_kernel_warns_of_column_not_as_declared(kernel, cell):
    text = kernel.text(cell)
    assert "ColumnTypeWarning: Column 'rate'" in text
    assert "ipykernel" in text.split(": ColumnTypeWarning")[0]
    assert "site-packages" not in text


@pytest.mark.slow
def test_kernel_state_shown_and_removed(kernel):
    reply, shown = kernel.run("%watch 50 -p seconds=2 --refresh", is_watched=True)
    assert reply["status"] == "ok"
    assert "stream" not in {item["msg_type"] for item in shown}
    lines = [item["content"] for item in shown if item["content"].get("transient")]
    drawn = [item for item in lines if item["transient"].get("display_id")]
    assert len({item["transient"]["display_id"] for item in drawn}) == 1
    first, *_, last = [item["data"] for item in drawn]
    words = r"query 50 'Slow': running on the data source \[00:0\d\]"
    assert re.fullmatch(words, first["text/plain"])
    assert last == {}


@pytest.mark.slow
def test_kernel_many_reads_counted_below_the_cell(kernel):
    _, shown = kernel.run(
        "import watchframe\n"
        "sleeps = [(50, {'seconds': 2}), (50, {'seconds': 3})]\n"
        "frames = watchframe.read_watch_queries(sleeps, max_age=0)",
        is_watched=True,
    )
    assert "stream" not in {item["msg_type"] for item in shown}
    drawn = [item["content"]["data"] for item in shown if "data" in item["content"]]
    assert any("1/2" in data.get("text/plain", "") for data in drawn)
    assert drawn[-1] == {}


@pytest.mark.slow
def test_kernel_no_state_without_a_watcher(kernel):
    _, shown = kernel.run("%watch 50 -p seconds=2 --refresh")
    assert "running" not in repr(shown)


def test_kernel_interrupt_cancels_job_keeps_variable(kernel, demo):
    kernel.text("df = 'before'")
    message = kernel.client.execute("%watch 50 -p seconds=120 -o df --refresh")
    job_id = running_job(demo)
    kernel.manager.interrupt_kernel()
    reply = kernel.client.get_shell_msg(timeout=PATIENT)
    assert reply["parent_header"]["msg_id"] == message
    assert reply["content"]["ename"] == "KeyboardInterrupt"
    assert len("".join(reply["content"]["traceback"]).splitlines()) < 5
    assert final_state(demo, job_id).is_cancelled
    assert "before" in kernel.text("df")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("%watch 42 --ref|", "--refresh"),
        ("%watch 1|", "1"),
        ("%watch borr|", "1"),
        ("%watch 1 -p |", "markets="),
        ("%watch 1 -p markets=W|", "WETH"),
        ("%watch 1 -p markets=[WETH,I|", "INV"),
        ("%watch 33 -p period=d_last_7|", "d_last_7_days"),
        ("%watch 30 -p day=d_|", "d_yesterday"),
        ("%%watch --source Len|", "Lending"),
        ("%%watch 1\nmin|", "min_amount: "),
        ("%%watch 1\nmarkets:\n- W|", "WBTC"),
        ("%watch 1 --dtype-backend |", "pyarrow"),
        ("%watch 'Borr|", "'Borrows by market'"),
        ("%watch 1 --chart |", "'Borrows by day'"),
        ("%watch 1 --chart 'borr|", "'Borrows by day'"),
        ('draw_watch_query(1, "Borr|', "Borrows by day"),
        ("read_watch_query('Borr|", "Borrows by market"),
        ('read_watch_query(1, {"|', "markets"),
        ('read_watch_query(\n    1,\n    {"markets": ["W|', "WETH"),
        ("x = read_watch_sql('select 1', 'Len|", "Lending"),
    ],
)
def test_kernel_completion_offers_matches(kernel, cell, expected):
    kernel.complete(cell)  # the first time only starts the fetching, if the server is slow
    found = settled(lambda: kernel.complete(cell), lambda reply: expected in reply["matches"])
    assert expected in found["matches"]
    fragment = cell[: cell.index("|")][found["cursor_start"] :]
    assert not re.search(r"\s\S", fragment)
    others = {"%%time", "abs", "ValueError"} & set(found["matches"])
    assert not others  # nothing of Jedi's, no file, no magic


def test_kernel_completion_first_tab_of_a_slow_server(kernel, demo):
    """The first Tab comes back without junk while the server is silent; the next has it."""
    kernel.text("import os, watchframe; key = os.environ['WATCHFRAME_API_KEY']")
    release = threading.Event()
    demo.faults.add("GET /api/(queries|data_sources)", times=100, hold=release)
    try:
        # A server in another spelling is another server, of which nothing is known.
        url = demo.url.replace("127.0.0.1", "localhost")
        kernel.text(f"_ = watchframe.connect({url!r}, key, cache_dir='other')")
        for cell in ('watchframe.read_watch_query(1, {"|', "%watch 1 -p |", "%%watch --source |"):
            assert kernel.complete(cell)["matches"] == [""]
        release.set()
        found = settled(
            lambda: kernel.complete('watchframe.read_watch_query(1, {"|'),
            lambda reply: reply["matches"] != [""],
        )
        assert found["matches"] == ["markets", "period", "min_amount"]
    finally:
        demo.faults.clear()
        release.set()
        kernel.text("watchframe.client.disconnect()")


@pytest.mark.parametrize("is_watched", [True, False])
def test_kernel_prefetch_where_a_person_is_watching(kernel, demo, is_watched):
    fetching = (
        "import threading\n'watchframe-completion' in [item.name for item in threading.enumerate()]"
    )
    release = threading.Event()
    settled(lambda: kernel.text(fetching), lambda text: "False" in text)
    demo.faults.add("GET /api/(queries|data_sources)", times=100, hold=release)
    try:
        code = f"import watchframe\n_ = watchframe.connect(cache_dir='watched {is_watched}')"
        kernel.run(code, is_watched=is_watched)
        assert str(is_watched) in kernel.text(fetching)
    finally:
        demo.faults.clear()
        release.set()
        kernel.text("watchframe.client.disconnect()")


@pytest.mark.slow
def test_kernel_completion_without_the_extension(demo, tmp_path):
    """A person who imports a function is offered what can stand in its call."""
    cell = "read_watch_query('Borrows|"
    with start_kernel(demo, tmp_path) as kernel:
        kernel.text("import watchframe")
        assert kernel.complete(cell)["matches"] == []
        kernel.text("from watchframe import read_watch_query")
        found = settled(
            lambda: kernel.complete(cell), lambda reply: reply["matches"] != ["Borrows"]
        )
        assert found["matches"] == ["Borrows by market", "All borrows"]


def test_kernel_completion_of_a_query_tells_its_name(kernel):
    def types(reply):
        return {
            item["text"]: item["type"] for item in reply["metadata"]["_jupyter_types_experimental"]
        }

    found = settled(lambda: kernel.complete("%watch 1|"), lambda reply: "1" in types(reply))
    assert types(found)["1"] == "Borrows\xa0by\xa0market"


def running_job(demo):
    """Return the id of the job that a cell waits for now, once the cell has asked for its state."""
    before = len(demo.requests)
    asked = settled(
        lambda: [
            found[1]
            for item in list(demo.requests)[before:]
            if item.method == "GET" and (found := re.search(r"/jobs/([^/]+)$", item.path))
        ],
        bool,
    )
    return asked[-1]


def final_state(demo, job_id):
    """Return the state of a job, once it will not change any more."""
    with watchframe.Client(demo.url, demo.user_key) as client:
        return settled(lambda: client.jobs.get(job_id), lambda job: job.status.is_finished)


def settled(ask, is_good):
    """Ask until the answer is good, or patience ends."""
    end = time.monotonic() + PATIENT
    while True:
        answer = ask()
        if is_good(answer) or time.monotonic() > end:
            return answer
        time.sleep(0.05)


@pytest.mark.slow
def test_kernel_interrupt_of_an_awaited_handle_cancels_its_job(kernel, demo):
    before = set(demo.running_jobs())

    def begun():
        return set(demo.running_jobs()) - before

    def interrupt():
        end = time.monotonic() + PATIENT
        while not begun() and time.monotonic() < end:
            time.sleep(0.01)
        os.kill(kernel.manager.provisioner.pid, signal.SIGINT)

    kernel.text("import watchframe")
    threading.Thread(target=interrupt).start()
    reply, _ = kernel.run("await watchframe.submit_watch_query(50, {'seconds': 95}, cache='off')")
    assert reply["ename"] == "CancelledError"
    end = time.monotonic() + PATIENT
    while begun() and time.monotonic() < end:
        time.sleep(0.01)
    assert begun() == set()
