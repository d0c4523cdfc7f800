"""``python -m watchframe`` runs the command line."""

from watchframe.cli import main

main()
