"""What Tab offers in ``%watch`` lines and ``%%watch`` cells."""
