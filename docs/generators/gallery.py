"""The gallery: a picture of each kind of saved visualization, and the lines that draw it."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from watchframe import draw_watch_query
from watchframe.client import Client
from watchframe.demo import DemoServer
from watchframe.demo.catalogue import FORK_CATALOGUE
from watchframe.plain_text import plain_text

#: The pictures' folder, as the page names it.
IMAGES = "../images"
_SECOND_AXIS = {
    "events": {"zIndex": 0, "index": 0, "type": "column", "yAxis": 0},
    "volatility_percent": {
        "zIndex": 1,
        "index": 0,
        "type": "line",
        "yAxis": 1,
        "name": "change of a day (right)",
        "color": "#E92828",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One saved visualization of the demo server.

    Attributes
    ----------
    title : str
        Its heading.
    query : int
    name : str
        The visualization's.
    made : mapping
        The arguments of `save_chart` that make the same one; empty where it makes none alike.
    params : mapping
        The query's parameters.
    """

    title: str
    query: int
    name: str
    made: Mapping[str, Any] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """The name of the picture's file."""
        words = re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")
        return f"chart-{words}.png"

    @property
    def dark_file(self) -> str:
        """The name of the picture's file for dark pages."""
        return self.file.replace(".png", "-dark.png")


#: What the pages begin with that tell how to draw: it is not in the gallery.
FIRST = Picture(
    title="Borrows by day",
    query=1,
    name="Borrows by day",
    params={"markets": ["WETH", "WBTC"]},
)
CHARTS = (
    Picture(
        title="Line",
        query=23,
        name="Price",
        made={
            "x": "day",
            "y": "price_usd",
            "options": {"legend": {"enabled": False}, "missingValuesAsZero": False},
        },
    ),
    Picture(
        title="Lines in steps",
        query=91,
        name="Prices, in steps",
        made={
            "x": "month",
            "y": "percent_of_january",
            "series": "market",
            "options": {"lineShape": "hv", "missingValuesAsZero": False},
        },
    ),
    Picture(
        title="Columns",
        query=2,
        name="Borrows and repayments",
        made={"kind": "column", "x": "market", "y": ["borrows", "repayments"]},
    ),
    Picture(
        title="Stacked columns, in percent",
        query=90,
        name="Share of each market",
        made={
            "kind": "column",
            "x": "month",
            "y": "amount_usd",
            "series": "market",
            "percent": True,
            "options": {"color_scheme": "Tableau 10"},
        },
    ),
    Picture(
        title="Bars",
        query=90,
        name="Loans by market, in a row each",
        made={
            "kind": "bar",
            "x": "market",
            "y": "loans",
            "options": {"legend": {"enabled": False}},
        },
    ),
    Picture(
        title="Stacked areas",
        query=90,
        name="Dollars by month, stacked",
        made={
            "kind": "area",
            "x": "month",
            "y": "amount_usd",
            "series": "market",
            "stacked": True,
            "options": {"numberFormat": "$0,0"},
        },
    ),
    Picture(
        title="Columns and a line, on two axes",
        query=92,
        name="Events, and how prices change",
        made={
            "kind": "column",
            "x": "market",
            "y": "events",
            "y2": "volatility_percent",
            "y_title": "events",
            "y2_title": "percent a day",
            "options": {"legend": {"placement": "below"}, "seriesOptions": _SECOND_AXIS},
        },
    ),
    Picture(
        title="Scatter",
        query=93,
        name="Size of each liquidation",
        made={
            "kind": "scatter",
            "x": "block_time",
            "y": "amount_usd",
            "series": "market",
            "log": True,
            "y_title": "US dollars",
            "options": {
                "numberFormat": "$0,0",
                "textFormat": "{{ @@name }}: {{ @@y }} ({{ bonus_percent }} % bonus)",
            },
        },
    ),
    Picture(
        title="Bubbles",
        query=92,
        name="Risk and collateral",
        made={
            "kind": "bubble",
            "x": "volatility_percent",
            "y": "collateral_percent",
            "size": "amount_musd",
            "series": "market",
            "x_title": "Change of a day, percent",
            "y_title": "Collateral factor, percent",
            "options": {"sizemode": "area", "coefficient": 0.5},
        },
    ),
    Picture(
        title="Pie",
        query=2,
        name="Events by market",
        made={"kind": "pie", "x": "market", "y": "events"},
    ),
    Picture(
        title="Heatmap",
        query=91,
        name="Prices, by color",
        made={
            "kind": "heatmap",
            "x": "month_name",
            "y": "market",
            "z": "percent_of_january",
            "sort": False,
            "options": {
                "colorScheme": "RdBu",
                "numberFormat": "0",
                "reverseY": True,
                "showDataLabels": True,
                "sortY": True,
            },
        },
    ),
    Picture(
        title="Boxes",
        query=93,
        name="Sizes by market",
        made={
            "kind": "box",
            "x": "market",
            "y": "amount_usd",
            "log": True,
            "options": {"legend": {"enabled": False}},
        },
    ),
)
OTHERS = (
    Picture(title="COUNTER", query=13, name="Dollars of the last month"),
    Picture(title="TABLE", query=93, name="Liquidations, with links"),
    Picture(title="DETAILS", query=12, name="The largest event"),
    Picture(title="PIVOT", query=90, name="Dollars by market and quarter"),
    Picture(title="COHORT", query=96, name="Still in debt, by month"),
    Picture(title="FUNNEL", query=94, name="How large loans are"),
    Picture(title="SANKEY", query=95, name="From act to act"),
    Picture(title="SUNBURST_SEQUENCE", query=95, name="Acts in rings"),
    Picture(title="MAP", query=97, name="Capitals of the accounts"),
    Picture(title="CHOROPLETH", query=97, name="Accounts on a map of countries"),
    Picture(title="WORD_CLOUD", query=97, name="Countries by size"),
    Picture(title="BOXPLOT", query=98, name="Change of a week, in percent"),
)
FORK = (
    Picture(title="Candlesticks", query=86, name="Candles"),
    Picture(title="Treemap", query=89, name="Countries as tiles"),
    Picture(title="Radar", query=87, name="Collateral around a center"),
    Picture(title="Scatter with waves", query=87, name="Risk and collateral, with waves"),
    Picture(title="Gauge", query=88, name="Collateral factor"),
)
_NAMES = {query.id: query.name for query in FORK_CATALOGUE.queries}


