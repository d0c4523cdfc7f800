import sys
from pathlib import Path

# The tests judge results with the functions of the processes that they start.
sys.path.insert(0, str(Path(__file__).parent))
