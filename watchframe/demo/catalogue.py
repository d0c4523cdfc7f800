"""The demo's saved queries and dashboards, all of them: `CATALOGUE`.

====== ============================== ===================================================
ids    file                           shows
====== ============================== ===================================================
1, 2   ``catalogue_parameters``       the quickstart; a query without parameters
10-19  ``catalogue_parameters``       text, text-pattern, number, enum
20-29  ``catalogue_parameters``       query-based dropdowns, and what feeds them
30-39  ``catalogue_dates``            dates, date-times and ranges; dynamic ones
40-49  ``catalogue_results``          results of every type, size and odd shape
50-59  ``catalogue_results``          slow, failing, limited, archived, untrusted
60-69  ``catalogue_results``          the Python data source
====== ============================== ===================================================
"""

from __future__ import annotations

from watchframe.demo.catalogue_dates import DATE_QUERIES
from watchframe.demo.catalogue_parameters import PARAMETER_QUERIES
from watchframe.demo.catalogue_results import RESULT_QUERIES
from watchframe.demo.catalogue_types import (
    Catalogue,
    ParameterMapping,
    SavedDashboard,
    SavedWidget,
)

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
            SavedWidget(
                position=(3, 10, 3, 8),
                query_id=2,
                visualization="Events by market",
            ),
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

CATALOGUE = Catalogue(
    queries=(*PARAMETER_QUERIES, *DATE_QUERIES, *RESULT_QUERIES),
    dashboards=_DASHBOARDS,
)
