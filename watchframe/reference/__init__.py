"""What a reference to a saved query is: an id, or the URL of its page."""

from watchframe.reference.query_reference import QueryReference, parse_reference

__all__ = ["QueryReference", "parse_reference"]
