"""The public names: each stands once, here, where type checkers and `lazy_loader` read it."""

from .cache import ResultCache as ResultCache
from .client import Client as Client
from .client import connect as connect
from .differences import Difference as Difference
from .differences import diff as diff
from .drawing import Board as Board
from .drawing import Drawing as Drawing
from .read import DashboardFrames as DashboardFrames
from .read import ReadPlan as ReadPlan
from .read import Schema as Schema
from .read import SubmittedQuery as SubmittedQuery
from .read import WatchQuery as WatchQuery
from .read import draw_frame as draw_frame
from .read import draw_watch_query as draw_watch_query
from .read import explain_watch_query as explain_watch_query
from .read import explain_watch_sql as explain_watch_sql
from .read import find_watch_queries as find_watch_queries
from .read import freeze as freeze
from .read import pack as pack
from .read import read_watch_dashboard as read_watch_dashboard
from .read import read_watch_local as read_watch_local
from .read import read_watch_queries as read_watch_queries
from .read import read_watch_query as read_watch_query
from .read import read_watch_sql as read_watch_sql
from .read import read_watch_sweep as read_watch_sweep
from .read import replay as replay
from .read import save_chart as save_chart
from .read import submit_watch_query as submit_watch_query
from .read import submit_watch_sweep as submit_watch_sweep
from .read import watch_query as watch_query
from .references import QueryReference as QueryReference
from .widgets import LiveBoard as LiveBoard
from .widgets import ParameterPicker as ParameterPicker
from .widgets import QueryGroup as QueryGroup
from .widgets import QueryPicker as QueryPicker
from .widgets import link_pickers as link_pickers
from .widgets import pick as pick
from .widgets import show_watch_dashboard as show_watch_dashboard
from .widgets import show_watch_table as show_watch_table

__version__: str

def load_ipython_extension(shell: object) -> None: ...
def unload_ipython_extension(shell: object) -> None: ...
