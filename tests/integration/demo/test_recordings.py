"""The demo server answers each of the 152 recorded requests as the real server did.

The recordings are replayed in order, over real HTTP, on a server whose catalogue has their queries.
Compared are the status, the content type, the form of the body (keys and JSON kinds, through and
through) and, where the recording determines them, its values: refusals word by word, the states of
jobs, the columns of results with their declared types, numbers of rows.
"""

import json
import time
from pathlib import Path

import pytest
import requests

from watchframe.demo import DemoServer
from watchframe.demo.catalogue_types import (
    Catalogue,
    MultiValues,
    ParameterMapping,
    SavedDashboard,
    SavedParameter,
    SavedQuery,
    SavedVisualization,
    SavedWidget,
)

WIRE = Path(__file__).parents[2] / "data" / "wire"
RECORDINGS = {path.stem: json.loads(path.read_text()) for path in sorted(WIRE.glob("*.json"))}

#: Recorded data sources (pg, sqlite, python, duckdb) -> the demo's of the same face.
SOURCES = {1: 1, 2: 3, 4: 2, 5: 4}
QUOTED = MultiValues(prefix="'", suffix="'")
MARKETS = ("WETH", "WBTC", "CRV", "INV", "DOLA")

#: Declared type -> SQL of that type, for queries that stand in for the recorded tables.
SQL_OF_TYPE = {
    "integer": "1::bigint",
    "float": "0.5::double",
    "boolean": "true",
    "string": "'x'",
    "date": "date '2024-01-02'",
    "datetime": "timestamp '2024-01-01 00:00:37.123'",
    None: "[1, 2]",
}


def recorded_result(number):
    (name,) = [name for name in RECORDINGS if name.startswith(number)]
    return RECORDINGS[name]["response"]["body"]["query_result"]


def stand_in(number):
    """SQL that gives as many rows of the same columns and types as a recorded result."""
    data = recorded_result(number)["data"]
    columns = ", ".join(
        f'{SQL_OF_TYPE[column["type"]]} as "{column["name"]}"' for column in data["columns"]
    )
    return f"select {columns} from range({len(data['rows'])})"


def parameter(name, type_, **more):
    return SavedParameter(name=name, type=type_, title=name.title(), **more)


def query(number, name, text, *parameters, **more):
    return SavedQuery(
        id=number, name=name, text=text, parameters=parameters, tags=("seed",),
        description=f"desc <b>{name}</b>", **more,
    )  # fmt: skip


