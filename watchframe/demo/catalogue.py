"""The demo's saved queries and dashboards, all of them: `CATALOGUE`.

They stand in files by what they show:

====== ================================ ===========================================
ids    file                             shows
====== ================================ ===========================================
1, 2   ``catalogue_start``              the quickstart; a query without parameters
10-19  ``catalogue_plain``              text, text-pattern, number, enum
20-29  ``catalogue_dropdowns``          query-based dropdowns, and what feeds them
30-39  ``catalogue_dates``              dates, date-times and ranges; dynamic ones
40-49  ``catalogue_shapes``             results of every type, size and odd shape
50-59  ``catalogue_conduct``            slow, failing, limited, archived, untrusted
60-69  ``catalogue_python``             the Python data source
====== ================================ ===========================================
"""

from __future__ import annotations

from watchframe.demo.catalogue_conduct import CONDUCT_QUERIES
from watchframe.demo.catalogue_dashboards import DASHBOARDS
from watchframe.demo.catalogue_dates import DATE_QUERIES
from watchframe.demo.catalogue_dropdowns import DROPDOWN_QUERIES
from watchframe.demo.catalogue_plain import PLAIN_QUERIES
from watchframe.demo.catalogue_python import PYTHON_QUERIES
from watchframe.demo.catalogue_shapes import SHAPE_QUERIES
from watchframe.demo.catalogue_start import START_QUERIES
from watchframe.demo.catalogue_types import Catalogue

CATALOGUE = Catalogue(
    queries=(
        *START_QUERIES,
        *PLAIN_QUERIES,
        *DROPDOWN_QUERIES,
        *DATE_QUERIES,
        *SHAPE_QUERIES,
        *CONDUCT_QUERIES,
        *PYTHON_QUERIES,
    ),
    dashboards=DASHBOARDS,
)
