"""How a worker may stand, and what may become of its tasks. Imports nothing of the extra."""

from enum import StrEnum


class MeasuredState(StrEnum):
    """What a worker is about."""

    STARTING = "starting"
    """It loads its model."""
    IDLE = "idle"
    """It has no task."""
    PAUSED = "paused"
    WRITING = "writing"


class TaskEnding(StrEnum):
    """What became of a task of a fleet."""

    DONE = "done"
    FAILED = "failed"
    LOST = "lost"
    """Another worker had taken it over."""
    RETURNED = "returned"
    """Given back before it was done, so that another may go on."""
