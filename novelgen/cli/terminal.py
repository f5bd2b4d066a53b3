"""What stderr is: a terminal that can draw a line again, and how wide it is."""

import os
import shutil
import sys

_USUAL_WIDTH = 100


def is_live_terminal() -> bool:
    """Whether stderr can draw a line again in place."""
    return sys.stderr.isatty() and os.environ.get("TERM", "") not in ("", "dumb")


def terminal_width() -> int:
    """Columns that a line may fill and still be drawn again in place."""
    return shutil.get_terminal_size((_USUAL_WIDTH, 24)).columns - 1
