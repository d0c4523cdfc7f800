"""The demo's saved queries and dashboards, all of them: `CATALOGUE`.

``catalogue_parameters``  1, 2: the quickstart; 10-19: plain parameters; 20-29: dropdowns
``catalogue_dates``       30-39: dates, date-times and ranges, dynamic ones too
``catalogue_results``     40-49: odd results; 50-59: slow and failing queries; 60-69: Python
``catalogue_fork``        70-89: what Inverse Watch alone has, in `FORK_CATALOGUE`
``catalogue_charts``      90-93: rows for charts of every kind
``catalogue_drawings``    94-99: rows for visualizations of the other types
``catalogue_dashboards``  the dashboards, and 100-109: what is made for them
"""

from __future__ import annotations

from watchframe.demo.catalogue_charts import CHART_QUERIES
from watchframe.demo.catalogue_dashboards import DASHBOARD_QUERIES, DASHBOARDS
from watchframe.demo.catalogue_dates import DATE_QUERIES
from watchframe.demo.catalogue_drawings import DRAWING_QUERIES
from watchframe.demo.catalogue_fork import FORK_DASHBOARDS, FORK_QUERIES
from watchframe.demo.catalogue_parameters import PARAMETER_QUERIES
from watchframe.demo.catalogue_results import RESULT_QUERIES
from watchframe.demo.catalogue_types import Catalogue

#: What a fresh server of every version begins with, and what Inverse Watch's own has besides.
CATALOGUE = Catalogue(
    queries=(
        *PARAMETER_QUERIES,
        *DATE_QUERIES,
        *RESULT_QUERIES,
        *CHART_QUERIES,
        *DRAWING_QUERIES,
        *DASHBOARD_QUERIES,
    ),
    dashboards=DASHBOARDS,
)
FORK_CATALOGUE = Catalogue(
    queries=(*CATALOGUE.queries, *FORK_QUERIES),
    dashboards=(*CATALOGUE.dashboards, *FORK_DASHBOARDS),
)
