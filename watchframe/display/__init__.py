"""What people see beside a frame: a progress line while it comes, a line on where it came from."""

from watchframe.display.cell_stream import progress_stream
from watchframe.display.interactive import is_interactive
from watchframe.display.progress import ProgressLine
from watchframe.display.provenance import age_words, provenance_line

__all__ = ["ProgressLine", "age_words", "is_interactive", "progress_stream", "provenance_line"]