COUNT = "select market, count(*) as c from (values ('WETH'), ('CRV')) as e(market) "
QUERIES = (
    query(1, "dropdown", "select lower(m) as value, m as name from (values ('CRV'), ('DOLA'), "
          "('INV'), ('WBTC'), ('WETH')) as t(m) order by m"),
    query(2, "plain", stand_in("018")),
    query(4, "oddities", stand_in("031")),
    query(5, "empty", stand_in("034")),
    query(6, "fail", "select * from no_such_table"),
    query(7, "slow", "select count(*) from range({{ seconds }} * 10) as t(s) where sleep_ms(100)"
          " is null", parameter("seconds", "number", value=15)),
    query(8, "ddl", "create temporary table if not exists scratch (note varchar)"),
    query(9, "text", "select '{{ t }}' as t", parameter("t", "text")),
    query(10, "textpattern", "select '{{ t }}' as t",
          parameter("t", "text-pattern", regex="[a-z]+[0-9]")),
    query(11, "number", "select -({{ n }}) as n, 1::bigint as c",
          parameter("n", "number", value=5)),
    query(12, "enum", "select '{{ m }}' as m, 1::bigint as c",
          parameter("m", "enum", enum_options=MARKETS)),
    # PostgreSQL refuses an empty list; DuckDB takes it, but not an empty coalesce.
    query(13, "enum_multi", COUNT + "where market in ({{ m }}) and coalesce({{ m }}) is not null "
          "group by 1 order by 1",
          parameter("m", "enum", value=["WETH", "CRV"], enum_options=MARKETS, multi=QUOTED)),
    query(14, "querydrop", "select '{{ m }}' as m, 1::bigint as c",
          parameter("m", "query", query_id=1)),
    query(15, "querydrop_multi", COUNT + "where lower(market) in ({{ m }}) group by 1 order by 1",
          parameter("m", "query", query_id=1, multi=QUOTED)),
    query(16, "date", "select '{{ d }}'::date as d", parameter("d", "date")),
    query(17, "date_dyn", "select '{{ d }}'::date as d",
          parameter("d", "date", value="d_yesterday")),
    query(18, "datetime", "select '{{ d }}'::timestamp as d", parameter("d", "datetime-local")),
    query(19, "datetime_s", "select '{{ d }}'::timestamp as d",
          parameter("d", "datetime-with-seconds")),
    query(20, "daterange", "select 1::bigint as c, '{{ r.start }}'::date as mn, "
          "'{{ r.end }}'::date as mx", parameter("r", "date-range")),
    query(21, "daterange_dyn", "select '{{ r.start }}' as s, '{{ r.end }}' as e",
          parameter("r", "date-range", value="d_last_7_days")),
    query(22, "dtrange", "select '{{ r.start }}' as s, '{{ r.end }}' as e",
          parameter("r", "datetime-range")),
    query(23, "dtrange_s", "select '{{ r.start }}' as s, '{{ r.end }}' as e",
          parameter("r", "datetime-range-with-seconds")),
    query(24, "multi_params", stand_in("048") + " where '{{ period.start }}' <= '{{ period.end }}'"
          " and '' not in ({{ markets }}) and {{ min_id }} > 0",
          parameter("markets", "enum", value=["WETH"], enum_options=MARKETS, multi=QUOTED),
          parameter("period", "date-range", value={"start": "2024-01-01", "end": "2024-01-31"}),
          parameter("min_id", "number", value=1),
          visualizations=(SavedVisualization(type="CHART", name="Totals by day", options={
              "xAxis": {"type": "datetime", "labels": {"enabled": True}},
              "yAxis": [{"type": "linear"}, {"type": "linear", "opposite": True}],
              "legend": {"enabled": True},
              "series": {"error_y": {"type": "data", "visible": True}, "stacking": None},
              "error_y": {"type": "data", "visible": True},
              "columnMapping": {"day": "x", "total": "y", "market": "series"},
              "seriesOptions": {}, "globalSeriesType": "line"}),)),
    query(25, "sqlite", "select 1 as a, 'x' as b, 1.5 as c, 'dead' as d, 10 as e from range(4)",
          data_source_id=3),
    query(26, "duck", recorded_result("044")["query"], data_source_id=4),
    query(27, "py", recorded_result("152")["query"], data_source_id=2),
    query(30, "tmp", "select 1", is_draft=True),
    query(31, "Copy of (#30) tmp3", "select 1", is_draft=True),
)  # fmt: skip
BOARD = SavedDashboard(
    id=1, slug="lending-overview", name="Lending overview", tags=("lend",), is_shared=True,
    widgets=(
        SavedWidget(position=(0, 0, 3, 8), query_id=24, visualization="Totals by day", mappings={
            "min_id": ParameterMapping(type="static-value", map_to="min_id", value=5),
            "period": ParameterMapping(type="widget-level", map_to="period"),
            "markets": ParameterMapping(type="dashboard-level", map_to="markets"),
        }),
    ),
)  # fmt: skip

#: Recording -> paths in the body whose form depends on the recorded data, and why it is let be.
LET_BE = {
    "001": {"client_config": "dozens of settings of the front end that no client reads"},
    "005": {"count": "the recorded server had other drafts", "results": "and other queries"},
    "006": {"count": "its search also finds texts", "results": "so it lists others"},
    "007": {"count": "drafts and versions differ", "results": "other newest query"},
    "120": {"latest_query_data_id": "the recorded text had been run as it stands"},
    "130": {"schema": "another database"},
    "147": {"tags": "counts differ"},
}


class Replay:
    """The whole sequence, played once: recording -> answer."""

    def __init__(self, server):
        self.server = server
        self.ids = {}
        self.answers = {}
        for name, recording in RECORDINGS.items():
            self.answers[name] = self.play(recording)

    def key(self, recorded):
        if recorded is None:
            return None
        word = recorded.removeprefix("Key ")
        if word == "USER-KEY":
            return self.server.user_key
        if word.startswith("QUERY-"):
            return self.server.query_key(int(word.split("-")[1]))
        return "wrong-key"

    def play(self, recording):
        asked, said = recording["request"], recording["response"]
        path = asked["path"]
        for old, new in self.ids.items():
            path = path.replace(old, new)
        if "api_key=" in path:
            path = path.split("api_key=")[0] + "api_key=" + self.server.query_key(2)
        key = self.key(asked["authorization"])
        body = asked["json"]
        if isinstance(body, dict) and "data_source_id" in body:
            body = {**body, "data_source_id": SOURCES[body["data_source_id"]]}
        headers = {"Authorization": f"Key {key}"} if key is not None else {}
        wanted = said["body"]
        for _ in range(400):
            answer = requests.request(
                asked["method"], self.server.url + path, json=body, headers=headers, timeout=30
            )
            if not self.is_early(answer, wanted):
                break
            time.sleep(0.02)
        self.remember(answer, wanted)
        return answer

    def is_early(self, answer, wanted):
        """Whether a job has not come as far as the recording has it."""
        if not isinstance(wanted, dict) or "job" not in wanted or answer.status_code != 200:
            return False
        got = answer.json().get("job", {})
        return wanted["job"]["status"] in (2, 3, 4) and got.get("status", 9) in (
            {1} if wanted["job"]["status"] == 2 else {1, 2}
        )

    def remember(self, answer, wanted):
        """Learn which of our ids stands for which of theirs."""
        if not isinstance(wanted, dict) or answer.status_code != 200:
            return
        job = wanted.get("job") or {}
        if job.get("id"):
            self.ids[job["id"]] = answer.json()["job"]["id"]
        if job.get("query_result_id"):
            self.ids[f"/{job['query_result_id']}.json"] = (
                f"/{answer.json()['job']['query_result_id']}.json"
            )
        if "version" in wanted or "rearm" in wanted:
            noun = answer.request.path_url.split("/")[2].split("?")[0]
            self.ids.setdefault(f"/{noun}/{wanted['id']}", f"/{noun}/{answer.json()['id']}")


