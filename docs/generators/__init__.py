"""The generators of the parts of `docs/reference/`, by the names of these parts.

`docs/generate.py` runs them. They are no part of the package: nothing installs them.
"""
