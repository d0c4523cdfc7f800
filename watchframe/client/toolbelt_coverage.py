"""What there is for each method of redash-toolbelt 0.1.9, and for each of its examples."""

from __future__ import annotations

from watchframe.client.coverage import Covered

#: The public methods of its ``Redash``.
TOOLBELT_METHODS = (
    Covered(
        "test_credentials",
        ("client.session()",),
        "says whose key it is, or why it is refused, where theirs says False",
    ),
    Covered("queries", ("client.queries.list(is_favorite=True)",)),
    Covered("get_query", ("client.queries.get(query_id)",)),
    Covered(
        "create_query",
        ("client.queries.create(name, text, data_source_id, parameters=parameters)",),
    ),
    Covered("update_query", ("client.queries.update(query, text=text)",)),
    Covered(
        "duplicate_query",
        ("client.queries.fork(query_id)", "client.queries.update(query, name=name)"),
    ),
    Covered("scheduled_queries", ("client.queries.list()",), "those whose `schedule` is not None"),
    Covered(
        "create_favorite",
        ("client.queries.favorite(query_id)", "client.dashboards.favorite(dashboard_id)"),
    ),
    Covered("update_visualization", ("client.visualizations.update(visualization_id, name=name)",)),
    Covered("dashboards", ("client.dashboards.list(is_favorite=True)",)),
    Covered("get_dashboard", ("client.dashboards.get(dashboard)",)),
    Covered(
        "dashboard", ("client.dashboards.get(dashboard)",), "servers of today refuse theirs a slug"
    ),
    Covered("create_dashboard", ("client.dashboards.create(name)",)),
    Covered("update_dashboard", ("client.dashboards.update(dashboard, tags=tags)",)),
    Covered(
        "duplicate_dashboard",
        (
            "client.dashboards.fork(dashboard_id)",
            "watchframe.admin.clone_dashboard(dashboard, name, with_queries=False)",
        ),
    ),
    Covered(
        "create_widget",
        (
            "client.widgets.create(dashboard_id, visualization_id=visualization_id)",
            "client.widgets.create(dashboard_id, text=text, options=options)",
        ),
    ),
    Covered("users", ("client.users.list(is_disabled=True)",)),
    Covered(
        "disable_user",
        (
            "client.users.disable(user_id, dry_run=True)",
            "watchframe.admin.disable_users(emails_or_ids, dry_run=True)",
        ),
        "many at once: [how to](../howto/users-in-bulk.md), `watchframe disable-users`",
    ),
    Covered("get_data_sources", ("client.data_sources.list()",)),
    Covered("get_data_source", ("client.data_sources.get(data_source_id)",)),
    Covered("create_data_source", ("client.data_sources.create(name, type, options)",)),
    Covered("alerts", ("client.alerts.list()",)),
    Covered("get_alert", ("client.alerts.get(alert_id)",)),
    Covered("create_alert", ("client.alerts.create(name, query_id, options)",)),
    Covered(
        "update_alert", ("client.alerts.update(alert_id, name=name, options=options, rearm=rearm)",)
    ),
    Covered(
        "paginate",
        ("client.queries.list()", "client.dashboards.list()", "client.users.list()"),
        "iterating gives every page; `count()` asks for one row",
    ),
)

#: Its package of examples, and what its installation makes commands of.
TOOLBELT_EXAMPLES = (
    Covered(
        "refresh_query",
        ("watchframe.read_watch_query(query_id, params, max_age=0)",),
        "with the data source's words where it fails, and a time limit: "
        "[how to](../howto/fresh-results.md), `watchframe query`",
    ),
    Covered(
        "refresh_dashboard",
        ("watchframe.read_watch_dashboard(dashboard, params, max_age=0)",),
        "side by side, each as a typed frame; with the dashboard's own parameters: "
        "[how to](../howto/refresh-dashboard.md), `watchframe dashboard`",
    ),
    Covered(
        "query_export",
        ("watchframe.admin.export_queries(folder)", "watchframe.admin.import_queries(folder)"),
        "what was exported can be compared and written back: "
        "[how to](../howto/queries-as-code.md), `watchframe export`",
    ),
    Covered(
        "clone_dashboard_and_queries",
        ("watchframe.admin.clone_dashboard(dashboard, name, with_queries=True)",),
        "all or nothing: [how to](../howto/dashboards-clone.md), `watchframe clone`",
    ),
    Covered(
        "find_table_names",
        ("watchframe.admin.find_table_names()",),
        "by a SQL parser, not by a pattern: [how to](../howto/table-names.md), `watchframe tables`",
    ),
    Covered(
        "gdpr_scrub",
        ("watchframe.admin.find_personal_data(value)",),
        "also in results; the value is not sent: "
        "[how to](../howto/personal-data.md), `watchframe find-personal-data`",
    ),
    Covered(
        "migrate",
        ("watchframe.admin.move_workspace(source, target, state=file, data_sources=mapping)",),
        "can be interrupted and repeated: [how to](../howto/move-servers.md), `watchframe move`",
    ),
)
