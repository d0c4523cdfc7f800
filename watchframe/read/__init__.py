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
from watchframe.read.history import list_past, read_past
from watchframe.read.local_sql import read_watch_local
from watchframe.read.lock_freeze import freeze
from watchframe.read.lock_packing import pack
from watchframe.read.lock_replay import replay
from watchframe.read.options import MaxAge, ReadArguments, ReadOptions
from watchframe.read.output import FrameArguments, Output, answer_warnings
from watchframe.read.pipeline import answer_query, answer_sql, wire_sets
from watchframe.read.plan import ReadPlan
from watchframe.read.save_chart import save_chart
from watchframe.read.saved_query import WatchQuery, watch_query
from watchframe.read.schema_contract import ColumnSchema, Schema, SchemaDifference
from watchframe.read.side_by_side import read_watch_queries
from watchframe.read.submit import (
    SubmittedQuery,
    submit_watch_query,
    submit_watch_sweep,
)
from watchframe.read.sweep import append_to_file, parameter_sets, read_watch_sweep

__all__ = [
    "Answer",
    "Background",
    "ColumnSchema",
    "DashboardFrames",
    "FrameArguments",
    "MaxAge",
    "Output",
    "ReadArguments",
    "ReadOptions",
    "ReadPlan",
    "Schema",
    "SchemaDifference",
    "SubmittedQuery",
    "WatchQuery",
    "answer_query",
    "answer_sql",
    "answer_warnings",
    "append_to_file",
    "dashboard_answers",
    "draw_frame",
    "draw_watch_query",
    "drawn_board",
    "explain_watch_query",
    "explain_watch_sql",
    "find_watch_queries",
    "freeze",
    "list_past",
    "pack",
    "parameter_sets",
    "read_past",
    "read_watch_dashboard",
    "read_watch_local",
    "read_watch_queries",
    "read_watch_query",
    "read_watch_sql",
    "read_watch_sweep",
    "replay",
    "save_chart",
    "search_queries",
    "submit_watch_query",
    "submit_watch_sweep",
    "until",
    "watch_query",
    "wire_sets",
]
