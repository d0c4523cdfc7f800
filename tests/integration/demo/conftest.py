"""A demo server for each file, secret files on its machine, and functions that run a text."""

import time

import pytest
import requests

from watchframe.demo import DemoServer
from watchframe.demo.sources import DUCKDB_SOURCE

SECRET = "the machine's own"


@pytest.fixture(scope="module")
def server():
    with DemoServer(events=10) as found:
        yield found


@pytest.fixture
def files(tmp_path):
    """A folder with two files that nothing reads and nothing is written to."""
    (tmp_path / "secret.csv").write_text(SECRET)
    (tmp_path / "secret.mustache").write_text(SECRET)
    yield tmp_path
    assert {path.name for path in tmp_path.iterdir()} == {"secret.csv", "secret.mustache"}


@pytest.fixture
def run(server):
    """Run a text with the user's key, and return the rows of its result or its error."""
    key = {"Authorization": f"Key {server.user_key}"}

    def ask(method, path, **more):
        return requests.request(method, server.url + path, headers=key, timeout=60, **more).json()

    def run(text, source=DUCKDB_SOURCE):
        body = {"query": text, "data_source_id": source, "max_age": 0}
        job = ask("POST", "/api/query_results", json=body)["job"]
        while job["status"] in (1, 2):
            time.sleep(0.01)
            job = ask("GET", f"/api/jobs/{job['id']}")["job"]
        if job["status"] == 4:
            return job["error"]
        found = ask("GET", f"/api/query_results/{job['query_result_id']}.json")
        return found["query_result"]["data"]["rows"]

    return run


@pytest.fixture
def fails(files, run):
    """Run a text that must fail, without a word of the secret."""

    def fails(text, **more):
        said = run(text.format(files=files), **more)
        assert isinstance(said, str)
        assert said
        assert SECRET not in said

    return fails


@pytest.fixture
def finished():
    """Execute a query with a function that asks, and return its finished job."""

    def finished(ask, query_id, values):
        path = f"/api/queries/{query_id}"
        found = ask("POST", f"{path}/results", json={"parameters": values, "max_age": 0}).json()
        while found["job"]["status"] in (1, 2):
            time.sleep(0.01)
            found = ask("GET", f"{path}/jobs/{found['job']['id']}").json()
        assert found["job"]["status"] == 3, found
        return found["job"]

    return finished
