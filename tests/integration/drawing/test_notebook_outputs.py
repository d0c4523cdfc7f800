"""What cells show of drawings in a real kernel, executed as nbconvert and papermill do."""

import os

import pytest
from jupyter_client.manager import start_new_kernel

from tests.integration.drawing.conftest import DRAWING, WITHIN

PLOTLY = "application/vnd.plotly.v1+json"
IN_WIDGET = """
import ipywidgets
out = ipywidgets.Output()
with out:
    display(drawing)
"""
CLEARING = """
from IPython.display import clear_output
for _ in range(3):
    clear_output(wait=True)
    display(drawing)
display(drawing)
"""


class Kernel:
    """A kernel that runs cells, as a front end without a person has it do."""

    def __init__(self, client):
        self.client = client

    def run(self, source, *, cell=None):
        """Return the data of the outputs of a run, in the cell of an id if it has one."""
        content = {"code": source, "silent": False, "store_history": True, "allow_stdin": False}
        metadata = {"cellId": cell} if cell else {}
        request = self.client.session.msg("execute_request", content, metadata=metadata)
        self.client.shell_channel.send(request)
        outputs, is_cleared = [], False
        while True:
            message = self.client.get_iopub_msg(timeout=WITHIN)
            if message["parent_header"].get("msg_id") != request["header"]["msg_id"]:
                continue
            kind, content = message["msg_type"], message["content"]
            assert kind != "error", content
            if kind == "status" and content["execution_state"] == "idle":
                return outputs
            if kind in {"display_data", "execute_result"}:
                outputs = [content["data"]] if is_cleared else [*outputs, content["data"]]
            is_cleared = kind == "clear_output"

    def carried(self, source, *, cell=None):
        """Return how often each output of a run has plotly.js."""
        found = self.run(source, cell=cell)
        return [data.get("text/html", "").count("/* plotly.js v") for data in found]


@pytest.fixture
def kernel(tmp_path):
    environment = {"WATCHFRAME_CHART_IMAGES": "no", "IPYTHONDIR": str(tmp_path)}
    manager, client = start_new_kernel(
        startup_timeout=WITHIN, kernel_name="python3", env={**os.environ, **environment}
    )
    try:
        kernel = Kernel(client)
        kernel.run(DRAWING)
        yield kernel
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.mark.slow
def test_output_of_a_document_holds_plotly_once(kernel):
    kernel.run("import plotly.io as pio\nbefore = pio.renderers.default")
    assert kernel.carried(IN_WIDGET) == [1]  # is not saved with the outputs: it does not count
    assert kernel.carried(CLEARING, cell="first") == [1, 0]
    assert kernel.carried("drawing", cell="second") == [0]
    assert kernel.carried("table", cell="second") == [0]
    assert kernel.carried("display(drawing, drawing)", cell="first") == [1, 0]  # edited
    assert kernel.carried("display(drawing, drawing)") == [0, 0]
    (shown,) = kernel.run("assert pio.renderers.default == before\ndrawing")
    assert set(shown) == {PLOTLY, "text/html", "text/plain"}
    assert shown["text/plain"].startswith("<Drawing of CHART 'Amounts <b>'")
    assert "<i>c" not in shown["text/html"]
    # In Colab each output is a document, which takes HTML.
    (shown,) = kernel.run("import sys; sys.modules['google.colab'] = sys\ndrawing")
    assert set(shown) == {"text/html", "text/plain"}
    assert shown["text/html"].count("/* plotly.js v") == 1


@pytest.mark.slow
def test_output_holds_an_image_where_nobody_watches(kernel, chromium):
    kernel.run(f"import os; os.environ['BROWSER_PATH'] = {chromium!r}")
    assert kernel.carried("drawing") == [1]
    (without,) = kernel.run("display(drawing)")
    (table,) = kernel.run("del os.environ['WATCHFRAME_CHART_IMAGES']\ntable")
    (shown,) = kernel.run("drawing")
    assert "image/png" not in without
    assert "image/png" not in table
    assert set(shown) == {PLOTLY, "image/png", "text/html", "text/plain"}
    # Without ids of cells, one is known by its text: this one ran again.
    assert shown["text/html"].count("/* plotly.js v") == 1
    image = shown["image/png"].replace("\n", "")
    assert (
        f'<img alt="Amounts &lt;b&gt;" src="data:image/png;base64,{image}">' in (shown["text/html"])
    )


BOARD = """
from watchframe import Client, read_watch_dashboard
from watchframe.demo import DemoServer
with DemoServer() as demo, Client(demo.url, demo.user_key) as client:
    frames = read_watch_dashboard(3, cache="off", client=client)
"""


@pytest.mark.slow
def test_output_of_a_dashboard_is_its_board_with_plotly_once(kernel):
    kernel.run(BOARD)
    (shown,) = kernel.run("frames")
    assert set(shown) == {"text/html", "text/plain"}
    assert shown["text/plain"].startswith("<DashboardFrames of 'Liquidations'")
    html = shown["text/html"]
    assert html.count('<div class="wf-figure') == 3
    assert html.count("/* plotly.js v") == 1
    assert kernel.carried("frames.board") == [0]


LACKING = """
try:
    drawing.to_image("chart.png")
except Exception as error:
    print(type(error).__name__, error.message, error.hint)
bundle = drawing._repr_mimebundle_()
print(*sorted(bundle), sep="|")
print(bundle["text/html"])
"""


@pytest.mark.parametrize("lacking", ["Chromium", "kaleido", "plotly"])
def test_process_that_lacks_something_says_what(process, tmp_path, lacking):
    (tmp_path / "chart.png").write_text("the old one")
    lacks = {"BROWSER_PATH": "/nowhere"} if lacking == "Chromium" else {"hidden": [lacking]}
    error, kinds, html = process(LACKING, WATCHFRAME_CHART_IMAGES="yes", **lacks).split("\n", 2)
    assert error.startswith("ArgumentError ")
    assert lacking in error
    command = "plotly_get_chrome" if lacking == "Chromium" else 'pip install "watchframe[charts]"'
    assert command in error
    assert (tmp_path / "chart.png").read_text() == "the old one"
    if lacking == "plotly":
        assert kinds == "text/html|text/plain"
        assert "&lt;i&gt;c&lt;/i&gt;</td>" in html
        assert "pip install &quot;watchframe[charts]&quot;" in html
    else:
        assert kinds == f"{PLOTLY}|text/html|text/plain"
        assert "Amounts &lt;b&gt;: a chart, which shows where scripts run." in html


def test_bundle_of_a_terminal_says_how_to_look_at_it(process):
    shown = process(
        "import sys\n"
        "from IPython.terminal.interactiveshell import TerminalInteractiveShell\n"
        "shell = TerminalInteractiveShell.instance()\n"
        "print(shell.display_formatter.format(drawing)[0])\n"
        "print('plotly' in sys.modules)"
    )
    assert '.to_html("chart.html") or .to_image("chart.png")' in shown
    assert "text/html" not in shown
    assert shown.endswith("False")
