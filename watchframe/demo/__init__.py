"""A Watch-compatible server to try things on, and to test against.

It shares no code with the client: a server that held the client's beliefs could not refute them.
"""

try:
    from watchframe.demo.faults import Fault, Faults, LoggedRequest
    from watchframe.demo.server import DemoServer
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"The demo server needs {error.name}: pip install 'watchframe[demo]'", name=error.name
    ) from None

__all__ = ["DemoServer", "Fault", "Faults", "LoggedRequest"]
