"""Parameters: from a dict of Python values to what the server takes, and on to SQL and URLs."""

from watchframe.parameters.moments import (
    DYNAMIC_DATES,
    DYNAMIC_RANGES,
    DynamicRange,
    resolve_dynamic_date,
    resolve_dynamic_range,
)
from watchframe.parameters.normalize import (
    normalize_parameters,
    normalize_sql_parameters,
    params_dict,
)
from watchframe.parameters.page_url import query_url
from watchframe.parameters.server_sql import has_same_hash, is_same_sql
from watchframe.parameters.templates import render_query, rendering_doubt
from watchframe.parameters.types import PARAMETER_TYPES, ParameterType
from watchframe.parameters.values import JSON

__all__ = [
    "DYNAMIC_DATES",
    "DYNAMIC_RANGES",
    "JSON",
    "PARAMETER_TYPES",
    "DynamicRange",
    "ParameterType",
    "has_same_hash",
    "is_same_sql",
    "normalize_parameters",
    "normalize_sql_parameters",
    "params_dict",
    "query_url",
    "render_query",
    "rendering_doubt",
    "resolve_dynamic_date",
    "resolve_dynamic_range",
]
