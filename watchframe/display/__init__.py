"""What people see beside a frame: progress, a line on where it came from, errors in a few lines."""

from watchframe.display.progress import ProgressLine, progress_bar
from watchframe.display.provenance import age_words, provenance_line

__all__ = ["ProgressLine", "age_words", "progress_bar", "provenance_line"]
