"""SQL over the results of queries, run on this machine by DuckDB."""