def _section(pictures: tuple[Picture, ...]) -> str:
    return "\n".join(_entry(picture, _drawn()[picture.file]) for picture in pictures)


@functools.cache
def _drawn() -> Mapping[str, str]:
    """Return what each drawing says of itself, by file; of one server, for it takes seconds."""
    with (
        DemoServer(version="fork") as server,
        Client(server.url, server.user_key) as client,
    ):
        return {
            it.file: repr(draw_watch_query(it.query, it.name, cache="off", client=client))
            for it in (*CHARTS, *OTHERS, *FORK)
        }


def _entry(picture: Picture, drawing: str) -> str:
    lines = [
        f'q = watchframe.watch_query("{_NAMES[picture.query]}")',
        f'q.draw("{picture.name}")',
        f"# {drawing}",
    ]
    if picture.made:
        lines += _call(f"{picture.name} (2)", picture.made)
    code = "\n".join(lines)
    alt = plain_text(picture.name)
    return f"### {picture.title}\n\n```python\n{code}\n```\n\n![{alt}]({IMAGES}/{picture.file})\n"


def _call(name: str, made: Mapping[str, Any]) -> list[str]:
    """Return the lines of a call of `save_chart`, as the formatter writes them."""
    arguments = [f'"{name}"', *(f"{key}={_shown(value)}" for key, value in made.items())]
    inner = ", ".join(arguments)
    if len(flat := f"q.save_chart({inner})") <= _WIDTH:
        return [flat]
    if len(inner) + _INDENT <= _WIDTH:
        return ["q.save_chart(", " " * _INDENT + inner, ")"]
    lines = [" " * _INDENT + f'"{name}",']
    for key, value in made.items():
        lines += _value(f"{key}=", value, _INDENT)
    return ["q.save_chart(", *lines, ")"]


def _value(start: str, value: object, indent: int) -> list[str]:
    space = " " * indent
    flat = f"{space}{start}{_shown(value)},"
    if len(flat) <= _WIDTH or not isinstance(value, Mapping):
        return [flat]
    inner = [
        line for key, it in value.items() for line in _value(f'"{key}": ', it, indent + _INDENT)
    ]
    return [f"{space}{start}{{", *inner, f"{space}}},"]


def _shown(value: object) -> str:
    return repr(value).replace("'", '"')


#: Characters of a line of code, and of its indent.
_WIDTH, _INDENT = 84, 4
PARTS: dict[str, Callable[[], str]] = {
    "gallery-charts": lambda: _section(CHARTS),
    "gallery-others": lambda: _section(OTHERS),
    "gallery-fork": lambda: _section(FORK),
}
