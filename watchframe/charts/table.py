"""Tables and details: the columns' options with the defaults, the header, and the cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchframe.charts.column_formats import cell_writer
from watchframe.charts.data import Data, Options, Prepared
from watchframe.charts.filters import label_of, plain_filters
from watchframe.charts.moment_format import NULL_TEXT


def prepare_table(options: Options, data: Data) -> Prepared:
    """Return a table's ``header`` and ``cells``, of the columns that are visible."""
    resolved = {
        "itemsPerPage": 25,
        "paginationSize": "default",
        **options,
        "columns": resolved_columns(options.get("columns"), data, {"allowSearch": False}),
    }
    return prepared_columns(resolved, data)


def prepare_details(options: Options, data: Data) -> Prepared:
    """Return the ``header`` and ``cells`` of all rows: the page shows one row at a time."""
    columns = resolved_columns(options.get("columns"), data, {"alignContent": "left"})
    return prepared_columns({**options, "columns": columns}, data)


def prepared_columns(resolved: dict[str, Any], data: Data) -> Prepared:
    """Return what is shown of the columns of options that have the defaults."""
    columns = [column for column in resolved["columns"] if column.get("visible")]
    writers = [cell_writer(column) for column in columns]
    table = data.table
    most = len(table) if data.max_points is None else data.max_points // max(1, len(columns))
    if most < len(table):
        table = table.at(list(range(max(1, most))))
    return {
        "filters": plain_filters(data.filters),
        "options_resolved": resolved,
        "header": [
            {
                "name": column["name"],
                "title": column["title"],
                "align": column["alignContent"],
                "displayAs": column["displayAs"],
                "description": column["description"],
            }
            for column in columns
        ],
        "cells": [[write(row) for write in writers] for row in table.rows()],
        "total": len(data.table),
    }


def resolved_columns(
    saved: object, data: Data, defaults: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the options of each of a result's columns, in the order that they are shown in.

    What was saved of a column that is gone is left out, and a new column is behind the others.

    Parameters
    ----------
    saved : list of mapping
        Options of columns, by ``name``.
    data : Data
    defaults : mapping
        A type's own ones.
    """
    saved_columns = [
        (place, str(column["name"]), column)
        for place, column in enumerate(saved if isinstance(saved, list) else [])
        if isinstance(column, Mapping) and isinstance(column.get("name"), str)
    ]
    kept = [name for _, name, _ in saved_columns if name in data.types]
    kept_names = set(kept)
    in_order = [name for name in data.columns if name in kept_names]
    # A column's place among those that were saved counts if these were moved, and never the order
    # that was saved of it: that is of the columns that the query had then.
    were_moved = kept[: len(in_order)] != in_order
    by_name: dict[str, dict[str, Any]] = {}
    for place, name, column in saved_columns:
        own = {option: value for option, value in column.items() if option != "order"}
        by_name[name] = {**own, "order": place} if were_moved else own
    columns = []
    for place, name in enumerate(data.columns):
        column = {
            **_defaults_of(name, data.types.get(name), place),
            **defaults,
            **by_name.get(name, {}),
        }
        columns.append({**_formats_of(column["type"]), **column})
    return sorted(columns, key=lambda column: column["order"])


def _defaults_of(name: str, type_name: str | None, place: int) -> dict[str, Any]:
    is_known = isinstance(type_name, str) and type_name in _SHOWN_AS
    return {
        "name": name,
        "type": type_name,
        "displayAs": _SHOWN_AS[str(type_name)] if is_known else "string",
        "visible": True,
        "order": _FIRST_ORDER + place,
        "title": label_of(name),
        "alignContent": "right" if is_known else "left",
        "description": "",
        "allowHTML": False,
        "highlightLinks": False,
    }


def _formats_of(type_name: object) -> dict[str, Any]:
    numbers = _NUMBER_FORMATS.get(type_name) if isinstance(type_name, str) else None
    times = _TIME_FORMATS.get(type_name) if isinstance(type_name, str) else None
    return {
        **({"numberFormat": numbers} if numbers else {}),
        **({"dateTimeFormat": times} if times else {}),
        "nullValue": NULL_TEXT,
        "booleanValues": ["false", "true"],
        "imageUrlTemplate": "{{ @ }}",
        "imageTitleTemplate": "{{ @ }}",
        "imageWidth": "",
        "imageHeight": "",
        "linkUrlTemplate": "{{ @ }}",
        "linkTextTemplate": "{{ @ }}",
        "linkTitleTemplate": "{{ @ }}",
        "linkOpenInNewTab": True,
    }


_FIRST_ORDER = 100_000
_SHOWN_AS = {
    "integer": "number",
    "float": "number",
    "boolean": "boolean",
    "date": "datetime",
    "datetime": "datetime",
}
_NUMBER_FORMATS = {"integer": "0,0", "float": "0,0.00"}
_TIME_FORMATS = {"date": "DD/MM/YYYY", "datetime": "DD/MM/YYYY HH:mm"}
