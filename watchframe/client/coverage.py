"""What there is for each route of the server, and for each method of redash-toolbelt.

The right-hand sides are calls as they are written, with names for their arguments: a test parses
each of them and binds it to the signature of what it names.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Covered:
    """One row.

    Attributes
    ----------
    theirs : str
        A route, or the name of a method or an example.
    ours : tuple of str
        The calls that do it; empty where there is none.
    note : str
        What differs.
    is_instead : bool
        Whether the calls do the same by another route.
    """

    theirs: str
    ours: tuple[str, ...]
    note: str = ""
    is_instead: bool = False


#: The public documentation's page of the API.
DOCUMENTED_ROUTES = (
    Covered("GET /api/queries", ("client.queries.list()",), "every page, as it is needed"),
    Covered("POST /api/queries", ("client.queries.create(name, text, data_source_id)",)),
    Covered(
        "GET /api/queries/<id>",
        ("client.queries.get(query_id)", "client.queries.parameters(query_id)"),
    ),
    Covered(
        "POST /api/queries/<id>",
        ("client.queries.update(query, text=text)",),
        "refuses to overwrite what somebody else changed meanwhile",
    ),
    Covered("DELETE /api/queries/<id>", ("client.queries.archive(query_id, dry_run=True)",)),
    Covered(
        "GET /api/queries/<id>/results",
        ("client.queries.results(query_id)",),
        "by `results.json`, which is the same",
        is_instead=True,
    ),
    Covered(
        "POST /api/queries/<id>/results",
        (
            "watchframe.read_watch_query(query_id, params, max_age=max_age)",
            "client.queries.execute(query_id, parameters, max_age=max_age)",
            "client.run_query(query_id, parameters, max_age=max_age)",
        ),
        "the first gives a typed frame; the last waits for the job, too",
    ),
    Covered("GET /api/jobs/<job_id>", ("client.jobs.get(job_id)", "client.jobs.wait(job_id)")),
    Covered("DELETE /api/jobs/<job_id>", ("client.jobs.cancel(job_id)",)),
    Covered(
        "GET /api/query_results/<id>",
        ("client.query_results.get(result_id)", "client.query_results.open(result_id)"),
        "by `<id>.json`, which is the same",
        is_instead=True,
    ),
    Covered(
        "GET /api/query_results/<id>.<filetype>",
        (
            "client.query_results.get(result_id)",
            "client.query_results.open(result_id)",
            "client.query_results.download(result_id, path, filetype=filetype)",
        ),
        "as a typed frame, as it arrives, or as a file (csv, tsv, json, xlsx), whole or not there",
    ),
    Covered("GET /api/dashboards", ("client.dashboards.list()",)),
    Covered("POST /api/dashboards", ("client.dashboards.create(name)",)),
    Covered(
        "GET /api/dashboards/<id>",
        ("client.dashboards.get(reference)",),
        "an id, a page's URL, or a slug",
    ),
    Covered("POST /api/dashboards/<id>", ("client.dashboards.update(dashboard, tags=tags)",)),
    Covered(
        "DELETE /api/dashboards/<id>", ("client.dashboards.archive(dashboard_id, dry_run=True)",)
    ),
)

#: What the server answers besides.
FURTHER_ROUTES = (
    Covered("GET /api/session", ("client.session()",)),
    Covered(
        "GET /api/queries/search",
        ("client.queries.list(search=search)",),
        "by `GET /api/queries?q=`, which is the same",
        is_instead=True,
    ),
    Covered("GET /api/queries/my", ("client.queries.list(is_mine=True)",)),
    Covered("GET /api/queries/recent", ("client.queries.list(is_recent=True)",)),
    Covered("GET /api/queries/archive", ("client.queries.list(is_archived=True)",)),
    Covered("GET /api/queries/favorites", ("client.queries.list(is_favorite=True)",)),
    Covered("GET /api/queries/tags", ("client.queries.tags()",)),
    Covered("POST /api/queries/<id>/fork", ("client.queries.fork(query_id)",)),
    Covered("POST /api/queries/<id>/favorite", ("client.queries.favorite(query_id)",)),
    Covered("DELETE /api/queries/<id>/favorite", ("client.queries.unfavorite(query_id)",)),
    Covered(
        "POST /api/queries/<id>/regenerate_api_key",
        ("client.queries.regenerate_api_key(query_id, dry_run=True)",),
    ),
    Covered("GET /api/queries/<id>/results.<filetype>", ("client.queries.results(query_id)",)),
    Covered(
        "GET /api/queries/<id>/results/<id>.<filetype>",
        (
            "client.query_results.open(result_id, query_id=query_id)",
            "client.query_results.download(result_id, path, query_id=query_id)",
        ),
        "the path that a query's own key may use",
    ),
    Covered(
        "GET /api/queries/<id>/jobs/<job_id>",
        ("client.jobs.get(job_id, query_id=query_id)", "client.jobs.wait(job)"),
    ),
    Covered(
        "DELETE /api/queries/<id>/jobs/<job_id>",
        ("client.jobs.cancel(job_id)",),
        "by `DELETE /api/jobs/<id>`; a query's own key may not cancel",
        is_instead=True,
    ),
    Covered(
        "GET /api/queries/<id>/dropdown",
        ("client.queries.results(query_id)",),
        "the same values",
        is_instead=True,
    ),
    Covered(
        "GET /api/queries/<id>/dropdowns/<id>",
        ("client.queries.dropdown_options(query_id, dropdown_query_id)",),
    ),
    Covered(
        "POST /api/query_results",
        (
            "watchframe.read_watch_sql(sql, data_source)",
            "client.query_results.execute(sql, data_source_id, parameters, max_age=max_age)",
            "client.run_sql(sql, data_source_id, parameters, max_age=max_age)",
        ),
    ),
    Covered("GET /api/dashboards/my", ("client.dashboards.list(is_mine=True)",)),
    Covered("GET /api/dashboards/favorites", ("client.dashboards.list(is_favorite=True)",)),
    Covered("GET /api/dashboards/tags", ("client.dashboards.tags()",)),
    Covered("POST /api/dashboards/<id>/fork", ("client.dashboards.fork(dashboard_id)",)),
    Covered("POST /api/dashboards/<id>/share", ("client.dashboards.share(dashboard_id)",)),
    Covered(
        "DELETE /api/dashboards/<id>/share",
        ("client.dashboards.unshare(dashboard_id, dry_run=True)",),
    ),
    Covered("POST /api/dashboards/<id>/favorite", ("client.dashboards.favorite(dashboard_id)",)),
    Covered(
        "DELETE /api/dashboards/<id>/favorite", ("client.dashboards.unfavorite(dashboard_id)",)
    ),
    Covered(
        "POST /api/widgets",
        ("client.widgets.create(dashboard_id, visualization_id=visualization_id)",),
    ),
    Covered("POST /api/widgets/<id>", ("client.widgets.update(widget, text=text)",)),
    Covered("DELETE /api/widgets/<id>", ("client.widgets.delete(widget_id, dry_run=True)",)),
    Covered(
        "POST /api/visualizations",
        ("client.visualizations.create(query_id, type=type, name=name)",),
    ),
    Covered(
        "POST /api/visualizations/<id>",
        ("client.visualizations.update(visualization_id, name=name)",),
    ),
    Covered(
        "DELETE /api/visualizations/<id>",
        ("client.visualizations.delete(visualization_id, dry_run=True)",),
    ),
    Covered("GET /api/alerts", ("client.alerts.list()",)),
    Covered("POST /api/alerts", ("client.alerts.create(name, query_id, options)",)),
    Covered("GET /api/alerts/<id>", ("client.alerts.get(alert_id)",)),
    Covered("POST /api/alerts/<id>", ("client.alerts.update(alert_id, rearm=seconds)",)),
    Covered("DELETE /api/alerts/<id>", ("client.alerts.delete(alert_id, dry_run=True)",)),
    Covered("POST /api/alerts/<id>/mute", ("client.alerts.mute(alert_id)",)),
    Covered("DELETE /api/alerts/<id>/mute", ("client.alerts.unmute(alert_id)",)),
    Covered("GET /api/alerts/<id>/subscriptions", ("client.alerts.subscriptions(alert_id)",)),
    Covered("POST /api/alerts/<id>/subscriptions", ("client.alerts.subscribe(alert_id)",)),
    Covered(
        "DELETE /api/alerts/<id>/subscriptions/<id>",
        ("client.alerts.unsubscribe(alert_id, subscription_id, dry_run=True)",),
    ),
    Covered("GET /api/data_sources", ("client.data_sources.list()",)),
    Covered("POST /api/data_sources", ("client.data_sources.create(name, type, options)",)),
    Covered("GET /api/data_sources/types", ("client.data_sources.types()",)),
    Covered("GET /api/data_sources/<id>", ("client.data_sources.get(data_source_id)",)),
    Covered("POST /api/data_sources/<id>/test", ("client.data_sources.test(data_source_id)",)),
    Covered(
        "GET /api/data_sources/<id>/schema",
        ("client.data_sources.schema(data_source_id, refresh=True)",),
        "a frame, also where the server makes a job of it",
    ),
    Covered("GET /api/users", ("client.users.list(is_disabled=True)",)),
    Covered("POST /api/users", ("client.users.invite(name, email)",)),
    Covered("GET /api/users/<id>", ("client.users.get(user_id)",)),
    Covered("POST /api/users/<id>", ("client.users.update(user_id, group_ids=group_ids)",)),
    Covered("POST /api/users/<id>/disable", ("client.users.disable(user_id, dry_run=True)",)),
    Covered("DELETE /api/users/<id>/disable", ("client.users.enable(user_id)",)),
    Covered("GET /api/groups", ("client.groups.list()",)),
    Covered("POST /api/groups", ("client.groups.create(name)",)),
    Covered("GET /api/groups/<id>", ("client.groups.get(group_id)",)),
    Covered("DELETE /api/groups/<id>", ("client.groups.delete(group_id, dry_run=True)",)),
    Covered("GET /api/groups/<id>/members", ("client.groups.members(group_id)",)),
    Covered("POST /api/groups/<id>/members", ("client.groups.add_member(group_id, user_id)",)),
    Covered(
        "DELETE /api/groups/<id>/members/<id>",
        ("client.groups.remove_member(group_id, user_id, dry_run=True)",),
    ),
    Covered("GET /api/groups/<id>/data_sources", ("client.groups.data_sources(group_id)",)),
    Covered("GET /api/destinations", ("client.destinations.list()",)),
    Covered("POST /api/destinations", ("client.destinations.create(name, type, options)",)),
    Covered("GET /api/destinations/types", ("client.destinations.types()",)),
    Covered("GET /api/destinations/<id>", ("client.destinations.get(destination_id)",)),
    Covered(
        "POST /api/destinations/<id>",
        ("client.destinations.update(destination_id, options=options)",),
    ),
    Covered(
        "DELETE /api/destinations/<id>",
        ("client.destinations.delete(destination_id, dry_run=True)",),
    ),
    Covered("GET /api/query_snippets", ("client.query_snippets.list()",)),
    Covered("POST /api/query_snippets", ("client.query_snippets.create(trigger, text)",)),
    Covered("GET /api/query_snippets/<id>", ("client.query_snippets.get(snippet_id)",)),
    Covered(
        "POST /api/query_snippets/<id>", ("client.query_snippets.update(snippet_id, text=text)",)
    ),
    Covered(
        "DELETE /api/query_snippets/<id>",
        ("client.query_snippets.delete(snippet_id, dry_run=True)",),
    ),
)
