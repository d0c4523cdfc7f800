"""Ctrl-C while a result is decoded: a real process, a real signal."""

import os
import signal
import subprocess
import sys

CHILD = """
import json, os, sys, threading, time
from watchframe.decode import decode_query_result

rows = json.dumps([{"n": n, "text": f"row {n}"} for n in range(20_000)]).encode()[1:-1]
columns = [{"name": name, "friendly_name": name, "type": None} for name in ("n", "text")]
head = json.dumps({"query_result": {"id": 1, "data": {"columns": columns, "rows": []}}})

def chunks():
    yield head.encode()[:-4]
    for number in range(100_000):
        yield rows + b", "
        if number == 10:
            print("decoding", len(threading.enumerate()), flush=True)
        if number > 10:
            time.sleep(0.005)

def tasks():  # what Arrow keeps for good is among those of before
    return set(os.listdir("/proc/self/task"))

decode_query_result([head.encode()[:-4] + rows + b", " + rows + b"]}}}"])
# By their ids, not their number: one that was joined may still be seen, and be gone afterwards.
before = tasks()
try:
    decode_query_result(chunks())
except KeyboardInterrupt:
    deadline = time.monotonic() + 30
    while tasks() - before and time.monotonic() < deadline:
        time.sleep(0.05)  # a thread that was joined is seen by the system for a moment yet
    print("interrupted", len(tasks() - before), threading.enumerate() == [threading.main_thread()])
"""


def test_interrupt_while_decoding_leaves_nothing_behind(tmp_path):
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert child.stdout.readline().startswith("decoding")
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=60)
    assert (out.split(), child.returncode) == (["interrupted", "0", "True"], 0), err
    assert list(tmp_path.iterdir()) == []
