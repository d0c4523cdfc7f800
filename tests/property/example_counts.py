"""How many examples a property is tried on: the profile in use makes them fewer for all."""

from hypothesis import settings

#: A profile that says nothing of it, as the main run's.
USUAL = 100


def examples(count: int) -> int:
    """Return the number of examples for a property that has `count` in the main run."""
    return max(count * settings.default.max_examples // USUAL, 1)