@pytest.fixture(scope="module")
def replay():
    catalogue = Catalogue(queries=QUERIES, dashboards=(BOARD,))
    with DemoServer(events=10, catalogue=catalogue) as server:
        # The dropdown's query had run at some time.
        key = {"Authorization": f"Key {server.user_key}"}
        url = f"{server.url}/api/queries/1/results"
        while "job" in requests.post(url, json={}, headers=key, timeout=30).json():
            time.sleep(0.02)
        # And there was an alert already.
        alert = {**RECORDINGS["148_alert_create"]["request"]["json"], "name": "an older one"}
        requests.post(f"{server.url}/api/alerts", json=alert, headers=key, timeout=30)
        yield Replay(server)


def form(value, let_be=(), path=""):
    """The keys and JSON kinds of a body; of lists, those of the first item."""
    if path and path in let_be:
        return "..."
    if isinstance(value, dict):
        return {key: form(item, let_be, f"{path}.{key}".lstrip(".")) for key, item in value.items()}
    if isinstance(value, list):
        return [form(value[0], let_be, f"{path}[]")] if value else []
    if isinstance(value, bool) or value is None:
        return "true or false" if isinstance(value, bool) else "null or text"
    return "number" if isinstance(value, int | float) else "null or text"


@pytest.mark.parametrize("name", RECORDINGS)
def test_answer_has_the_recorded_status_type_and_form(replay, name):
    said, answer = RECORDINGS[name]["response"], replay.answers[name]
    assert answer.status_code == said["status"], answer.text[:300]
    assert answer.headers["Content-Type"] == said["headers"]["Content-Type"]
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    assert answer.headers.get("Cache-Control") == said["headers"].get("Cache-Control")
    wanted = said["body"]
    if isinstance(wanted, str):
        assert answer.text.splitlines()[0] == wanted.splitlines()[0]
        return
    let_be = LET_BE.get(name[:3], {})
    got = answer.json()
    if isinstance(wanted, dict) and "query_result" in wanted:
        compare_results(got["query_result"], wanted["query_result"])
        return
    if isinstance(wanted, dict) and said["status"] != 200:
        assert got == wanted
        return
    if isinstance(wanted, dict) and "job" in wanted:
        compare_jobs(got["job"], wanted["job"])
        return
    assert form(nullable(got, wanted), let_be) == form(wanted, let_be)


def compare_jobs(got, wanted):
    assert set(got) == set(wanted)
    assert got["status"] == wanted["status"]
    assert bool(got["error"]) == bool(wanted["error"])
    if wanted["error"].startswith("Query "):
        assert got["error"] == wanted["error"]
    assert (got["query_result_id"] is None) == (wanted["query_result_id"] is None)
    assert got["result"] == got["query_result_id"]
    assert isinstance(got["updated_at"], type(wanted["updated_at"]))


def compare_results(got, wanted):
    assert list(got) == list(wanted)
    for ours, theirs in zip(got["data"]["columns"], wanted["data"]["columns"], strict=True):
        # PostgreSQL's literals are of an unknown type, for which DuckDB has none.
        assert ours == theirs or (theirs["type"] is None and ours["type"] == "string")
        assert ours["name"] == theirs["name"]
    assert len(got["data"]["rows"]) == len(wanted["data"]["rows"])
    assert set(got["data"]) == set(wanted["data"])
    if "id" in wanted:
        assert form({**got, "data": 0}) == form({**wanted, "data": 0})


def nullable(got, wanted):
    """Our body, with null wherever theirs has null: what a field holds depends on the day."""
    if wanted is None:
        return None
    if isinstance(got, dict) and isinstance(wanted, dict):
        return {key: nullable(item, wanted.get(key, 0)) for key, item in got.items()}
    if isinstance(got, list) and isinstance(wanted, list) and got and wanted:
        return [nullable(got[0], wanted[0])]
    return got


def test_every_recording_is_there():
    assert len(RECORDINGS) == 152
