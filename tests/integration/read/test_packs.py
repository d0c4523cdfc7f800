"""A pack makes a report again without the server, a key or a cache, and can harm nobody."""

import datetime as dt
import io
import os
import shutil
import subprocess
import sys
import tarfile
import textwrap
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from watchframe import (
    Client,
    draw_watch_query,
    freeze,
    pack,
    read_watch_query,
    read_watch_sweep,
    replay,
)
from watchframe.demo import DemoServer
from watchframe.errors import ArgumentError, LockError, ResultGoneError

MARCH = {"markets": ["WETH"], "period": (dt.date(2024, 3, 1), dt.date(2024, 3, 31))}


@dataclass(frozen=True, kw_only=True)
class Frozen:
    """A report that was frozen on a server that has ended since."""

    folder: Path
    url: str
    key: str
    frames: list
    path: Path
    from_cache: Path
    from_server: Path

    def client(self, cache):
        """Return a client that finds no server."""
        return Client(self.url, self.key, cache_dir=cache, timezone="UTC", max_retries=0)


@pytest.fixture(scope="module")
def frozen(tmp_path_factory):
    folder = tmp_path_factory.mktemp("frozen")
    lock = folder / "report.lock"
    with (
        DemoServer() as server,
        Client(server.url, server.user_key, cache_dir=folder / "cache", timezone="UTC") as client,
        Client(server.url, server.user_key, cache_dir=folder / "other", timezone="UTC") as other,
    ):
        with freeze(lock):
            frames = report(client)
        return Frozen(
            folder=folder,
            url=server.url,
            key=server.user_key,
            frames=frames,
            path=lock,
            from_cache=pack(lock, client=client),
            from_server=pack(lock, folder / "other.tar", client=other),
        )


@pytest.fixture
def packed(frozen, tmp_path, monkeypatch):
    """A copy of the pack, for somebody with an empty cache and no key."""
    monkeypatch.setenv("WATCHFRAME_CACHE_DIR", str(tmp_path / "empty"))
    return Path(shutil.copy(frozen.from_cache, tmp_path / "report.tar"))


def report(client=None):
    """Return frames that need definitions, too."""
    return [
        read_watch_query(1, MARCH, client=client),
        read_watch_sweep(
            1, {"period": ("2024-01-01", "2024-03-31")}, split={"period": "1M"}, client=client
        ),
        draw_watch_query(1, "Borrows by day", MARCH, client=client).frame,
    ]


def assert_same(first, second):
    for one, other in zip(first, second, strict=True):
        pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_a_pack_answers_without_server_key_and_cache(frozen, packed):
    with replay(packed):
        found = report()
    assert_same(found, frozen.frames)
    assert found[0].attrs["watchframe"]["source"] == "pack"
    assert frozen.from_cache == frozen.path.with_suffix(".tar")


def test_the_same_lock_makes_the_same_pack(frozen, tmp_path):
    with frozen.client(frozen.folder / "cache") as client:
        again = pack(frozen.path, tmp_path / "again.tar", client=client)
    assert again.read_bytes() == frozen.from_cache.read_bytes()


def contents_of(path):
    with tarfile.open(path) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}


def test_rows_of_the_server_are_packed_as_those_of_the_cache(frozen):
    one, other = contents_of(frozen.from_cache), contents_of(frozen.from_server)
    rows = {name for name in one if name.startswith("rows/")}
    assert len(rows) == 4
    assert {name: one[name] for name in rows} == {name: other[name] for name in rows}


def test_a_pack_holds_no_key_and_no_persons(frozen):
    for name, content in contents_of(frozen.from_cache).items():
        secrets = [frozen.key, "api_key", str(frozen.folder)]
        persons = [] if name.startswith("rows/") else ["@", "email"]
        for secret in secrets + persons:
            assert secret.encode() not in content, name


