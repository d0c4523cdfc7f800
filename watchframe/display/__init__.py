"""What people see beside a frame: progress, a line on where it came from, errors in a few lines."""

from watchframe.display.progress import ProgressLine, progress_bar
from watchframe.display.provenance import (
    age_words,
    ago_words,
    duration_words,
    origin_words,
    page_of,
    provenance_html,
    provenance_line,
)

__all__ = [
    "ProgressLine",
    "age_words",
    "ago_words",
    "duration_words",
    "origin_words",
    "page_of",
    "progress_bar",
    "provenance_html",
    "provenance_line",
]
