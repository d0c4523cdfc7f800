"""Errors of plain calls in a notebook: a few lines, the caller's own among them.

The extension is not loaded: to import the library is enough.
"""

from __future__ import annotations

import os

import pytest
from jupyter_client.manager import start_new_kernel

from watchframe.site import page

PATIENT = 60
FULL = "%tb shows the full traceback."
HEAD = "Traceback (most recent call last)"
MODULE = """
from watchframe import read_watch_query

def load(number):
    return read_watch_query(number)
"""


class Notebook:
    """A kernel, as a front end talks to it: with someone who may answer ``input()``."""

    def __init__(self, client):
        self.client, self.more = client, None

    def run(self, code, *, is_watched=True):
        """Run a cell to its end; gives the reply and what it showed, by kind of message."""
        shown = []
        reply = self.client.execute_interactive(
            code,
            timeout=PATIENT,
            output_hook=shown.append,
            allow_stdin=is_watched,
            stop_on_error=False,  # else a cell that comes right after an error may be dropped
        )
        return reply["content"], {item["msg_type"]: item["content"] for item in shown}

    def error(self, code, **how):
        """Return the lines that a cell which fails shows; `more` keeps the last one, a link."""
        reply, shown = self.run(code, **how)
        assert reply["status"] == "error"
        assert "stream" not in shown
        assert shown["error"]["traceback"] == reply["traceback"]
        lines = "\n".join(reply["traceback"]).splitlines()
        self.more = lines.pop() if lines[-1].startswith("More: ") else None
        return lines

    def traceback(self):
        """Return what ``%tb`` shows."""
        _, shown = self.run("%tb")
        return "\n".join(shown["error"]["traceback"])


