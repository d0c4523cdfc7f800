"""A result as a file: whole, or not there."""

import json
import stat

import pandas as pd
import pytest

from watchframe import Client
from watchframe.client import Deadline
from watchframe.errors import (
    ArgumentError,
    JobTimeoutError,
    NotFoundError,
    ProtocolError,
    TransportError,
)
from watchframe.http import body

SQL = "select range as n, 'row ' || range as name, date '2024-01-02' as day from range(5000)"
RESULTS = r"GET /api/query_results/\d+\.csv"


@pytest.fixture(scope="module")
def result_id(own_server, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")
    with (
        Client(own_server.url, own_server.user_key, cache_dir=folder) as client,
        client.run_sql(SQL, 1, {}, max_age=-1) as body,
    ):
        return json.loads(body.read())["query_result"]["id"]


def files(folder):
    return sorted(path.name for path in folder.iterdir() if path.name != "cache")


def test_csv_is_what_the_server_makes(site, result_id, tmp_path):
    path = site.query_results.download(result_id, tmp_path / "rows.csv")
    assert path == tmp_path / "rows.csv"
    frame = pd.read_csv(path)
    assert frame["n"].tolist() == [*range(5000)]
    assert frame["day"].unique().tolist() == ["02/01/24"]
    assert files(tmp_path) == ["rows.csv"]


@pytest.mark.slow
def test_other_kinds_have_the_same_rows(site, result_id, tmp_path):
    download = site.query_results.download
    tsv = pd.read_csv(download(result_id, tmp_path / "a.tsv", filetype="tsv"), sep="\t")
    xlsx = pd.read_excel(download(result_id, tmp_path / "a.xlsx", filetype="xlsx"))
    pd.testing.assert_frame_equal(tsv, xlsx, check_dtype=False)
    content = json.loads(download(result_id, tmp_path / "a.json", filetype="json").read_bytes())
    assert content["query_result"]["data"]["rows"][7] == {
        "n": 7,
        "name": "row 7",
        "day": "2024-01-02",
    }


def test_path_may_be_text_with_the_usual_file_mode(site, result_id, tmp_path):
    site.query_results.download(result_id, str(tmp_path / "rows.csv"))
    (tmp_path / "plain").write_text("")
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("rows.csv", "plain")}
    assert len(modes) == 1


def test_querys_own_key_may_download_by_the_querys_path(own_server, site, tmp_path):
    query = site.queries.create("seven", "select 7 as n", 1)
    with site.run_query(query.id, {}, max_age=-1) as body:
        number = json.loads(body.read())["query_result"]["id"]
    key = own_server.query_key(query.id)
    with Client(own_server.url, key, cache_dir=tmp_path / "cache") as client:
        path = client.query_results.download(number, tmp_path / "q.csv", query_id=query.id)
    assert path.read_text().split() == ["n", "7"]


def test_progress_ends_at_the_whole(site, result_id, tmp_path, monkeypatch):
    monkeypatch.setattr(body, "RECEIVED_CHUNK", 20_000)
    seen = []
    path = site.query_results.download(
        result_id, tmp_path / "a.csv", progress=lambda done, total: seen.append((done, total))
    )
    size = path.stat().st_size
    assert seen[-1] == (size, size)
    assert len(seen) > 1
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_compressed_file_is_written_plain(site, result_id, tmp_path, own_server):
    plain = site.query_results.download(result_id, tmp_path / "a.csv").read_bytes()
    own_server.faults.add(RESULTS, gzip=True)
    seen = []
    path = site.query_results.download(
        result_id, tmp_path / "b.csv", progress=lambda *at: seen.append(at)
    )
    assert path.read_bytes() == plain
    assert seen[-1] == (len(plain), None)


@pytest.mark.parametrize("compressed", [False, True])
def test_cut_connection_leaves_no_file(site, result_id, tmp_path, own_server, compressed):
    own_server.faults.add(RESULTS, cut_after=10_000, gzip=compressed, times=9)
    with pytest.raises(TransportError, match="broke off"):
        site.query_results.download(result_id, tmp_path / "rows.csv")
    assert files(tmp_path) == []


def test_existing_file_stays_after_a_failed_download(site, result_id, tmp_path, own_server):
    (tmp_path / "rows.csv").write_text("yesterday's")
    own_server.faults.add(RESULTS, cut_after=10_000, times=3)
    with pytest.raises(TransportError):
        site.query_results.download(result_id, tmp_path / "rows.csv")
    assert (tmp_path / "rows.csv").read_text() == "yesterday's"
    assert files(tmp_path) == ["rows.csv"]
    site.query_results.download(result_id, tmp_path / "rows.csv")
    assert (tmp_path / "rows.csv").read_text().startswith("n,name,day")


def test_interrupt_leaves_no_file(site, result_id, tmp_path):
    def interrupt(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        site.query_results.download(result_id, tmp_path / "rows.csv", progress=interrupt)
    assert files(tmp_path) == []


def test_deadline_ends_a_slow_file_and_leaves_none(site, result_id, tmp_path, own_server):
    own_server.faults.add(RESULTS, chunk=1000, chunk_delay=0.2)
    with pytest.raises(JobTimeoutError):
        site.query_results.download(result_id, tmp_path / "rows.csv", deadline=Deadline.after(0.5))
    assert files(tmp_path) == []


def test_page_instead_of_the_file_is_refused(site, result_id, tmp_path, own_server):
    own_server.faults.add(
        RESULTS, status=200, body=b"<html>", headers={"Content-Type": "text/html"}
    )
    with pytest.raises(ProtocolError, match="text/html"):
        site.query_results.download(result_id, tmp_path / "rows.csv")
    assert files(tmp_path) == []


def test_unknown_result_leaves_no_file(site, tmp_path):
    with pytest.raises(NotFoundError):
        site.query_results.download(10**9, tmp_path / "rows.csv")
    assert files(tmp_path) == []


def test_what_cannot_be_written_is_said_without_asking(site, result_id, tmp_path, own_server):
    with pytest.raises(ArgumentError, match="filetype='parquet'"):
        site.query_results.download(result_id, tmp_path / "a", filetype="parquet")
    with pytest.raises(ArgumentError, match="is a folder"):
        site.query_results.download(result_id, tmp_path)
    with pytest.raises(FileNotFoundError):
        site.query_results.download(result_id, tmp_path / "nowhere" / "a.csv")
    assert own_server.requests == []


def test_file_that_breaks_off_is_fetched_again(site, result_id, tmp_path, own_server):
    whole = site.query_results.download(result_id, tmp_path / "a.csv").read_bytes()
    own_server.requests.clear()
    own_server.faults.add(RESULTS, cut_after=10_000, times=2)
    assert site.query_results.download(result_id, tmp_path / "b.csv").read_bytes() == whole
    assert len(own_server.requests) == 3
