"""An address with its key, used in a notebook in every way: the key is in nothing that is kept."""

from __future__ import annotations

import os

import nbclient
import nbformat
import pytest

from watchframe import Client, read_watch_query
from watchframe.demo import DemoServer

pytestmark = pytest.mark.slow

#: The key comes by the environment, so that the notebook's own cells do not hold it.
CELLS = (
    "import logging, os, watchframe",
    "logging.basicConfig(level=logging.DEBUG)",
    "address, shared = os.environ['ADDRESS'], os.environ['SHARED']",
    "%load_ext watchframe",
    "watchframe.read_watch_query(address)",
    "%watch $address --explain",
    "%watch {address} --out df",
    "df.attrs, df.to_json()[:100]",
    "%watch $address --chart",
    "watchframe.draw_watch_query(address, 'by day').to_html()[-5000:]",
    "%watch $address --chart nothing",
    "%xmode Verbose",
    "watchframe.read_watch_query(address, {'nothing': 1})",
    "watchframe.read_watch_query(address.replace('queries', 'querys'))",
    "watchframe.read_watch_query(address + 'x')",
    "watchframe.read_watch_queries([address, address.replace('queries', 'querys')])",
    "watchframe.explain_watch_query(address)",
    "picker = watchframe.pick(address); picker.run(); picker.wait()\npicker",
    "print(picker.code, picker.magic, picker)",
    "q = watchframe.watch_query(address)\nq",
    "handle = q.submit()\nhandle",
    "await handle",
    "watchframe.ResultCache()",
    "watchframe.ResultCache().entries()",
    "frames = watchframe.read_watch_dashboard(shared)\nframes",
    "frames.dashboard",
    "board = watchframe.show_watch_dashboard(shared)\nboard",
    "board.to_html()[-5000:], board.dashboard, board.params",
    "watchframe.read_watch_dashboard(shared, {'nothing': 1})",
    "watchframe.read_watch_dashboard(shared.replace('?', 'x?'))",
    "keys, headers = {1: os.environ['KEY']}, {'X-Key': os.environ['TOKEN']}",
    "watchframe.connect(os.environ['SERVER'], query_keys=keys, headers=headers)",
    "watchframe.client.current_client().settings",
    "watchframe.read_watch_query(2)",
    "watchframe.find_watch_queries('borrow')",
)


def test_no_cell_shows_a_key_and_no_file_keeps_one(tmp_path, monkeypatch):
    with DemoServer() as demo:
        with Client(demo.url, demo.user_key, cache_dir=tmp_path / "first") as client:
            read_watch_query(20, client=client)  # a token may not run a dropdown's query
        keys = {"query": demo.query_key(1), "token": demo.dashboard_token(1)}
        settings = {
            "HOME": str(tmp_path),
            "IPYTHONDIR": str(tmp_path / "ipython"),
            "WATCHFRAME_CACHE_DIR": str(tmp_path / "cache"),
            "XDG_CONFIG_HOME": str(tmp_path / "config"),
            "ADDRESS": f"{demo.url}/api/queries/1/results.json?api_key={keys['query']}",
            "SHARED": demo.public_url(1),
            "SERVER": demo.url,
            "KEY": keys["query"],
            "TOKEN": keys["token"],
        }
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
        notebook = nbformat.v4.new_notebook(cells=cells)
        client = nbclient.NotebookClient(
            notebook, timeout=300, iopub_timeout=300, kernel_name="python3", allow_errors=True
        )
        client.execute(env={**os.environ, **settings})
        saved = nbformat.writes(notebook)
    names = [
        output.ename
        for cell in notebook.cells
        for output in cell.outputs
        if output.output_type == "error"
    ]
    assert names == [
        "ArgumentError",
        "UnknownParameterError",
        "QueryReferenceError",
        "AuthenticationError",
        "QueryReferenceError",
        "UnknownParameterError",
        "AuthenticationError",
        "AuthenticationError",
        "AuthenticationError",
    ]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in files if "cache" in path.parts]
    for key in keys.values():
        shown = saved.find(key)
        assert shown < 0, saved[max(0, shown - 2000) : shown + 50]
        assert [path for path in files if key.encode() in path.read_bytes()] == []