@pytest.fixture(scope="module")
def notebook(demo, tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    environment = {
        **os.environ,
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "WATCHFRAME_URL": demo.url,
        "WATCHFRAME_API_KEY": demo.user_key,
        "WATCHFRAME_CACHE_DIR": str(home / "cache"),
    }
    (home / "reports.py").write_text(MODULE)
    manager, client = start_new_kernel(kernel_name="python3", env=environment, cwd=str(home))
    found = Notebook(client)
    found.run("%colors NoColor\nfrom watchframe import *")
    yield found
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def test_plain_call_shows_words_hint_and_its_own_line(notebook):
    lines = notebook.error("wrong = {'marke': 1}\ndf = read_watch_query(1, wrong)")
    assert lines[0].startswith("UnknownParameterError: Query 1 ")
    assert lines[1] == "Hint: Did you mean 'markets'?"
    assert lines[2].startswith("Cell In[")
    assert lines[2].endswith(", line 2: df = read_watch_query(1, wrong)")
    assert lines[3:] == [FULL]
    assert notebook.more == f"More: {page('howto/parameters', 'what-does-this-query-take')}"


@pytest.mark.parametrize(
    "call",
    [
        "read_watch_query(51)",
        "read_watch_sql('select market, sum(amount)\\nfrom borrow_events', 'Lending')",
        "submit_watch_query(51).result()",
        "await submit_watch_query(51)",
        "pick(51).wait()",
        "await pick(51)",
    ],
)
def test_failed_query_marks_the_line_from_every_call(notebook, call):
    lines = notebook.error(call)
    assert lines[0].startswith("JobFailedError: The query failed:")
    assert "LINE 2: from borrow_events" in lines
    assert lines[-2].endswith(f"line 1: {call}")
    assert lines[-1] == FULL
    assert len(lines) < 12


@pytest.mark.parametrize(
    ("made", "raises"),
    [
        ("submit_watch_query(51)", "it.result()"),
        ("pick(51)", "it.wait()"),
        ("pick(51)", "await it"),
    ],
)
def test_error_that_is_raised_again_is_of_the_later_cell_alone(notebook, made, raises):
    notebook.run(f"it = {made}")
    first, again = notebook.error(f"1\n{raises}"), notebook.error(f"1\n2\n{raises}")
    assert first[-2].endswith(f"line 2: {raises}")
    assert again[-2].endswith(f"line 3: {raises}")
    assert len(again) == len(first)


def test_full_traceback_is_one_call_away(notebook, demo):
    notebook.error("read_watch_query(51)")
    text = notebook.traceback()
    assert HEAD in text
    assert "pipeline.py" in text
    notebook.run("%xmode Verbose")
    notebook.error("read_watch_query(51)")
    assert demo.user_key not in notebook.traceback()
    notebook.run("%xmode Context")


def test_frames_of_the_user_stay(notebook):
    notebook.run(
        "import reports, pandas as pd\ndef total(number):\n    return reports.load(number)"
    )
    lines = notebook.error("x = 1\npd.Series([51]).map(total)")
    where = lines[next(i for i, line in enumerate(lines) if line.startswith("Cell")) : -1]
    assert where[0].endswith("line 2: pd.Series([51]).map(total)")
    assert "pandas" in where[1]
    assert where[-2].endswith("line 3, in total: return reports.load(number)")
    assert where[-1] == "File ~/reports.py, line 5, in load: return read_watch_query(number)"


def test_group_of_errors_is_shown_as_an_error(notebook):
    lines = notebook.error("read_watch_queries([2, 51, (13, {'kindd': 1})])")
    assert lines[0] == "ExceptionGroup: 2 of 3 reads failed:"
    assert lines[1].startswith("  - JobFailedError: The query failed:")
    assert "    in read 2: query 13 with {'kindd': 1}" in lines
    assert "    Hint: Did you mean 'kind'?" in lines
    assert "    LINE 2: from borrow_events" in lines
    assert lines[-1] == FULL
    assert notebook.more == f"More: {page('reference/errors', 'jobfailederror')}"
    assert len(lines) < 20
    text = notebook.traceback()
    assert "Exception Group Traceback" in text
    assert "pipeline.py" in text


def test_group_with_an_error_of_the_user_is_left_to_ipython(notebook):
    """IPython prints groups to standard error."""
    reply, shown = notebook.run(
        "from watchframe.errors import WatchframeError\n"
        "raise ExceptionGroup('two', [WatchframeError('ours'), OSError('the disk is full')])"
    )
    assert reply["ename"] == "ExceptionGroup"
    assert "OSError: the disk is full" in shown["stream"]["text"]


def test_error_raised_from_ours_hides_our_frames(notebook):
    cell = "try:\n    read_watch_query(51)\nexcept Exception as e:\n    raise OSError('no') from e"
    text = "\n".join(notebook.error(cell))
    assert "OSError: no" in text
    assert "read_watch_query(51)" in text
    assert "skipping hidden" in text
    assert "pipeline.py" not in text
    assert "pipeline.py" in notebook.traceback()


def test_error_of_the_user_is_as_ever(notebook):
    notebook.error("read_watch_query(51)")
    assert HEAD in "\n".join(notebook.error("1 / 0"))


def test_key_in_the_line_is_hidden(notebook, demo):
    key = "this-key-opens-no-server-at-all-00000000"
    cell = f"read_watch_query(51, client=Client({demo.url!r}, {key!r}))"
    (*_, line, _) = notebook.error(cell)
    assert line.endswith("'[API key]'))")
    address = f"{demo.url}/api/queries/51/results.json?api_key={key}"
    lines = notebook.error(f"read_watch_query('{address}', columns='a')")
    assert lines[0].startswith("ArgumentError")
    assert key not in "\n".join(lines)


@pytest.mark.parametrize("is_watched", [True, False])
def test_key_in_the_line_of_a_group_is_hidden(notebook, demo, is_watched):
    key = "this-key-opens-no-server-at-all-00000001"
    address = f"{demo.url}/api/queries/13/results.json?api_key={key}"
    _, shown = notebook.run(
        f"read_watch_queries([('{address}', {{'a': 1}})])", is_watched=is_watched
    )
    assert "ExceptionGroup" in str(shown)
    assert "results.json?api_key=" in str(shown)
    assert key not in str([item for kind, item in shown.items() if kind != "execute_input"])


def test_escapes_of_a_data_source_are_written_out(notebook):
    text = "\n".join(notebook.error("read_watch_sql(\"select error('<b>\\x1b[2J')\", 'Lending')"))
    assert r"<b>\x1b[2J" in text
    assert "\x1b" not in text


def test_setting_of_the_magic_counts_for_plain_calls(notebook):
    notebook.run("%load_ext watchframe\n%config WatchMagics.full_traceback = True")
    text = "\n".join(notebook.error("read_watch_query(51)"))
    notebook.run("%config WatchMagics.full_traceback = False\n%unload_ext watchframe")
    assert HEAD in text


@pytest.mark.parametrize("call", ["read_watch_query(51)", "read_watch_sweep(13, [{'kind': 1}])"])
def test_cell_that_no_person_watches_shows_everything(notebook, call):
    reply, shown = notebook.run(call, is_watched=False)
    assert reply["status"] == "error"
    text = shown["stream"]["text"] if "stream" in shown else "\n".join(shown["error"]["traceback"])
    assert HEAD in text
    assert "pipeline.py" in text


def test_warning_shows_words_and_hint_alone(notebook):
    code = "client = connect(demo_url, 'wrong')"
    notebook.run("import os, warnings\ndemo_url = os.environ['WATCHFRAME_URL']")
    _, shown = notebook.run(code)
    first, hint, more = shown["stream"]["text"].splitlines()
    assert more == f"More: {page('reference/errors', 'configurationwarning')}"
    assert first.startswith("ConfigurationWarning: ")
    assert "knows no user with this API key" in first
    assert hint.startswith("Hint: Your own key is on your profile's page.")
    lines = notebook.error(f"warnings.simplefilter('error', UserWarning)\n{code}")
    assert lines[-2:] == [first, hint]
    notebook.run("warnings.simplefilter('default', UserWarning)")
    recorded = f"with warnings.catch_warnings(record=True) as found:\n    {code}\nprint(len(found))"
    _, shown = notebook.run(recorded)
    assert shown["stream"]["text"] == "1\n"
    _, shown = notebook.run("warnings.warn('of another')")
    assert "UserWarning: of another\n  warnings.warn(" in shown["stream"]["text"]
    notebook.run("connect(demo_url, os.environ['WATCHFRAME_API_KEY'])")
