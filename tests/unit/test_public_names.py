"""What is exported, and that importing it loads nothing that is not used."""

import subprocess
import sys

import pytest

import watchframe

PUBLIC = {
    "Board",
    "Client",
    "DashboardFrames",
    "Difference",
    "Drawing",
    "LiveBoard",
    "ParameterPicker",
    "QueryGroup",
    "QueryPicker",
    "QueryReference",
    "ReadPlan",
    "ResultCache",
    "Schema",
    "SubmittedQuery",
    "WatchQuery",
    "explain_watch_query",
    "explain_watch_sql",
    "connect",
    "diff",
    "draw_frame",
    "draw_watch_query",
    "find_watch_queries",
    "freeze",
    "link_pickers",
    "pack",
    "pick",
    "read_watch_dashboard",
    "read_watch_local",
    "read_watch_queries",
    "read_watch_query",
    "read_watch_sql",
    "read_watch_sweep",
    "replay",
    "save_chart",
    "show_watch_dashboard",
    "show_watch_table",
    "submit_watch_query",
    "submit_watch_sweep",
    "watch_query",
}
HEAVY = [
    "IPython",
    "ipywidgets",
    "requests",
    "diskcache",
    "pandas",
    "pyarrow",
    "msgspec",
    "tqdm",
    "polars",
    "duckdb",
    "starlette",
    "plotly",
]


def test_public_names_are_these():
    assert set(watchframe.__all__) == PUBLIC


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_public_name_is_there_and_documented(name):
    assert getattr(watchframe, name).__doc__
    assert name in dir(watchframe)


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="attribute read_watch_qeury"):
        watchframe.read_watch_qeury  # noqa: B018 - the access is what is tested


def loaded_by(code):
    program = f"{code}; import sys; print(*[name for name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_import_loads_nothing_heavy():
    assert not loaded_by("import watchframe") & set(HEAVY)


@pytest.mark.slow
def test_reading_functions_load_no_notebook_library():
    assert not loaded_by("from watchframe import read_watch_query") & {"IPython", "ipywidgets"}