def test_a_result_that_is_gone_makes_no_pack(frozen, tmp_path):
    with (
        frozen.client(tmp_path / "empty") as client,
        pytest.raises(ResultGoneError, match="of query 1 'Borrows by market'"),
    ):
        pack(frozen.path, tmp_path / "report.tar", client=client)
    assert not (tmp_path / "report.tar").exists()


def test_a_pack_does_not_replace_its_lock(frozen):
    before = frozen.path.read_bytes()
    with pytest.raises(ArgumentError, match="take the place of its lock"):
        pack(frozen.path, frozen.path)
    assert frozen.path.read_bytes() == before


def changed_tar(path, change):
    """Rewrite a tar, each member as `change` returns it: name, content and type."""
    content = io.BytesIO()
    with tarfile.open(path) as old, tarfile.open(fileobj=content, mode="w") as new:
        for member in old:
            for name, text, kind in change(member.name, old.extractfile(member).read()):
                made = tarfile.TarInfo(name)
                made.size, made.type = (len(text), kind)
                made.linkname = "/etc/passwd" if kind == tarfile.SYMTYPE else ""
                new.addfile(made, io.BytesIO(text))
    path.write_bytes(content.getvalue())


def other_rows(name, text):
    """Return the rows of March in place of every result's."""
    if name.startswith("rows/"):
        text = ROWS.setdefault("first", text)
    return [(name, text, tarfile.REGTYPE)]


ROWS = {}


def test_other_rows_in_a_pack_are_never_taken(packed):
    ROWS.clear()
    changed_tar(packed, other_rows)
    with replay(packed), pytest.raises((ResultGoneError, ExceptionGroup)):
        report()


@pytest.mark.parametrize(
    "change",
    [
        lambda _name, _text: [("../evil", b"x", tarfile.REGTYPE)],
        lambda name, _text: [(name, b"", tarfile.SYMTYPE)],
        lambda name, text: [(name, text, tarfile.REGTYPE)] * 2,
    ],
    ids=["no lock", "links", "twice"],
)
def test_a_tar_that_is_no_pack_is_refused(packed, change, tmp_path):
    changed_tar(packed, change)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(LockError), replay(packed):
        pass
    assert sorted(tmp_path.iterdir()) == before
    assert not (tmp_path.parent / "evil").exists()


@pytest.mark.slow
def test_a_pack_that_was_cut_or_changed_is_an_error_or_has_the_right_rows(frozen, packed):
    content = packed.read_bytes()
    outcomes = set()
    for place in range(0, len(content), len(content) // 40):
        for damaged in (content[:place], content[:place] + b"\x07" + content[place + 1 :]):
            packed.unlink()
            packed.write_bytes(damaged)
            try:
                with replay(packed):
                    found = read_watch_query(1, MARCH)
            except LockError:
                outcomes.add("refused")
                continue
            outcomes.add("right")
            assert_same([found], frozen.frames[:1])
    assert outcomes == {"refused", "right"}


@pytest.mark.slow
def test_another_process_has_the_same_frames(frozen, packed, tmp_path):
    expected = tmp_path / "expected.pickle"
    frozen.frames[0].to_pickle(expected)
    program = """
        import sys, pandas as pd, watchframe
        march = {"markets": ["WETH"], "period": ("2024-03-01", "2024-03-31")}
        with watchframe.replay(sys.argv[1]):
            found = watchframe.read_watch_query(1, march)
        pd.testing.assert_frame_equal(found, pd.read_pickle(sys.argv[2]), check_exact=True)
        print(found.attrs["watchframe"]["source"])
    """
    with_key = {
        "WATCHFRAME_CACHE_DIR": str(frozen.folder / "cache"),
        "WATCHFRAME_URL": frozen.url,
        "WATCHFRAME_API_KEY": frozen.key,
    }
    for path, source, settings in (
        (packed, "pack", {}),
        (frozen.path, "local cache", with_key),
    ):
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(program), path, expected],
            env={**os.environ, **settings},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout.strip() == source, done.stderr
