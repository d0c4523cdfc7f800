"""The demo's dashboards: several queries side by side, with parameters that they share."""

from __future__ import annotations

from watchframe.demo.catalogue_dates import DATE_RANGE, LAST_30_DAYS
from watchframe.demo.catalogue_dropdowns import PRICE_OF_A_MARKET
from watchframe.demo.catalogue_plain import ENUM
from watchframe.demo.catalogue_start import BORROWS_BY_MARKET, MARKET_TOTALS
from watchframe.demo.catalogue_types import ParameterMapping, SavedDashboard, SavedWidget

LENDING_OVERVIEW = SavedDashboard(
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
            query_id=BORROWS_BY_MARKET.id,
            visualization="Borrowed a day, in dollars",
            mappings={
                "markets": ParameterMapping(type="dashboard-level", map_to="markets"),
                "period": ParameterMapping(type="dashboard-level", map_to="period"),
                "min_amount": ParameterMapping(type="static-value", map_to="min_amount", value=1),
            },
        ),
        SavedWidget(
            position=(3, 2, 3, 8),
            query_id=DATE_RANGE.id,
            mappings={"period": ParameterMapping(type="dashboard-level", map_to="period")},
        ),
        SavedWidget(
            position=(0, 10, 3, 8),
            query_id=PRICE_OF_A_MARKET.id,
            visualization="Price",
            mappings={"market": ParameterMapping(type="widget-level", map_to="market")},
        ),
        SavedWidget(
            position=(3, 10, 3, 8),
            query_id=MARKET_TOTALS.id,
            visualization="Events by market",
        ),
    ),
)

RECENT_ACTIVITY = SavedDashboard(
    id=2,
    slug="recent-activity",
    name="Recent activity",
    tags=("lending", "dynamic"),
    widgets=(
        SavedWidget(
            position=(0, 0, 6, 8),
            query_id=LAST_30_DAYS.id,
            mappings={"period": ParameterMapping(type="dashboard-level", map_to="days")},
        ),
        SavedWidget(
            position=(0, 8, 6, 8),
            query_id=ENUM.id,
            visualization="Events by month",
            mappings={
                "kind": ParameterMapping(type="static-value", map_to="kind", value="liquidation")
            },
        ),
    ),
)

DASHBOARDS = (LENDING_OVERVIEW, RECENT_ACTIVITY)
