"""Requests to one server: transport, deadlines, refusals, bodies."""
