"""Processes and threads that read the same at the same time, through the whole pipeline."""

import json
import os
import subprocess
import sys
import threading
import time

import pytest

from watchframe import Client, read_watch_query, read_watch_sql
from watchframe.errors import JobFailedError

pytestmark = pytest.mark.slow

SLOW = 50
PATIENCE = 120
READER = """
import json, logging, sys
from watchframe import Client, read_watch_query
url, key, folder, seconds = sys.argv[1:]

class Decisions(logging.Handler):
    def emit(self, record):
        if record.getMessage().startswith("query 50 "):
            print("decided", flush=True)

decisions = logging.getLogger("watchframe.read.options")
decisions.setLevel("DEBUG")
decisions.addHandler(Decisions())
print("ready", flush=True)
sys.stdin.readline()
with Client(url, key, cache_dir=folder) as client:
    frame = read_watch_query(50, {"seconds": float(seconds)}, max_age="1h", client=client)
print(json.dumps([frame.attrs["watchframe"]["source"], frame.to_json()]))
"""
FAILS_SLOWLY = """
select case when count(*) > 0 then error('not today') end
from range(20) as steps(step)
where sleep_ms(100) is null
"""


@pytest.fixture
def start(demo, tmp_path):
    """Start a process that reads the slow query with the same cache folder, once it is told to."""
    started = []

    def start(seconds):
        command = [sys.executable, "-c", READER, demo.url, demo.user_key, tmp_path, str(seconds)]
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        process = subprocess.Popen(command, text=True, **pipes)
        started.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def go(*processes):
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()


def runs(demo):
    return [item for item in demo.requests if item.method == "POST"]


def wait_until(is_so):
    until = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.01)


def outcome(process):
    output, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors
    return json.loads(output.splitlines()[-1])


def test_processes_reading_the_same_ask_the_server_once(demo, start):
    processes = [start(3) for _ in range(4)]
    go(*processes)
    outcomes = [outcome(process) for process in processes]
    assert len(runs(demo)) == 1
    assert sorted(source for source, _ in outcomes) == ["executed"] + ["local cache"] * 3
    assert len({frame for _, frame in outcomes}) == 1


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX")
def test_processes_with_killed_leader_ask_once_more(demo, start):
    leader, *others = [start(8) for _ in range(4)]
    go(leader)
    wait_until(lambda: runs(demo))
    go(*others)
    assert [process.stdout.readline() for process in others] == ["decided\n"] * 3
    leader.kill()
    outcomes = [outcome(process) for process in others]
    assert len(runs(demo)) == 2
    assert [source for source, _ in outcomes].count("local cache") == 2
    assert len({frame for _, frame in outcomes}) == 1


def in_threads(count, work):
    """Do `work` in threads, the first of which has begun before the others; give what each got."""
    got = []

    def note():
        try:
            got.append(work())
        except JobFailedError as error:
            got.append(error)

    threads = [threading.Thread(target=note) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return got


def jobs(demo):
    return {item.path for item in demo.requests if item.method == "GET" and "/jobs/" in item.path}


def test_threads_with_failed_leader_do_not_fail_in_turn(demo, client):
    """Six jobs of 2 s, one by one, would be 12 s; the second job is one for all who waited."""
    got = in_threads(6, lambda: read_watch_sql(FAILS_SLOWLY, "Lending", client=client))
    assert [type(item) for item in got] == [JobFailedError] * 6
    assert all("not today" in item.reason for item in got)
    assert len(jobs(demo)) < 6


def test_threads_with_too_large_result_do_not_run_in_turn(demo, tmp_path):
    with Client(demo.url, demo.user_key, cache_dir=tmp_path, cache_size_limit=100) as client:
        got = in_threads(
            6, lambda: read_watch_query(SLOW, {"seconds": 2}, max_age=0, client=client)
        )
    assert [len(frame) for frame in got] == [len(got[0])] * 6
    assert len(jobs(demo)) < 6
