"""The pipeline of a read, and the public functions."""

from watchframe.read.answer import Answer
from watchframe.read.background import Background, until
from watchframe.read.board import drawn_board
from watchframe.read.dashboard import DashboardFrames, read_watch_dashboard
from watchframe.read.dashboard_answers import dashboard_answers
from watchframe.read.draw import draw_frame, draw_watch_query
from watchframe.read.find import find_watch_queries, search_queries
from watchframe.read.functions import (
    explain_watch_query,
    explain_watch_sql,
    read_watch_query,
    read_watch_sql,
)
from watchframe.read.local_sql import read_watch_local
from watchframe.read.options import MaxAge, ReadArguments, ReadOptions
from watchframe.read.output import FrameArguments, Output, answer_warnings
from watchframe.read.pipeline import answer_query, answer_sql, wire_sets
from watchframe.read.plan import ReadPlan
from watchframe.read.save_chart import save_chart
from watchframe.read.saved_query import WatchQuery, watch_query
from watchframe.read.side_by_side import read_watch_queries
from watchframe.read.submit import (
    SubmittedQuery,
    submit_watch_query,
    submit_watch_sweep,
)
from watchframe.read.sweep import parameter_sets, read_watch_sweep

__all__ = [
    "Answer",
    "Background",
    "DashboardFrames",
    "FrameArguments",
    "MaxAge",
    "Output",
    "ReadArguments",
    "ReadOptions",
    "ReadPlan",
    "SubmittedQuery",
    "WatchQuery",
    "answer_query",
    "answer_sql",
    "answer_warnings",
    "dashboard_answers",
    "draw_frame",
    "draw_watch_query",
    "drawn_board",
    "explain_watch_query",
    "explain_watch_sql",
    "find_watch_queries",
    "parameter_sets",
    "read_watch_dashboard",
    "read_watch_local",
    "read_watch_queries",
    "read_watch_query",
    "read_watch_sql",
    "read_watch_sweep",
    "save_chart",
    "search_queries",
    "submit_watch_query",
    "submit_watch_sweep",
    "until",
    "watch_query",
    "wire_sets",
]
