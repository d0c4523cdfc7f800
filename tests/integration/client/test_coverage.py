"""Each call of the table of what is covered, made: it asks the route beside which it stands.

What it returns shows itself, too.
"""

import re
import uuid

import pytest

import watchframe
from generators.coverage import DOCUMENTED_ROUTES, FURTHER_ROUTES
from tests.shown import assert_shows_itself
from watchframe import admin
from watchframe.client import ResultBody
from watchframe.client.listing import Listing
from watchframe.models import ParameterDefinition

pytestmark = pytest.mark.slow

ROWS = [
    (row, call)
    for row in (*DOCUMENTED_ROUTES, *FURTHER_ROUTES)
    for call in row.ours
    if not row.is_instead
]


#: What is made of one kind only.
KINDS = {
    "data_sources": {"type": "pg", "options": {"host": "db.invalid", "dbname": "lend"}},
    "destinations": {"type": "webhook", "options": {"url": "http://hook.invalid"}},
    "visualizations": {"type": "CHART"},
}


class Things(dict):
    """What the names in the calls mean, each made on the server when it is asked for."""

    def __init__(self, client, folder, **more):
        super().__init__(client=client, watchframe=watchframe, **more)
        self.client = client
        self.folder = folder

    def __missing__(self, name):
        self[name] = getattr(self, f"make_{name}")()
        return self[name]

    def make_name(self):
        return "Made"

    def make_text(self):
        return "select 1 as n"

    make_sql = make_text

    def make_data_source_id(self):
        return 1

    make_data_source = make_data_source_id

    def make_query(self):
        # A text of its own: jobs of the same SQL are one job.
        text = f"select {self.client.queries.list().count()} as n"
        return self.client.queries.create("Made", text, 1)

    def make_query_name(self):
        return "Market totals"

    def make_query_id(self):
        return self["query"].id

    def make_params(self):
        return {}

    make_parameters = make_params

    def make_max_age(self):
        return 0

    def make_job(self):
        return self.client.queries.execute(self["query_id"], {}, max_age=0)

    def make_job_id(self):
        return self["job"].id

    def make_result_id(self):
        return self.client.jobs.wait(self["job"]).query_result_id

    def make_path(self):
        return self.folder / "result.csv"

    def make_filetype(self):
        return "csv"

    def make_dashboard_id(self):
        return self.client.dashboards.create("Made").id

    def make_reference(self):
        return self["dashboard"].slug

    def make_dashboard(self):
        return self.client.dashboards.get(self["dashboard_id"])

    def make_token(self):
        address = self.client.dashboards.share(self["dashboard_id"])
        return address.partition("?")[0].rpartition("/")[2]

    def make_tags(self):
        return ["made"]

    def make_search(self):
        return "made"

    def make_widget(self):
        return self.client.widgets.create(self["dashboard_id"], text="Made")

    def make_widget_id(self):
        return self["widget"].id

    def make_visualization_id(self):
        return self.client.queries.get(self["query_id"]).visualizations[0].id

    def make_options(self):
        return {"column": "n", "op": ">", "value": 1}

    def make_dropdown_query_id(self):
        feed = self.client.queries.create("Feed", "select 'a' as value", 1)
        parameter = ParameterDefinition(
            name="p", type="query", title="P", dropdown_query_id=feed.id
        )
        self.client.queries.update(self["query"], parameters=[parameter])
        return feed.id

    def make_alert_id(self):
        return self.client.alerts.create("Made", self["query_id"], self["options"]).id

    def make_seconds(self):
        return 60

    def make_subscription_id(self):
        return self.client.alerts.subscribe(self["alert_id"]).id

    def make_user_id(self):
        return self.client.users.invite("Made", self["email"]).id

    def make_email(self):
        return f"{uuid.uuid4().hex}@example.org"

    def make_group_ids(self):
        return [2]

    def make_group_id(self):
        return self.client.groups.create("Made").id

    def make_destination_id(self):
        return self.client.destinations.create("Made", "webhook", {"url": "http://x.invalid"}).id

    def make_trigger(self):
        return f"made{len(self.client.query_snippets.list())}"

    def make_snippet_id(self):
        return self.client.query_snippets.create(self["trigger"], "select").id


def pattern(route):
    method, _, path = route.partition(" ")
    return re.compile(f"{method} " + re.sub(r"<\w+>", r"[\\w-]+", path).replace(".", r"\."))


@pytest.mark.parametrize(
    ("row", "call"), ROWS, ids=[f"{row.theirs} {call.partition('(')[0]}" for row, call in ROWS]
)
def test_call_asks_the_route_beside_it(row, call, site, own_server, tmp_path, monkeypatch):
    monkeypatch.setattr("watchframe.client.connection._current", site)
    things = Things(site, tmp_path, **KINDS.get(call.split(".")[1], {}))
    code = compile(call.replace("dry_run=True", "dry_run=False"), call, "eval")
    if ".results(" in call:
        things["result_id"]  # it gives the latest one
    if ".remove_member(" in call:
        site.groups.add_member(things["group_id"], things["user_id"])
    for name in code.co_names:
        if name not in dir(admin) and hasattr(things, f"make_{name}"):
            things[name]  # made before it is looked what is asked
    own_server.requests.clear()
    found = eval(code, {}, things)
    if isinstance(found, Listing):
        next(iter(found), None)
    if isinstance(found, ResultBody):
        found.close()
    asked = [f"{item.method} {item.path}" for item in own_server.requests]
    assert_shows_itself(found, own_server.user_key)
    assert [item for item in asked if pattern(row.theirs).fullmatch(item)], asked
