"""``%watch`` and ``%%watch``: read a saved query, or run SQL, from a notebook's cell."""
