"""Forked processes: each with connections of its own, and none of its parent's locks."""

import os
import subprocess
import sys
import textwrap
import time

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork"),
]

#: Far beyond what any of these programs takes: only a hang reaches it.
SOON = 120
QUERY = '{"id": %d, "name": "Q", "query": "", "options": {"parameters": []}, "data_source_id": 1}'
HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


def run(program, *arguments):
    """What a program prints; in a process of its own, which has no other threads."""
    # From 3.12 on, Python warns of a fork where there are threads; here some are wanted.
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", textwrap.dedent(program)]
    done = subprocess.run(
        [*command, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=SOON,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def answer(_, path):
    """Answer a query's definition; that of number 1 late, as the answer to a slow execution."""
    number = int(path.rpartition("/")[2])
    if number == 1:
        time.sleep(1)
    body = QUERY % number
    return (HEAD % len(body) + body).encode()


CONNECTED = """
    import os
    import sys
    import watchframe
    from watchframe.client import Deadline, current_client
    from watchframe.errors import JobTimeoutError, TransportError

    url, folder, ca_bundle, made_by = sys.argv[1:]
    made = getattr(watchframe, made_by)(
        url, "k-0123456789", cache_dir=folder, ca_bundle=ca_bundle, max_retries=0
    )

    def current():
        return made if made_by == "Client" else current_client()
"""


@pytest.mark.parametrize("is_tls", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("made_by", ["Client", "connect"])
def test_children_do_not_read_each_others_answers(
    raw_server, tmp_path, certificate, tls, is_tls, made_by
):
    program = """
    from multiprocessing import get_context

    def impatient():
        try:
            current().queries.get(1, deadline=Deadline.after(0.3))
        except JobTimeoutError:
            print("late", flush=True)

    def patient():
        print(current().queries.get(2).id, flush=True)

    print(current().queries.get(3).id, flush=True)
    for target in (impatient, patient):
        process = get_context("fork").Process(target=target)
        process.start()
        process.join()
    print(current().queries.get(4).id, flush=True)
    """
    with raw_server(answer, keeps_alive=True, context=tls if is_tls else None) as watch:
        found = run(CONNECTED + program, watch.url, tmp_path, certificate[0], made_by)
    assert found == ["3", "late", "2", "4"]


@pytest.mark.parametrize("is_tls", [False, True], ids=["http", "https"])
def test_child_neither_uses_nor_ends_its_parents_connection(
    raw_server, tmp_path, certificate, tls, is_tls
):
    """It ends as any program does, with all that Python takes away at its end."""
    program = """
    print(made.queries.get(3).id, flush=True)
    child = os.fork()
    if not child:
        made.queries.get(5)
        made.close()
        made.queries.get(6)
        del made
        sys.exit()
    os.waitpid(child, 0)
    print(made.queries.get(4).id, flush=True)
    """
    connections = []
    with raw_server(answer, keeps_alive=True, context=tls if is_tls else None) as watch:
        watch.verify_request = lambda _, address: connections.append(address) or True
        found = run(CONNECTED + program, watch.url, tmp_path, certificate[0], "Client")
    assert found == ["3", "4"]
    assert [path.rpartition("/")[2] for _, path in watch.seen] == ["3", "5", "6", "4"]
    assert len(connections) == 3  # the parent's, and the child's before and after its close


def test_child_does_not_read_on_in_its_parents_answer(raw_server, tmp_path, certificate):
    program = """
    with made.query_results.open(9) as body:
        chunks = iter(body)
        whole = next(chunks)
        child = os.fork()
        if not child:
            try:
                whole += b"".join(chunks)
            except TransportError:
                print("refused", flush=True)
            os._exit(0)
        os.waitpid(child, 0)
        whole += b"".join(chunks)
    print(len(whole), set(whole) == {32}, flush=True)
    """
    size = 4_000_000
    large = (HEAD % size).encode() + b" " * size
    with raw_server(lambda *_: large) as watch:
        found = run(CONNECTED + program, watch.url, tmp_path, certificate[0], "Client")
    assert found == ["refused", str(size), "True"]


def test_pool_of_forked_processes_reads_what_each_asked_for(demo, tmp_path):
    program = """
        import sys
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context
        import watchframe

        url, key, folder = sys.argv[1:]
        watchframe.connect(url, key, cache_dir=folder)

        def read(number):
            frame = watchframe.read_watch_sql(f"select {number} as n", 1)
            return frame["n"].item()

        assert read(100) == 100
        with ProcessPoolExecutor(4, mp_context=get_context("fork")) as pool:
            print(*pool.map(read, range(24)))
        print(*map(read, range(24)))  # what the children kept in the cache
    """
    found = run(program, demo.url, demo.user_key, tmp_path)
    assert found == [str(number) for number in range(24)] * 2


def test_child_waits_for_no_lock_of_its_parents_threads(demo, tmp_path):
    """Each lock of the way of a read is held by a thread of the parent when it forks."""
    program = """
        import os
        import sys
        import threading
        import watchframe
        from watchframe import locks
        from watchframe.cache.single_flight import single_flight

        url, key, folder = sys.argv[1:]
        watchframe.connect(url, key, cache_dir=folder)
        sql = "select 7 as n"
        watchframe.read_watch_sql(sql, 1)
        held, ended = threading.Event(), threading.Event()

        def hold():
            with single_flight("ab", None, timeout=None):
                for lock in list(locks._all):
                    lock.lock.acquire()
                held.set()
                ended.wait()
                os._exit(0)

        threading.Thread(target=hold).start()
        held.wait()
        child = os.fork()
        if not child:
            with single_flight("ab", None, timeout=30):
                print(watchframe.read_watch_sql(sql, 1)["n"].item(), flush=True)
            watchframe.connect(url, key, cache_dir=folder)
            print(watchframe.read_watch_sql("select 8 as n", 1)["n"].item(), flush=True)
            os._exit(0)
        print("child", os.waitpid(child, 0)[1], flush=True)
        ended.set()
    """
    assert run(program, demo.url, demo.user_key, tmp_path) == ["7", "8", "child", "0"]
