"""The one pipeline and the functions that people call."""

from watchframe.read.answer import Answer, answer_warnings, frame_of
from watchframe.read.dashboard import DashboardFrames, dashboard_answers, read_watch_dashboard
from watchframe.read.explain import Explanation, explain_query, explain_sql
from watchframe.read.functions import (
    read_watch_queries,
    read_watch_query,
    read_watch_sql,
    read_watch_sql_table,
    read_watch_sweep,
    read_watch_table,
)
from watchframe.read.pipeline import MaxAge, ReadOptions, answer_query, answer_sql, wire_sets
from watchframe.read.submit import Background, SubmittedQuery, submit_watch_query

__all__ = [
    "Answer",
    "Background",
    "DashboardFrames",
    "Explanation",
    "MaxAge",
    "ReadOptions",
    "SubmittedQuery",
    "answer_query",
    "answer_sql",
    "answer_warnings",
    "dashboard_answers",
    "explain_query",
    "explain_sql",
    "frame_of",
    "read_watch_dashboard",
    "read_watch_queries",
    "read_watch_query",
    "read_watch_sql",
    "read_watch_sql_table",
    "read_watch_sweep",
    "read_watch_table",
    "submit_watch_query",
    "wire_sets",
]
