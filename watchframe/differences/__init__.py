"""What differs between two results: rows added, removed and changed, exactly."""

from watchframe.differences.compare import diff
from watchframe.differences.difference import Difference

__all__ = ["Difference", "diff"]
