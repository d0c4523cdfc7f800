"""What Tab offers in ``%watch`` lines and ``%%watch`` cells."""

from watchframe.magics.completion.matcher import WatchMatcher

__all__ = ["WatchMatcher"]
