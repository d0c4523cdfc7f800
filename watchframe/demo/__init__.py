"""A Watch-compatible server to try things on, and to test against.

It shares no code with the client: a server that held the client's beliefs could not refute them.
"""

from watchframe.demo.faults import Fault, Faults, LoggedRequest
from watchframe.demo.server import DemoServer

__all__ = ["DemoServer", "Fault", "Faults", "LoggedRequest"]
