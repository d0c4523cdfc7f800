"""The demo's saved queries and dashboards, all of them: `CATALOGUE`.

``catalogue_parameters``  1, 2: the quickstart; 10-19: plain parameters; 20-29: dropdowns
``catalogue_dates``       30-39: dates, date-times and ranges, dynamic ones too
``catalogue_results``     40-49: odd results; 50-59: slow and failing queries; 60-69: Python
``catalogue_fork``        70-89: what Inverse Watch alone has, in `FORK_CATALOGUE`
``catalogue_charts``      90-93: rows for charts of every kind
``catalogue_drawings``    94-99: rows for visualizations of the other types
"""

from __future__ import annotations

from watchframe.demo.catalogue_charts import CHART_QUERIES
from watchframe.demo.catalogue_dates import DATE_QUERIES
from watchframe.demo.catalogue_drawings import DRAWING_QUERIES
from watchframe.demo.catalogue_fork import FORK_DASHBOARDS, FORK_QUERIES
from watchframe.demo.catalogue_parameters import PARAMETER_QUERIES
from watchframe.demo.catalogue_results import RESULT_QUERIES
from watchframe.demo.catalogue_types import Catalogue, ParameterMapping, SavedDashboard, SavedWidget

#: Several queries side by side, with parameters that they share.
_DASHBOARDS = (
    SavedDashboard(
        id=1,
        slug="lending-overview",
        name="Lending overview",
        tags=("lending",),
        is_shared=True,
        widgets=(
            SavedWidget(
                position=(0, 0, 6, 2),
                text="# Lending\nInvented data; `period` and `markets` hold for all of it.",
            ),
            SavedWidget(
                position=(0, 2, 3, 8),
                query_id=1,
                visualization="Borrowed a day, in dollars",
                mappings={
                    "markets": ParameterMapping("dashboard-level", "markets"),
                    "period": ParameterMapping("dashboard-level", "period"),
                    "min_amount": ParameterMapping("static-value", "min_amount", 1),
                },
            ),
            SavedWidget(
                position=(3, 2, 3, 8),
                query_id=33,
                mappings={"period": ParameterMapping("dashboard-level", "period")},
            ),
            SavedWidget(
                position=(0, 10, 3, 8),
                query_id=23,
                visualization="Price",
                mappings={"market": ParameterMapping("widget-level", "market")},
            ),
            SavedWidget(position=(3, 10, 3, 8), query_id=2, visualization="Events by market"),
        ),
    ),
    SavedDashboard(
        id=2,
        slug="recent-activity",
        name="Recent activity",
        tags=("lending", "dynamic"),
        widgets=(
            SavedWidget(
                position=(0, 0, 6, 8),
                query_id=38,
                mappings={"period": ParameterMapping("dashboard-level", "days")},
            ),
            SavedWidget(
                position=(0, 8, 6, 8),
                query_id=13,
                visualization="Events by month",
                mappings={"kind": ParameterMapping("static-value", "kind", "liquidation")},
            ),
        ),
    ),
)

#: What a fresh server of every version begins with, and what Inverse Watch's own has besides.
CATALOGUE = Catalogue(
    queries=(
        *PARAMETER_QUERIES,
        *DATE_QUERIES,
        *RESULT_QUERIES,
        *CHART_QUERIES,
        *DRAWING_QUERIES,
    ),
    dashboards=_DASHBOARDS,
)
FORK_CATALOGUE = Catalogue(
    queries=(*CATALOGUE.queries, *FORK_QUERIES),
    dashboards=(*CATALOGUE.dashboards, *FORK_DASHBOARDS),
)
