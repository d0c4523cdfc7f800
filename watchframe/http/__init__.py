"""Requests to one server: connections, deadlines, retries, errors, bodies."""
